"""The operations on client tools (api-facts §2.7). Tools of other types run code on the platform; there are none here."""

from datetime import datetime

from mockserver.domain.errors import Refused
from mockserver.domain.paging import page
from mockserver.domain.tools import Tool, client_tools, create, update
from mockserver.domain.values import JsonObject
from mockserver.operations.call import Call, Reply, Services, listed
from mockserver.operations.find import pattern_of
from mockserver.spec.json_schemas import schema_problems

_ID_BITS = 16
_WIDER = 4


def create_tool(call: Call, services: Services) -> Reply:
    """Create a client tool under a new id. Raises Refused SM350 for a schema that is none, SM351 for a name that is taken."""
    attempt = 0
    while True:
        tool = new_tool(call.body, _id(call.body["name"], services, attempt), services.clock.now())
        added = services.store.tools.add(tool, unless=tool.has_name_of)
        if added is not None:
            return Reply(201, added.as_json())
        if any(map(tool.has_name_of, services.store.tools.listed(None))):
            raise Refused("SM351", f"A tool named {tool.name!r} already exists.")
        attempt += 1


def _id(name: str, services: Services, attempt: int) -> str:
    """Make an id such as `tol_6922`, longer with each attempt, so that there are always some left."""
    bits = _ID_BITS + _WIDER * attempt
    return f"tol_{services.ids.random_for('tool', name, attempt).getrandbits(bits):0{bits // 4}x}"


def new_tool(body: JsonObject, tool_id: str, now: datetime) -> Tool:
    """Make the tool that a valid create request describes. Raises Refused SM350 when one of its schemas is no JSON schema."""
    _check_schemas(body)
    return create(body, tool_id, now)


def _check_schemas(body: JsonObject) -> None:
    wrong = {
        f"/{name}{'' if pointer == '/' else pointer}": reason
        for name in ("input_schema", "output_schema")
        for pointer, reason in schema_problems(body.get(name, {})).items()
    }
    if wrong:
        field, reason = next(iter(wrong.items()))
        more = f", and there are {len(wrong) - 1} more faults" if len(wrong) > 1 else ""
        raise Refused("SM350", f"The tool's schemas cannot be used: {field} {reason}{more}.", fields=wrong)


def list_tools(call: Call, services: Services) -> Reply:
    """List the tools, newest first, by `filter` (name and description), `type` and `enabled`."""
    matches, enabled, kind = pattern_of(call), call.parameters["enabled"], call.parameters["type"]

    def keep(tool: Tool) -> bool:
        fits = kind in (None, "client") and (enabled is None or tool.enabled is enabled)
        return fits and (matches(tool.name) or matches(tool.description))

    found = page(
        services.store.tools.listed,
        listing=repr(("tools", call.parameters["filter"], kind, enabled)),
        key=call.parameters["page_key"],
        limit=call.parameters["limit"],
        keep=keep,
    )
    return listed("tools", found, Tool.as_json)


def get_tool(call: Call, services: Services) -> Reply:
    """Return a tool."""
    return _found(call, services.store.tools.get(call.parameters["tool_id"]))


def update_tool(call: Call, services: Services) -> Reply:
    """Change what the body names. Raises Refused SM350 for a schema that is none."""
    _check_schemas(call.body)
    now = services.clock.now()
    return _found(call, services.store.tools.change(call.parameters["tool_id"], lambda tool: update(tool, call.body, now)))


def delete_tool(call: Call, services: Services) -> Reply:
    """Remove a tool that no agent uses. Raises Refused SM352 for one that is in use."""
    tool_id = call.parameters["tool_id"]
    users = [agent.key for agent in services.store.agents(None) if tool_id in dict(client_tools(agent.config)).values()]
    if users and services.store.tools.get(tool_id):
        raise Refused("SM352", f"Tool {tool_id} is in use by agent {', '.join(users)}.")
    if not services.store.tools.remove(tool_id):
        raise _missing(call)
    return Reply(204)


def _found(call: Call, tool: Tool | None) -> Reply:
    if tool is None:
        raise _missing(call)
    return Reply(200, tool.as_json())


def _missing(call: Call) -> Refused:
    tool_id = call.parameters["tool_id"]
    return Refused("SM308", f"There is no tool {tool_id!r}.", missing_id=tool_id)

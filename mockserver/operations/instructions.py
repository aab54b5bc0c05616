"""The operations on instructions (api-facts §5.3)."""

from mockserver.domain.errors import Refused
from mockserver.domain.instructions import (
    Instruction,
    Version,
    new_instruction,
    references,
    updated_instruction,
    without_version,
)
from mockserver.domain.paging import page
from mockserver.domain.rendering import rendered
from mockserver.domain.templating import warnings
from mockserver.domain.values import timestamp
from mockserver.operations.call import Call, Reply, Services, listed
from mockserver.operations.find import pattern_of
from mockserver.operations.keys import free_attempt, generated_key


def create_instruction(call: Call, services: Services) -> Reply:
    """Create an instruction with its first version."""
    added = None
    while added is None:
        made = new_instruction(call.body, _free_id(call.body["name"], services), services.clock.now())
        added = services.store.add_instruction(made)
    return Reply(201, added.as_json())


def _free_id(name: str, services: Services) -> str:
    def id_of(attempt: int) -> str:
        return generated_key("ins", name, services, attempt)

    return id_of(free_attempt(lambda attempt: services.store.instruction(id_of(attempt)) is not None))


def list_instructions(call: Call, services: Services) -> Reply:
    """List the instructions in their latest versions, newest first, by `filter` (name and description) and `enabled`."""
    matches, enabled = pattern_of(call), call.parameters["enabled"]

    def keep(instruction: Instruction) -> bool:
        content = instruction.latest.content
        fits = enabled is None or content["enabled"] is enabled
        return fits and (matches(content["name"]) or matches(content.get("description") or ""))

    found = page(
        services.store.instructions,
        listing=repr(("instructions", call.parameters["filter"], enabled)),
        key=call.parameters["page_key"],
        limit=call.parameters["limit"],
        keep=keep,
    )
    return listed("instructions", found, Instruction.as_json)


def get_instruction(call: Call, services: Services) -> Reply:
    """Return a version of an instruction, the latest by default."""
    instruction = _of(call, services)
    return Reply(200, instruction.as_json(_version(call, instruction)))


def update_instruction(call: Call, services: Services) -> Reply:
    """Add a version; agents that name none use it from their next turn on."""
    now = services.clock.now()
    changed = services.store.change_instruction(
        call.parameters["instruction_id"], lambda instruction: updated_instruction(instruction, call.body, now)
    )
    if changed is None:
        raise _missing(call)
    return Reply(200, changed.as_json())


def delete_instruction(call: Call, services: Services) -> Reply:
    """Remove an instruction; agents that refer to it fail from then on."""
    if not services.store.remove_instruction(call.parameters["instruction_id"]):
        raise _missing(call)
    return Reply(204)


def delete_instruction_version(call: Call, services: Services) -> Reply:
    """Remove a version that no agent uses."""
    instruction = _of(call, services)
    version = _version(call, instruction)
    users = _users(instruction, version, services)
    if users:
        message = f"Version {version.number} of instruction {instruction.id} is in use by agent {', '.join(users)}."
        raise Refused("SM341", message)
    services.store.change_instruction(instruction.id, lambda now: without_version(now, version.number))
    return Reply(204)


def _users(instruction: Instruction, version: Version, services: Services) -> list[str]:
    """Return the agents that use a version: by its number, or without a number when it is the latest."""
    numbers = {version.number} | ({None} if version == instruction.latest else set())
    return [
        agent.key
        for agent in services.store.agents(None)
        if any(found["id"] == instruction.id and found.get("version") in numbers for _, found in references(agent.config))
    ]


def test_instruction(call: Call, services: Services) -> Reply:
    """Render a version with a context, which stands in for a session's metadata. Raises Refused SM401 for a fault."""
    content = _version(call, instruction := _of(call, services)).content
    if content["template_type"] != "velocity":
        return Reply(200, {"rendered_instruction": content["template"]})
    context = {
        "agent": {"name": "", "key": "", "metadata": {}},
        "session": {"key": "", "metadata": call.body.get("context", {})},
        "currentDate": timestamp(services.clock.now()),
        "tools": [{name: tool.get(name, "") for name in ("name", "description")} for tool in call.body.get("tools", ())],
    }
    text = rendered(content["template"], context, services.dialect, f"Instruction {instruction.id}")
    found = [
        {"line": warning.line, "column": warning.column, "message": warning.message} for warning in warnings(content["template"])
    ]
    return Reply(200, {"rendered_instruction": text, **({"warnings": found} if found else {})})


def _of(call: Call, services: Services) -> Instruction:
    instruction = services.store.instruction(call.parameters["instruction_id"])
    if instruction is None:
        raise _missing(call)
    return instruction


def _version(call: Call, instruction: Instruction) -> Version:
    number = call.parameters["version"]
    version = instruction.version(number)
    if version is None:
        raise Refused(
            "SM307", f"Instruction {instruction.id} has no version {number}.", missing_id=f"{instruction.id} version {number}"
        )
    return version


def _missing(call: Call) -> Refused:
    instruction_id = call.parameters["instruction_id"]
    return Refused("SM306", f"There is no instruction {instruction_id!r}.", missing_id=instruction_id)

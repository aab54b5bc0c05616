"""The operations on agents (api-facts §2.1)."""

from dataclasses import replace
from datetime import datetime

from mockserver.domain.access import visible_agents
from mockserver.domain.agents import Agent, config_of, patched, unfit
from mockserver.domain.errors import Refused
from mockserver.domain.instructions import reference_faults
from mockserver.domain.paging import page
from mockserver.domain.secrecy import restored
from mockserver.domain.tools import tool_faults
from mockserver.domain.values import JsonObject
from mockserver.operations.call import Call, Reply, Services, listed
from mockserver.operations.find import agent_of, changed_agent, pattern_of
from mockserver.operations.keys import free_attempt, generated_key


def create_agent(call: Call, services: Services) -> Reply:
    """Create an agent; its key is made from its name where none is given."""
    _check_references(config_of(call.body), None, services)
    while True:
        key = call.body.get("key") or _free_key(call.body["name"], services)
        try:
            return Reply(201, services.store.add_agent(new_agent(call.body, key, services.clock.now())).as_json())
        except Refused as refused:
            was_just_taken = refused.refusal.code == "SM311" and not call.body.get("key")
            if not was_just_taken:
                raise


def new_agent(body: JsonObject, key: str, now: datetime) -> Agent:
    """Make the agent that a valid create request describes. Raises Refused SM330 when its steps do not fit together."""
    return Agent(
        key=key,
        name=body["name"],
        enabled=body.get("enabled", True),
        config=config_of(body),
        created_at=now,
        updated_at=now,
    )


def _check_references(config: JsonObject, before: JsonObject | None, services: Services) -> None:
    """Refuse SM330 a configuration that names instructions or client tools which are not there, or newly a disabled one."""
    wrong = reference_faults(config, before, services.store.instruction) | tool_faults(config, services.store.tools.get)
    if wrong:
        raise unfit(wrong)


def _free_key(name: str, services: Services) -> str:
    def key_of(attempt: int) -> str:
        return generated_key("agt", name, services, attempt)

    return key_of(free_attempt(lambda attempt: services.store.agent(key_of(attempt)) is not None))


def list_agents(call: Call, services: Services) -> Reply:
    """List the agents that the caller may see, newest first, by `filter` (name and description) and `enabled`."""
    matches, enabled = pattern_of(call), call.parameters["enabled"]
    visible = visible_agents(call.operation.roles, call.principal)

    def keep(agent: Agent) -> bool:
        seen = visible is None or agent.key in visible
        fits = enabled is None or agent.enabled is enabled
        return seen and fits and (matches(agent.name) or matches(agent.config.get("description") or ""))

    found = page(
        services.store.agents,
        listing=repr(("agents", call.parameters["filter"], enabled, call.principal.name)),
        key=call.parameters["page_key"],
        limit=call.parameters["limit"],
        keep=keep,
    )
    return listed("agents", found, Agent.as_json)


def get_agent(call: Call, services: Services) -> Reply:
    """Return an agent."""
    return Reply(200, agent_of(call, services).as_json())


def update_agent(call: Call, services: Services) -> Reply:
    """Change what the body names (api-facts §2.2)."""

    def change(agent: Agent) -> Agent:
        body = _with_secrets(call, agent)
        enabled = body.get("enabled", agent.enabled)
        config = patched(agent.config, body)
        _check_references(config, agent.config, services)
        return replace(
            agent,
            name=body.get("name", agent.name),
            enabled=True if enabled is None else enabled,
            config=config,
            updated_at=services.clock.now(),
        )

    return Reply(200, changed_agent(call, services, change).as_json())


def replace_agent(call: Call, services: Services) -> Reply:
    """Replace all that can be configured; key and creation time stay."""

    def change(agent: Agent) -> Agent:
        body = _with_secrets(call, agent)
        config = config_of(body)
        _check_references(config, agent.config, services)
        return replace(
            agent,
            name=body["name"],
            enabled=body.get("enabled", True),
            config=config,
            updated_at=services.clock.now(),
        )

    return Reply(200, changed_agent(call, services, change).as_json())


def _with_secrets(call: Call, agent: Agent) -> JsonObject:
    """Return the body, in which a `****` that was read from this agent stands for the secret behind it."""
    body: JsonObject = restored(call.body, agent.config, call.operation.secrecy.request)
    return body


def delete_agent(call: Call, services: Services) -> Reply:
    """Remove an agent with its sessions (api-facts §9.40), whose turns break off, and its schedules."""
    if not services.store.remove_agent(call.agent_key):
        raise Refused("SM301", f"There is no agent {call.agent_key!r}.", missing_id=call.agent_key)
    services.runs.stop_removed()
    return Reply(204)

"""The operations on aliases, and those on their sessions that differ from an agent's (api-facts §2.11)."""

from collections.abc import Callable
from dataclasses import replace

from mockserver.domain.agents import Agent
from mockserver.domain.aliases import Alias, new_alias, policy_of, target_of, updated_alias
from mockserver.domain.errors import Refused
from mockserver.domain.paging import page
from mockserver.domain.sessions import create
from mockserver.operations.call import Call, Reply, Services, listed
from mockserver.operations.find import alias_of, live_routed_session, missing_alias, pattern_of
from mockserver.operations.sessions import created_session, listed_sessions


def create_agent_alias(call: Call, services: Services) -> Reply:
    """Create an alias whose policy can be used as it stands."""
    alias = new_alias(call.body, _has_agent(services), services.clock.now())
    added = services.store.aliases.add(alias)
    if added is None:
        raise Refused("SM371", f"An alias with key {alias.key!r} already exists.", fields={"/key": "is taken"})
    return Reply(201, added.as_json())


def _has_agent(services: Services) -> Callable[[str], bool]:
    return lambda key: services.store.agent(key) is not None


def list_agent_aliases(call: Call, services: Services) -> Reply:
    """List the aliases, newest first, by `filter` (name and description), `enabled` and an agent that their rules name."""
    matches, enabled, agent_key = pattern_of(call), call.parameters["enabled"], call.parameters["aliased_agent_key"]

    def keep(alias: Alias) -> bool:
        fits = enabled is None or alias.enabled is enabled
        leads = agent_key is None or alias.policy.leads_to(agent_key)
        return fits and leads and (matches(alias.name) or matches(alias.description or ""))

    found = page(
        services.store.aliases.listed,
        listing=repr(("aliases", call.parameters["filter"], enabled, agent_key)),
        key=call.parameters["page_key"],
        limit=call.parameters["limit"],
        keep=keep,
    )
    return listed("aliases", found, Alias.as_json)


def get_agent_alias(call: Call, services: Services) -> Reply:
    """Return an alias."""
    return Reply(200, alias_of(call, services).as_json())


def update_agent_alias(call: Call, services: Services) -> Reply:
    """Change what the body names; the policy stays."""
    now = services.clock.now()
    return _changed(call, services, lambda alias: updated_alias(alias, call.body, now))


def replace_agent_alias_policy(call: Call, services: Services) -> Reply:
    """Replace the policy; sessions that exist stay with their agents."""
    alias_of(call, services)
    policy, now = policy_of(call.body["policy"], _has_agent(services)), services.clock.now()
    return _changed(call, services, lambda alias: replace(alias, policy=policy, updated_at=now))


def _changed(call: Call, services: Services, change: Callable[[Alias], Alias]) -> Reply:
    alias = services.store.aliases.change(call.parameters["alias_key"], change)
    if alias is None:
        raise missing_alias(call)
    return Reply(200, alias.as_json())


def delete_agent_alias(call: Call, services: Services) -> Reply:
    """Remove an alias that has no sessions; those that have expired do not count."""
    alias = alias_of(call, services)
    for session in services.store.routed_sessions(alias.key, None):
        live_routed_session(alias.key, session.key, services)
    if not services.store.remove_alias(alias.key):
        raise missing_alias(call)
    return Reply(204)


def create_alias_routed_session(call: Call, services: Services) -> Reply:
    """Create a session with the agent that the policy chooses now, for good."""
    alias = alias_of(call, services)
    if not alias.enabled:
        raise Refused("SM370", f"Alias {alias.key} is disabled and creates no sessions.", missing_id=alias.key)
    return created_session(call, services, lambda key: _target(alias, key, call, services))


def _target(alias: Alias, key: str, call: Call, services: Services) -> Agent:
    now = services.clock.now()
    draft = create(call.body, key=key, agent_key="", compaction={}, now=now)
    agent_key = target_of(alias, draft.as_json(), now)
    agent = services.store.agent(agent_key)
    if agent is None:
        raise Refused("SM377", f"Alias {alias.key} leads this session to agent {agent_key!r}, which no longer exists.")
    return agent


def list_alias_routed_sessions(call: Call, services: Services) -> Reply:
    """List the sessions that were created through an alias, newest first, by `filter` (name and description)."""
    alias = alias_of(call, services)
    return listed_sessions(call, services, lambda after: services.store.routed_sessions(alias.key, after))

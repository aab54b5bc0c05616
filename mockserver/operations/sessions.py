"""The operations on sessions (api-facts §3.2)."""

from collections.abc import Callable, Iterable

from mockserver.domain.access import permits
from mockserver.domain.agents import Agent, effective_compaction
from mockserver.domain.artifacts import Artifact
from mockserver.domain.errors import Refused
from mockserver.domain.events import Event
from mockserver.domain.forks import Fork, copied, copied_files, fork_of
from mockserver.domain.paging import page
from mockserver.domain.sessions import Session, create, update
from mockserver.domain.simulator.compaction import compaction_of
from mockserver.operations.call import Call, Reply, Services, listed
from mockserver.operations.due import catch_up
from mockserver.operations.find import (
    agent_of,
    condition_of,
    live_routed_session,
    live_session,
    missing_session,
    pattern_of,
    session_of,
)
from mockserver.operations.keys import free_attempt, generated_key

_TAKEN = ("SM313", "SM373")


def create_agent_session(call: Call, services: Services) -> Reply:
    """Create a session; its key is made from its name where none is given."""
    agent = agent_of(call, services)
    return created_session(call, services, lambda _: agent)


def created_session(call: Call, services: Services, agent_for: Callable[[str], Agent]) -> Reply:
    """Create a session with the agent that `agent_for` returns for the session's key; on the route of an alias it is noted."""
    while True:
        key, agent = _key_and_agent(call, services, agent_for)
        try:
            return _created(call, services, key, agent)
        except Refused as refused:
            was_just_taken = refused.refusal.code in _TAKEN and not call.body.get("key")
            if not was_just_taken:
                raise


def _created(call: Call, services: Services, key: str, agent: Agent) -> Reply:
    if not agent.enabled:
        raise Refused("SM322", f"Agent {agent.key} is disabled and takes no sessions.", fields={"enabled": "is false"})
    fork = fork_of(call.body, _source_agent(call, services, agent))
    events, artifacts = _copies(call, services, fork, agent.key, key) if fork else ([], [])
    session = create(
        call.body,
        key=key,
        agent_key=agent.key,
        alias_key=call.alias_key,
        compaction=effective_compaction(agent),
        now=services.clock.now(),
    )
    session = services.store.add_session(session)
    for artifact in artifacts:
        services.store.add_artifact(session, artifact)
    for event in events:
        services.store.append_event(session, event)
    return Reply(201, session.as_json())


def _source_agent(call: Call, services: Services, agent: Agent) -> str:
    """Return whose session a fork copies that names no agent: on the route of an alias that of its own session of this key."""
    key = (call.body.get("from_session") or {}).get("session_key")
    routed = live_routed_session(call.alias_key, key, services) if call.alias_key and key else None
    return routed.agent_key if routed else agent.key


def _copies(call: Call, services: Services, fork: Fork, agent_key: str, key: str) -> tuple[list[Event], list[Artifact]]:
    """Copy the source's events and files, for a caller who might have made them. Raises Refused SM110, SM302, SM333."""
    if not permits(call.operation.roles, call.principal, agent_key=fork.agent_key, corpus_key=None):
        raise Refused("SM110", f"{call.principal.name} may not fork sessions of agent {fork.agent_key}.")
    source = live_session(fork.agent_key, fork.session_key, services)
    if source is None:
        message = f"Agent {fork.agent_key} has no session {fork.session_key!r} to fork."
        raise Refused("SM302", message, missing_id=fork.session_key)
    random = services.ids.random_for("fork", agent_key, key, fork.session_key)
    settings = source.effective_compaction
    events = copied(services.store.events(source, None), fork, key, random, lambda old: compaction_of(old, settings, random))
    return events, copied_files(services.store.artifacts(source), key, services.clock.now())


def _key_and_agent(call: Call, services: Services, agent_for: Callable[[str], Agent]) -> tuple[str, Agent]:
    """Take the key of the request, whose expired session makes room; or make one that is free."""
    if key := call.body.get("key"):
        agent = agent_for(key)
        _is_taken(key, agent, call, services)
        return str(key), agent
    name = str(call.body.get("name") or "session")

    def offer(attempt: int) -> tuple[str, Agent]:
        key = generated_key("ase", name, services, attempt)
        return key, agent_for(key)

    return offer(free_attempt(lambda attempt: _is_taken(*offer(attempt), call, services)))


def _is_taken(key: str, agent: Agent, call: Call, services: Services) -> bool:
    """Say whether the agent, or the alias in the path, has a session with this key; an expired one is removed."""
    by_alias = None if call.alias_key is None else live_routed_session(call.alias_key, key, services)
    return bool(live_session(agent.key, key, services) or by_alias)


def list_agent_sessions(call: Call, services: Services) -> Reply:
    """List an agent's sessions, newest first, by `filter` (name and description) and `metadata_filter`; both must hold.

    What its schedules are due for is carried out first.
    """
    catch_up(agent_of(call, services).key, services)
    return listed_sessions(call, services, lambda after: services.store.sessions(call.agent_key, after))


def listed_sessions(call: Call, services: Services, rows: Callable[[int | None], Iterable[Session]]) -> Reply:
    """Answer a page of the rows that the filters find and that have not expired; an alias has no `metadata_filter`."""
    matches, admits, now = pattern_of(call), condition_of(call), services.clock.now()

    def keep(session: Session) -> bool:
        named = matches(session.name) or matches(session.description or "")
        return named and not session.has_expired(now) and admits(session.metadata)

    owner = ("agent", call.agent_key) if call.alias_key is None else ("alias", call.alias_key)
    found = page(
        rows,
        listing=repr(("sessions", *owner, call.parameters["filter"], call.parameters.get("metadata_filter"))),
        key=call.parameters["page_key"],
        limit=call.parameters["limit"],
        keep=keep,
    )
    return listed("sessions", found, Session.as_json)


def get_agent_session(call: Call, services: Services) -> Reply:
    """Return a session."""
    return Reply(200, session_of(call, services).as_json())


def update_agent_session(call: Call, services: Services) -> Reply:
    """Change what the body names; metadata is replaced whole (api-facts §3.4)."""
    found = session_of(call, services)
    changed = services.store.change_session(found.agent_key, found.key, lambda session: update(session, call.body))
    if changed is None:
        raise missing_session(call)
    return Reply(200, changed.as_json())


def delete_agent_session(call: Call, services: Services) -> Reply:
    """Remove a session with its events; a running turn breaks off."""
    if not services.store.remove_session(session_of(call, services)):
        raise missing_session(call)  # somebody else has removed it meanwhile
    services.runs.stop_removed()
    return Reply(204)

"""The operations on sessions (api-facts §3.2)."""

from mockserver.domain.access import permits
from mockserver.domain.agents import effective_compaction
from mockserver.domain.artifacts import Artifact
from mockserver.domain.errors import Refused
from mockserver.domain.events import Event
from mockserver.domain.forks import Fork, copied, copied_files, fork_of
from mockserver.domain.paging import page
from mockserver.domain.sessions import Session, create, update
from mockserver.operations.agents import generated_key
from mockserver.operations.call import Call, Reply, Services, listed
from mockserver.operations.find import agent_of, condition_of, live_session, pattern_of, session_of


def create_agent_session(call: Call, services: Services) -> Reply:
    """Create a session; its key is made from its name where none is given."""
    agent = agent_of(call, services)
    if not agent.enabled:
        raise Refused("SM322", f"Agent {agent.key} is disabled and takes no sessions.", fields={"enabled": "is false"})
    fork = fork_of(call.body, agent.key)
    key = _key(call, services)
    events, artifacts = _copies(call, services, fork, key) if fork else ([], [])
    session = create(
        call.body,
        key=key,
        agent_key=agent.key,
        compaction=effective_compaction(agent),
        now=services.clock.now(),
    )
    session = services.store.add_session(session)
    for artifact in artifacts:
        services.store.add_artifact(session, artifact)
    for event in events:
        services.store.append_event(session, event)
    return Reply(201, session.as_json())


def _copies(call: Call, services: Services, fork: Fork, key: str) -> tuple[list[Event], list[Artifact]]:
    """Copy the source's events and files, for a caller who might have made them. Raises Refused SM110, SM302, SM333."""
    if not permits(call.operation.roles, call.principal, agent_key=fork.agent_key, corpus_key=None):
        raise Refused("SM110", f"{call.principal.name} may not fork sessions of agent {fork.agent_key}.")
    source = live_session(fork.agent_key, fork.session_key, services)
    if source is None:
        message = f"Agent {fork.agent_key} has no session {fork.session_key!r} to fork."
        raise Refused("SM302", message, missing_id=fork.session_key)
    random = services.ids.random_for("fork", call.agent_key, key, fork.session_key)
    events = copied(services.store.events(source, None), fork, key, random)
    return events, copied_files(services.store.artifacts(source), key, services.clock.now())


def _key(call: Call, services: Services) -> str:
    """Take the key of the request, whose expired session makes room; or make one that is free."""
    if key := call.body.get("key"):
        live_session(call.agent_key, key, services)
        return str(key)
    name, attempt = str(call.body.get("name") or "session"), 0
    while live_session(call.agent_key, generated_key("ase", name, services, attempt), services):
        attempt += 1
    return generated_key("ase", name, services, attempt)


def list_agent_sessions(call: Call, services: Services) -> Reply:
    """List an agent's sessions, newest first, by `filter` (name and description) and `metadata_filter`; both must hold."""
    agent_of(call, services)
    matches, admits, now = pattern_of(call), condition_of(call), services.clock.now()

    def keep(session: Session) -> bool:
        named = matches(session.name) or matches(session.description or "")
        return named and not session.has_expired(now) and admits(session.metadata)

    found = page(
        lambda after: services.store.sessions(call.agent_key, after),
        listing=repr(("sessions", call.agent_key, call.parameters["filter"], call.parameters["metadata_filter"])),
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
    session_of(call, services)
    changed = services.store.change_session(call.agent_key, call.session_key, lambda session: update(session, call.body))
    if changed is None:
        raise Refused("SM302", f"Agent {call.agent_key} has no session {call.session_key!r}.", missing_id=call.session_key)
    return Reply(200, changed.as_json())


def delete_agent_session(call: Call, services: Services) -> Reply:
    """Remove a session with its events; a running turn breaks off."""
    services.store.remove_session(session_of(call, services))
    return Reply(204)

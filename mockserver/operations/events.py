"""The operations on stored events (api-facts §4.1)."""

from dataclasses import replace

from mockserver.domain.errors import Refused
from mockserver.domain.events import Event
from mockserver.domain.paging import page
from mockserver.operations.call import Call, Reply, Services, listed
from mockserver.operations.find import session_of


def list_agent_events(call: Call, services: Services) -> Reply:
    """List a session's events, oldest first; hidden ones only with `include_hidden`, which aliases do not have."""
    session, include_hidden = session_of(call, services), call.parameters.get("include_hidden", False)
    found = page(
        lambda after: services.store.events(session, after),
        listing=repr(("events", session.sequence, include_hidden)),
        key=call.parameters["page_key"],
        limit=call.parameters["limit"],
        keep=lambda event: include_hidden or not event.hidden,
    )
    return listed("events", found, Event.as_json)


def list_outstanding_client_tool_calls(call: Call, services: Services) -> Reply:
    """List the calls of client tools that wait for their outputs, arguments whole and in clear."""
    parked = session_of(call, services).parked
    pending = parked.pending if parked else ()
    return Reply(200, {"client_tool_calls": [waiting.as_json() for waiting in pending]})


def get_agent_event(call: Call, services: Services) -> Reply:
    """Return an event, hidden or not."""
    return _found(call, services.store.event(session_of(call, services), call.parameters["event_id"]))


def delete_agent_event(call: Call, services: Services) -> Reply:
    """Remove an event for good."""
    if not services.store.remove_event(session_of(call, services), call.parameters["event_id"]):
        raise _missing(call)
    return Reply(204)


def hide_agent_event(call: Call, services: Services) -> Reply:
    """Take an event out of plain listings and of the agent's context; hiding twice is the same as once."""
    return _set_hidden(call, services, hidden=True)


def unhide_agent_event(call: Call, services: Services) -> Reply:
    """Bring a hidden event back."""
    return _set_hidden(call, services, hidden=False)


def _set_hidden(call: Call, services: Services, *, hidden: bool) -> Reply:
    session = session_of(call, services)
    changed = services.store.change_event(session, call.parameters["event_id"], lambda event: replace(event, hidden=hidden))
    return _found(call, changed)


def _found(call: Call, event: Event | None) -> Reply:
    if event is None:
        raise _missing(call)
    return Reply(200, event.as_json())


def _missing(call: Call) -> Refused:
    event_id = call.parameters["event_id"]
    return Refused("SM303", f"Session {call.session_key} has no event {event_id!r}.", missing_id=event_id)

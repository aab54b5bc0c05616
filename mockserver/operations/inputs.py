"""Create an input: plan the turn, then give its events as JSON or as a stream (design §3)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from mockserver.domain.agents import Agent
from mockserver.domain.errors import Refused
from mockserver.domain.events import Event
from mockserver.domain.sessions import ContextUsage, Session, Status, begin_turn
from mockserver.domain.simulator.plan import Surroundings, TurnPlan, plan_turn
from mockserver.domain.simulator.tools import Toolbox
from mockserver.domain.simulator.turn import Turn
from mockserver.domain.streaming import as_stream, encoded, paced
from mockserver.operations.artifacts import stored_artifacts
from mockserver.operations.call import Call, Reply, Services
from mockserver.operations.find import agent_and_session_of


def create_agent_input(call: Call, services: Services) -> Reply:
    """Take an input. A message starts a turn; an interrupt finds nothing to stop; the rest is refused by name."""
    agent, session = agent_and_session_of(call, services)
    if not agent.enabled:
        raise Refused("SM322", f"Agent {agent.key} is disabled and takes no input.", fields={"enabled": "is false"})
    if call.files and not call.body["messages"]:
        message = "Files without a message are not supported yet: send a message with them."
        raise Refused("SM490", message, fields={"/messages": "is not supported yet to be left out"})
    match call.body.get("type", "input_message"):
        case "input_message":
            return _message(call, services, agent, session)
        case "interrupt":
            return _interrupt(call, services, session)
        case "tool_output":
            raise _nothing_pending(call)
        case kind:
            raise Refused("SM490", f"The input {kind!r} is not supported yet.", fields={"/type": "is not supported yet"})


def _message(call: Call, services: Services, agent: Agent, session: Session) -> Reply:
    replayed = _replayed(call, services, session)
    running = _begun(session, services)
    try:
        plan = _plan(call, services, agent, running)
        stored_artifacts(call.files, running, services)
    except BaseException:
        _undone(session, services)
        raise
    scripted = services.scenarios.tools
    tools = Toolbox(services.store, services.searcher, services.ids, services.transform, scripted=scripted)
    turn = Turn(plan, agent, running, tools, store=services.store, clock=services.clock, ids=services.ids)
    return _reply(call, services, chain(replayed, turn), turn)


def _begun(session: Session, services: Services) -> Session:
    running = services.store.change_session(session.agent_key, session.key, begin_turn)
    if running is None:
        raise Refused("SM302", f"Agent {session.agent_key} has no session {session.key!r}.", missing_id=session.key)
    return running


def _undone(session: Session, services: Services) -> None:
    """Leave the session as if the input had never come; what others changed meanwhile stays."""

    def as_before(now: Session) -> Session:
        is_later = now.sequence != session.sequence
        return now if is_later else replace(now, status=session.status, turns=session.turns)

    services.store.change_session(session.agent_key, session.key, as_before)


def _plan(call: Call, services: Services, agent: Agent, running: Session) -> TurnPlan:
    noted = services.store.context(running)
    around = Surroundings(
        now=services.clock.now(),
        random=services.ids.random_for("turn", running.agent_key, running.key, running.turns),
        words=services.words,
        find=services.store.instruction,
        dialect=services.dialect,
        reminders=noted["reminders"] if noted else None,
    )
    history = [event for event in services.store.events(running, None) if not event.hidden]
    return plan_turn(agent, running, history, call.body["messages"], around)


def _replayed(call: Call, services: Services, session: Session) -> list[Event]:
    """Return the stored events behind the `since` cursor, which precede those of the new turn (api-facts §9.19)."""
    since = call.body.get("since")
    if since is None:
        return []
    if session.status is Status.RUNNING:
        message = "Queueing an input behind a running turn (since) is not supported yet; wait for the turn's end."
        raise Refused("SM490", message, fields={"/since": "is not supported yet while a turn runs"})
    cursor = None if since == "start" else services.store.event(session, since)
    if cursor is None and since != "start":
        message = f"since names event {since!r}, which is not in session {session.key}."
        raise Refused("SM405", message, fields={"/since": "must be start or the id of an event of this session"})
    after = cursor.sequence if cursor else None
    return [event for event in services.store.events(session, after) if not event.hidden]


def _interrupt(call: Call, services: Services, session: Session) -> Reply:
    if session.status is Status.RUNNING:
        message = "Interrupting a running turn is not supported yet; wait for the turn's end."
        raise Refused("SM490", message, fields={"/type": "is not supported yet while a turn runs"})
    return _reply(call, services, (), None)


def _nothing_pending(call: Call) -> Refused:
    wrong = {
        f"/tool_outputs/{index}/event_id": "no tool call with this event id waits for an output"
        for index, _ in enumerate(call.body["tool_outputs"])
    }
    message = f"No tool call of session {call.session_key} waits for an output."
    return Refused("SM404", message, fields=wrong or {"/tool_outputs": "no tool call waits for an output"})


def _reply(call: Call, services: Services, events: Iterable[Event], turn: Turn | None) -> Reply:
    field = call.operation.stream_field
    if field is None or not call.body.get(field, False):
        return Reply(201, {"events": [event.as_json() for event in events], "session_key": call.session_key})

    def usage() -> ContextUsage | None:
        return turn.usage if turn else None

    frames = paced(as_stream(events, usage), services.clock.sleep, seconds=services.stream_delay)
    stream: Iterator[bytes] = encoded(frames)
    return Reply(201, stream=stream, close=turn.close) if turn else Reply(201, stream=stream)

"""Create an input: begin a turn, or join the one that runs, then give its events as JSON or as a stream (design §3)."""

from collections.abc import Mapping, Sequence

from mockserver.domain.agents import Agent
from mockserver.domain.chaos import read
from mockserver.domain.errors import Refused
from mockserver.domain.events import Event, InputMessage, SessionInterrupted, new_event_id, text_of
from mockserver.domain.sessions import PendingCall, Session, Status, check_enabled
from mockserver.domain.simulator.physics import Physics, physics_of
from mockserver.domain.simulator.plan import skill_loads
from mockserver.domain.simulator.reader import Reader
from mockserver.domain.simulator.stage import Input
from mockserver.domain.simulator.turns import change_same
from mockserver.domain.streaming import Frame, Whole, encoded, ended, events_of
from mockserver.domain.values import JsonObject
from mockserver.operations.call import Call, Reply, Services, nothing
from mockserver.operations.find import agent_and_session_of
from mockserver.spec.json_schemas import problems_of

STEER = "steer"
WISHES: Mapping[str, tuple[str, ...]] = {
    "input_message": ("scenario", "physics", "seed"),
    "tool_output": ("physics", "seed"),
    "compact": ("seed",),
}
"""What a request may wish of the turn that its input begins or goes on with (header `Prefer`), by the type of the input."""


def create_agent_input(call: Call, services: Services) -> Reply:
    """Take an input. Raises Refused where it cannot be taken; then nothing is stored."""
    agent, session = agent_and_session_of(call, services)
    kind = call.body.get("type", "input_message")
    if kind == "interrupt":
        return _interrupted(call, services, session)
    given = _input(call, kind)
    _check(agent, session, given)
    _let_faults_fall(call, services, session, given)
    since, steers = call.body.get("since"), call.body.get("behavior") == STEER
    return _reply(call, session, services.runs.submit(session, given, since=since, steers=steers))


def _input(call: Call, kind: str) -> Input:
    wishes = call.wishes
    return Input(
        kind,
        messages=tuple(call.body.get("messages", ())),
        uploads=call.files,
        outputs=tuple(call.body.get("tool_outputs", ())),
        anchor=call.body.get("compact_up_to_event_id"),
        compaction_message=call.body.get("compaction_message"),
        scenario=wishes.scenario,
        pace=None if wishes.physics is None else _pace(wishes.physics),
        seed=wishes.seed,
    )


def _let_faults_fall(call: Call, services: Services, session: Session, given: Input) -> None:
    """Give the answer the faults of the scenario. Raises Refused SM230 for an unknown one, SM501 to SM504 for an error."""
    if given.kind == "input_message":
        message = text_of(InputMessage(given.messages))
        scenario = services.scenarios.chosen(given.scenario, session.agent_key, session.metadata, message)
        if scenario is not None and scenario.chaos is not None:
            faults, _ = read(scenario.chaos)
            call.fall(faults)


def _pace(text: str) -> Physics:
    try:
        return physics_of(text)
    except ValueError as error:
        raise Refused("SM212", f"The pace {text!r} cannot be read: {error}.", fields={"Prefer": str(error)}) from error


def _check(agent: Agent, session: Session, given: Input) -> None:
    """Refuse early what no turn could take, so that it need not wait for its turn to be refused."""
    check_enabled(session)
    if not agent.enabled:
        raise Refused("SM322", f"Agent {agent.key} is disabled and takes no input.", fields={"enabled": "is false"})
    skill_loads(agent, given.messages)
    if given.kind == "tool_output":
        if session.status is Status.RUNNING:
            raise Refused("SM320", f"Session {session.key} is running a turn; wait for its end.")
        _check_outputs(session, given.outputs)


def _check_outputs(session: Session, outputs: Sequence[JsonObject]) -> None:
    """Hold the outputs against the calls that wait: each exactly once, and of the shape that its tool promises."""
    pending = {call.event_id: call for call in session.parked.pending} if session.parked else {}
    wrong = _faults_of_ids(pending, [output["event_id"] for output in outputs])
    if wrong:
        known = ", ".join(pending) or "none"
        raise Refused("SM404", f"The outputs do not match the calls that wait, which are: {known}.", fields=wrong)
    misfits = {
        f"/tool_outputs/{index}/output{'' if pointer == '/' else pointer}": reason
        for index, output in enumerate(outputs)
        if output["type"] == "success" and (schema := pending[output["event_id"]].output_schema) is not None
        for pointer, reason in problems_of(schema, output["output"]).items()
    }
    if misfits:
        raise Refused("SM407", "An output does not fit the output schema of its tool.", fields=misfits)


def _faults_of_ids(pending: Mapping[str, PendingCall], given: Sequence[str]) -> dict[str, str]:
    wrong = {
        f"/tool_outputs/{index}/event_id": "is there twice" if event_id in pending else "no tool call with this event id waits"
        for index, event_id in enumerate(given)
        if event_id not in pending or event_id in given[:index]
    }
    missing = [event_id for event_id in pending if event_id not in given]
    if missing:
        wrong["/tool_outputs"] = f"misses the output of {', '.join(missing)}"
    elif not pending and not wrong:
        wrong["/tool_outputs"] = "no tool call waits for an output"
    return wrong


def _interrupted(call: Call, services: Services, session: Session) -> Reply:
    """Break off the running turn, whose own answer tells of it; a turn that waits for client tools is told here, and given up."""
    if services.runs.interrupt(session) or not _given_up(services, session):
        return _reply(call, session, ())
    random = services.ids.random_for("interrupt", session.agent_key, session.key, session.turns)
    told = Event(id=new_event_id(random), session_key=session.key, created_at=services.clock.now(), body=SessionInterrupted())
    return _reply(call, session, [Whole(told)])


def _given_up(services: Services, session: Session) -> bool:
    """Let a session that is idle wait for client tools no more; say whether it did."""
    had_waited = False

    def unparked(now: Session) -> Session:
        nonlocal had_waited
        had_waited = now.parked is not None and now.status is not Status.RUNNING
        return now.unparked() if had_waited else now

    return change_same(services.store, session, unparked) is not None and had_waited


def _reply(call: Call, session: Session, frames: Reader | Sequence[Frame]) -> Reply:
    field = call.operation.stream_field
    applied = WISHES.get(call.body.get("type", "input_message"), ())
    close = frames.close if isinstance(frames, Reader) else nothing
    if field is not None and call.body.get(field, False):
        return Reply(201, stream=encoded(ended(frames)), close=close, applied=applied)
    try:
        body = {"events": [event.as_json() for event in events_of(frames)], "session_key": session.key}
    finally:
        close()
    return Reply(201, body, applied=applied)

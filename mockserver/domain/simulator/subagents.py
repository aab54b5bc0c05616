"""Ask another agent: a turn of a session of its own, whose events are news of the running call (api-facts §2.7, §4.5)."""

import json
from collections import deque
from collections.abc import Mapping
from contextlib import suppress

from mockserver.domain.agents import effective_compaction
from mockserver.domain.errors import Refused
from mockserver.domain.events import AgentOutput, Event, StructuredOutput
from mockserver.domain.sessions import Session, create
from mockserver.domain.simulator.acts import Act
from mockserver.domain.simulator.calls import Outcome, ToolCall, ToolFailure, failed, given_of, unresolved
from mockserver.domain.simulator.drafts import BreaksOff, Drafts, Reports, Waits
from mockserver.domain.simulator.stage import Input, Stage, Turn
from mockserver.domain.simulator.tools import merged, transforms_of
from mockserver.domain.streaming import PiecesEnd, Whole
from mockserver.domain.values import JsonObject, slug

DEEPEST = 5
"""How many agents may ask each other in a row; with more the tool fails."""
_LONGEST_SLUG = 50 - len("ase__12345678")


def asked(
    stage: Stage, call: ToolCall, outputs: Mapping[str, JsonObject], acts: tuple[Act, ...] | None = None
) -> Drafts[Outcome]:
    """Hand the message over and give back the other agent's answer; whatever hinders it is the tool's failure.

    With `acts` the other agent performs these instead of what it would do by itself.
    """
    given = given_of(call, _settings, outputs)
    if given.lost:
        return unresolved(given.lost)
    if given.has_secret:
        problem = "FAILED_PRECONDITION: secrets are not given to other agents, in whose sessions they could be read"
        return failed(problem, given.shown)
    transforms = transforms_of(call.configuration.value, stage.equipment.transform, stage.place)
    try:
        arguments = transforms.arguments(merged(call.arguments, given.overrides), outputs)
        answer = yield from _answer(stage, call, arguments, given.settings, acts)
        output = transforms.result(answer)
    except ToolFailure as failure:
        return failed(str(failure), given.shown)
    return Outcome(output, error=False, overrides=given.shown, filters={})


def _settings(configuration: JsonObject) -> JsonObject:
    settings: JsonObject = configuration["sub_agent_configuration"]
    return settings


def _answer(
    stage: Stage, call: ToolCall, arguments: JsonObject, settings: JsonObject, acts: tuple[Act, ...] | None
) -> Drafts[JsonObject]:
    message = arguments.get("message")
    if not isinstance(message, str) or not message:
        raise ToolFailure("INVALID_ARGUMENT: message must be a text that is not empty")
    if stage.depth == DEEPEST:
        raise ToolFailure(f"RESOURCE_EXHAUSTED: more than {DEEPEST} agents ask each other in a row")
    child = _child(stage, call, arguments, settings)
    given = Input("input_message", messages=({"type": "text", "content": message},), pace=stage.pace, acts=acts)
    try:
        turn = stage.begin(child, given)
    except Refused as refused:
        raise ToolFailure(f"FAILED_PRECONDITION: {refused.message}") from refused
    with stage.host.asking(child, turn):
        answer = yield from _played(turn, call)
    if turn.is_broken_off:
        raise ToolFailure("ABORTED: the other agent was interrupted")
    if turn.end is not None and turn.end.parked:
        raise ToolFailure("FAILED_PRECONDITION: the other agent waits for client tools, which only a caller can run")
    return {"session_key": child.key, "sub_agent_response": answer}


def _played(turn: Turn, call: ToolCall) -> Drafts[str]:
    """Play the other agent's turn, and leave its session idle whatever comes; its last words are the answer."""
    try:
        return (yield from _overheard(turn, call))
    except Refused as refused:
        raise ToolFailure(f"ABORTED: {refused.message}") from refused
    except GeneratorExit:
        turn.interrupt()
        with suppress(Refused):
            deque(turn.record(BreaksOff()), maxlen=0)
        raise
    finally:
        turn.finish()


def _overheard(turn: Turn, call: ToolCall) -> Drafts[str]:
    """Tell each event of the turn as news of the call."""
    answer = ""
    while (draft := turn.next()) is not None:
        if draft.wait:
            yield Waits(draft.wait)
        for frame in turn.record(turn.unless_interrupted(draft)):
            if isinstance(frame, Whole | PiecesEnd):
                yield Reports(call, frame.event)
                answer = _words(frame.event) or answer
    return answer


def _words(event: Event) -> str | None:
    match event.body:
        case AgentOutput(content):
            return content
        case StructuredOutput(content=value):
            return json.dumps(value, ensure_ascii=False)
        case _:
            return None


def _child(stage: Stage, call: ToolCall, arguments: JsonObject, settings: JsonObject) -> Session:
    """Return the session to ask in, new or resumed as the session mode says."""
    store, agent_key = stage.equipment.store, str(settings["agent_key"])
    agent = store.agent(agent_key)
    if agent is None:
        raise ToolFailure(f"NOT_FOUND: there is no agent {agent_key!r} to ask")
    if resumed := _resumed(stage, call, arguments, settings):
        return resumed
    tti = arguments.get("session_tti_minutes", 0)
    body = {
        "name": _name(stage, call),
        "metadata": settings.get("session_metadata", {}),
        "tti_minutes": tti if isinstance(tti, int) and tti > 0 else 0,
    }
    key = _free_key(stage, agent_key, call)
    made = create(body, key=key, agent_key=agent_key, compaction=effective_compaction(agent), now=stage.equipment.clock.now())
    try:
        return store.add_session(made.created_in(stage.session))
    except Refused as refused:
        raise ToolFailure(f"ABORTED: {refused.message}") from refused


def _name(stage: Stage, call: ToolCall) -> str:
    return f"{call.configuration_name} for {stage.session.key}"


def _resumed(stage: Stage, call: ToolCall, arguments: JsonObject, settings: JsonObject) -> Session | None:
    """Return the session that goes on: the one of this call's kind, or the one that the model names or the message does."""
    mode = settings.get("session_mode", "ephemeral")
    if mode == "ephemeral":
        return None
    sessions = stage.equipment.store.sessions(str(settings["agent_key"]), None)
    children = [child for child in sessions if _may_go_on(child, stage, by_any_session=mode == "agent_scoped")]
    if mode == "persistent":
        return next((child for child in children if child.name == _name(stage, call)), None)
    wanted, message = arguments.get("session_key"), str(arguments["message"])
    found = next((child for child in children if child.key == wanted or child.key in message), None)
    if wanted is not None and found is None:
        raise ToolFailure(f"NOT_FOUND: there is no session {wanted!r} that this call may resume")
    return found


def _may_go_on(child: Session, stage: Stage, *, by_any_session: bool) -> bool:
    """Say whether this agent made the session, and this session unless any may do; one that has expired is gone."""
    own = stage.session
    if child.created_by is None or child.has_expired(stage.equipment.clock.now()):
        return False
    is_of_this_session = child.created_by == (own.agent_key, own.key) and child.sequence > own.sequence
    return is_of_this_session or (by_any_session and child.created_by[0] == own.agent_key)


def _free_key(stage: Stage, agent_key: str, call: ToolCall) -> str:
    """Make a key that depends on the call alone, whatever other sessions there are."""
    asking = stage.session
    random = stage.equipment.ids.random_for("asked", asking.agent_key, asking.key, asking.turns, call.id)
    while True:
        key = f"ase_{slug(call.configuration_name, longest=_LONGEST_SLUG)}_{random.getrandbits(32):08x}"
        if stage.equipment.store.session(agent_key, key) is None:
            return key

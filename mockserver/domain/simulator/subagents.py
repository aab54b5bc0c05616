"""Ask another agent: a turn of a session of its own, whose events are news of the running call (api-facts §2.7, §4.5)."""

from collections.abc import Mapping
from random import Random

from mockserver.domain.agents import effective_compaction
from mockserver.domain.errors import Refused
from mockserver.domain.events import AgentOutput, Event, StructuredOutput, body_as_json
from mockserver.domain.references import settled
from mockserver.domain.sessions import Session, create
from mockserver.domain.simulator.acts import Act
from mockserver.domain.simulator.calls import Outcome, ToolCall, ToolFailure
from mockserver.domain.simulator.drafts import Drafts, Reports
from mockserver.domain.simulator.stage import Input, Stage, Turn
from mockserver.domain.simulator.tools import merged
from mockserver.domain.streaming import PiecesEnd, Whole
from mockserver.domain.values import JsonObject, slug

DEEPEST = 5
"""How many agents may ask each other in a row; with more the tool fails."""
_LONGEST_KEY = 50


def asked(
    stage: Stage, call: ToolCall, outputs: Mapping[str, JsonObject], acts: tuple[Act, ...] | None = None
) -> Drafts[Outcome]:
    """Hand the message over and give back the other agent's answer; whatever hinders it is the tool's failure.

    With `acts` the other agent performs these instead of what it would do by itself.
    """
    overrides, lost = settled(call.overrides.value, outputs)
    settings, also_lost = settled(call.configuration.value["sub_agent_configuration"], outputs)
    if lost or also_lost:
        problem = f"FAILED_PRECONDITION: unresolved refs [{', '.join(lost + also_lost)}]; no tool gave such an output"
        return Outcome({"error": problem}, error=True, overrides=None, filters={})
    shown, _ = settled(call.overrides.shown, outputs)
    try:
        output = yield from _answer(stage, call, merged(call.arguments, overrides), settings, acts)
    except ToolFailure as failure:
        return Outcome({"error": str(failure)}, error=True, overrides=shown, filters={})
    return Outcome(output, error=False, overrides=shown, filters={})


def _answer(
    stage: Stage, call: ToolCall, arguments: JsonObject, settings: JsonObject, acts: tuple[Act, ...] | None
) -> Drafts[JsonObject]:
    message = arguments.get("message")
    if not isinstance(message, str) or not message:
        raise ToolFailure("INVALID_ARGUMENT: message must be a text that is not empty")
    if stage.depth == DEEPEST:
        raise ToolFailure(f"RESOURCE_EXHAUSTED: more than {DEEPEST} agents ask each other in a row")
    child = _child(stage, call, arguments, settings)
    given = Input("input_message", messages=({"type": "text", "content": message},), acts=acts)
    try:
        turn = stage.begin(child, given, stage.depth + 1)
    except Refused as refused:
        raise ToolFailure(f"FAILED_PRECONDITION: {refused.message}") from refused
    try:
        answer = yield from _overheard(turn, call)
    except Refused as refused:
        raise ToolFailure(f"ABORTED: {refused.message}") from refused
    finally:
        turn.finish()
    if turn.end is not None and turn.end.parked:
        raise ToolFailure("FAILED_PRECONDITION: the other agent waits for client tools, which only a caller can run")
    return {"session_key": child.key, "sub_agent_response": answer}


def _overheard(turn: Turn, call: ToolCall) -> Drafts[str]:
    """Play the other agent's turn; each of its events is news, its last words are the answer."""
    answer, wait = "", 0.0
    while (draft := turn.next()) is not None:
        wait += draft.wait
        for frame in turn.record(draft):
            if isinstance(frame, Whole | PiecesEnd):
                yield Reports(call, frame.event, wait)
                answer, wait = _words(frame.event) or answer, 0.0
    return answer


def _words(event: Event) -> str | None:
    match event.body:
        case AgentOutput(content):
            return content
        case StructuredOutput():
            return str(body_as_json(event.body)["content"])
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
        "name": f"{call.configuration_name} for {stage.session.key}",
        "metadata": settings.get("session_metadata", {}),
        "tti_minutes": tti if isinstance(tti, int) and tti > 0 else 0,
    }
    key = _free_key(stage, agent_key, call.configuration_name)
    made = create(body, key=key, agent_key=agent_key, compaction=effective_compaction(agent), now=stage.equipment.clock.now())
    try:
        return store.add_session(made.created_in(stage.session))
    except Refused as refused:
        raise ToolFailure(f"ABORTED: {refused.message}") from refused


def _resumed(stage: Stage, call: ToolCall, arguments: JsonObject, settings: JsonObject) -> Session | None:
    """Return the session that goes on: the one of this call's kind, or the one that the model names or the message does."""
    mode = settings.get("session_mode", "ephemeral")
    if mode == "ephemeral":
        return None
    own = (stage.session.agent_key, stage.session.key)
    children = [
        session
        for session in stage.equipment.store.sessions(str(settings["agent_key"]), None)
        if session.created_by is not None
        and session.created_by[0] == own[0]
        and (mode == "agent_scoped" or session.created_by == own)
    ]
    if mode == "persistent":
        name = f"{call.configuration_name} for {stage.session.key}"
        return next((session for session in children if session.name == name), None)
    wanted, message = arguments.get("session_key"), str(arguments["message"])
    found = next((session for session in children if session.key == wanted or session.key in message), None)
    if wanted is not None and found is None:
        raise ToolFailure(f"NOT_FOUND: there is no session {wanted!r} that this call may resume")
    return found


def _free_key(stage: Stage, agent_key: str, tool: str) -> str:
    random: Random = stage.random
    while True:
        key = f"ase_{slug(tool, longest=_LONGEST_KEY - 9)}_{random.getrandbits(16):04x}"
        if stage.equipment.store.session(agent_key, key) is None:
            return key

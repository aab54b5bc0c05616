"""What an input lets happen: an answer, a scenario, a compaction, or the rest of a turn that waited for client tools."""

from collections.abc import Sequence
from itertools import takewhile

from mockserver.domain.errors import Refused
from mockserver.domain.events import ArtifactUpload, ContextLimitExceeded, Event, InputMessage, ToolInput, ToolOutput
from mockserver.domain.sessions import Parked, PendingCall, check_takes_messages
from mockserver.domain.simulator.acting import Done, returned
from mockserver.domain.simulator.acts import Act, acts_of
from mockserver.domain.simulator.calls import Outcome
from mockserver.domain.simulator.clients import answered
from mockserver.domain.simulator.compaction import compacted, older
from mockserver.domain.simulator.context import context_tokens
from mockserver.domain.simulator.drafts import Drafts, Happens, Takes, Uses
from mockserver.domain.simulator.loop import Asked, Earlier, stepped, taken
from mockserver.domain.simulator.performance import Performance, handed_over
from mockserver.domain.simulator.scenarios import Scenario
from mockserver.domain.simulator.stage import Input, Stage, TurnEnd
from mockserver.domain.values import JsonObject


def course_of(stage: Stage, given: Input, scenario: Scenario | None) -> Drafts[TurnEnd]:
    """Return what an input lets happen. Raises Refused where it does not fit the session."""
    if given.kind == "compact":
        return _compaction(stage, given)
    if given.kind == "tool_output":
        return _used(stage, _resumed(stage, given))
    check_takes_messages(stage.session)
    acts = given.acts if given.acts is not None else scenario.turn if scenario else None
    if acts is None:
        return _used(stage, _answer(stage, given))
    return _used(stage, _performance(stage, *handed_over(stage, given, acts)))


def _used(stage: Stage, drafts: Drafts[TurnEnd]) -> Drafts[TurnEnd]:
    """Tell behind a turn how much of the model's window it used."""
    end = yield from drafts
    if stage.usage is not None:
        yield Uses(stage.usage)
    return end


def _answer(stage: Stage, given: Input) -> Drafts[TurnEnd]:
    asked = yield from taken(stage, given)
    start = stage.plan.start
    told, settings = stage.plan.steps[start].told, stage.session.effective_compaction
    history = stage.history
    tokens = context_tokens(told, history)
    if settings["enabled"] and tokens * 100 > stage.window * settings["threshold_percent"]:
        yield from compacted(older(history, keep=settings["keep_recent_inputs"]), settings, stage.random)
        tokens = context_tokens(told, stage.history)
    if tokens > stage.window:
        yield Happens(ContextLimitExceeded(stage.window, tokens))
        return TurnEnd(stage.session.current_step)
    return (yield from stepped(stage, asked, start))


def _performance(stage: Stage, given: Input, acts: Sequence[Act]) -> Drafts[TurnEnd]:
    asked = yield from taken(stage, given)
    return (yield from Performance(stage, asked, acts, stage.plan.start)())


def _compaction(stage: Stage, given: Input) -> Drafts[TurnEnd]:
    """Compact on demand, but for calls that are waited for: their outputs are to find them."""
    session = stage.session
    settings = {**session.effective_compaction}
    if given.compaction_message:
        settings["compaction_message"] = given.compaction_message
    waiting = {call.event_id for call in session.parked.pending} if session.parked else set()
    events = older(stage.history, keep=settings["keep_recent_inputs"], anchor=given.anchor)
    return _compacting(stage, [event for event in events if event.id not in waiting], settings)


def _compacting(stage: Stage, events: Sequence[Event], settings: JsonObject) -> Drafts[TurnEnd]:
    yield from compacted(events, settings, stage.random)
    return TurnEnd(stage.session.current_step, stage.session.parked)


def _resumed(stage: Stage, given: Input) -> Drafts[TurnEnd]:
    """Go on with a turn that waited for client tools; `given.outputs` are one for each pending call, in any order."""
    parked = stage.session.parked
    if parked is None:
        raise Refused("SM404", f"No tool call of session {stage.session.key} waits for an output.")
    outputs = {output["event_id"]: output for output in given.outputs}
    if outputs.keys() != {call.event_id for call in parked.pending}:
        raise Refused("SM404", "The outputs do not match the calls that wait.")
    return _resuming(stage, parked, [(call, outputs[call.event_id]) for call in parked.pending])


def _resuming(stage: Stage, parked: Parked, pairs: Sequence[tuple[PendingCall, JsonObject]]) -> Drafts[TurnEnd]:
    called, done = _before(stage)
    outcomes = [(call, answered(stage, call, output)) for call, output in pairs]
    yield Takes(
        tuple(returned(call.tool_call_id, call.tool_configuration_name, call.tool_name, outcome) for call, outcome in outcomes)
    )
    earlier = Earlier(called, (*done, *(Done(call.tool_configuration_name, outcome) for call, outcome in outcomes)))
    asked = Asked(parked.text)
    step = parked.step if parked.step in stage.plan.steps else stage.plan.start
    if parked.acts is not None:
        return (yield from Performance(stage, asked, acts_of(parked.acts), parked.step, parked.performed)(earlier))
    return (yield from stepped(stage, asked, step, earlier))


def _before(stage: Stage) -> tuple[frozenset[str], list[Done]]:
    """Return which tools the turn called before it waited, and what came of those that ran."""
    bodies = (event.body for event in reversed(stage.history))
    turn = list(takewhile(lambda body: not isinstance(body, InputMessage | ArtifactUpload), bodies))[::-1]
    called = frozenset(body.tool_configuration_name for body in turn if isinstance(body, ToolInput))
    outputs = (body for body in turn if isinstance(body, ToolOutput))
    outcomes = [(body.tool_configuration_name, Outcome(body.tool_output, body.error, None, {})) for body in outputs]
    return called, [Done(name, outcome) for name, outcome in outcomes]

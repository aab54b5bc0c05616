"""Begin a turn: what can be refused is refused here, before anything is stored; what follows is a `Turn`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from mockserver.domain.agents import Agent
from mockserver.domain.errors import Refused
from mockserver.domain.events import ContextLimitExceeded, SessionInterrupted, ToolOutput, new_event_id, text_of
from mockserver.domain.events import InputMessage as Message
from mockserver.domain.sessions import Parked, PendingCall, Session, begin_turn, end_turn
from mockserver.domain.simulator.acting import Done
from mockserver.domain.simulator.acts import Act, acts_of
from mockserver.domain.simulator.calls import Outcome
from mockserver.domain.simulator.compaction import compacted, older
from mockserver.domain.simulator.context import context_tokens
from mockserver.domain.simulator.drafts import Draft, Drafts, Happens, Uses
from mockserver.domain.simulator.loop import Asked, stepped, taken
from mockserver.domain.simulator.performance import Performance, handed_over
from mockserver.domain.simulator.physics import Physics, physics_of
from mockserver.domain.simulator.plan import Surroundings, TurnPlan, plan_turn, skill_loads
from mockserver.domain.simulator.recorder import Recorder, change_same
from mockserver.domain.simulator.scenarios import Scenario
from mockserver.domain.simulator.stage import Equipment, Input, Stage, TurnEnd
from mockserver.domain.streaming import Frame
from mockserver.domain.values import JsonObject

Steered = Callable[[], Sequence[Input]]


class PlayedTurn:
    """A turn that runs. It always ends with the session idle again, if `finish` is called.

    `is_taking` while something may follow that the caller gave: an interrupt waits for it.
    """

    def __init__(self, stage: Stage, drafts: Drafts[TurnEnd], recorder: Recorder) -> None:
        self.end: TurnEnd | None = None
        self.is_taking = True
        self._stage = stage
        self._drafts = drafts
        self._recorder = recorder
        self._over = False

    def next(self) -> Draft | None:
        """Return what happens next, None when the turn is over. Raises Refused where it breaks off."""
        try:
            draft = next(self._drafts)
        except StopIteration as stop:
            self.end = stop.value
            return None
        self.is_taking = isinstance(draft, Happens) and draft.given
        return draft

    def record(self, draft: Draft) -> Iterator[Frame]:
        """Store what happens and make it public."""
        return self._recorder.record(draft)

    def interrupted(self) -> Iterator[Frame]:
        """Break the turn off: what was said so far is the whole text, then the interruption is told (README, choices)."""
        self._drafts.close()
        yield from self._recorder.silence()
        yield from self._recorder.record(Happens(SessionInterrupted()))

    def finish(self) -> None:
        """Leave the session idle."""
        if not self._over:
            self._over = True
            self._drafts.close()
            end = self.end or TurnEnd(self._stage.session.current_step)
            usage = self._stage.usage
            session = self._stage.session
            change_same(
                self._stage.equipment.store,
                session,
                lambda now: end_turn(now, usage=usage, step=end.step, parked=end.parked),
            )


def begin(equipment: Equipment, session: Session, given: Input, steered: Steered = tuple, depth: int = 0) -> PlayedTurn:
    """Begin a turn of this session. Raises Refused where the input cannot be taken; then all is as if it had never come."""
    agent = equipment.store.agent(session.agent_key)
    running = equipment.store.change_session(session.agent_key, session.key, begin_turn)
    if agent is None or running is None:
        raise Refused("SM302", f"Agent {session.agent_key} has no session {session.key!r}.", missing_id=session.key)
    try:
        return _planned(equipment, agent, running, given, steered, depth)
    except BaseException:
        change_same(
            equipment.store,
            running,
            lambda now: replace(now, status=session.status, turns=session.turns) if now.turns == running.turns else now,
        )
        raise


def _planned(equipment: Equipment, agent: Agent, running: Session, given: Input, steered: Steered, depth: int) -> PlayedTurn:
    if not agent.enabled:
        raise Refused("SM322", f"Agent {agent.key} is disabled and takes no input.", fields={"enabled": "is false"})
    around = Surroundings(equipment.clock.now(), equipment.store.instruction, equipment.dialect)
    plan = plan_turn(agent, running, around)
    skill_loads(agent, given.messages)
    purpose = ("turn", running.agent_key, running.key, running.turns, *(() if given.seed is None else (given.seed,)))
    random, id_random = equipment.ids.random_for(*purpose), equipment.ids.random_for("events", *purpose)
    scenario = _scenario(equipment, running, given)

    def begin_child(session: Session, child: Input, child_depth: int) -> PlayedTurn:
        return begin(equipment, session, child, depth=child_depth)

    stage = Stage(
        agent=agent,
        session=running,
        plan=plan,
        equipment=equipment,
        random=random,
        new_id=lambda: new_event_id(id_random),
        pace=_pace(equipment, given, scenario),
        begin=begin_child,
        steered=steered,
        depth=depth,
    )
    drafts = _drafts(stage, given, scenario)
    running = _remember_reminders(equipment, running, plan)
    stage.session = running
    return PlayedTurn(stage, drafts, Recorder(running, equipment.store, equipment.clock, stage.new_id))


def _remember_reminders(equipment: Equipment, running: Session, plan: TurnPlan) -> Session:
    """Keep the reminders that were rendered: that happens once a session (api-facts §2.4)."""
    if plan.reminders.keys() <= running.reminders.keys():
        return running
    kept = {**plan.reminders, **running.reminders}
    change_same(equipment.store, running, lambda now: replace(now, reminders=kept))
    return replace(running, reminders=kept)


def _scenario(equipment: Equipment, session: Session, given: Input) -> Scenario | None:
    if given.kind != "input_message" or given.acts is not None:
        return None
    message = text_of(Message(given.messages))
    return equipment.book.chosen(given.scenario, session.agent_key, session.metadata, message)


def _pace(equipment: Equipment, given: Input, scenario: Scenario | None) -> Physics:
    if given.pace is not None:
        return given.pace
    return physics_of(scenario.physics) if scenario and scenario.physics is not None else equipment.pace


def _drafts(stage: Stage, given: Input, scenario: Scenario | None) -> Drafts[TurnEnd]:
    """Choose what the turn plays. Raises Refused where the input does not fit the session."""
    session = stage.session
    match given.kind:
        case "compact":
            return _compaction(stage, given)
        case "tool_output":
            if session.parked is None:
                raise Refused("SM404", f"No tool call of session {session.key} waits for an output.")
            return _resumed(stage, session.parked, given)
        case _:
            acts = given.acts if given.acts is not None else scenario.turn if scenario else None
            return _used(stage, _message(stage, given, acts))


def _used(stage: Stage, drafts: Drafts[TurnEnd]) -> Drafts[TurnEnd]:
    """Tell behind a turn how much of the model's window it used."""
    end = yield from drafts
    if stage.usage is not None:
        yield Uses(stage.usage)
    return end


def _message(stage: Stage, given: Input, acts: Sequence[Act] | None) -> Drafts[TurnEnd]:
    if acts is not None:
        given, acts = handed_over(stage, given, acts)
    asked = yield from taken(stage, given)
    start = stage.plan.start
    if acts is not None:
        return (yield from Performance(stage, asked, acts, start)())
    told, settings = stage.plan.steps[start].told, stage.session.effective_compaction
    tokens = context_tokens(told, stage.history)
    if settings["enabled"] and tokens * 100 > stage.window * settings["threshold_percent"]:
        yield from compacted(stage.history, settings, stage.random)
        tokens = context_tokens(told, stage.history)
    if tokens > stage.window:
        yield Happens(ContextLimitExceeded(stage.window, tokens))
        return TurnEnd(stage.session.current_step)
    return (yield from stepped(stage, asked, start))


def _compaction(stage: Stage, given: Input) -> Drafts[TurnEnd]:
    """Compact on demand; events that do not exist are refused before anything happens."""
    settings = {**stage.session.effective_compaction}
    if given.compaction_message:
        settings["compaction_message"] = given.compaction_message
    older(stage.history, keep=1, anchor=given.anchor)
    return _compacting(stage, settings, given.anchor)


def _compacting(stage: Stage, settings: dict[str, object], anchor: str | None) -> Drafts[TurnEnd]:
    yield from compacted(stage.history, settings, stage.random, anchor=anchor)
    return TurnEnd(stage.session.current_step, stage.session.parked)


def _resumed(stage: Stage, parked: Parked, given: Input) -> Drafts[TurnEnd]:
    """Go on with a turn that waited for client tools; `given.outputs` are one for each pending call, in any order."""
    outputs = {output["event_id"]: output for output in given.outputs}
    if outputs.keys() != {call.event_id for call in parked.pending}:
        raise Refused("SM404", "The outputs do not match the calls that wait.")
    pairs = [(call, outputs[call.event_id]) for call in parked.pending]
    return _used(stage, _resuming(stage, parked, pairs))


def _resuming(stage: Stage, parked: Parked, pairs: Sequence[tuple[PendingCall, JsonObject]]) -> Drafts[TurnEnd]:
    done = []
    for call, output in pairs:
        outcome = _outcome(call, output)
        body = ToolOutput(
            call.tool_call_id,
            call.tool_configuration_name,
            call.tool_name,
            outcome.output,
            error=outcome.error,
            resolved_argument_overrides=outcome.overrides,
        )
        yield Happens(body, given=True)
        done.append(Done(call.tool_configuration_name, outcome))
    asked = Asked(parked.text)
    step = parked.step if parked.step in stage.plan.steps else stage.plan.start
    if parked.acts is not None:
        return (yield from Performance(stage, asked, acts_of(parked.acts), parked.step, parked.performed)(done))
    return (yield from stepped(stage, asked, step, done))


def _outcome(call: PendingCall, output: JsonObject) -> Outcome:
    if output["type"] == "success":
        return Outcome(output["output"], error=False, overrides=call.overrides, filters={})
    return Outcome({"error": output["error"]}, error=True, overrides=call.overrides, filters={})

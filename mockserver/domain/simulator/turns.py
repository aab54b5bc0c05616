"""Begin a turn: what can be refused is refused here, before anything is stored; what follows is a `Turn`."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from mockserver.domain.agents import Agent
from mockserver.domain.errors import Refused
from mockserver.domain.events import InputMessage, ToolInput, ToolOutput, new_event_id, text_of
from mockserver.domain.ports import Store
from mockserver.domain.sessions import Session, begin_turn, end_turn, gone, take_back_turn
from mockserver.domain.simulator.courses import course_of
from mockserver.domain.simulator.drafts import BreaksOff, Draft, Drafts, Happens, Reports, Shows, Takes, Uses, Waits
from mockserver.domain.simulator.physics import Physics, physics_of
from mockserver.domain.simulator.plan import Surroundings, plan_turn, skill_loads
from mockserver.domain.simulator.recorder import Recorder
from mockserver.domain.simulator.scenarios import Scenario
from mockserver.domain.simulator.stage import Equipment, Host, Input, Stage, TurnEnd
from mockserver.domain.streaming import Frame


class PlayedTurn:
    """A turn that runs: a `Turn` (see `stage`)."""

    def __init__(self, stage: Stage, drafts: Drafts[TurnEnd], recorder: Recorder) -> None:
        self.end: TurnEnd | None = None
        self.is_interrupted = False
        self.is_broken_off = False
        self._stage = stage
        self._drafts = drafts
        self._recorder = recorder
        self._is_at_work = False
        self._is_finished = False

    def interrupt(self) -> None:  # noqa: D102 - see the protocol, as for every method below
        self.is_interrupted = True

    def next(self) -> Draft | None:  # noqa: D102
        if self.is_broken_off:
            return None
        if self.is_interrupted and self._is_at_work:
            return BreaksOff()
        try:
            return self.unless_interrupted(next(self._drafts))
        except StopIteration as stop:
            self.end = stop.value
            return None

    def unless_interrupted(self, draft: Draft) -> Draft:  # noqa: D102
        return BreaksOff() if self.is_interrupted and not isinstance(draft, Takes | Uses) else draft

    def record(self, draft: Draft) -> Iterator[Frame]:  # noqa: D102
        if isinstance(draft, BreaksOff):
            self.is_broken_off = True
            self._drafts.close()
        elif not isinstance(draft, Waits):
            self._is_at_work = _is_of_tools(draft)
        return self._recorder.record(draft)

    def finish(self) -> None:  # noqa: D102
        if self._is_finished:
            return
        self._is_finished = True
        stage = self._stage
        end = self.end or TurnEnd(stage.session.current_step, stage.session.parked)
        try:
            self._drafts.close()
        finally:
            change_same(
                stage.equipment.store,
                stage.session,
                lambda now: end_turn(
                    now, usage=stage.usage, step=end.step, parked=end.parked, last_event_at=self._recorder.last_event_at
                ),
            )


def _is_of_tools(draft: Draft) -> bool:
    """Say whether tools may be at work behind this: an interrupt does not wait for what they give."""
    match draft:
        case Reports() | Shows() | Happens(ToolInput() | ToolOutput()):
            return True
        case _:
            return False


def begin(equipment: Equipment, session: Session, given: Input, host: Host, depth: int = 0) -> PlayedTurn:
    """Begin a turn of this session. Raises Refused where the input cannot be taken; then all is as if it had never come."""
    running = change_same(equipment.store, session, begin_turn)
    agent = equipment.store.agent(session.agent_key)
    if running is None or agent is None:
        raise gone(session)
    try:
        return _planned(equipment, agent, running, given, host, depth)
    except BaseException:
        change_same(equipment.store, running, take_back_turn)
        raise


def _planned(equipment: Equipment, agent: Agent, running: Session, given: Input, host: Host, depth: int) -> PlayedTurn:
    if not agent.enabled:
        raise Refused("SM322", f"Agent {agent.key} is disabled and takes no input.", fields={"enabled": "is false"})
    now, secrets = equipment.clock.now(), equipment.tool_secrets
    plan = plan_turn(agent, running, Surroundings(now, equipment.store.instruction, equipment.dialect, secrets))
    skill_loads(agent, given.messages)
    purpose = ("turn", running.agent_key, running.key, running.turns, *(() if given.seed is None else (given.seed,)))
    id_random = equipment.ids.random_for("events", *purpose)
    scenario = _scenario(equipment, running, given)

    def begin_child(session: Session, child: Input) -> PlayedTurn:
        return begin(equipment, session, child, host, depth + 1)

    stage = Stage(
        agent=agent,
        session=running,
        plan=plan,
        equipment=equipment,
        random=equipment.ids.random_for(*purpose),
        new_id=lambda: new_event_id(id_random),
        pace=_pace(equipment, given, scenario),
        begin=begin_child,
        host=host,
        depth=depth,
    )
    course = course_of(stage, given, scenario)
    stage.session = _begun(stage, given)
    return PlayedTurn(stage, course, Recorder(stage.session, equipment.store, equipment.clock, stage.new_id))


def _begun(stage: Stage, given: Input) -> Session:
    """Store what a turn changes at once that is not refused; return the session as the turn knows it.

    Reminders are rendered once a session (api-facts §2.4); calls whose outputs have come are waited for no more.
    """
    rendered, is_resumed = stage.plan.reminders, given.kind == "tool_output"
    if rendered.keys() <= stage.session.reminders.keys() and not is_resumed:
        return stage.session

    def changed(session: Session) -> Session:
        return replace(session, reminders={**rendered, **session.reminders}, parked=None if is_resumed else session.parked)

    if change_same(stage.equipment.store, stage.session, changed) is None:
        raise gone(stage.session)
    return changed(stage.session)


def _scenario(equipment: Equipment, session: Session, given: Input) -> Scenario | None:
    if given.kind != "input_message" or given.acts is not None:
        return None
    message = text_of(InputMessage(given.messages))
    return equipment.book.chosen(given.scenario, session.agent_key, session.metadata, message)


def _pace(equipment: Equipment, given: Input, scenario: Scenario | None) -> Physics:
    if given.pace is not None:
        return given.pace
    return physics_of(scenario.physics) if scenario and scenario.physics is not None else equipment.pace


def change_same(store: Store, session: Session, change: Callable[[Session], Session]) -> Session | None:
    """Change this session and return it; leave alone a later one of the same key, and return None for one that is gone."""

    def changed(now: Session) -> Session:
        return change(now) if now.sequence == session.sequence else now

    found = store.change_session(session.agent_key, session.key, changed)
    return found if found and found.sequence == session.sequence else None

"""What a turn plays on: what all turns share (`Equipment`), and what belongs to this one (`Stage`)."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

from mockserver.domain.agents import Agent
from mockserver.domain.artifacts import Upload
from mockserver.domain.events import AgentOutput, Event, Thinking, ToolOutput
from mockserver.domain.ports import Clock, Ids, Store, Transform, Words
from mockserver.domain.secrecy import Shape
from mockserver.domain.sessions import ContextUsage, Parked, Session
from mockserver.domain.simulator.acts import Act
from mockserver.domain.simulator.calls import Outcome, Place, RunTool, ToolCall
from mockserver.domain.simulator.context import context_tokens, window_of
from mockserver.domain.simulator.drafts import Draft, Drafts, FallsSilent, Speaks
from mockserver.domain.simulator.physics import Physics
from mockserver.domain.simulator.plan import StepPlan, TurnPlan
from mockserver.domain.simulator.scenarios import Book
from mockserver.domain.streaming import Frame, pieces
from mockserver.domain.templating.dialect import Dialect
from mockserver.domain.values import JsonObject
from mockserver.domain.words import tokens_of


@dataclass(frozen=True, slots=True)
class Input:
    """What the caller sends, as far as the turn is concerned; `seed`, `scenario` and `pace` are wishes of this request.

    With `acts` the agent performs these, whatever any scenario says.
    """

    kind: str
    messages: tuple[JsonObject, ...] = ()
    uploads: tuple[Upload, ...] = ()
    outputs: tuple[JsonObject, ...] = ()
    anchor: str | None = None
    compaction_message: str | None = None
    scenario: str | None = None
    pace: Physics | None = None
    seed: int | None = None
    acts: tuple[Act, ...] | None = None


@dataclass(frozen=True, slots=True)
class Equipment:
    """What all turns of a mock share.

    `window` is the usual size of a model's window in tokens; `report` is told of what failed by a defect of the mock;
    `tool_secrets` says where the configuration of a tool has secrets.
    """

    store: Store
    clock: Clock
    ids: Ids
    words: Words
    run: RunTool
    transform: Transform
    dialect: Dialect
    book: Book
    pace: Physics
    window: int
    transition_limit: int
    report: Callable[[Exception], None]
    tool_secrets: Shape


@dataclass(frozen=True, slots=True)
class TurnEnd:
    """How a turn leaves its session: which step takes the next message, and what it waits for."""

    step: str | None
    parked: Parked | None = None


class Turn(Protocol):
    """A turn that runs: what happens next, made public one by one.

    `end` says how it ended, None where it broke off; `is_broken_off` says that an interrupt did it.
    """

    end: TurnEnd | None
    is_interrupted: bool
    is_broken_off: bool

    def interrupt(self) -> None:
        """Let the turn break off, unless it has nothing left to do."""

    def unless_interrupted(self, draft: Draft) -> Draft:
        """Return what happens in place of `draft` if an interrupt came: what the caller sent is taken in all the same."""

    def next(self) -> Draft | None:
        """Return what happens next, None when the turn is over. Raises Refused where it fails."""

    def record(self, draft: Draft) -> Iterator[Frame]:
        """Store it and make it public."""

    def finish(self) -> None:
        """Leave the session idle, however far the turn came."""


class Host(Protocol):
    """The run that plays a turn, as far as the turn knows of it."""

    def steering(self, agent: Agent) -> Input | None:
        """Return the next input that came since and joins, None without one; the agent has the skills that it asks for."""

    def asking(self, session: Session, turn: Turn) -> AbstractContextManager[None]:
        """Make it known, for as long, that another agent's turn is played in this one, so that an interrupt finds it."""


@dataclass(slots=True)
class Stage:
    """One turn of one session. `begin` begins a turn of an agent that is asked; `depth` counts those that ask in a row."""

    agent: Agent
    session: Session
    plan: TurnPlan
    equipment: Equipment
    random: Random
    new_id: Callable[[], str]
    pace: Physics
    begin: Callable[[Session, Input], Turn]
    host: Host
    depth: int = 0
    usage: ContextUsage | None = None
    tool_calls: list[JsonObject] = field(default_factory=list)

    @property
    def history(self) -> list[Event]:
        """What the model may see of the session: the visible events."""
        return [event for event in self.equipment.store.events(self.session, None) if not event.hidden]

    @property
    def window(self) -> int:
        """The size of the model's window, in tokens."""
        return window_of(self.agent, self.equipment.window)

    @property
    def place(self) -> Place:
        """Where tools run."""
        return Place(self.agent, self.session, self.equipment.clock.now(), self.random)

    def steered(self) -> Input | None:
        """Return the next input that joins this turn; those for an agent that is asked are none of the run's."""
        return self.host.steering(self.agent) if self.depth == 0 else None

    def outputs(self) -> dict[str, Any]:
        """Return the latest output of each tool in the session, as references to `tools.*` find it."""
        bodies = (event.body for event in self.history if isinstance(event.body, ToolOutput))
        return {body.tool_configuration_name: {"outputs": {"latest": body.tool_output}} for body in bodies}

    def spoken(self, text: str, kind: type[AgentOutput] | type[Thinking] = AgentOutput) -> Drafts[None]:
        """Say a text, or think it, piece by piece at the pace of the turn."""
        wait = self.pace.before_answer(self.random)
        for piece in pieces(text, self.pace.chunk_tokens):
            yield Speaks(kind, piece, wait)
            wait = self.pace.before_piece(self.random)
        yield FallsSilent(wait)

    def used(self, step: StepPlan, answer: str, *, is_said: bool = False) -> None:
        """Note what a call of the model used; its own answer is no part of what it read."""
        said = tokens_of(answer)
        self.usage = ContextUsage(context_tokens(step.told, self.history) - (said if is_said else 0), said, self.window)

    def note(self, step: StepPlan) -> None:
        """Keep what the model is told, and which filters were in force, for people to look at."""
        context = {
            "turn": self.session.turns,
            "step": step.name,
            "instructions": step.told.instructions,
            "reminders": step.told.reminders,
            "tools": step.told.tools,
            "language": step.language,
            "tool_calls": list(self.tool_calls),
        }
        self.equipment.store.note_context(self.session, context)

    def note_call(self, step: StepPlan, call: ToolCall, outcome: Outcome) -> None:
        """Add a tool call to what is kept."""
        self.tool_calls.append(
            {
                "tool_configuration_name": call.configuration_name,
                "arguments": call.arguments,
                "resolved_argument_overrides": outcome.overrides,
                "effective_filters": outcome.filters,
                "error": outcome.error,
            }
        )
        self.note(step)

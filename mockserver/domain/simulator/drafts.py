"""What a turn lets happen, before it has an id, a time and a place in the store: the one type of the loop's generators.

`wait` is how many seconds pass before it happens; waiting is the business of whoever plays the turn.
"""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar

from mockserver.domain.events import AgentOutput, Body, Compaction, Event, Thinking
from mockserver.domain.sessions import ContextUsage
from mockserver.domain.simulator.calls import ToolCall


@dataclass(frozen=True, slots=True)
class Happens:
    """An event. Its id and its time may be fixed beforehand, where something else names them.

    What is `given` comes from the caller, not from the agent: an interrupt does not keep it from happening.
    """

    body: Body
    wait: float = 0
    id: str | None = None
    at: datetime | None = None
    given: bool = False


@dataclass(frozen=True, slots=True)
class Speaks:
    """A piece of an answer or of a thought."""

    kind: type[AgentOutput] | type[Thinking]
    content: str
    wait: float = 0


@dataclass(frozen=True, slots=True)
class FallsSilent:
    """The pieces so far are the whole text."""

    wait: float = 0


@dataclass(frozen=True, slots=True)
class Reports:
    """News of a running tool: words, or an event in the session of another agent."""

    call: ToolCall
    news: str | Event
    wait: float = 0


@dataclass(frozen=True, slots=True)
class BeginsCompaction:
    """The older part of the session is being summed up."""

    wait: float = 0


@dataclass(frozen=True, slots=True)
class Compacts:
    """The summary is there; these events are hidden."""

    body: Compaction
    event_ids: tuple[str, ...]
    wait: float = 0


@dataclass(frozen=True, slots=True)
class Uses:
    """So much of the model's window was used."""

    usage: ContextUsage
    wait: float = 0


@dataclass(frozen=True, slots=True)
class Waits:
    """Nothing happens."""

    wait: float


Draft: TypeAlias = Happens | Speaks | FallsSilent | Reports | BeginsCompaction | Compacts | Uses | Waits
Result = TypeVar("Result")
Drafts: TypeAlias = Generator[Draft, None, Result]
"""A part of a turn: what happens, one after the other, and what came of it."""

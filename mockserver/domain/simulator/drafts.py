"""What a turn lets happen, before it has an id, a time and a place in the store: the one type of the loop's generators.

`wait` is how many seconds pass before it happens; waiting is the business of whoever plays the turn.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from mockserver.domain.events import AgentOutput, Body, Compaction, Event, ImageRead, Thinking, ToolOutput
from mockserver.domain.sessions import ContextUsage
from mockserver.domain.simulator.calls import ToolCall


@dataclass(frozen=True, slots=True)
class Happens:
    """An event. Its id may be fixed beforehand, where something else names it."""

    body: Body
    wait: float = 0
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Takes:
    """What the caller sent is taken in, all of it: no interrupt comes between."""

    bodies: tuple[Body, ...]
    wait: float = 0


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
class Shows:
    """A call that reads an image returns: its output, empty here, is the very event that follows it (api-facts §4.7)."""

    output: ToolOutput
    image: ImageRead
    wait: float = 0


@dataclass(frozen=True, slots=True)
class Compacts:
    """The older part of the session is summed up, and hidden."""

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


@dataclass(frozen=True, slots=True)
class BreaksOff:
    """The turn is interrupted: what was said so far is the whole text (README, choices)."""

    wait: float = 0


Draft: TypeAlias = Happens | Takes | Speaks | FallsSilent | Reports | Shows | Compacts | Uses | Waits | BreaksOff
Result = TypeVar("Result")
Drafts: TypeAlias = Generator[Draft, None, Result]
"""A part of a turn: what happens, one after the other, and what came of it."""

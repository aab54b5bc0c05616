"""A turn's stored events as stream frames, and frames as server-sent events (api-facts §4.5, §4.6)."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from mockserver.domain.errors import Refused
from mockserver.domain.events import AgentOutput, Event, Thinking
from mockserver.domain.sessions import ContextUsage
from mockserver.domain.values import JsonObject, timestamp


@dataclass(frozen=True, slots=True)
class Whole:
    """An event that is sent as it is stored."""

    event: Event

    def as_json(self) -> JsonObject:
        """Write the event."""
        return self.event.as_json()


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: `streaming_agent_output` or `streaming_thinking`. The parts joined are the stored content."""

    type: str
    content: str
    created_at: datetime

    def as_json(self) -> JsonObject:
        """Write the part."""
        return {"type": self.type, "content": self.content, "created_at": timestamp(self.created_at)}


@dataclass(frozen=True, slots=True)
class PiecesEnd:
    """The text is complete; for an answer, `event_id` names the stored event."""

    type: str
    created_at: datetime
    event_id: str | None = None

    def as_json(self) -> JsonObject:
        """Write the end mark."""
        named = {} if self.event_id is None else {"event_id": self.event_id}
        return {"type": self.type, **named, "created_at": timestamp(self.created_at)}


@dataclass(frozen=True, slots=True)
class ContextConsumed:
    """How much of the model's window the latest call used."""

    usage: ContextUsage
    created_at: datetime

    def as_json(self) -> JsonObject:
        """Write the usage."""
        return {
            "type": "context_consumed",
            "session_context_usage": self.usage.as_json(),
            "created_at": timestamp(self.created_at),
        }


@dataclass(frozen=True, slots=True)
class StreamFailed:
    """The turn broke off; `end` still follows (api-facts §4.6)."""

    messages: tuple[str, ...]

    def as_json(self) -> JsonObject:
        """Write the failure."""
        return {"type": "error", "messages": self.messages}


@dataclass(frozen=True, slots=True)
class End:
    """Nothing follows."""

    def as_json(self) -> JsonObject:
        """Write the terminator."""
        return {"type": "end"}


Frame: TypeAlias = Whole | Piece | PiecesEnd | ContextConsumed | StreamFailed | End
_PIECES = re.compile(r"[^\s\u3000-\uffef]+\s*|[\u3000-\uffef]{1,2}\s*|\s+")


def pieces(text: str) -> list[str]:
    """Cut a text as a model streams it: a word at a time, in scripts without spaces two characters. Joined they are the text."""
    return _PIECES.findall(text)


def as_stream(events: Iterable[Event], usage: Callable[[], ContextUsage | None]) -> Iterator[Frame]:
    """Turn stored events into frames: long texts in pieces, the rest whole, then the usage, then the end, whatever happens."""
    latest: datetime | None = None
    try:
        for event in events:
            latest = event.created_at
            yield from _frames(event)
    except Refused as refused:
        yield StreamFailed((refused.message,))
    else:
        used = usage()
        if used and latest:
            yield ContextConsumed(used, latest)
    yield End()


def _frames(event: Event) -> Iterator[Frame]:
    match event.body:
        case AgentOutput(content):
            yield from (Piece("streaming_agent_output", piece, event.created_at) for piece in pieces(content))
            yield PiecesEnd("streaming_agent_output_end", event.created_at, event.id)
        case Thinking(content):
            yield from (Piece("streaming_thinking", piece, event.created_at) for piece in pieces(content))
            yield PiecesEnd("streaming_thinking_end", event.created_at)
        case _:
            yield Whole(event)


def paced(frames: Iterable[Frame], sleep: Callable[[float], None], *, seconds: float) -> Iterator[Frame]:
    """Wait before each piece of text, as a model would let one wait."""
    for frame in frames:
        if seconds and isinstance(frame, Piece):
            sleep(seconds)
        yield frame


def encoded(frames: Iterable[Frame]) -> Iterator[bytes]:
    """Write frames as server-sent events: `event:` and `data:`, ASCII JSON on one line, a blank line after every one."""
    for frame in frames:
        body = frame.as_json()
        yield f"event: {body['type']}\ndata: {json.dumps(body, separators=(',', ':'))}\n\n".encode("ascii")

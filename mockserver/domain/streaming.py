"""What a turn makes public, as frames: sent as server-sent events, or gathered into the events of a JSON answer.

A frame with an event stands for something stored or passing; the others exist in streams alone (api-facts §4.5, §4.6).
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from mockserver.domain.errors import Refused
from mockserver.domain.events import AgentOutput, Event, Thinking
from mockserver.domain.sessions import ContextUsage
from mockserver.domain.values import JsonObject, timestamp

SPOKEN: dict[type, str] = {AgentOutput: "streaming_agent_output", Thinking: "streaming_thinking"}
"""What is streamed in pieces, under which type; the end mark has `_end` behind it."""


@dataclass(frozen=True, slots=True)
class Whole:
    """An event that is sent as it is."""

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
    """The text is complete and stored as this event, which the end mark of an answer names."""

    event: Event

    def as_json(self) -> JsonObject:
        """Write the end mark."""
        named = {"event_id": self.event.id} if isinstance(self.event.body, AgentOutput) else {}
        return {"type": f"{SPOKEN[type(self.event.body)]}_end", **named, "created_at": timestamp(self.event.created_at)}


@dataclass(frozen=True, slots=True)
class ToolActivity:
    """News of a running tool: words, or an event of the session of another agent that it asks."""

    tool_call_id: str
    tool_configuration_name: str
    tool_name: str
    news: str | Event
    created_at: datetime

    def as_json(self) -> JsonObject:
        """Write the news."""
        news: JsonObject = (
            {"activity_type": "generic", "message": self.news}
            if isinstance(self.news, str)
            else {"activity_type": "sub_agent", "agent_event": self.news.as_json()}
        )
        return {
            "type": "tool_activity",
            "tool_call_id": self.tool_call_id,
            "tool_configuration_name": self.tool_configuration_name,
            "tool_name": self.tool_name,
            "created_at": timestamp(self.created_at),
            **news,
        }


@dataclass(frozen=True, slots=True)
class CompactionStarted:
    """The older part of the session is being summed up."""

    id: str
    session_key: str
    created_at: datetime

    def as_json(self) -> JsonObject:
        """Write the mark."""
        return {
            "type": "compaction_started",
            "id": self.id,
            "session_key": self.session_key,
            "created_at": timestamp(self.created_at),
        }


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


Frame: TypeAlias = Whole | Piece | PiecesEnd | ToolActivity | CompactionStarted | ContextConsumed | StreamFailed | End
_TOKENS = re.compile(r"[^\s\u3000-\uffef]+\s*|[\u3000-\uffef]{1,2}\s*|\s+")


def pieces(text: str, tokens: int = 1) -> list[str]:
    """Cut a text as a model streams it: so many words at a time, in scripts without spaces two characters for a word.

    Joined they are the text; an empty text has one empty piece, so that its stream has a beginning.
    """
    found = _TOKENS.findall(text) or [text]
    return found if tokens == 1 else ["".join(found[at : at + tokens]) for at in range(0, len(found), tokens)]


def frames_of(event: Event) -> Iterator[Frame]:
    """Send an event that is stored: texts in pieces, the rest whole."""
    spoken = SPOKEN.get(type(event.body))
    if spoken is None:
        yield Whole(event)
        return
    content: str = getattr(event.body, "content")  # noqa: B009 - of the two bodies that are spoken
    yield from (Piece(spoken, piece, event.created_at) for piece in pieces(content))
    yield PiecesEnd(event)


def events_of(frames: Iterable[Frame]) -> Iterator[Event]:
    """Gather the events of a JSON answer: what is stored, and what passes (api-facts §4.4)."""
    for frame in frames:
        if isinstance(frame, Whole | PiecesEnd):
            yield frame.event


def ended(frames: Iterable[Frame]) -> Iterator[Frame]:
    """Put `end` behind the frames, and an `error` before it where the turn was refused on its way."""
    try:
        yield from frames
    except Refused as refused:
        yield StreamFailed((refused.message,))
    yield End()


def encoded(frames: Iterable[Frame]) -> Iterator[bytes]:
    """Write frames as server-sent events: `event:` and `data:`, ASCII JSON on one line, a blank line after every one."""
    for frame in frames:
        body = frame.as_json()
        yield f"event: {body['type']}\ndata: {json.dumps(body, separators=(',', ':'))}\n\n".encode("ascii")

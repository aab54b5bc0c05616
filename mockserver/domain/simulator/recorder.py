"""Give what happens its id and its time, store what is to be stored, and make it public as frames.

Nothing is public before it is stored, so what is streamed is what is stored (design §3).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from mockserver.domain.errors import Refused
from mockserver.domain.events import AgentOutput, Body, Event, Thinking
from mockserver.domain.ports import Clock, Store
from mockserver.domain.sessions import Session
from mockserver.domain.simulator.drafts import (
    BeginsCompaction,
    Compacts,
    Draft,
    FallsSilent,
    Happens,
    Reports,
    Speaks,
    Uses,
    Waits,
)
from mockserver.domain.streaming import SPOKEN, CompactionStarted, ContextConsumed, Frame, Piece, PiecesEnd, ToolActivity, Whole


class Recorder:
    """Records one turn of a session. Times never go back, whatever the clock does."""

    def __init__(self, session: Session, store: Store, clock: Clock, new_id: Callable[[], str]) -> None:
        self._session = session
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self._latest: datetime | None = None
        self._open: tuple[type[AgentOutput] | type[Thinking], list[str]] | None = None

    def record(self, draft: Draft) -> Iterator[Frame]:
        """Make frames of what happens. Raises Refused SM302 when the session is gone."""
        match draft:
            case Happens(body, _, event_id, at):
                yield Whole(self._stored(body, event_id, at))
            case Speaks(kind, content):
                yield self._piece(kind, content)
            case FallsSilent():
                yield from self.silence()
            case Compacts(body, event_ids):
                for hidden in event_ids:
                    self._store.change_event(self._session, hidden, lambda event: replace(event, hidden=True))
                yield Whole(self._stored(body))
            case Uses(usage):
                yield ContextConsumed(usage, self._now())
            case Waits():
                pass
            case _:
                yield self._unstored(draft)

    def _unstored(self, draft: Reports | BeginsCompaction | Uses) -> Frame:
        match draft:
            case Reports(call, news):
                return ToolActivity(call.id, call.configuration_name, call.tool_name, news, self._now())
            case BeginsCompaction():
                return CompactionStarted(self._new_id(), self._session.key, self._now())
            case Uses(usage):
                return ContextConsumed(usage, self._now())

    def _piece(self, kind: type[AgentOutput] | type[Thinking], content: str) -> Piece:
        if self._open is None:
            self._open = (kind, [])
        self._open[1].append(content)
        return Piece(SPOKEN[kind], content, self._now())

    def silence(self) -> Iterator[PiecesEnd]:
        """End the text that is being said, if there is one: what was said of it is all of it."""
        if self._open is not None:
            kind, parts = self._open
            self._open = None
            yield PiecesEnd(self._stored(kind("".join(parts))))

    def _now(self) -> datetime:
        now = self._clock.now()
        self._latest = max(now, self._latest) if self._latest else now
        return self._latest

    def _stored(self, body: Body, event_id: str | None = None, at: datetime | None = None) -> Event:
        session = self._session
        event = Event(id=event_id or self._new_id(), session_key=session.key, created_at=at or self._now(), body=body)
        if not event.is_stored:
            return event
        stored = self._store.append_event(session, event)
        if stored is None:
            raise Refused("SM302", f"Session {session.key} was deleted while it ran.", missing_id=session.key)
        change_same(self._store, session, lambda now: replace(now, last_event_at=event.created_at))
        return stored


def change_same(store: Store, session: Session, change: Callable[[Session], Session]) -> None:
    """Change this session, and leave alone a later one of the same key."""
    store.change_session(session.agent_key, session.key, lambda now: change(now) if now.sequence == session.sequence else now)

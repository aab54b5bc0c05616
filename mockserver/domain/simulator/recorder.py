"""Give what happens its id and its time, store what is to be stored, and make it public as frames.

Nothing is public before it is stored, so what is streamed is what is stored (design §3).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from mockserver.domain.events import AgentOutput, Body, Compaction, Event, SessionInterrupted, Thinking
from mockserver.domain.ports import Clock, Store
from mockserver.domain.sessions import Session, gone
from mockserver.domain.simulator.drafts import (
    BreaksOff,
    Compacts,
    Draft,
    FallsSilent,
    Happens,
    Reports,
    Shows,
    Speaks,
    Takes,
    Uses,
    Waits,
)
from mockserver.domain.streaming import SPOKEN, CompactionStarted, ContextConsumed, Frame, Piece, PiecesEnd, ToolActivity, Whole


class Recorder:
    """Records one turn of a session. Times never go back, whatever the clock does.

    `last_event_at` is for the session to keep when the turn ends: until then it is not idle, and its events tell.
    """

    def __init__(self, session: Session, store: Store, clock: Clock, new_id: Callable[[], str]) -> None:
        self._session = session
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self.last_event_at = self._latest = session.last_event_at
        self._open: tuple[type[AgentOutput] | type[Thinking], list[str]] | None = None

    def record(self, draft: Draft) -> Iterator[Frame]:
        """Make frames of what happens. Raises Refused SM302 when the session is gone."""
        match draft:
            case Happens(body, _, event_id):
                yield Whole(self._stored(body, event_id))
            case Takes(bodies):
                yield from (Whole(self._stored(body)) for body in bodies)
            case Shows(output, image):
                shown = self._event(image)
                yield Whole(self._stored(replace(output, tool_output=shown.as_json())))
                yield Whole(self._kept(shown))
            case Compacts(body, event_ids):
                yield from self._compacted(body, event_ids)
            case FallsSilent():
                yield from self._silence()
            case BreaksOff():
                yield from self._silence()
                yield Whole(self._event(SessionInterrupted()))
            case Waits():
                pass
            case _:
                yield self._streamed(draft)

    def _streamed(self, draft: Speaks | Reports | Uses) -> Frame:
        """Make the frame of what streams alone tell."""
        match draft:
            case Speaks(kind, content):
                return self._piece(kind, content)
            case Reports(call, news):
                return ToolActivity(call.id, call.configuration_name, call.tool_name, news, self._now())
            case Uses(usage):
                return ContextConsumed(usage, self._now())

    def _compacted(self, body: Compaction, event_ids: Iterable[str]) -> Iterator[Frame]:
        yield CompactionStarted(self._new_id(), self._session.key, self._now())
        for hidden in event_ids:
            self._store.change_event(self._session, hidden, lambda event: replace(event, hidden=True))
        yield Whole(self._stored(body))

    def _piece(self, kind: type[AgentOutput] | type[Thinking], content: str) -> Piece:
        if self._open is None:
            self._open = (kind, [])
        self._open[1].append(content)
        return Piece(SPOKEN[kind], content, self._now())

    def _silence(self) -> Iterator[PiecesEnd]:
        """End the text that is being said, if there is one: what was said of it is all of it."""
        if self._open is not None:
            kind, parts = self._open
            self._open = None
            yield PiecesEnd(self._stored(kind("".join(parts))))

    def _now(self) -> datetime:
        now = self._clock.now()
        self._latest = max(now, self._latest) if self._latest else now
        return self._latest

    def _event(self, body: Body, event_id: str | None = None) -> Event:
        return Event(id=event_id or self._new_id(), session_key=self._session.key, created_at=self._now(), body=body)

    def _stored(self, body: Body, event_id: str | None = None) -> Event:
        return self._kept(self._event(body, event_id))

    def _kept(self, event: Event) -> Event:
        """Store an event, but for those that only pass."""
        if not event.is_stored:
            return event
        stored = self._store.append_event(self._session, event)
        if stored is None:
            raise gone(self._session)
        self.last_event_at = event.created_at
        return stored

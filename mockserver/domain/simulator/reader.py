"""The frames of one answer, read from a run that others may read too."""

from collections.abc import Iterator, Sequence
from itertools import chain

from mockserver.domain.events import Event
from mockserver.domain.ports import Background
from mockserver.domain.simulator.run import Run, Ticket
from mockserver.domain.streaming import Frame, frames_of


class Reader:
    """The frames of an answer: what is stored behind the cursor, then what the run says until the input's turn is over.

    Raises the Refused with which the turn broke off. `close` leaves, in any thread; without any reader the run goes on in the
    background.
    """

    def __init__(self, run: Run, ticket: Ticket, replayed: Sequence[Event], at: int | None, background: Background) -> None:
        self._run = run
        self._ticket = ticket
        self._at = at
        self._background = background
        self._is_open = True
        self._replayed = chain.from_iterable(map(frames_of, replayed))
        run.readers += 1

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        if self._is_open:
            for replayed in self._replayed:
                return replayed
        while self._is_open:
            with self._run.lock:
                frame, is_over = self._logged(), self._ticket.over is not None
            if frame is not None:
                return frame
            if not is_over:
                self._run.drive(self._has_news)
                continue
            self.close()
            if self._ticket.refused is not None:
                raise self._ticket.refused
        raise StopIteration

    def _has_news(self) -> bool:
        """Say whether there is something to read, or nothing any more."""
        place = self._ticket.begun if self._at is None else self._at
        is_behind = place is not None and place < len(self._run.log)
        return is_behind or self._ticket.over is not None or not self._is_open

    def _logged(self) -> Frame | None:
        """Return the next frame of the log that belongs to this answer, None when there is none yet, or none any more."""
        if self._at is None:
            self._at = self._ticket.begun
        end = len(self._run.log) if self._ticket.over is None else self._ticket.over
        if self._at is None or self._at >= end:
            return None
        self._at += 1
        return self._run.log[self._at - 1]

    def close(self) -> None:
        """Read no more."""
        with self._run.lock:
            if not self._is_open:
                return
            self._is_open = False
            self._run.readers -= 1
            self._run.changed.notify_all()
            is_alone = self._run.readers == 0 and not self._run.is_over
        if is_alone:
            self._background.start(self._run.carry_on)

"""The sessions that run: inputs begin a turn, or wait behind one.

Readers attach at any time and get every frame once: what is stored behind their cursor first, then the log from there on. A run
that nobody waits for any more is carried on in the background (api-facts §4.3: the turn goes on without its client).
"""

from collections.abc import Callable, Sequence
from threading import Lock

from mockserver.domain.errors import Refused
from mockserver.domain.events import Event
from mockserver.domain.ports import Background
from mockserver.domain.sessions import Session
from mockserver.domain.simulator.reader import Reader
from mockserver.domain.simulator.run import Run, Ticket
from mockserver.domain.simulator.stage import Equipment, Input


class Runs:
    """The sessions that run now in this process."""

    def __init__(self, equipment: Equipment, background: Background) -> None:
        self.equipment = equipment
        self._background = background
        self._live: dict[int, Run] = {}
        self._lock = Lock()
        self._gate = Lock()  # held to begin a run, and while a reset lasts

    def __len__(self) -> int:
        """Count the sessions that run."""
        return len(self._live)

    def submit(self, session: Session, given: Input, *, since: str | None, steers: bool) -> Reader:
        """Take an input: begin a turn, or queue it behind the one that runs, which `since` or a `compact` permits.

        Raises Refused SM320 where neither does, SM405 for an unknown cursor, and what the turn itself refuses.
        """
        cursor = self._cursor(session, since)
        ticket = Ticket(given, steers)
        while True:
            run = self._run_of(session)
            with run.lock:
                if run.is_over:
                    continue
                if run.is_new:
                    return self._started(run, ticket, since, cursor)
                if since is None and given.kind != "compact":
                    queue = ", or send `since` to queue the input" if given.kind == "input_message" else ""
                    raise Refused("SM320", f"Session {session.key} is running a turn; wait for its end{queue}.")
                replayed = self._behind(session, since, cursor)
                run.enqueue(ticket)
                return Reader(run, ticket, replayed, None if since is None else run.joining_place(), self._background)

    def _started(self, run: Run, ticket: Ticket, since: str | None, cursor: int | None) -> Reader:
        try:
            replayed = self._behind(run.session, since, cursor)
            run.start(ticket)
        except BaseException:
            run.close()
            raise
        return Reader(run, ticket, replayed, 0, self._background)

    def interrupt(self, session: Session) -> bool:
        """Break off the session's running turn; say whether one broke off. What is queued behind it goes on."""
        with self._lock:
            own = self._live.get(session.sequence)
            runs = [own] if own else list(self._live.values())
        return any(run.interrupt(session) for run in runs)

    def stop_removed(self) -> None:
        """Play no further, neither turns nor what waits, in sessions that were removed."""
        with self._lock:
            runs = list(self._live.values())
        for run in runs:
            if run.is_gone:
                run.stop()

    def reset(self, store_reset: Callable[[], None]) -> None:
        """Stop all that runs, then let the store go back; nothing begins meanwhile."""
        with self._gate:
            with self._lock:
                runs = list(self._live.values())
            for run in runs:
                run.stop()
            store_reset()

    def _run_of(self, session: Session) -> Run:
        with self._gate, self._lock:
            run = self._live.get(session.sequence)
            if run is None:
                run = self._live[session.sequence] = Run(self.equipment, session, self._retire)
            return run

    def _retire(self, run: Run) -> None:
        with self._lock:
            if self._live.get(run.session.sequence) is run:
                del self._live[run.session.sequence]

    def _cursor(self, session: Session, since: str | None) -> int | None:
        """Return the place of the event that `since` names, None for the start. Raises Refused SM405."""
        if since is None or since == "start":
            return None
        event = self.equipment.store.event(session, since)
        if event is None:
            message = f"since names event {since!r}, which is not in session {session.key}."
            raise Refused("SM405", message, fields={"/since": "must be start or the id of an event of this session"})
        return event.sequence

    def _behind(self, session: Session, since: str | None, cursor: int | None) -> Sequence[Event]:
        """Return what the answer begins with: the visible events behind the cursor, nothing where no cursor was sent."""
        if since is None:
            return ()
        return [event for event in self.equipment.store.events(session, cursor) if not event.hidden]

"""The sessions that run: inputs begin a turn, or wait behind one.

Readers attach at any time and get every frame once: what is stored behind their cursor first, then the log from there on. A run
that nobody waits for any more is carried on in the background (api-facts §4.3: the turn goes on without its client).
"""

from collections.abc import Callable
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

    def submit(self, session: Session, given: Input, *, since: str | None, steers: bool) -> Reader:
        """Take an input: begin a turn, or queue it behind the one that runs, which `since` or a `compact` permits.

        Raises Refused SM320 where neither does, SM405 for an unknown cursor, and what the turn itself refuses.
        """
        cursor = self._cursor(session, since)
        ticket = Ticket(given, steers)
        while True:
            run = self._run_of(session)
            with run.changed:
                if run.is_over:
                    continue
                if run.is_new:
                    replayed = () if since is None else self._visible(session, cursor)
                    run.start(ticket)
                    return Reader(run, ticket, replayed, 0, self._background)
                if since is None and given.kind != "compact":
                    queue = ", or send `since` to queue the input" if given.kind == "input_message" else ""
                    raise Refused("SM320", f"Session {session.key} is running a turn; wait for its end{queue}.")
                run.enqueue(ticket)
                if since is None:
                    return Reader(run, ticket, (), None, self._background)
                return Reader(run, ticket, self._visible(session, cursor), run.joining_place(), self._background)

    def interrupt(self, session: Session) -> bool:
        """Break off the session's running turn; say whether there was one. What is queued behind it goes on."""
        with self._lock:
            run = self._live.get(session.sequence)
        if run is None or run.is_over:
            return False
        run.interrupt()
        return True

    def stop_removed(self) -> None:
        """Play no further, neither turns nor what waits, in sessions that were removed."""
        with self._lock:
            runs = list(self._live.values())
        for run in runs:
            if run.is_gone:
                run.stop()

    def reset(self, store_reset: Callable[[], None]) -> None:
        """Stop all that runs, then let the store go back; nothing begins meanwhile."""
        while True:
            with self._lock:
                runs = list(self._live.values())
                if not runs:
                    store_reset()
                    return
            for run in runs:
                run.stop()

    def _run_of(self, session: Session) -> Run:
        with self._lock:
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

    def _visible(self, session: Session, after: int | None) -> list[Event]:
        return [event for event in self.equipment.store.events(session, after) if not event.hidden]

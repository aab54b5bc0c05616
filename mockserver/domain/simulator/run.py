"""A session that runs: turn after turn, with a log that any number of readers follow, and a queue of inputs that came meanwhile.

A run is driven by whoever waits for its next frame, so it needs no thread of its own (api-facts §4.3: queued inputs are taken one
at a time, steering ones join at the next iteration of the agent loop).
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Condition

from mockserver.domain.errors import Refused
from mockserver.domain.sessions import Session
from mockserver.domain.simulator.drafts import Draft
from mockserver.domain.simulator.stage import Equipment, Input
from mockserver.domain.simulator.turns import PlayedTurn, begin
from mockserver.domain.streaming import Frame, Piece


@dataclass(slots=True, eq=False)
class Ticket:
    """An input that was taken. `begun` and `over` are places in the log, None while they are to come."""

    given: Input
    steers: bool = False
    begun: int | None = None
    over: int | None = None
    refused: Refused | None = None


@dataclass(slots=True)
class Run:
    """The turns of one session, as long as there is one to play. `changed` guards all that is in here."""

    equipment: Equipment
    session: Session
    retire: Callable[["Run"], None]
    changed: Condition = field(default_factory=Condition)
    log: list[Frame] = field(default_factory=list)
    is_over: bool = False
    readers: int = 0
    _queue: deque[Ticket] = field(default_factory=deque)
    _serving: list[Ticket] = field(default_factory=list)
    _turn: PlayedTurn | None = None
    _is_driven: bool = False
    _is_interrupted: bool = False
    _is_stopped: bool = False
    _speaking_since: int | None = None

    def start(self, ticket: Ticket) -> None:
        """Begin the first turn. Raises Refused where the input cannot be taken; then the run is over."""
        try:
            self._begin(ticket)
        except BaseException:
            self._close()
            raise

    def enqueue(self, ticket: Ticket) -> None:
        """Take an input that comes while a turn runs."""
        self._queue.append(ticket)

    @property
    def is_new(self) -> bool:
        """Say whether its first turn is yet to begin."""
        return self._turn is None and not self.is_over

    @property
    def is_gone(self) -> bool:
        """Say whether its session was removed."""
        return self._stored() is None

    def joining_place(self) -> int:
        """Return where in the log a reader joins that knows all that is stored: a text that is being said, from its beginning."""
        return len(self.log) if self._speaking_since is None else self._speaking_since

    def interrupt(self) -> None:
        """Break off the running turn, and see it through: whoever returns from here finds the turn at its end."""
        with self.changed:
            turn = self._turn
            self._is_interrupted = True
            self.changed.notify_all()
        while self._turn is turn and not self.is_over:
            self.drive()

    def drive(self) -> None:
        """Play until something new is in the log, or wait for whoever is just playing."""
        with self.changed:
            if self.is_over:
                return
            if self._is_driven:
                self.changed.wait()
                return
            self._is_driven = True
        try:
            self._advance()
        finally:
            with self.changed:
                self._is_driven = False
                self.changed.notify_all()

    def carry_on(self) -> None:
        """Play to the end, whether anybody reads or not."""
        while not self.is_over:
            self.drive()

    def stop(self) -> None:
        """Play no further, neither this turn nor what waits: the world in which the session lives will be gone."""
        with self.changed:
            self._is_stopped = True
            for ticket in self._queue:
                ticket.begun = ticket.over = len(self.log)
                ticket.refused = _gone(self.session)
            self._queue.clear()
            self.changed.notify_all()
        self.carry_on()

    def _advance(self) -> None:
        """Play one thing. Only one thread at a time is here; readers come and go meanwhile."""
        refused: Refused | None = None
        try:
            if self._played():
                return
        except Refused as reason:
            refused = reason
        except BaseException:
            self._end_turn(Refused("SM421", "The turn failed by a defect of the mock, whose log says more."))
            raise
        self._end_turn(refused)

    def _played(self) -> bool:
        """Let the next thing happen; False when the turn is over. Raises Refused when it breaks off."""
        turn = self._turn
        if turn is None or self._is_stopped:
            raise _gone(self.session)
        draft = turn.next() if turn.is_taking or not self._is_interrupted else None
        with self.changed:
            if draft is not None and (turn.is_taking or self._paused(draft.wait)):
                self._publish(turn, draft)
                return True
            if self._is_stopped:
                raise _gone(self.session)
            if self._is_interrupted:
                self.log.extend(turn.interrupted())
            return False

    def _publish(self, turn: PlayedTurn, draft: Draft) -> None:
        for frame in turn.record(draft):
            if isinstance(frame, Piece):
                self._speaking_since = len(self.log) if self._speaking_since is None else self._speaking_since
            else:
                self._speaking_since = None
            self.log.append(frame)

    def _paused(self, seconds: float) -> bool:
        """Let the time pass; False when an interrupt comes first."""
        clock = self.equipment.clock
        due = clock.now() + timedelta(seconds=seconds)
        while seconds and self._goes_on() and (left := (due - clock.now()).total_seconds()) > 0:
            clock.wait(self.changed, left)
        return self._goes_on()

    def _goes_on(self) -> bool:
        return not (self._is_interrupted or self._is_stopped)

    def _end_turn(self, refused: Refused | None) -> None:
        """End the turn, then go on with what waits; steering inputs that found no turn to join get one of their own."""
        with self.changed:
            self._finish(refused)
            while self._queue and self._turn is None:
                ticket = self._queue.popleft()
                try:
                    self._begin(ticket)
                except Refused as not_taken:
                    ticket.begun = ticket.over = len(self.log)
                    ticket.refused = not_taken
            if self._turn is None:
                self._close()

    def _begin(self, ticket: Ticket) -> None:
        session = self._stored()
        if session is None:
            raise _gone(self.session)
        self._turn = begin(self.equipment, session, ticket.given, self._joining)
        ticket.begun = len(self.log)
        self._serving = [ticket]

    def _stored(self) -> Session | None:
        """Return the session as it is now; a later one of the same key is another."""
        session = self.equipment.store.session(self.session.agent_key, self.session.key)
        return session if session and session.sequence == self.session.sequence else None

    def _joining(self) -> list[Input]:
        """Let the steering inputs join the turn (api-facts §4.3), those of them that the agent can take."""
        with self.changed:
            joining = [ticket for ticket in self._queue if ticket.steers]
            self._queue = deque(ticket for ticket in self._queue if not ticket.steers)
            for ticket in joining:
                ticket.begun = len(self.log)
            self._serving += joining
        return [ticket.given for ticket in joining]

    def _finish(self, refused: Refused | None) -> None:
        if self._turn is not None:
            self._turn.finish()
            self._turn = None
        self._speaking_since = None
        self._is_interrupted = False
        for ticket in self._serving:
            ticket.over, ticket.refused = len(self.log), refused
        self._serving = []

    def _close(self) -> None:
        self.is_over = True
        self.retire(self)
        self.changed.notify_all()


def _gone(session: Session) -> Refused:
    return Refused("SM302", f"Session {session.key} was deleted while it ran.", missing_id=session.key)

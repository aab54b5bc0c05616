"""A session that runs: turn after turn, with a log that any number of readers follow, and a queue of inputs that came meanwhile.

A run is driven by whoever waits for its next frame, so it needs no thread of its own (api-facts §4.3: queued inputs are taken one
at a time, steering ones join at the next iteration of the agent loop).
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Condition, RLock

from mockserver.domain.agents import Agent
from mockserver.domain.errors import Refused
from mockserver.domain.sessions import Session, gone
from mockserver.domain.simulator.drafts import Draft
from mockserver.domain.simulator.plan import has_skills
from mockserver.domain.simulator.stage import Equipment, Input, Turn
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

    def refuse(self, place: int, refused: Refused) -> None:
        """Say why the input could not be taken after all."""
        self.begun = self.over = place
        self.refused = refused


@dataclass(slots=True)
class Run:
    """The turns of one session, as long as there is one to play: a `Host` of turns. `lock` guards all that is in here."""

    equipment: Equipment
    session: Session
    retire: Callable[["Run"], None]
    lock: RLock = field(default_factory=RLock)
    changed: Condition = field(init=False)
    log: list[Frame] = field(default_factory=list)
    is_over: bool = False
    readers: int = 0
    _queue: deque[Ticket] = field(default_factory=deque)
    _serving: list[Ticket] = field(default_factory=list)
    _turn: PlayedTurn | None = None
    _asked: dict[int, Turn] = field(default_factory=dict)
    _is_driven: bool = False
    _is_stopped: bool = False
    _speaking_since: int | None = None

    def __post_init__(self) -> None:
        """Tie the condition to the lock, which is taken many times for each frame: by itself it costs less."""
        self.changed = Condition(self.lock)

    @property
    def is_new(self) -> bool:
        """Say whether its first turn is yet to begin."""
        return self._turn is None and not self.is_over

    @property
    def is_gone(self) -> bool:
        """Say whether its session was removed; a later one of the same key is another."""
        session = self.equipment.store.session(self.session.agent_key, self.session.key)
        return session is None or session.sequence != self.session.sequence

    def start(self, ticket: Ticket) -> None:
        """Begin the first turn. Raises Refused where the input cannot be taken."""
        self._begin(ticket)

    def enqueue(self, ticket: Ticket) -> None:
        """Take an input that comes while a turn runs."""
        self._queue.append(ticket)

    def joining_place(self) -> int:
        """Return where in the log a reader joins that knows all that is stored: a text that is being said, from its beginning."""
        return len(self.log) if self._speaking_since is None else self._speaking_since

    def steering(self, agent: Agent) -> Input | None:
        """Let the next steering input join the turn (api-facts §4.3), unless the turn is about to break off."""
        with self.lock:
            if self._turn is None or self._turn.is_interrupted or self._is_stopped:
                return None
            fitting = (ticket for ticket in self._queue if ticket.steers and has_skills(agent, ticket.given.messages))
            ticket = next(fitting, None)
            if ticket is None:
                return None
            self._queue.remove(ticket)
            ticket.begun = len(self.log)
            self._serving.append(ticket)
            return ticket.given

    @contextmanager
    def asking(self, session: Session, turn: Turn) -> Iterator[None]:
        """Let interrupts of the session of another agent find its turn, which is played in this one."""
        with self.lock:
            self._asked[session.sequence] = turn
        try:
            yield
        finally:
            with self.lock:
                del self._asked[session.sequence]

    def interrupt(self, session: Session) -> bool:
        """Break off the turn that this run plays in a session, its own or that of an agent that it asks, and see it through.

        Say whether it broke off: a turn that had nothing left to do comes to its own end.
        """
        with self.lock:
            turn = self._turn_in(session)
            if turn is None:
                return False
            turn.interrupt()
            self.changed.notify_all()
        while self._turn_in(session) is turn:
            self.drive(lambda: self._turn_in(session) is not turn)
        return turn.is_broken_off

    def drive(self, has_news: Callable[[], bool] = lambda: False) -> None:
        """Play until something new is in the log, or wait for whoever is just playing, unless there is news for the caller.

        That is asked while nothing can change, so that nobody waits for what came just before.
        """
        with self.lock:
            if self.is_over or has_news():
                return
            if self._is_driven:
                self.changed.wait()
                return
            self._is_driven = True
        try:
            self._advance()
        finally:
            with self.lock:
                self._is_driven = False
                self.changed.notify_all()

    def carry_on(self) -> None:
        """Play to the end, whether anybody reads or not."""
        while not self.is_over:
            self.drive()

    def stop(self) -> None:
        """Play no further, neither this turn nor what waits: the world in which the session lives will be gone."""
        with self.lock:
            self._is_stopped = True
            self.changed.notify_all()
        self.carry_on()

    def close(self) -> None:
        """Play nothing any more."""
        self.is_over = True
        self.retire(self)
        self.changed.notify_all()

    def _turn_in(self, session: Session) -> Turn | None:
        return self._turn if session.sequence == self.session.sequence else self._asked.get(session.sequence)

    def _advance(self) -> None:
        """Play one thing. Only one thread at a time is here; readers come and go meanwhile."""
        refused: Refused | None = None
        try:
            if self._played():
                return
        except Refused as reason:
            refused = reason
        except Exception as defect:  # noqa: BLE001 - nobody must wait for ever, whatever is wrong with the mock
            refused = self._reported(defect)
        self._end_turn(refused)

    def _played(self) -> bool:
        """Let the next thing happen; False when the turn is over. Raises Refused when it fails."""
        turn = self._turn
        if turn is None or self._is_stopped:
            raise gone(self.session)
        draft = turn.next()
        if draft is None:
            return False
        with self.lock:
            self._pause(turn, draft.wait)
            if self._is_stopped:
                raise gone(self.session)
            self._publish(turn, turn.unless_interrupted(draft))
        return True

    def _publish(self, turn: PlayedTurn, draft: Draft) -> None:
        for frame in turn.record(draft):
            if isinstance(frame, Piece):
                self._speaking_since = len(self.log) if self._speaking_since is None else self._speaking_since
            else:
                self._speaking_since = None
            self.log.append(frame)

    def _pause(self, turn: PlayedTurn, seconds: float) -> None:
        """Let the time pass, until an interrupt comes, of this turn or of one that is played in it."""
        if not seconds:
            return
        clock = self.equipment.clock
        due = clock.now() + timedelta(seconds=seconds)
        played = (turn, *self._asked.values())
        while (
            not (self._is_stopped or any(one.is_interrupted for one in played))
            and (left := (due - clock.now()).total_seconds()) > 0
        ):
            clock.wait(self.changed, left)

    def _end_turn(self, refused: Refused | None) -> None:
        """End the turn, then go on with what waits; steering inputs that found no turn to join get one of their own."""
        with self.lock:
            self._finish(refused)
            while self._queue and self._turn is None:
                self._take_up(self._queue.popleft())
            if self._turn is None:
                self.close()

    def _take_up(self, ticket: Ticket) -> None:
        try:
            self._begin(ticket)
        except Refused as refused:
            ticket.refuse(len(self.log), refused)
        except Exception as defect:  # noqa: BLE001 - as in _advance
            ticket.refuse(len(self.log), self._reported(defect))

    def _begin(self, ticket: Ticket) -> None:
        if self._is_stopped:
            raise gone(self.session)
        self._turn = begin(self.equipment, self.session, ticket.given, self)
        ticket.begun = len(self.log)
        self._serving = [ticket]

    def _finish(self, refused: Refused | None) -> None:
        turn, self._turn = self._turn, None
        try:
            if turn is not None:
                turn.finish()
        except Exception as defect:  # noqa: BLE001 - as in _advance
            refused = refused or self._reported(defect)
        self._speaking_since = None
        for ticket in self._serving:
            ticket.over, ticket.refused = len(self.log), refused
        self._serving = []

    def _reported(self, defect: Exception) -> Refused:
        self.equipment.report(defect)
        return Refused("SM421", f"The turn of session {self.session.key} failed by a defect of the mock, whose log says more.")

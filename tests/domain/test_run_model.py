"""Random programs of inputs, interrupts and readers on one session: nothing is lost, nothing comes twice, all end.

What a reader has read is held against what is stored in the end: one unbroken piece of it, from its cursor through the turn of
its own input.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, precondition, rule

from mockserver.app import create_pipeline
from mockserver.domain.errors import Refused
from mockserver.domain.events import InputMessage, text_of
from mockserver.domain.sessions import Status
from mockserver.domain.simulator.stage import Input
from mockserver.domain.streaming import Piece, PiecesEnd, Whole
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from mockserver.stores.memory import MemoryStore
from tests.arrange import NOON, a_session, an_agent, contents, examples

COMPACTION = {"enabled": False, "keep_recent_inputs": 1, "threshold_percent": 80, "tool_event_policy": "include_outputs"}


@lru_cache(maxsize=1)
def one_mock():
    """Give one mock for all programs; each begins with its world as it was."""
    return create_pipeline(Settings(), store=MemoryStore(contents(an_agent())), clock=FixedClock(NOON)).services


@dataclass
class Reading:
    """A reader, the text of its input, the place of its cursor in the store, and what it has read."""

    reader: Any
    text: str
    since: int | None
    frames: list[Any] = field(default_factory=list)
    has_left: bool = False

    def read(self, most):
        for _ in range(most):
            frame = next(self.reader, None)
            if frame is None:
                return
            self.frames.append(frame)

    @property
    def events(self):
        """The stored events among the frames, in order."""
        return [frame.event for frame in self.frames if isinstance(frame, Whole | PiecesEnd) and frame.event.is_stored]


class OneSession(RuleBasedStateMachine):
    """Clients of one session, one thing after the other; the session is driven by whoever reads."""

    readings = Bundle("readings")

    @initialize()
    def begin(self):
        services = one_mock()
        self.store, self.runs = services.store, services.runs
        self.store.reset()
        self.session = self.store.add_session(a_session(effective_compaction=COMPACTION))
        self.all: list[Reading] = []

    def stored(self):
        return list(self.store.events(self.session, None))

    def is_running(self):
        return len(self.runs) > 0

    def submitted(self, *, since=None, place=None, steers=False):
        text = f"message {len(self.all)}"
        given = Input("input_message", messages=({"type": "text", "content": text},))
        reading = Reading(self.runs.submit(self.session, given, since=since, steers=steers), text, place)
        self.all.append(reading)
        return reading

    @precondition(lambda self: not self.is_running())
    @rule(target=readings)
    def say(self):
        return self.submitted()

    @precondition(lambda self: self.is_running())
    @rule()
    def say_while_a_turn_runs(self):
        before = self.stored()
        try:
            self.submitted()
        except Refused as refused:
            assert refused.refusal.code == "SM320"  # noqa: PT017 - in a state machine there is no raises
            assert self.stored() == before
            return
        raise AssertionError("an input without `since` was taken while a turn ran")

    @rule(target=readings, data=st.data(), steers=st.booleans())
    def say_with_a_cursor(self, data, steers):
        events = self.stored()
        place = data.draw(st.integers(0, len(events)), label="cursor")
        return self.submitted(since="start" if place == 0 else events[place - 1].id, place=place, steers=steers)

    @rule(reading=readings, most=st.integers(1, 4))
    def read(self, reading, most):
        reading.read(most)

    @precondition(lambda self: self.is_running())
    @rule(most=st.integers(1, 8))
    def read_what_began_last(self, most):
        self.all[-1].read(most)

    @precondition(lambda self: len(self.all) % 3 == 0)
    @rule(reading=readings)
    def read_to_the_end(self, reading):
        reading.read(10_000)
        assert next(reading.reader, None) is None

    @precondition(lambda self: len(self.all) % 3 == 2)
    @rule(target=readings, reading=consumes(readings))
    def leave(self, reading):
        reading.reader.close()
        reading.has_left = True
        assert next(reading.reader, None) is None
        return multiple()

    @precondition(lambda self: len(self.all) % 3 == 1)
    @rule()
    def interrupt(self):
        was_running = self.is_running()
        assert self.runs.interrupt(self.session) <= was_running

    @invariant()
    def nothing_is_stored_twice(self):
        if hasattr(self, "store"):
            events = self.stored()
            assert max(Counter(event.id for event in events).values(), default=1) == 1
            texts = [text_of(event.body) for event in events if isinstance(event.body, InputMessage)]
            assert len(texts) == len(set(texts))
            assert [event.created_at for event in events] == sorted(event.created_at for event in events)

    @invariant()
    def status_tells_whether_it_runs(self):
        if hasattr(self, "store"):
            status = self.store.session("a1", "s1").status
            assert (status is Status.RUNNING) == self.is_running()

    def teardown(self):
        if not hasattr(self, "store"):
            return
        for reading in self.all:
            reading.read(10_000)
        assert not self.is_running()
        events = self.stored()
        texts = [text_of(event.body) for event in events if isinstance(event.body, InputMessage)]
        assert sorted(texts) == sorted(reading.text for reading in self.all)
        for reading in self.all:
            _check(reading, events)


def _check(reading, events):
    """Hold what was read against what is stored."""
    own = next(
        at for at, event in enumerate(events) if isinstance(event.body, InputMessage) and text_of(event.body) == reading.text
    )
    start = own if reading.since is None else reading.since
    read = reading.events
    assert [event.id for event in read] == [event.id for event in events[start : start + len(read)]]
    _check_pieces(reading.frames)
    if not reading.has_left:
        end = start + len(read)
        assert end > own
        assert end == len(events) or isinstance(events[end].body, InputMessage)


def _check_pieces(frames):
    """Pieces joined are the text that their end mark names."""
    said = []
    for frame in frames:
        if isinstance(frame, Piece):
            said.append(frame.content)
        elif isinstance(frame, PiecesEnd):
            assert "".join(said) == frame.event.body.content
            said = []


def test_any_program_of_clients_on_one_session_loses_and_doubles_nothing():
    OneSession.TestCase.settings = settings(examples(300), stateful_step_count=30)
    OneSession.TestCase("runTest").runTest()

"""Programs in which every two kinds of calls stand one after the other, once on one session and once on two.

Chance meets a pair of calls rarely, and what goes wrong between two calls is seen by no third one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from contracts.client import Json
from contracts.model.sessions import Dialect, Stored, faults_of_events
from contracts.programs import bodies
from contracts.programs.events import MOST, NO_EVENT, EventsProgram
from contracts.programs.listings import Listing
from contracts.programs.sessions import picks
from contracts.world import RunWorld

Draw = Callable[[st.SearchStrategy[Any]], Any]
_Kind = TypeVar("_Kind")

CALLS_OF_EVENTS = ("say", "hide", "show", "delete event", "fork", "remove")
CALLS = ("create", "rename", "mark", "switch", *CALLS_OF_EVENTS)
"""The kinds of calls of which every two stand together."""
_FORKS = 2


def walk(kinds: Sequence[_Kind]) -> Iterator[_Kind]:
    """Return a walk on which every kind comes right after every kind, itself too, exactly once."""
    for place, kind in enumerate(kinds):
        yield kind
        for later in kinds[place + 1 :]:
            yield kind
            yield later
    yield kinds[0]


def stretches(kinds: Sequence[_Kind], length: int) -> Iterator[list[_Kind]]:
    """Cut the walk into stretches of at most so many calls, each of which begins with the last call of the one before."""
    whole = list(walk(kinds))
    for start in range(0, len(whole) - 1, length - 1):
        yield whole[start : start + length]


class PairsProgram(Listing, EventsProgram):
    """A program of given calls, on sessions that have events, one of them hidden in each; what they say and where is drawn."""

    def __init__(self, world: RunWorld, dialect: Dialect, draw: Draw) -> None:
        super().__init__(world, dialect)
        self.draw = draw
        self._calls: Mapping[str, Callable[[str], None]] = {
            "create": lambda key: self._create(key, draw(bodies.named)),
            "rename": lambda key: self.change(key, {"name": draw(bodies.names), "description": draw(bodies.descriptions)}),
            "mark": lambda key: self.change(key, {"metadata": draw(bodies.metadata)}),
            "switch": lambda key: self.change(key, {"enabled": not self._is_enabled(key)}),
            "say": lambda key: self._say(key, "Thank you!"),
            "hide": lambda key: self._hide_or_show(key, hidden=True),
            "show": lambda key: self._hide_or_show(key, hidden=False),
            "delete event": lambda key: self._take_away(key, self._drawn_event(key)),
            "fork": lambda key: self._fork(key, draw(bodies.named), draw(st.none() | picks)),
            "remove": self._remove,
        }

    def run(self, calls: Iterable[str], *, on_one: bool) -> None:
        """Carry a whole program out, and remove what it leaves. Raises AssertionError where an answer is not the model's."""
        try:
            self.begin()
            self.carry_out(calls, on_one=on_one)
        except AssertionError:
            self.is_broken = True
            raise
        finally:
            self.teardown()

    def begin(self) -> None:
        """Make sessions with events: one that was told something, and its forks."""
        key = self.world.key("session")
        self.make({"key": key, **self.draw(bodies.named)})
        self._say(key, "Hello there!")
        for _ in range(_FORKS):
            self._fork(key, self.draw(bodies.named), None)
        for one in self.keys:
            self._hide_or_show(one, hidden=True)

    def carry_out(self, calls: Iterable[str], *, on_one: bool) -> None:
        """Carry calls out, all on one session, or each on another than the one before.

        After each, its session, that of the call before, and the listing are the model's. After the removal of a session one call
        more is about it; that one is carried out again on a session that is there, before the next.
        """
        latest, before = self.draw(st.sampled_from(self.keys)), ""
        for call in calls:
            key = latest if on_one else self._other_than(latest)
            if key not in self.model.kept and before != "remove":
                key = self._other_than(key)
                self._calls[before](key)
            self._calls[call](key)
            for one in dict.fromkeys((latest, key)):
                self._look_at_all_of(one)
            self.lists(lambda _: True, MOST, {})
            latest, before = key, call

    def read_back(self) -> None:
        """Read every session and every event, and list them."""
        super().read_back()
        self.lists(lambda _: True, MOST, {})
        for key, kept in self.model.kept.items():
            for stored in kept.events:
                read = self.api.call("GET", self._event_path(key, stored), expect=200).json()
                self.same(faults_of_events([stored.event], [read]))

    def _create(self, key: str, body: Json) -> None:
        self.make({"key": key, **body})

    def _remove(self, key: str) -> None:
        """Remove a session; the last one leaves another behind."""
        if key in self.model.kept:
            self.remove(key)
        if not self.keys:
            self.make(self.draw(bodies.named))

    def _hide_or_show(self, key: str, *, hidden: bool) -> None:
        self._hidden_or_shown(key, self._drawn_event(key, are_hidden=not hidden), hidden=hidden)

    def _drawn_event(self, key: str, *, are_hidden: bool | None = None) -> Stored:
        """Return an event of a session, or one that is not there."""
        if key not in self.talked:
            return Stored({"id": NO_EVENT})
        return self._event_at(key, self.draw(picks), are_hidden=are_hidden)

    def _is_enabled(self, key: str) -> bool:
        return key in self.model.kept and self.model.kept[key].state.enabled

    def _other_than(self, key: str) -> str:
        others = [one for one in self.keys if one != key]
        return str(self.draw(st.sampled_from(others))) if others else key

    def _look_at_all_of(self, key: str) -> None:
        self.read(key)
        if key in self.model.kept:
            self.look_at(key)

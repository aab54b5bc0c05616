"""The order grammar of the document, held against a turn: the events of a JSON answer or the frames of a stream (api-facts §4.7).

Every fault is a sentence that names the place and what was expected there. `since` is for answers to an input with `since`, which
begin anywhere and may hold several turns.
"""

from collections.abc import Iterator, Sequence

from contracts.checks.calls import Called
from contracts.checks.faults import Fault
from contracts.checks.identity import Identified
from contracts.checks.links import Chained, Repeated
from contracts.checks.stored import faults_against_store, texts_of
from contracts.checks.succession import Succeeding
from contracts.document import EventOrder, Succession
from contracts.sse import Json

__all__ = ["faults_against_store", "faults_of_stream", "faults_of_turn", "texts_of"]


def faults_of_turn(events: Sequence[Json], order: EventOrder, *, since: bool = False) -> Iterator[Fault]:
    """Say what is wrong with the events of a JSON answer; nothing for a turn in order, of which an empty one is the shortest."""
    return _faults(events, order, order.json, since=since)


def faults_of_stream(frames: Sequence[Json], order: EventOrder, *, since: bool = False) -> Iterator[Fault]:
    """Say what is wrong with the frames of a stream; nothing for a stream in order, of which `end` alone is the shortest."""
    return _faults(frames, order, order.stream, since=since)


def _faults(events: Sequence[Json], order: EventOrder, form: Succession, *, since: bool) -> Iterator[Fault]:
    watchers = (
        Succeeding(order, form, since=since),
        Identified(order, form.noun),
        Called(order, form, since=since),
        Repeated(order, form.noun, since=since),
        Chained(order, form.noun, since=since),
    )
    for index, event in enumerate(events):
        for watcher in watchers:
            yield from (Fault(fault, at=index) for fault in watcher.see(index, event))
    for watcher in watchers:
        yield from map(Fault, watcher.end())

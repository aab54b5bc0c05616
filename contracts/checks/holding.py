"""Holds turns and streams to the grammar and to the store; what fails carries a picture of the events that it is about."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from contracts.checks.faults import Fault
from contracts.checks.order import faults_against_store, faults_of_stream, faults_of_turn
from contracts.document import EventOrder
from contracts.pictures import Picture, pictured
from contracts.sse import Json


class StreamFailure(AssertionError):  # noqa: N818 - a broken promise, not an error of the suite
    """A turn is not as it has to be; `picture` shows it."""

    def __init__(self, message: str, picture: Picture) -> None:
        super().__init__(message)
        self.picture = picture


def hold_turn(events: Sequence[Json], order: EventOrder, *, since: bool = False) -> None:
    """Hold the events of a JSON answer to the grammar. Raises StreamFailure."""
    _hold(faults_of_turn(events, order, since=since), events, (), order)


def hold_stream(frames: Sequence[Json], order: EventOrder, *, since: bool = False) -> None:
    """Hold the frames of a stream to the grammar. Raises StreamFailure."""
    _hold(faults_of_stream(frames, order, since=since), frames, (), order)


def hold_to_store(frames: Sequence[Json], stored: Sequence[Json], order: EventOrder) -> None:
    """Hold what was sent, as frames or as events, to what is stored since. Raises StreamFailure."""
    _hold(faults_against_store(frames, stored, order), frames, stored, order)


@contextmanager
def shown(events: Sequence[Json], order: EventOrder, stored: Sequence[Json] = ()) -> Iterator[None]:
    """Give what fails inside a picture of these events."""
    try:
        yield
    except AssertionError as failure:
        raise StreamFailure(str(failure), pictured(events, stored, (), order)) from failure


def _hold(faults: Iterable[str], events: Sequence[Json], stored: Sequence[Json], order: EventOrder) -> None:
    told = [fault if isinstance(fault, Fault) else Fault(fault) for fault in faults]
    if told:
        message = "\n  ".join(["not as expected:", *told])
        raise StreamFailure(message, pictured(events, stored, told, order))

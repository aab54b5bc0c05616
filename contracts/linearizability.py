"""Whether there is an order in which concurrent calls, made one after the other, would have answered what they did.

A history is linearizable where each call can be thought to take effect at one moment between its beginning and its end. The
search tries every call that may be next, depth first, and never tries a set of calls done with the same state twice (J. Wing and
C. Gong, "Testing and verifying concurrent objects", 1993; G. Lowe, "Testing for linearizability", 2017).
"""

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

State = TypeVar("State", bound=Hashable)
NEVER = math.inf


@dataclass(frozen=True, slots=True)
class Call:
    """A call: when it began and ended on one clock, what was asked, and what was answered.

    One without an answer has `ended` NEVER: it took effect at some time since, or not at all.
    """

    began: float
    ended: float
    asked: Any
    answer: Any = None

    @property
    def is_pending(self) -> bool:
        """Whether nobody knows what came of it."""
        return self.ended == NEVER


Steps = Callable[[State, Call], Iterable[State]]
"""What a call may make of a state: the states after it, none where it cannot have answered as it did in that state."""


@dataclass(frozen=True, slots=True)
class Judgement(Generic[State]):
    """`order` are the calls in an order that explains the answers, None where there is none.

    `furthest` is then the longest order that explains some of them: none of the calls left can be next.
    """

    order: tuple[Call, ...] | None
    furthest: tuple[Call, ...]

    @property
    def is_linearizable(self) -> bool:
        """Whether there is an order."""
        return self.order is not None


def judge(history: Sequence[Call], initial: State, steps: Steps[State]) -> Judgement[State]:
    """Look for an order of all calls of a history; pending ones may be left out."""
    everything = frozenset(range(len(history)))
    tried = {(frozenset[int](), initial)}
    paths: list[tuple[tuple[int, ...], State]] = [((), initial)]
    furthest: tuple[int, ...] = ()
    while paths:
        done, state = paths.pop()
        furthest = max(furthest, done, key=len)
        left = everything - set(done)
        if all(history[number].is_pending for number in left):
            order = tuple(history[number] for number in done)
            return Judgement(order, order)
        for number in _may_be_next(history, left):
            for after in steps(state, history[number]):
                key = (frozenset((*done, number)), after)
                if key not in tried:
                    tried.add(key)
                    paths.append(((*done, number), after))
    return Judgement(None, tuple(history[number] for number in furthest))


def _may_be_next(history: Sequence[Call], left: Iterable[int]) -> list[int]:
    """Return the calls before which no other one has ended: the latest to begin first, so that the earliest is tried first."""
    first_end = min(history[number].ended for number in left)
    able = [number for number in left if history[number].began <= first_end]
    return sorted(able, key=lambda number: history[number].began, reverse=True)

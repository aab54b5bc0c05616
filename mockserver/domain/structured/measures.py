"""JSON values compared and measured."""

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import Any

CHARACTERS_OF_STEP = 20


def canonical(value: Any) -> Hashable:
    """Return what is equal for equal JSON values and for no others: `1` and `1.0` are, `1` and `true` are not."""
    if isinstance(value, Mapping):
        return ("object", frozenset((name, canonical(item)) for name, item in value.items()))
    if isinstance(value, list | tuple):
        return ("array", *map(canonical, value))
    return ("boolean", str(value)) if isinstance(value, bool) else value


def exact(number: float) -> Fraction:
    """Return a number as it is written: 0.1 is a tenth."""
    return Fraction(repr(number))


def weight(value: Any) -> int:
    """Return in steps how much there is of a value: one for each value inside it, and for each run of characters."""
    total, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        total += 1 + (len(one) // CHARACTERS_OF_STEP if isinstance(one, str) else 0)
        waiting += one.values() if isinstance(one, Mapping) else one if isinstance(one, list | tuple) else ()
    return total

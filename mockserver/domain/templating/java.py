"""Values as Java sees them: their text, their equality, and the few kinds of value that JSON does not have.

JSON comes in as it does in the engine: integers as Integer, Long or BigInteger by size, other numbers as Double, objects as
LinkedHashMap, arrays as ArrayList.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mockserver.domain.templating.errors import Fault
from mockserver.domain.templating.limits import Budget

SMALLEST_PLAIN, SMALLEST_SCIENTIFIC = 1e-3, 1e7
_INT_BITS = 32


class Character(str):
    """One character that is no String: the result of `charAt`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a map literal that is no text, told apart by type: 1, 1.0, true."""

    kind: type
    value: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a map: `$entry.key`, `$entry.value`."""

    key: Any
    value: Any


@dataclass(frozen=True, slots=True)
class View:
    """The keys, values or entries of a map: can be looped over, but has no order to index by."""

    items: tuple[Any, ...]


@dataclass(slots=True)
class Loop:
    """What `$foreach` is inside a loop; `replaced` is what `$foreach` was before, `parent` that if it was a loop."""

    replaced: Any
    index: int = -1
    has_next: bool = False

    @property
    def parent(self) -> "Loop | None":
        """The loop around this one."""
        return self.replaced if isinstance(self.replaced, Loop) else None


def is_list(value: Any) -> bool:
    """Say whether Java would see a list."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def is_number(value: Any) -> bool:
    """Say whether Java would see a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_key(value: Any) -> Any:
    """Give a value as a map's key. Raises Fault for what is no key here: lists and maps."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return Key(type(value), value)
    raise Fault("only texts, numbers and booleans can be the keys of a map")


def from_key(key: Any) -> Any:
    """Give back the value that became a key."""
    return key.value if isinstance(key, Key) else key


def wrapped(value: int, bits: int = _INT_BITS) -> int:
    """Cut an integer to `bits` bits as Java's narrowing does."""
    half = 1 << (bits - 1)
    return (value + half) % (1 << bits) - half


def as_text(value: Any, budget: Budget) -> str:
    """Write a value as Java's toString does: `true`, `{a=1}`, `[1, 2]`, `1.0E10`. Raises Fault over a bound."""
    pieces: list[str] = []
    _write(value, budget, pieces.append)
    return "".join(pieces)


def _write(value: Any, budget: Budget, put: Callable[[str], None]) -> None:
    if isinstance(value, str | int | float | None):
        text = _scalar(value)
        budget.characters(len(text))
        put(text)
        return
    budget.enter()
    match value:
        case Mapping():
            _join(("{", "}"), (Entry(from_key(key), item) for key, item in value.items()), budget, put)
        case Entry():
            _write(value.key, budget, put)
            put("=")
            _write(value.value, budget, put)
        case Loop():
            put("{}")
        case _:
            _join(("[", "]"), value.items if isinstance(value, View) else value, budget, put)
    budget.leave()


def _join(ends: tuple[str, str], items: Any, budget: Budget, put: Callable[[str], None]) -> None:
    put(ends[0])
    for number, item in enumerate(items):
        budget.steps()
        put(", " if number else "")
        _write(item, budget, put)
    put(ends[1])


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return double_text(value)
        case _:
            return str(value)


def double_text(value: float) -> str:
    """Write a double as Double.toString does: plain from 10⁻³ to 10⁷, else with an exponent; always with a fraction."""
    if math.isnan(value) or value in {float("inf"), float("-inf")}:
        return {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value), "NaN")
    if value == 0 or SMALLEST_PLAIN <= abs(value) < SMALLEST_SCIENTIFIC:
        text = format(Decimal(repr(value)), "f")
        return text if "." in text else text + ".0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    whole, *fraction = map(str, digits)
    return f"{'-' * sign}{whole}.{''.join(fraction) or '0'}E{int(exponent) + len(fraction)}"


def equal(left: Any, right: Any, budget: Budget) -> bool:
    """Say whether Java's equals holds: 1, 1.0 and true all differ, and so do a Long and an Integer."""
    budget.enter()
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        same = len(left) == len(right) and all(key in right and equal(left[key], right[key], budget) for key in left)
    elif is_list(left) and is_list(right):
        same = len(left) == len(right) and all(equal(one, other, budget) for one, other in zip(left, right, strict=True))
    elif isinstance(left, Entry) and isinstance(right, Entry):
        same = equal(left.key, right.key, budget) and equal(left.value, right.value, budget)
    elif isinstance(left, View | Loop) or isinstance(right, View | Loop):
        same = left is right
    else:
        same = type(left) is type(right) and bool(left == right)
    budget.leave()
    return same


def loosely_equal(left: Any, right: Any, budget: Budget) -> bool:
    """Say whether 1.7's `==` holds: numbers by value, one type by equals, else by text; null equals only null."""
    if left is None or right is None:
        return left is right
    if is_number(left) and is_number(right):
        return bool(left == right)
    if _kind(left) == _kind(right):
        return equal(left, right, budget)
    return as_text(left, budget) == as_text(right, budget)


def _kind(value: Any) -> type:
    if isinstance(value, Mapping):
        return dict
    return list if is_list(value) else type(value)

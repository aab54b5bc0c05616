"""`+ - * / %` as SQLite calculates: 64-bit integers that become real where they overflow, division that truncates."""

import math
import operator
from collections.abc import Callable, Mapping
from typing import TypeGuard

_STEPS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def is_number(value: object) -> TypeGuard[int | float]:
    """Say whether a value can be calculated with; a boolean cannot."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def calculate(sign: str, left: object, right: object) -> int | float | None:
    """Return the result; None where a side is not a number, after a division by zero, and for what is not a number."""
    if not (is_number(left) and is_number(right)):
        return None
    if sign == "%":
        return _remainder(left, right)
    if sign == "/" and right == 0:
        return None
    if isinstance(left, int) and isinstance(right, int):
        exact = _quotient(left, right) if sign == "/" else int(_STEPS[sign](left, right))
        if -(2**63) <= exact < 2**63:
            return exact
    real = _STEPS[sign](float(left), float(right))
    return None if math.isnan(real) else real


def _quotient(left: int, right: int) -> int:
    size = abs(left) // abs(right)
    return size if (left < 0) == (right < 0) else -size


def _remainder(left: float, right: float) -> int | float | None:
    """Both sides are cut to integers; the sign is that of the left one, the type real where a side is real."""
    dividend, divisor = _cut(left), _cut(right)
    if divisor == 0:
        return None
    rest = abs(dividend) % abs(divisor) * (-1 if dividend < 0 else 1)
    return rest if isinstance(left, int) and isinstance(right, int) else float(rest)


def _cut(number: float) -> int:
    if number >= 2**63:
        return 2**63 - 1
    return -(2**63) if number <= -(2**63) else int(number)

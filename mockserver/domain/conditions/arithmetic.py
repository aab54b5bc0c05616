"""`+ - * / %` that never fail: what cannot be calculated is null.

Division is real, as in the platform, where every number is a double; here an integer stays one while it is exact and fits in 64
bits, so that a whole result is written without a point. The sign of a remainder is that of the left side.
"""

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

LONGEST_JOINED = 100_000
"""Characters that texts joined by `+` may have; a longer one is null."""


def is_number(value: object) -> TypeGuard[int | float]:
    """Say whether a value can be calculated with; a boolean cannot."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def calculate(sign: str, left: Any, right: Any) -> Any:
    """Return the result; None where a side does not fit the operator, after a division by zero, and beyond all doubles."""
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right if len(left) + len(right) <= LONGEST_JOINED else None
    left, right = bounded(left), bounded(right)
    if left is None or right is None or (right == 0 and sign in ("/", "%")):
        return None
    return bounded(_STEPS[sign](left, right))


def bounded(value: Any) -> int | float | None:
    """Return a number that is finite and, if an integer, fits in 64 bits (else it turns real); None for anything else."""
    if not is_number(value):
        return None
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return value
    try:
        real = float(value)
    except OverflowError:
        return None
    return real if math.isfinite(real) else None


def _quotient(left: float, right: float) -> int | float:
    if isinstance(left, int) and isinstance(right, int) and left % right == 0:
        return left // right
    return left / right


def _remainder(left: float, right: float) -> int | float:
    if isinstance(left, int) and isinstance(right, int):
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    return math.fmod(left, right)


_STEPS: Mapping[str, Callable[[Any, Any], int | float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _quotient,
    "%": _remainder,
}

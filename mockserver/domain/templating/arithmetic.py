"""`+ - * / %` and the order of numbers as 1.7 has them: what cannot be computed is null, what cannot be compared is false."""

import math
import operator
from collections.abc import Callable
from typing import Any

from mockserver.domain.templating.errors import Fault
from mockserver.domain.templating.java import as_text, is_number, loosely_equal
from mockserver.domain.templating.limits import Budget

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_PLAIN: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
COMPARISONS = frozenset({"==", "!=", *_ORDERS})


def combined(sign: str, left: tuple[Any, str], right: tuple[Any, str], budget: Budget) -> Any:
    """Apply an operator to two values, each with what was written for it: `+` joins texts, and null by its source."""
    (one, one_source), (other, other_source) = left, right
    if sign in {"==", "!="}:
        return loosely_equal(one, other, budget) is (sign == "==")
    if sign in _ORDERS:
        return is_number(one) and is_number(other) and _ORDERS[sign](one, other)
    if sign == "+" and (type(one) is str or type(other) is str):
        return _text_of(one, one_source, budget) + _text_of(other, other_source, budget)
    if not (is_number(one) and is_number(other)):
        return None
    if isinstance(one, int) and isinstance(other, int):
        found = _of_integers(sign, one, other)
        return found if found is None else budget.integer(found)
    return _of_doubles(sign, _as_double(one), _as_double(other))


def _text_of(value: Any, source: str, budget: Budget) -> str:
    if value is None:
        budget.characters(len(source))
        return source
    return as_text(value, budget)


class BigInteger(int):
    """An integer that has left 64 bits; as in Java it stays of this kind where its value comes back."""


def _of_integers(sign: str, one: int, other: int) -> int | None:
    is_big = _is_big(one) or _is_big(other)
    if sign in _PLAIN:
        found = int(_PLAIN[sign](int(one), int(other)))
    elif other == 0:
        return None
    elif sign == "%" and is_big:
        found = _big_remainder(one, other)
    else:
        quotient = abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)
        found = quotient if sign == "/" else one - quotient * other
    return BigInteger(found) if is_big or _is_big(found) else found


def _is_big(number: int) -> bool:
    return isinstance(number, BigInteger) or not -(2**63) <= number < 2**63


def _big_remainder(one: int, other: int) -> int:
    """Divide as BigInteger.mod does: the result is never negative, and the divisor may not be."""
    if other < 0:
        raise Fault("% of a number beyond 64 bits needs a positive divisor")
    return one % other


def _of_doubles(sign: str, one: float, other: float) -> float | None:
    if sign in _PLAIN:
        return float(_PLAIN[sign](one, other))
    if other == 0:
        return None
    if sign == "/":
        return one / other
    return math.nan if math.isinf(one) or math.isnan(one) else math.fmod(one, other)


def _as_double(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf

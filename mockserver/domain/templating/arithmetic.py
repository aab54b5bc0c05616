"""`+ - * / %` and the order of numbers as 1.7 has them: what cannot be computed is null, what cannot be compared is false."""

import math
import operator
from collections.abc import Callable
from typing import Any

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


def _of_integers(sign: str, one: int, other: int) -> int | None:
    if sign in _PLAIN:
        return int(_PLAIN[sign](one, other))
    if other == 0:
        return None
    quotient = abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)
    return quotient if sign == "/" else one - quotient * other


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

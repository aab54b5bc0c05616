"""The value of a condition. Nothing here raises: what does not fit is null or false.

Logic knows two values, true and everything else: `1`, `'true'` and null do not hold, so `!get('$.flag')` holds where there is no
flag. A comparison with null is false, `!=` too (api-facts §2.4); only a `null` that is written out asks whether there is a value:
`get('$.x') == null`, `get('$.x') != null`. Sides of different types have no order and are not equal; booleans have no order
either, and arrays and objects are equal to nothing.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from mockserver.domain.conditions.arithmetic import bounded, calculate, is_number
from mockserver.domain.conditions.nodes import And, Condition, Get, Literal, Negative, Not, Operation, Or
from mockserver.domain.conditions.paths import found
from mockserver.domain.values import JsonObject

_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_EQUALITIES = ("==", "!=")
_NULL = Literal(None)


def holds(condition: Condition, context: JsonObject) -> bool:
    """Say whether the value is JSON true; no other value holds."""
    return value_of(condition, context) is True


def value_of(condition: Condition, context: JsonObject) -> Any:
    """Return the JSON value of a condition, None for null. Takes time linear in the condition."""
    match condition:
        case Literal():
            return condition.value
        case Get():
            return _got(condition, context)
        case Negative():
            return calculate("-", 0, value_of(condition.operand, context))
        case Not():
            return not holds(condition.operand, context)
        case And() | Or():
            decides = isinstance(condition, Or)
            return any(holds(side, context) is decides for side in condition.sides) is decides
        case Operation():
            return _operated(condition, context)


def _got(get: Get, context: JsonObject) -> Any:
    value = found(get.path, context)
    if is_number(value) and bounded(value) is None:
        value = None
    return value_of(get.default, context) if value is None and get.default is not None else value


def _operated(operation: Operation, context: JsonObject) -> Any:
    left_is_null = operation.first == _NULL
    result = value_of(operation.first, context)
    for sign, step in operation.steps:
        right = value_of(step, context)
        if sign in _EQUALITIES and (left_is_null or step == _NULL):
            result = ((result is None) == (right is None)) == (sign == "==")
        elif sign in _EQUALITIES or sign in _ORDERS:
            result = _compared(sign, result, right)
        else:
            result = calculate(sign, result, right)
        left_is_null = False
    return result


def _compared(sign: str, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return False
    kind = _kind(left) if _kind(left) == _kind(right) else None
    if sign in _EQUALITIES:
        return (kind is not None and left == right) == (sign == "==")
    return kind in (str, float) and _ORDERS[sign](left, right)


def _kind(value: Any) -> type | None:
    if isinstance(value, bool):
        return bool
    if is_number(value):
        return float
    return str if isinstance(value, str) else None

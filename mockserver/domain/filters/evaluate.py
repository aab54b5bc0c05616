"""Whether a filter admits an object, in the three-valued logic of SQL.

A comparison is unknown where a side is missing, null, or of another type than the other one (api-facts §9.44), and for lists,
objects and the order of booleans. NOT leaves unknown as it is, so `f`, `NOT f` and `(f) IS NULL` part any set of objects.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from mockserver.domain.filters.arithmetic import calculate, is_number
from mockserver.domain.filters.like import is_like
from mockserver.domain.filters.nodes import (
    And,
    Arithmetic,
    Compare,
    Expression,
    In,
    IsNull,
    Like,
    Name,
    Negative,
    Node,
    Not,
    Operand,
    Or,
    Test,
    Value,
)
from mockserver.domain.values import MISSING, JsonObject, look_up

Field: TypeAlias = Callable[[tuple[str, ...]], Any]
"""Gives the value of a name, MISSING where there is none."""

_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def matches(node: Node, field: Field) -> bool:
    """Say whether the filter holds; what is unknown does not hold."""
    return truth(node, field) is True


def field_in(metadata: JsonObject, path: tuple[str, ...]) -> Any:
    """Find a dotted name: the key that is spelled so, dots and all, goes before the nested field. MISSING where neither is."""
    return metadata.get(".".join(path), MISSING) if ".".join(path) in metadata else look_up(metadata, path)


def truth(node: Node, field: Field) -> bool | None:
    """Return true, false, or None for unknown."""
    match node:
        case Not():
            return _not(truth(node.operand, field))
        case And():
            return _not(_any(_not(truth(side, field)) for side in node.sides))
        case Or():
            return _any(truth(side, field) for side in node.sides)
        case _:
            return _tested(node, field)


def _tested(node: Test, field: Field) -> bool | None:
    match node:
        case Compare():
            return _compared(node.operator, _value(node.left, field), _value(node.right, field))
        case In():
            return _is_in(_value(node.operand, field), _entries(node.among, field))
        case Like():
            text = _value(node.operand, field)
            return is_like(text, node.pattern) if isinstance(text, str) else None
        case IsNull():
            return (_known(node.operand, field) is None) is not node.negated


def _not(known: bool | None) -> bool | None:
    return None if known is None else not known


def _any(sides: Iterable[bool | None]) -> bool | None:
    unknown = False
    for side in sides:
        if side:
            return True
        unknown |= side is None
    return None if unknown else False


def _known(node: Expression, field: Field) -> Any:
    return _value(node, field) if isinstance(node, Operand) else truth(node, field)


def _value(operand: Operand, field: Field) -> Any:
    """Return a plain value; None where there is none."""
    match operand:
        case Name():
            return _plain(field(operand.path))
        case Value():
            return operand.value
        case Negative():
            return calculate("-", 0, _value(operand.operand, field))
        case Arithmetic():
            result = _value(operand.first, field)
            for sign, step in operand.steps:
                result = calculate(sign, result, _value(step, field))
            return result


def _plain(value: Any) -> Any:
    """Make an integer beyond 64 bits real, as a literal of its size is; one beyond all reals is no value."""
    if value is MISSING:
        return None
    if is_number(value) and isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value) if abs(value) < 10**308 else None
    return value


def _compared(sign: str, left: Any, right: Any) -> bool | None:
    kind = _kind(left)
    if kind is None or kind != _kind(right) or (kind == "boolean" and sign not in ("=", "<>")):
        return None
    return _HOLDS[sign](left, right)


def _kind(value: Any) -> str | None:
    if isinstance(value, bool):
        return "boolean"
    if is_number(value):
        return "number"
    return "text" if isinstance(value, str) else None


def _entries(among: tuple[Value, ...] | Name, field: Field) -> list[Any] | None:
    if not isinstance(among, Name):
        return [entry.value for entry in among]
    array = field(among.path)
    return [_plain(entry) for entry in array] if isinstance(array, list | tuple) else None


def _is_in(value: Any, entries: list[Any] | None) -> bool | None:
    """IN is the OR of its equalities, for a list and for an array: none holds in an empty one."""
    return None if entries is None else _any(_compared("=", value, entry) for entry in entries)

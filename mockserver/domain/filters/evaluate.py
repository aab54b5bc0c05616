"""Whether a filter admits an object: three-valued, so a comparison with a missing value is unknown and admits nothing."""

from collections.abc import Callable
from typing import Any

from mockserver.domain.filters.parser import And, Equal, Name, Node, Or, Value
from mockserver.domain.values import MISSING


def matches(node: Node, field: Callable[[tuple[str, ...]], Any]) -> bool:
    """Say whether the filter holds; `field` gives the value of a name, MISSING where there is none."""
    return _truth(node, field) is True


def _truth(node: Node, field: Callable[[tuple[str, ...]], Any]) -> bool | None:
    match node:
        case Equal():
            return _equal(_value(node.left, field), _value(node.right, field))
        case And():
            sides = {_truth(side, field) for side in _sides(node)}
            return False if False in sides else None if None in sides else True
        case Or():
            sides = {_truth(side, field) for side in _sides(node)}
            return True if True in sides else None if None in sides else False


def _sides(node: And | Or) -> list[Node]:
    """Return all sides of a chain `a AND b AND c`, which leans to the left, so that its length costs no depth."""
    sides: list[Node] = []
    left: Node = node
    while isinstance(left, And | Or) and type(left) is type(node):
        sides.append(left.right)
        left = left.left
    return [left, *sides]


def _value(operand: Name | Value, field: Callable[[tuple[str, ...]], Any]) -> Any:
    return operand.value if isinstance(operand, Value) else field(operand.path)


def _equal(left: Any, right: Any) -> bool | None:
    """Values of different types do not match and are no error (api-facts §9.44)."""
    if left is MISSING or right is MISSING or left is None or right is None:
        return None
    return _type(left) == _type(right) and bool(left == right)


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else type(value).__name__

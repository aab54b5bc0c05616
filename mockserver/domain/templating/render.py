"""From nodes and a context to text, with the truths and texts of Apache Velocity 1.7."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.domain.templating.lexer import TemplateError
from mockserver.domain.templating.nodes import (
    Binary,
    Block,
    EscapedReference,
    Expression,
    If,
    Literal,
    Not,
    Reference,
    Text,
)
from mockserver.domain.values import MISSING, JsonObject, look_up

LONGEST_OUTPUT = 1_000_000


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of output: text of the template, or a value that a reference brought in (`value` is then not MISSING)."""

    text: str
    value: Any = MISSING


def render(block: Block, context: JsonObject) -> str:
    """Render a parsed template. Raises TemplateError where the output would pass `LONGEST_OUTPUT` characters."""
    pieces: list[str] = []
    length = 0
    for segment in segments(block, context):
        pieces.append(segment.text)
        length += len(segment.text)
        if length > LONGEST_OUTPUT:
            raise TemplateError(f"the output is longer than {LONGEST_OUTPUT} characters", line=1, column=1)
    return "".join(pieces)


def segments(block: Block, context: JsonObject) -> Iterator[Segment]:
    """Render piece by piece, so that a caller can tell the template's own text from values."""
    for node in block:
        match node:
            case Text():
                yield Segment(node.text)
            case Reference():
                yield _segment(node, context)
            case EscapedReference():
                known = look_up(context, node.reference.path) not in (MISSING, None)
                yield Segment(node.reference.source if known else "\\" + node.reference.source)
            case If():
                yield from segments(_chosen(node, context), context)


def _segment(reference: Reference, context: JsonObject) -> Segment:
    value = look_up(context, reference.path)
    if value is MISSING or value is None:
        return Segment("" if reference.quiet else reference.source)
    return Segment(as_text(value), value)


def _chosen(node: If, context: JsonObject) -> Block:
    for condition, block in node.branches:
        if _is_true(_value(condition, context)):
            return block
    return node.otherwise


def _is_true(value: Any) -> bool:
    """In Velocity 1.7 only null, a missing value and false are false: empty strings, lists and zero are true."""
    return value is not None and value is not MISSING and value is not False


def _value(expression: Expression, context: JsonObject) -> Any:
    match expression:
        case Literal():
            return expression.value
        case Reference():
            found = look_up(context, expression.path)
            return None if found is MISSING else found
        case Not():
            return not _is_true(_value(expression.operand, context))
        case Binary():
            return _combined(expression, context)


def _combined(expression: Binary, context: JsonObject) -> bool:
    left = _value(expression.left, context)
    if expression.operator == "&&":
        return _is_true(left) and _is_true(_value(expression.right, context))
    if expression.operator == "||":
        return _is_true(left) or _is_true(_value(expression.right, context))
    right = _value(expression.right, context)
    if expression.operator in {"==", "!="}:
        return _equal(left, right) is (expression.operator == "==")
    return _is_number(left) and _is_number(right) and _ordered(expression.operator, left, right)


def _ordered(operator: str, left: float, right: float) -> bool:
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal(left: Any, right: Any) -> bool:
    if left is None or right is None:
        return left is right
    if _is_number(left) and _is_number(right):
        return bool(left == right)
    if type(left) is type(right):
        return bool(left == right)
    return as_text(left) == as_text(right)


def as_text(value: Any) -> str:
    """Write a value as Java's toString does: `true`, `{a=1}`, `[1, 2]`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}={as_text(item)}" for name, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(as_text, value)) + "]"
    return str(value)

"""What a filter is made of: operands have a value, conditions are true, false or unknown.

Runs of one operator are flat (`a AND b AND c` is one `And`), so that a long filter is not a deep one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias


class Rank(IntEnum):
    """How tightly an operator binds, loosest first (api-facts §6.1); LIKE, not in that table, binds as IN does."""

    NONE = 0
    OR = 1
    AND = 2
    NOT = 3
    IN = 4
    IS = 5
    EQUAL = 6
    ORDER = 7
    SUM = 8
    PRODUCT = 9
    SIGN = 10


@dataclass(frozen=True, slots=True)
class Name:
    """A field: `doc.access_level`, or the dotted text of a double-quoted name."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A text, a number, a boolean or null."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Negative:
    """`-operand`; the sign of a number that is written out belongs to its `Value`."""

    operand: "Operand"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`first + a - b`, or `first * a / b % c`: steps of one rank, taken from the left."""

    first: "Operand"
    steps: tuple[tuple[str, "Operand"], ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """`left operator right`; the operator is one of `=`, `<>`, `<`, `<=`, `>`, `>=`."""

    left: "Operand"
    operator: str
    right: "Operand"


@dataclass(frozen=True, slots=True)
class In:
    """`operand IN (…)`, a list of literals, or `operand IN field`, where the field is an array."""

    operand: "Operand"
    among: tuple[Value, ...] | Name


@dataclass(frozen=True, slots=True)
class Like:
    """`operand LIKE 'pattern'`."""

    operand: "Operand"
    pattern: str


@dataclass(frozen=True, slots=True)
class IsNull:
    """`operand IS NULL`, or `IS NOT NULL`: an operand without a value, a condition that is unknown."""

    operand: "Expression"
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """`NOT operand`."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """`a AND b AND …`."""

    sides: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """`a OR b OR …`."""

    sides: tuple["Node", ...]


Operand: TypeAlias = Name | Value | Negative | Arithmetic
Test: TypeAlias = Compare | In | Like | IsNull
Logic: TypeAlias = Not | And | Or
Node: TypeAlias = Test | Logic
"""A condition: what a whole filter is."""
Expression: TypeAlias = Operand | Node


def children(node: Expression) -> tuple[Expression, ...]:
    """Return the nodes directly below a node, as they stand from left to right."""
    match node:
        case Name() | Value():
            return ()
        case Arithmetic():
            return (node.first, *(operand for _, operand in node.steps))
        case Compare():
            return (node.left, node.right)
        case In():
            return (node.operand, node.among) if isinstance(node.among, Name) else (node.operand, *node.among)
        case Negative() | Like() | IsNull() | Not():
            return (node.operand,)
        case And() | Or():
            return node.sides


def conjunction(nodes: Iterable[Node | None]) -> Node | None:
    """Return the filter that admits what all of these admit; None, which stands for no filter, where there is none."""
    sides = tuple(node for node in nodes if node is not None)
    return And(sides) if len(sides) > 1 else sides[0] if sides else None


def names(node: Expression) -> frozenset[str]:
    """Return every field that the filter reads, dotted."""
    found: set[str] = set()
    waiting: list[Expression] = [node]
    while waiting:
        latest = waiting.pop()
        if isinstance(latest, Name):
            found.add(".".join(latest.path))
        waiting.extend(children(latest))
    return frozenset(found)

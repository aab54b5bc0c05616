"""What a condition is made of. Runs of one operator are flat (`a && b && c` is one `And`): a long condition is not a deep one."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias


class Rank(IntEnum):
    """How tightly an operator binds, loosest first, as in C; the word `not` binds as in SQL and Python, `!` as a sign."""

    NONE = 0
    OR = 1
    AND = 2
    NOT = 3
    EQUAL = 4
    ORDER = 5
    SUM = 6
    PRODUCT = 7
    SIGN = 8


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, a number, a boolean or null that is written out."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Get:
    """`get('$.path', default)`: names and indexes to follow from the context, and what stands in for null."""

    path: tuple[str | int, ...]
    default: "Condition | None" = None


@dataclass(frozen=True, slots=True)
class Negative:
    """`-operand`."""

    operand: "Condition"


@dataclass(frozen=True, slots=True)
class Not:
    """`!operand`, `not operand`."""

    operand: "Condition"


@dataclass(frozen=True, slots=True)
class Operation:
    """`first + a - b`, or `first == a`: steps of one rank, each an operator and its right side, taken from the left."""

    first: "Condition"
    steps: tuple[tuple[str, "Condition"], ...]


@dataclass(frozen=True, slots=True)
class And:
    """`a && b && …`."""

    sides: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """`a || b || …`."""

    sides: tuple["Condition", ...]


Condition: TypeAlias = Literal | Get | Negative | Not | Operation | And | Or

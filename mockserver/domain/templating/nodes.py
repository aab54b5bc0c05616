"""What a template is made of, as values."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    """Text that stands for itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Reference:
    """`$a.b`, `${a.b}`, `$!a.b`: `source` is what was written and is printed where the value is missing, unless `quiet`."""

    source: str
    path: tuple[str, ...]
    quiet: bool


@dataclass(frozen=True, slots=True)
class EscapedReference:
    r"""`\$a.b`: prints the reference itself without the backslash where it has a value, with it where it has none (1.7)."""

    reference: Reference


@dataclass(frozen=True, slots=True)
class If:
    """`#if … #elseif … #else … #end`: the first branch whose condition holds, else `otherwise`."""

    branches: tuple[tuple["Expression", "Block"], ...]
    otherwise: "Block"


Node: TypeAlias = Text | Reference | EscapedReference | If
Block: TypeAlias = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, number or boolean in an expression."""

    value: str | int | float | bool


@dataclass(frozen=True, slots=True)
class Not:
    """`!operand`."""

    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`."""

    operator: str
    left: "Expression"
    right: "Expression"


Expression: TypeAlias = Literal | Reference | Not | Binary

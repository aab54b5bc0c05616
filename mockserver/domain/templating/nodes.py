"""What a template is made of, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Place: TypeAlias = tuple[int, int]
"""A line and a column, both from 1."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text that stands for itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Property:
    """`.name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """`.name(arguments)`."""

    name: str
    arguments: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Index:
    """`[key]`."""

    key: "Expression"


@dataclass(frozen=True, slots=True)
class Reference:
    r"""`$a.b`, `${a.b}`, `$!a.b`: `source` is what was written, without backslashes; `$#a` has the root `#a`, which is nothing.

    `prefix` stands before it in any case (`#` in `#$a`); `backslashes` are half of those written, an odd one means `is_escaped`.
    """

    root: str
    steps: tuple[Property | Call | Index, ...]
    source: str
    place: Place
    is_quiet: bool = False
    prefix: str = ""
    backslashes: str = ""
    is_escaped: bool = False


@dataclass(frozen=True, slots=True)
class If:
    """`#if … #elseif … #else … #end`: the first branch whose condition holds, else `otherwise`."""

    branches: "tuple[tuple[Expression, Block], ...]"
    otherwise: "Block"


@dataclass(frozen=True, slots=True)
class Foreach:
    """`#foreach($name in subject) … #end`."""

    name: str
    subject: "Expression"
    body: "Block"
    place: Place


@dataclass(frozen=True, slots=True)
class Set:
    """`#set(target = value)`."""

    target: Reference
    value: "Expression"


@dataclass(frozen=True, slots=True)
class MacroCall:
    """`#name(arguments)`: printed as it stands where there is no such macro."""

    name: str
    arguments: "tuple[Expression, ...]"
    source: str
    place: Place


@dataclass(frozen=True, slots=True)
class Halt:
    """`#break`, which ends the innermost loop, macro or template, or `#stop`, which ends the template."""

    ends_all: bool


@dataclass(frozen=True, slots=True)
class Macro:
    """`#macro(name $parameter …) … #end`."""

    parameters: tuple[str, ...]
    body: "Block"


Node: TypeAlias = Text | Reference | If | Foreach | Set | MacroCall | Halt
Block: TypeAlias = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    """A string in single quotes, a number, a boolean; None for what has no value."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Interpolated:
    """A string in double quotes with references or directives in it, parsed behind one added space."""

    block: Block
    keeps_last: bool
    """A line comment has swallowed that space, so that it is not taken off again."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, b]`."""

    items: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class MapOf:
    """`{k: v}`."""

    pairs: "tuple[tuple[Expression, Expression], ...]"


@dataclass(frozen=True, slots=True)
class Range:
    """`[first..last]`."""

    first: "Expression"
    last: "Expression"


@dataclass(frozen=True, slots=True)
class Not:
    """`!operand`."""

    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Logic:
    """`a || b || …` where `stops_at` is True, `a && b && …` where it is False."""

    operands: "tuple[Expression, ...]"
    stops_at: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """`first op b op c …`, operators of one precedence, from the left; with each operand what was written for it."""

    first: "Expression"
    rest: "tuple[tuple[str, Expression], ...]"
    sources: tuple[str, ...]


Expression: TypeAlias = Literal | Reference | Interpolated | ListOf | MapOf | Range | Not | Logic | Chain


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template: its nodes, the macros that it defines, and whether it sets members of what the context holds."""

    block: Block
    macros: Mapping[str, Macro]
    sets_members: bool
    text: str

    def __hash__(self) -> int:
        return hash(self.text)

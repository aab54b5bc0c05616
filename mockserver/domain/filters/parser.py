"""From words to a tree, by precedence climbing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from mockserver.domain.filters.tokens import FilterError, Token, tokens

__all__ = ["And", "Equal", "FilterError", "Name", "Node", "Or", "Value", "names", "parse"]

DEEPEST = 100
MOST_DIGITS = 40


@dataclass(frozen=True, slots=True)
class Name:
    """A field: `doc.access_level`, or the dotted text of a double-quoted name."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A text, a number or a boolean."""

    value: str | int | float | bool


@dataclass(frozen=True, slots=True)
class Equal:
    """`left = right`."""

    left: Name | Value
    right: Name | Value


@dataclass(frozen=True, slots=True)
class And:
    """`left AND right`."""

    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Or:
    """`left OR right`."""

    left: "Node"
    right: "Node"


Node: TypeAlias = Equal | And | Or
_PRECEDENCE = {"or": 1, "and": 2}
_NOT_YET = frozenset({"not", "in", "like", "is", "null", "<", "<=", ">", ">=", "!=", "<>", "+", "-", "*", "/", "%"})


@lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """Parse a filter. Raises FilterError with the place of the first fault."""
    parser = _Parser(tokens(text))
    node = parser.condition(least=0, depth=0)
    parser.expect("end", "AND, OR or the end of the filter")
    return node


class _Parser:
    def __init__(self, words: list[Token]) -> None:
        self.words = words
        self.at = 0

    @property
    def word(self) -> Token:
        return self.words[self.at]

    def error(self, expected: str) -> FilterError:
        word = self.word
        if word.kind in _NOT_YET or word.text in _NOT_YET:
            return FilterError(f"{word.text} is not supported yet; use =, AND, OR and parentheses", position=word.position)
        got = f"got {word.text!r}" if word.text else "the filter ends"
        return FilterError(f"expected {expected}, {got}", position=word.position)

    def expect(self, kind: str, expected: str) -> Token:
        if kind not in (self.word.kind, self.word.text):
            raise self.error(expected)
        word = self.word
        self.at += 1
        return word

    def condition(self, *, least: int, depth: int) -> Node:
        left = self.comparison(depth)
        while (precedence := _PRECEDENCE.get(self.word.kind, 0)) > least:
            combine: type[Or | And] = Or if self.word.kind == "or" else And
            self.at += 1
            left = combine(left, self.condition(least=precedence, depth=depth))
        return left

    def comparison(self, depth: int) -> Node:
        if self.word.text == "(":
            if depth == DEEPEST:
                raise FilterError(f"parentheses go deeper than {DEEPEST}", position=self.word.position)
            self.at += 1
            inner = self.condition(least=0, depth=depth + 1)
            self.expect(")", "AND, OR or )")
            return inner
        left = self.operand()
        if self.word.text == "==":
            self.at += 1
        else:
            self.expect("=", "=")
        return Equal(left, self.operand())

    def operand(self) -> Name | Value:
        word = self.word
        read = _OPERANDS.get(word.kind)
        if read is None:
            raise self.error("a field, a text in single quotes, a number, true or false")
        if word.kind == "number" and len(word.text) > MOST_DIGITS:
            raise FilterError(f"the number has more than {MOST_DIGITS} digits", position=word.position)
        self.at += 1
        return read(word.text)


_OPERANDS: Mapping[str, Callable[[str], Name | Value]] = {
    "name": lambda text: Name(tuple(text.split("."))),
    "quoted": lambda text: Name(tuple(text[1:-1].replace('""', '"').split("."))),
    "text": lambda text: Value(text[1:-1].replace("''", "'")),
    "number": lambda text: Value(float(text) if "." in text else int(text)),
    "true": lambda _: Value(value=True),
    "false": lambda _: Value(value=False),
}


def names(node: Node) -> frozenset[str]:
    """Return every field that the filter reads, dotted."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        match waiting.pop():
            case Equal(left, right):
                found.update(".".join(side.path) for side in (left, right) if isinstance(side, Name))
            case And(left, right) | Or(left, right):
                waiting += left, right
    return frozenset(found)

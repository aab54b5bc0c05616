"""From words to a tree: a Pratt parser over the ranks of `nodes`."""

import math
from collections.abc import Mapping
from functools import lru_cache

from mockserver.domain.conditions.nodes import And, Condition, Get, Literal, Negative, Not, Operation, Or, Rank
from mockserver.domain.conditions.paths import path_of
from mockserver.domain.conditions.tokens import ConditionError, tokens, unquoted
from mockserver.domain.scanning import Cursor, Token

DEEPEST = 100
MOST_DIGITS = 40
_INFIX: Mapping[str, Rank] = {
    "||": Rank.OR,
    "&&": Rank.AND,
    **dict.fromkeys(("==", "!="), Rank.EQUAL),
    **dict.fromkeys(("<", "<=", ">", ">="), Rank.ORDER),
    **dict.fromkeys(("+", "-"), Rank.SUM),
    **dict.fromkeys(("*", "/", "%"), Rank.PRODUCT),
}
_CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}
_AFTER = "an operator or the end of the condition"
_VALUE = "get('$.path'), a text in quotes, a number, true, false, null or ("


@lru_cache(maxsize=256)
def parse(text: str) -> Condition:
    """Parse a condition. Raises ConditionError with the column of the first fault."""
    parser = _Parser(tokens(text))
    condition = parser.expression(Rank.NONE, 0)
    parser.expect("end", _AFTER)
    return condition


class _Parser(Cursor):
    def error(self, expected: str) -> ConditionError:
        got = f"got {self.word.text!r}" if self.word.text else "the condition ends"
        return ConditionError(f"expected {expected}, {got}", column=self.word.place)

    def expression(self, least: Rank, depth: int) -> Condition:
        if depth > DEEPEST:
            raise ConditionError(f"the condition is nested deeper than {DEEPEST}", column=self.word.place)
        left = self.prefix(depth + 1)
        while (rank := _INFIX.get(self.word.kind, Rank.NONE)) > least:
            left = self.infix(left, rank, depth + 1)
        return left

    def prefix(self, depth: int) -> Condition:
        if self.took("not"):
            return Not(self.expression(Rank.NOT, depth))
        if self.took("!"):
            return Not(self.expression(Rank.SIGN, depth))
        if self.took("-"):
            return Negative(self.expression(Rank.SIGN, depth))
        if self.took("("):
            inner = self.expression(Rank.NONE, depth)
            self.expect(")", "an operator or )")
            return inner
        return self.get(depth) if self.word.kind == "name" else self.literal()

    def infix(self, left: Condition, rank: Rank, depth: int) -> Condition:
        if rank in (Rank.OR, Rank.AND):
            sides = [left]
            while _INFIX.get(self.word.kind) is rank:
                self.take()
                sides.append(self.expression(rank, depth))
            return Or(tuple(sides)) if rank is Rank.OR else And(tuple(sides))
        steps: list[tuple[str, Condition]] = []
        while _INFIX.get(self.word.kind) is rank:
            steps.append((self.take().kind, self.expression(rank, depth)))
        return Operation(left, tuple(steps))

    def get(self, depth: int) -> Get:
        name = self.take()
        if name.text.lower() != "get":
            raise ConditionError(self.no_such(name), column=name.place)
        self.expect("(", "( behind get")
        path = self.expect("text", "a path in quotes: '$.name'")
        steps = path_of(unquoted(path.text, column=path.place), column=path.place)
        default = self.expression(Rank.NONE, depth) if self.took(",") else None
        self.expect(")", "an operator or )" if default is not None else ", with a default, or )")
        return Get(steps, default)

    def no_such(self, name: Token) -> str:
        if self.word.kind == "(":
            return f"there is no function {name.text}: expected get('$.path')"
        return f"{name.text!r} is no value: expected {_VALUE}; a field is read by get('$.name')"

    def literal(self) -> Literal:
        word = self.word
        match word.kind:
            case "number":
                return Literal(_number(self.take()))
            case "text":
                return Literal(unquoted(self.take().text, column=word.place))
            case "true" | "false" | "null":
                return Literal(_CONSTANTS[self.take().kind])
            case _:
                raise self.error(_VALUE)


def _number(word: Token) -> int | float:
    """Read a number: an integer beyond 64 bits becomes real. Raises ConditionError for one too long or too large."""
    if len(word.text) > MOST_DIGITS:
        raise ConditionError(f"the number has more than {MOST_DIGITS} digits", column=word.place)
    if word.text.isdigit() and (whole := int(word.text)) < 2**63:
        return whole
    real = float(word.text)
    if math.isinf(real):
        raise ConditionError("the number is too large", column=word.place)
    return real

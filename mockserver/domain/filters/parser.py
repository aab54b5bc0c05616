"""From words to a tree: a Pratt parser over the ranks of api-facts §6.1.

Two sorts are kept apart. An operand has a value, a condition is true, false or unknown; `a = b = c`, a calculation with a
condition, and a field that stands for a condition are refused. Only IS NULL takes both.
"""

import math
from collections.abc import Mapping
from functools import lru_cache

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
    Rank,
    Value,
)
from mockserver.domain.filters.tokens import FilterError, tokens
from mockserver.domain.scanning import Cursor, Token

DEEPEST = 100
MOST_DIGITS = 40
SCOPES = ("doc", "part")
_INFIX: Mapping[str, Rank] = {
    "or": Rank.OR,
    "and": Rank.AND,
    "is": Rank.IS,
    **dict.fromkeys(("in", "like", "not"), Rank.IN),
    **dict.fromkeys(("=", "==", "!=", "<>"), Rank.EQUAL),
    **dict.fromkeys(("<", "<=", ">", ">="), Rank.ORDER),
    **dict.fromkeys(("+", "-"), Rank.SUM),
    **dict.fromkeys(("*", "/", "%"), Rank.PRODUCT),
}
_ONE_SPELLING: Mapping[str, str] = {"==": "=", "!=": "<>"}
_CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}
_REFUSED = frozenset({"select", "exists", "between", "case", "cast", "collate", "escape", "glob", "ilike", "regexp", "union"})


@lru_cache(maxsize=256)
def parse(text: str) -> Node:
    """Parse a filter on a session's metadata. Raises FilterError with the place of the first fault."""
    return _Parser(tokens(text), scoped=False).filter()


@lru_cache(maxsize=256)
def parse_scoped(text: str) -> Node:
    """Parse a filter on a corpus: every name begins with `doc.` or `part.`, and LIKE is refused (api-facts §6.1, §9.43).

    Raises FilterError with the place of the first fault.
    """
    return _Parser(tokens(text), scoped=True).filter()


class _Parser(Cursor):
    def __init__(self, words: list[Token], *, scoped: bool) -> None:
        super().__init__(words)
        self.scoped = scoped

    def error(self, expected: str) -> FilterError:
        word, before = self.word, self.words[max(self.at - 1, 0)]
        for suspect in (before, word):
            if suspect.kind == "name" and suspect.text.lower() in _REFUSED:
                return FilterError(f"{suspect.text} is not part of the filter language", position=suspect.place)
        if word.kind == "(" and before.kind == "name":
            return FilterError(f"the filter language has no functions, and so no {before.text}()", position=before.place)
        got = f"got {word.text!r}" if word.text else "the filter ends"
        return FilterError(f"expected {expected}, {got}", position=word.place)

    def filter(self) -> Node:
        node = self.condition(Rank.NONE, 0)
        self.expect("end", "AND, OR or the end of the filter")
        return node

    def condition(self, least: Rank, depth: int) -> Node:
        return self.as_condition(self.expression(least, depth))

    def operand(self, least: Rank, depth: int) -> Operand:
        start = self.word
        return _as_operand(self.expression(least, depth), start)

    def as_condition(self, node: Expression) -> Node:
        if not isinstance(node, Node):
            raise self.error("a comparison: =, <>, <, <=, >, >=, IN, LIKE or IS NULL")
        return node

    def expression(self, least: Rank, depth: int) -> Expression:
        if depth > DEEPEST:
            raise FilterError(f"the filter is nested deeper than {DEEPEST}", position=self.word.place)
        left = self.prefix(depth + 1)
        while (rank := _INFIX.get(self.word.kind, Rank.NONE)) > least:
            left = self.infix(left, rank, depth + 1)
        return left

    def prefix(self, depth: int) -> Expression:
        if self.took("not"):
            return Not(self.condition(Rank.NOT, depth))
        if self.took("("):
            inner = self.expression(Rank.NONE, depth)
            self.expect(")", "AND, OR or )" if isinstance(inner, Node) else "a comparison or )")
            return inner
        if self.word.kind in ("+", "-") and self.words[self.at + 1].kind != "number":
            sign, operand = self.take(), self.operand(Rank.SIGN, depth)
            return Negative(operand) if sign.kind == "-" else operand
        return self.name() if self.word.kind in ("name", "quoted") else self.literal("a field, a text in single quotes, a number")

    def infix(self, left: Expression, rank: Rank, depth: int) -> Expression:
        match rank:
            case Rank.OR:
                return Or(self.sides(left, "or", rank, depth))
            case Rank.AND:
                return And(self.sides(left, "and", rank, depth))
            case Rank.IN:
                return self.membership(_as_operand(left, self.word))
            case Rank.IS:
                return self.null_test(left)
            case Rank.EQUAL | Rank.ORDER:
                first, sign = _as_operand(left, self.word), self.take().kind
                return Compare(first, _ONE_SPELLING.get(sign, sign), self.operand(rank, depth))
            case _:
                return self.arithmetic(_as_operand(left, self.word), rank, depth)

    def sides(self, left: Expression, word: str, rank: Rank, depth: int) -> tuple[Node, ...]:
        sides = [self.as_condition(left)]
        while self.took(word):
            sides.append(self.condition(rank, depth))
        return tuple(sides)

    def arithmetic(self, first: Operand, rank: Rank, depth: int) -> Arithmetic:
        steps: list[tuple[str, Operand]] = []
        while _INFIX.get(self.word.kind) is rank:
            steps.append((self.take().kind, self.operand(rank, depth)))
        return Arithmetic(first, tuple(steps))

    def null_test(self, left: Expression) -> IsNull:
        """Read `IS NULL`; a second one behind it has nothing to ask, since the first is never unknown."""
        if isinstance(left, IsNull) and self.words[self.at - 1].kind == "null":
            raise self.error("AND, OR or the end of the filter")
        self.take()
        negated = self.took("not")
        self.expect("null", "NULL" if negated else "NULL or NOT NULL")
        return IsNull(left, negated)

    def membership(self, left: Operand) -> Node:
        negated = self.took("not")
        found: Node
        if self.word.kind == "like":
            found = self.like(left)
        else:
            self.expect("in", "IN or LIKE")
            found = In(left, self.among())
        return Not(found) if negated else found

    def like(self, left: Operand) -> Like:
        if self.scoped:
            raise FilterError("LIKE is for sessions only and has no place in a corpus filter", position=self.word.place)
        self.take()
        return Like(left, _text(self.expect("text", "a pattern in single quotes")))

    def among(self) -> Name | tuple[Value, ...]:
        if self.word.kind in ("name", "quoted"):
            return self.name()
        self.expect("(", "a list in parentheses or an array field")
        entries = [self.entry()]
        while self.took(","):
            entries.append(self.entry())
        self.expect(")", ", or )")
        return tuple(entries)

    def entry(self) -> Value:
        """Read an entry of a list; it may stand in parentheses, as `fill` writes a negative number."""
        enclosed = self.took("(")
        entry = self.literal("a text in single quotes, a number (an array field stands without parentheses)")
        if enclosed:
            self.expect(")", ")")
        return entry

    def name(self) -> Name:
        word = self.take()
        text = word.text if word.kind == "name" else word.text[1:-1].replace('""', '"')
        path = tuple(text.split("."))
        if self.scoped and (path[0] not in SCOPES or len(path) == 1):
            problem = f"the field {text!r} has no scope: expected doc.… or part.…; texts stand in single quotes"
            raise FilterError(problem, position=word.place)
        return Name(path)

    def literal(self, expected: str) -> Value:
        sign = self.take().kind if self.word.kind in ("+", "-") and self.words[self.at + 1].kind == "number" else ""
        word = self.word
        match word.kind:
            case "number":
                return Value(_number(self.take(), -1 if sign == "-" else 1))
            case "text":
                return Value(_text(self.take()))
            case "true" | "false" | "null":
                return Value(_CONSTANTS[self.take().kind])
            case _:
                raise self.error(f"{expected}, true, false or null")


def _as_operand(node: Expression, word: Token) -> Operand:
    if not isinstance(node, Operand):
        problem = "a condition has no value to compare or calculate with; join conditions by AND or OR"
        raise FilterError(problem, position=word.place)
    return node


def _text(word: Token) -> str:
    return word.text[1:-1].replace("''", "'")


def _number(word: Token, sign: int) -> int | float:
    """Read a number: an integer beyond 64 bits becomes real, as in SQLite. Raises FilterError for one too long or too large."""
    if len(word.text) > MOST_DIGITS:
        raise FilterError(f"the number has more than {MOST_DIGITS} digits", position=word.place)
    if word.text.isdigit() and -(2**63) <= (whole := sign * int(word.text)) < 2**63:
        return whole
    real = sign * float(word.text)
    if math.isinf(real):
        raise FilterError("the number is too large", position=word.place)
    return real

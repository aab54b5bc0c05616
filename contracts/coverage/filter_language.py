"""The operators of the filter language (api-facts §6.1), and which of them an expression uses."""

import re
from collections.abc import Iterator, Sequence

COMPARISONS = ("=", "==", "<>", "!=", "<", "<=", ">", ">=")
PRODUCTS, SUMS = ("*", "/", "%"), ("+", "-")
OPERATORS = (
    *COMPARISONS,
    *PRODUCTS,
    *(f"binary {sign}" for sign in SUMS),
    *(f"unary {sign}" for sign in SUMS),
    "NOT", "AND", "OR", "IS NULL", "IS NOT NULL", "LIKE", "IN list", "IN field", "brackets",
)  # fmt: skip

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|<=|>=|<>|!=|==|\d+(?:\.\d+)?|[A-Za-z_][\w.]*|\S")
_WORDS = {"AND", "OR", "NOT", "IN", "LIKE", "IS", "NULL"}
_NO_OPERAND_BEFORE = {"", "(", ",", *COMPARISONS, *PRODUCTS, *SUMS, "AND", "OR", "NOT", "IN", "LIKE"}


def operators_of(expression: str) -> frozenset[str]:
    """Name the operators in an expression."""
    words = [word.upper() if word.upper() in _WORDS else word for word in _TOKEN.findall(expression)]
    return frozenset(_operators(words))


def _operators(words: Sequence[str]) -> Iterator[str]:
    for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
        if word in SUMS:
            yield f"{'unary' if before in _NO_OPERAND_BEFORE else 'binary'} {word}"
        elif word == "IS":
            yield "IS NOT NULL" if after == "NOT" else "IS NULL"
        elif word == "IN":
            yield "IN list" if after == "(" else "IN field"
        elif word == "(" and before != "IN":
            yield "brackets"
        elif word in OPERATORS and not (word == "NOT" and before == "IS"):
            yield word

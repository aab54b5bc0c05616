"""A filter written out: one spelling for each tree, with no more parentheses than it needs."""

import re
from collections.abc import Mapping

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
    Not,
    Operand,
    Or,
    Rank,
    Test,
    Value,
)
from mockserver.domain.filters.tokens import BARE_NAME, KEYWORDS

_RANKS: Mapping[type, Rank] = {
    Or: Rank.OR,
    And: Rank.AND,
    Not: Rank.NOT,
    In: Rank.IN,
    Like: Rank.IN,
    IsNull: Rank.IS,
    Compare: Rank.EQUAL,
    Arithmetic: Rank.SUM,
}


def print_filter(node: Expression) -> str:
    """Write a tree so that `parse` gives back the same tree."""
    match node:
        case Not():
            return f"NOT {_inside(node.operand, Rank.AND)}"
        case And():
            return " AND ".join(_inside(side, Rank.AND) for side in node.sides)
        case Or():
            return " OR ".join(_inside(side, Rank.OR) for side in node.sides)
        case Compare() | In() | Like() | IsNull():
            return _test(node)
        case _:
            return _operand(node)


def _test(node: Test) -> str:
    match node:
        case Compare():
            return f"{_operand(node.left)} {node.operator} {_operand(node.right)}"
        case In():
            return f"{_operand(node.operand)} IN {_among(node)}"
        case Like():
            return f"{_operand(node.operand)} LIKE {_text(node.pattern)}"
        case IsNull():
            return f"{_inside(node.operand, Rank.IS)} IS {'NOT ' if node.negated else ''}NULL"


def _operand(node: Operand) -> str:
    match node:
        case Name():
            return _name(".".join(node.path))
        case Value():
            return _value(node)
        case Negative():
            return f"-{_operand(node.operand)}" if isinstance(node.operand, Name) else f"-({_operand(node.operand)})"
        case Arithmetic():
            steps = (f" {sign} {_inside(step, _rank(node))}" for sign, step in node.steps)
            return _inside(node.first, _rank(node)) + "".join(steps)


def _inside(node: Expression, rank: Rank) -> str:
    """Write a side of an operator, in parentheses unless it binds tighter than that."""
    return print_filter(node) if _rank(node) > rank else f"({print_filter(node)})"


def _rank(node: Expression) -> Rank:
    if isinstance(node, Arithmetic) and node.steps[0][0] in "*/%":
        return Rank.PRODUCT
    return _RANKS.get(type(node), Rank.SIGN)


def _among(node: In) -> str:
    return _operand(node.among) if isinstance(node.among, Name) else f"({', '.join(map(_value, node.among))})"


def _name(text: str) -> str:
    if re.fullmatch(BARE_NAME, text) and text.lower() not in KEYWORDS:
        return text
    return '"' + text.replace('"', '""') + '"'


def _value(literal: Value) -> str:
    match literal.value:
        case str():
            return _text(literal.value)
        case None:
            return "null"
        case bool():
            return "true" if literal.value else "false"
        case _:
            return repr(literal.value)


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

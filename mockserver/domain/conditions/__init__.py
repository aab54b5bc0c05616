"""The expression language of step transitions and alias rules, "UserFn" (api-facts §2.4, §2.11).

`holds(parse(text), context)` says whether a condition holds, `value_of` what its value is.
"""

from mockserver.domain.conditions.evaluate import holds, value_of
from mockserver.domain.conditions.nodes import And, Condition, Get, Literal, Negative, Not, Operation, Or
from mockserver.domain.conditions.parser import parse
from mockserver.domain.conditions.tokens import ConditionError

__all__ = [
    "And",
    "Condition",
    "ConditionError",
    "Get",
    "Literal",
    "Negative",
    "Not",
    "Operation",
    "Or",
    "holds",
    "parse",
    "value_of",
]

"""The metadata filter language of api-facts §6: `matches(parse(text), …)`. `fill` puts metadata into a filter's template.

One language, read in two places: `parse` for conditions on a session's metadata, `parse_scoped` for those on a corpus.
"""

from mockserver.domain.filters.evaluate import field_in, matches, truth
from mockserver.domain.filters.fill import fill
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
    Value,
    conjunction,
    names,
)
from mockserver.domain.filters.parser import parse, parse_scoped
from mockserver.domain.filters.print import print_filter
from mockserver.domain.filters.tokens import FilterError

__all__ = [
    "And",
    "Arithmetic",
    "Compare",
    "Expression",
    "FilterError",
    "In",
    "IsNull",
    "Like",
    "Name",
    "Negative",
    "Node",
    "Not",
    "Operand",
    "Or",
    "Value",
    "conjunction",
    "field_in",
    "fill",
    "matches",
    "names",
    "parse",
    "parse_scoped",
    "print_filter",
    "truth",
]

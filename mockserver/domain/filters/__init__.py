"""The metadata filter language: `matches(parse(text), …)`; `fill` puts metadata into a filter's template.

This cut has `=`, AND, OR and parentheses; what it has not yet is refused by name and never ignored.
"""

from mockserver.domain.filters.evaluate import matches
from mockserver.domain.filters.fill import fill
from mockserver.domain.filters.parser import And, Equal, FilterError, Name, Node, Or, Value, names, parse

__all__ = ["And", "Equal", "FilterError", "Name", "Node", "Or", "Value", "fill", "matches", "names", "parse"]

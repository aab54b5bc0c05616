"""Velocity templates: `render(parse(text), context)`, as Apache Velocity 1.7 renders them.

Own code, since nothing but plain JSON may be reachable from a template. What runs text or reads files (`REFUSED` in `parser.py`)
is refused by name; methods are those of the table in `methods.py`; how much a template may do is bounded by `Limits`.
"""

from mockserver.domain.templating.errors import TemplateError
from mockserver.domain.templating.evaluate import Truthiness
from mockserver.domain.templating.limits import LIMITS, Limits
from mockserver.domain.templating.nodes import Template
from mockserver.domain.templating.parser import parse
from mockserver.domain.templating.render import Segment, render, segments
from mockserver.domain.templating.warnings import Warning, warnings  # noqa: A004 - the name says what it is

__all__ = [
    "LIMITS",
    "Limits",
    "Segment",
    "Template",
    "TemplateError",
    "Truthiness",
    "Warning",
    "parse",
    "render",
    "segments",
    "warnings",
]

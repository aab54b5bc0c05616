"""Velocity templates: `render(parse(text), context)`. Own code, since nothing but plain JSON may be reachable from a template.

This cut has references, `#if … #elseif … #else … #end` and comments; what it has not yet is refused by name, never guessed.
"""

from mockserver.domain.templating.lexer import TemplateError
from mockserver.domain.templating.parser import parse
from mockserver.domain.templating.render import Segment, render, segments

__all__ = ["Segment", "TemplateError", "parse", "render", "segments"]

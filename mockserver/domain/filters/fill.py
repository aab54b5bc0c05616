"""Metadata put into a filter's template, so that no value can change the filter's shape (design §5).

Inside quotes a value is text whose quotes are doubled; outside, a number or boolean becomes that literal and a text a quoted
one. A negative number stands in parentheses, so that its sign is never an operator. A list or object has no place in a filter
and is written as quoted text, which matches no field.
"""

from typing import Any

from mockserver.domain.templating import Template, TemplateError, segments
from mockserver.domain.templating.dialect import DIALECT, Dialect
from mockserver.domain.values import MISSING, JsonObject

LONGEST_FILLED = 100_000


def fill(template: Template, context: JsonObject, dialect: Dialect = DIALECT) -> str:
    """Render a filter's template with every value as a literal. Raises TemplateError where the result is out of bounds."""
    filled: list[str] = []
    quote = ""
    length = 0
    for segment in segments(template, context, limits=dialect.limits, truthiness=dialect.truthiness):
        if segment.value is MISSING:
            quote = _quote_after(segment.text, quote)
            filled.append(segment.text)
        else:
            filled.append(_literal(segment.text, segment.value, quote))
        length += len(filled[-1])
        if length > LONGEST_FILLED:
            raise TemplateError(f"the filter is longer than {LONGEST_FILLED} characters", line=1, column=1)
    return "".join(filled)


def _quote_after(text: str, quote: str) -> str:
    """Which quote is open behind `text`; a doubled quote closes and opens again, which comes to the same."""
    for character in text:
        if character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
    return quote


def _literal(text: str, value: Any, quote: str) -> str:
    if quote:
        return text.replace(quote, quote * 2)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"({value!r})" if repr(value).startswith("-") else repr(value)
    return "'" + text.replace("'", "''") + "'"

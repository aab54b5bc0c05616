"""Regular expressions that people send: RE2, so that none takes longer than the text is long."""

from collections.abc import Callable

import re2

_MOST_MEMORY = 1 << 22


class PatternError(ValueError):
    """The text is not a regular expression in RE2 syntax; says why."""


def search(text: str, *, ignores_case: bool = False) -> Callable[[str], bool]:
    """Return a test that finds the pattern anywhere in a text. Raises PatternError."""
    options = re2.Options()
    options.case_sensitive = not ignores_case
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    try:
        pattern = re2.compile(text, options)
    except re2.error as error:
        raise PatternError(error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)) from error
    return lambda candidate: pattern.search(candidate) is not None

"""Regular expressions that users send: RE2, so that matching takes time linear in the text."""

from collections.abc import Callable

import re2

_LARGEST = 1 << 22
"""Bytes that a compiled expression may take."""


def searching(text: str) -> Callable[[str], bool]:
    """Return a test whether an expression is found anywhere in a text. Raises ValueError with RE2's reason for what is none."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _LARGEST
    try:
        pattern = re2.compile(text, options)
    except re2.error as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise ValueError(reason) from error
    return lambda candidate: pattern.search(candidate) is not None

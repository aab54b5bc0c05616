"""Keeps credentials out of what a run says: those that it was given, and those that the target has handed out to it."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from contracts.wire.wire import Wire

MASK = "****"
NAME = "contracts-redaction"
"""The name of the plugin."""

Clean = Callable[[str], str]


def cleaner(secrets: Iterable[str]) -> Clean:
    """Return what takes these secrets out of a text, the longest first: one may be a part of another."""
    known = sorted(filter(None, secrets), key=len, reverse=True)

    def clean(text: str) -> str:
        for secret in known:
            text = text.replace(secret, MASK)
        return text

    return clean


def cleaned(value: Any, clean: Clean) -> Any:
    """Return a value with its texts cleaned, however deep; objects that say how a failure is shown are cleaned in place."""
    match value:
        case str():
            return clean(value)
        case list() | tuple():
            return type(value)(cleaned(item, clean) for item in value)
        case dict():
            return {cleaned(name, clean): cleaned(item, clean) for name, item in value.items()}
        case _:
            if type(value).__module__.startswith("_pytest."):
                for name, item in list(vars(value).items()):
                    object.__setattr__(value, name, cleaned(item, clean))
            return value


class Redaction:
    """Cleans the report of every test before anybody reads it: the terminal, the reports, the process that began the run."""

    def __init__(self, given: Iterable[str]) -> None:
        self._given = frozenset(given)
        self._wire: Wire | None = None

    def follow(self, wire: Wire) -> None:
        """Take out what comes by this wire too."""
        self._wire = wire

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Clean a report that says something."""
        secrets = self._given | (self._wire.secrets if self._wire else set())
        if secrets and (report.outcome != "passed" or report.sections):
            clean = cleaner(secrets)
            for name, value in list(vars(report).items()):
                setattr(report, name, cleaned(value, clean))

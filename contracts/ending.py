"""The end of a run: its result is cleaned of keys and held against the baseline, sets the exit code, and is written and told."""

from pathlib import Path
from typing import Any, Protocol

import pytest

from contracts import options
from contracts.baseline import BaselineError, held
from contracts.book import Book
from contracts.coverage import plugin as coverage
from contracts.coverage.measure import below
from contracts.journal import journals
from contracts.report.github import annotations
from contracts.report.terminal import summary, verdict_lines
from contracts.report.writing import REPORTS, without, write
from contracts.verdicts import Result

RESULT = pytest.StashKey[Result]()
"""What the run has found."""

EXIT_BROKEN, EXIT_WRONG_USE, EXIT_UNREACHABLE, EXIT_NOTHING_VERIFIED = 1, 2, 3, 5
ENDED = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED}
"""The exit codes of a run that came to its end."""


def end(session: pytest.Session, book: Book, seed: int | None) -> None:
    """Sum the run up and set its exit code."""
    config, option = session.config, session.config.getoption
    profile = options.profile(config).name
    measured = config.pluginmanager.getplugin(coverage.NAME).measured()
    too_little = tuple(below(measured, options.minimum(config)))
    target = str(option("--url") or option("--app") or "")
    whole = book.result(target, profile=profile, seed=seed, coverage=measured, too_little=too_little)
    result = without(whole, options.given_keys(config))
    try:
        if baseline := options.baseline(config):
            result = held(result, *baseline)
    except BaselineError as error:
        pytest.exit(str(error), returncode=EXIT_WRONG_USE)
    config.stash[RESULT] = result
    if session.exitstatus in ENDED:
        session.exitstatus = _exit_code(book, result, int(session.exitstatus))


def _exit_code(book: Book, result: Result, status: int) -> int:
    """Decide between kept, broken and nothing verified; a test that keeps no promise and failed stays what it is."""
    if result.has_baseline and not result.is_tolerable:
        return EXIT_BROKEN
    if result.too_little and book.verified:
        return EXIT_BROKEN
    if status == EXIT_BROKEN and result.has_baseline and not book.failed_otherwise:
        status = 0
    if status in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED} and not book.is_empty and not book.verified:
        return 0 if any(finding.failures for finding in result.findings) else EXIT_NOTHING_VERIFIED
    return status


class Teller(Protocol):
    """Tells a person what a run has found."""

    def verdict(self, result: Result) -> None:
        """Tell the verdict on every promise."""

    def line(self, text: str) -> None:
        """Tell something else, in a line that stays one."""

    def summary(self, result: Result) -> None:
        """Tell the sum of it."""


class Plain:
    """Tells it by pytest's own reporter."""

    def __init__(self, reporter: Any) -> None:
        self._reporter = reporter

    def verdict(self, result: Result) -> None:
        """Tell the verdict on every promise, line by line."""
        self._reporter.section("promises")
        for text, colour in verdict_lines(result):
            self._reporter.write_line(text, **{colour: True})

    def line(self, text: str) -> None:
        """Tell something else."""
        self._reporter.write_line(text)

    def summary(self, result: Result) -> None:
        """Tell the sum of it."""
        self._reporter.write_line(summary(result))


def tell(config: pytest.Config, result: Result, teller: Teller) -> None:
    """Tell what the run has found, and write the reports that are asked for."""
    option = config.getoption
    teller.verdict(result)
    kinds = [kind for kind in option("--report").split(",") if kind in REPORTS]
    for file in write(kinds, Path(option("--report-dir")), result) if kinds else ():
        teller.line(f"report: {file}")
    if junit := config.getoption("xmlpath", None):
        teller.line(f"report: {junit}")  # which pytest writes when all is over
    for left in journals(Path(option("--journal-dir"))):
        if left.target == (option("--url") or "").rstrip("/") and left.intents:
            told = f"{len(left.intents)} objects of run {left.run_id} are left there: sessions-contracts sweep removes them"
            teller.line(told)
    for text in annotations(result) if "github" in kinds else ():
        teller.line(text)
    teller.summary(result)

"""The pytest plugin that shows a run to who began it: how far it is, what is being proved, and the verdict.

What pytest says itself is left out, but where pytest or the suite fails. The bar is drawn on standard error, and only on a
terminal; the verdict goes to standard output.
"""

import os
import sys
from collections.abc import Sequence
from io import StringIO
from time import monotonic
from typing import IO, Any

import pytest
from rich.console import Console, Group, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from contracts.about import checks
from contracts.plugin import BOOK
from contracts.promises import PROMISES
from contracts.report.terminal import show, summary
from contracts.verdicts import Result

NAME = "contracts-shown"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of the bar."""
    parser.getgroup("sessions-contracts").addoption("--no-bar", action="store_true", help="show no progress")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take the place of pytest's reporter, in the process that began the run; it goes on, but nobody hears it."""
    standard = config.pluginmanager.getplugin("terminalreporter")
    if hasattr(config, "workerinput") or standard is None or config.getoption("collectonly"):
        return
    config.pluginmanager.unregister(standard)
    config.pluginmanager.register(pytest.TerminalReporter(config, StringIO()), "terminalreporter")
    bar = None if config.getoption("--no-bar") or not sys.stderr.isatty() else os.fdopen(os.dup(sys.stderr.fileno()), "w")
    config.pluginmanager.register(Shown(bar), NAME)


class _Bar(Progress):
    """A bar under a line that says what is being proved."""

    proving = Text("collecting", style="dim")

    def get_renderable(self) -> RenderableType:
        """Return what is drawn."""
        return Group(self.proving, super().get_renderable())


class Shown:
    """Shows a run. `bar` is the terminal to draw progress on, None for nowhere."""

    def __init__(self, bar: IO[str] | None) -> None:
        self._file = bar
        self._bar = _bar(Console(file=bar or StringIO()), is_shown=bar is not None)
        self._task = self._bar.add_task("", total=None, spent="")
        self._broken: set[str] = set()
        self._began = monotonic()
        self._has_begun = False

    def pytest_sessionstart(self) -> None:
        """Begin to draw."""
        if self._file:
            self._bar.start()

    def pytest_collection(self) -> None:
        """Note that the run has begun."""
        self._has_begun = True

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn how much there is to do."""
        self._began = monotonic()
        if session.items:
            self._bar.update(self._task, total=len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Learn the same from a worker."""
        self._bar.update(self._task, total=len(ids))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say what is being proved."""
        codes, _ = checks().get(_test(nodeid), ((), ""))
        for code in codes[:1]:
            self._bar.proving = Text.assemble((code, "bold"), "  ", PROMISES[code].sentence, overflow="ellipsis", no_wrap=True)
            self._bar.refresh()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Go on by one check; tell a promise at once that is broken, and what failed besides."""
        told = vars(report).get("told", {})
        for promise in sorted(told.get("broken", {}).keys() - self._broken):
            self._broken.add(promise)
            self._bar.console.print(Text(f"BROKEN  {promise}  {PROMISES[promise].sentence}", style="red"))
        if report.outcome == "failed" and not told:
            self._complain(report.longreprtext or report.nodeid)
        if report.when not in ("setup", "call"):
            rate = BOOK.requests / max(monotonic() - self._began, 1e-3)
            self._bar.update(self._task, advance=1, spent=f"{rate:.0f} requests/s, {BOOK.turns} turns")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Tell what could not be collected."""
        if report.outcome == "failed":
            self._complain(report.longreprtext)

    def pytest_internalerror(self, excrepr: object) -> None:
        """Tell that pytest, or the suite, has failed itself."""
        self._complain(str(excrepr))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Tell why the run stops before its end; before its beginning pytest tells."""
        self._close()
        if self._has_begun:
            self._complain(str(excinfo.value) or "The run was interrupted.")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Take the bar away; say so where there was nothing to do."""
        self._close()
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            self._complain("Nothing was checked: no promise has such a code. sessions-contracts explain lists them.")

    def pytest_unconfigure(self) -> None:
        """The same, where the run never began."""
        self._close()

    def verdict(self, result: Result) -> None:
        """Show the verdict."""
        show(_console(), result)

    def line(self, text: str) -> None:
        """Print a line as it is."""
        _console().print(text, soft_wrap=True, markup=False)

    def summary(self, result: Result) -> None:
        """Show the last line."""
        style = "bold green" if result.is_tolerable else "bold red"
        _console().print(Text(f"\n{summary(result)}", style=style), soft_wrap=True)

    def _close(self) -> None:
        self._bar.stop()
        if self._file:
            self._file.close()
            self._file = None

    def _complain(self, text: str) -> None:
        self._close()
        Console(stderr=True, highlight=False).print(text, markup=False, soft_wrap=True)


def _bar(console: Console, *, is_shown: bool) -> _Bar:
    columns: tuple[Any, ...] = (
        SpinnerColumn(), BarColumn(bar_width=None), MofNCompleteColumn(), TextColumn("{task.fields[spent]}"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    return _Bar(
        *columns, console=console, transient=True, expand=True, disable=not is_shown, redirect_stdout=False, redirect_stderr=False
    )


def _console() -> Console:
    return Console(highlight=False)


def _test(nodeid: str) -> str:
    return nodeid.rpartition("::")[2].partition("[")[0]

"""What a run has found: the verdict on every promise that was checked, and the matrix of roles."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest

from contracts.matrix import Cell, Expected, Outcome
from contracts.promises import PROMISES, Promise

_LONGEST_MESSAGE = 2000


class Verdict(StrEnum):
    """What a run says of a promise."""

    KEPT = "kept"
    BROKEN = "BROKEN"
    NOT_TESTABLE = "not testable here"


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on a promise; why it could not be tested, or not in every part, and what went wrong."""

    promise: Promise
    verdict: Verdict
    untested: tuple[str, ...]
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """A whole run. `started_at` is a moment in UTC, empty where nothing was checked."""

    target: str
    started_at: str
    findings: tuple[Finding, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    promise: str
    outcome: str
    reason: str
    message: str
    started: float


class Book:
    """Books what tests report, in the process that began the run."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._cells: list[Cell] = []

    def clear(self) -> None:
        """Begin a run."""
        self._entries.clear()
        self._cells.clear()

    def add(self, report: pytest.TestReport) -> None:
        """Book the outcome of a test under its promise, with the cells that it has seen."""
        promise = dict(report.user_properties).get("promise")
        if promise and (report.when == "call" or report.outcome != "passed"):
            self._entries.append(_Entry(str(promise), report.outcome, _reason(report), _message(report), report.start))
            self._cells += map(cell_from, vars(report).get("cells", ()))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was checked at all."""
        return not self._entries

    @property
    def verified(self) -> bool:
        """Whether anything was found to be kept."""
        return any(entry.outcome == "passed" for entry in self._entries)

    def result(self, target: str) -> Result:
        """Sum the run up."""
        by_promise: dict[str, list[_Entry]] = defaultdict(list)
        for entry in self._entries:
            by_promise[entry.promise].append(entry)
        return Result(
            target=target,
            started_at=_moment(min((entry.started for entry in self._entries), default=None)),
            findings=tuple(_finding(code, by_promise[code]) for code in sorted(by_promise)),
            cells=tuple(self._cells),
        )


def _finding(code: str, entries: Iterable[_Entry]) -> Finding:
    entries = list(entries)
    outcomes = {entry.outcome for entry in entries}
    broken = Verdict.BROKEN if "failed" in outcomes else None
    return Finding(
        PROMISES[code],
        broken or (Verdict.KEPT if "passed" in outcomes else Verdict.NOT_TESTABLE),
        untested=tuple(dict.fromkeys(entry.reason for entry in entries if entry.reason)),
        failures=tuple(entry.message for entry in entries if entry.outcome == "failed"),
    )


def _reason(report: pytest.TestReport) -> str:
    if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ").removeprefix("not testable here: ")
    return ""


def _message(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(crash.message if crash else report.longrepr or "")
    return f"{report.nodeid.rpartition('::')[2]}: {text}"[:_LONGEST_MESSAGE] if report.outcome == "failed" else ""


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def cell_as_json(cell: Cell) -> dict[str, Any]:
    """Write a cell so that it can be sent from process to process."""
    return asdict(cell) | {"expected": str(cell.expected), "outcome": str(cell.outcome)}


def cell_from(written: dict[str, Any]) -> Cell:
    """Read a cell."""
    return Cell(**written | {"expected": Expected(written["expected"]), "outcome": Outcome(written["outcome"])})

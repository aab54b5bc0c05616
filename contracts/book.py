"""Books what tests report, in the process that began the run, and sums it up."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.matrix import Cell, Expected, Outcome
from contracts.promises import PROMISES
from contracts.verdicts import DialectFinding, Failure, Finding, Result, Verdict

_LONGEST_MESSAGE = 2000


@dataclass(frozen=True, slots=True)
class _Entry:
    promise: str
    outcome: str
    reason: str
    failure: Failure | None
    started: float


class Book:
    """The book of a run. Tests may run in other processes: what they have to say comes with their reports (`Evidence`)."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._cells: list[Cell] = []
        self._dialects: dict[str, DialectFinding] = {}

    def clear(self) -> None:
        """Begin a run."""
        self._entries.clear()
        self._cells.clear()
        self._dialects.clear()

    def add(self, report: pytest.TestReport) -> None:
        """Book the outcome of a test under its promise, with what it has seen."""
        evidence = vars(report).get("evidence", {})
        self._cells += map(cell_from, evidence.get("cells", ()))
        for written in evidence.get("dialects", ()):
            self._dialects[written["name"]] = DialectFinding(**written)
        promise = dict(report.user_properties).get("promise")
        if promise and (report.when == "call" or report.outcome != "passed"):
            failure = _failure(report, evidence) if report.outcome == "failed" else None
            self._entries.append(_Entry(str(promise), report.outcome, _reason(report), failure, report.start))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was checked at all."""
        return not self._entries

    @property
    def verified(self) -> bool:
        """Whether anything was found to be kept."""
        return any(entry.outcome == "passed" for entry in self._entries)

    def result(self, target: str, **facts: Any) -> Result:
        """Sum the run up; `facts` are fields of the result that the book does not know."""
        by_promise: dict[str, list[_Entry]] = defaultdict(list)
        for entry in self._entries:
            by_promise[entry.promise].append(entry)
        return Result(
            target=target,
            started_at=_moment(min((entry.started for entry in self._entries), default=None)),
            findings=tuple(_finding(code, by_promise[code], self._dialects) for code in sorted(by_promise)),
            cells=tuple(self._cells),
            dialects=tuple(self._dialects[name] for name in sorted(self._dialects)),
            **facts,
        )


def _finding(code: str, entries: Iterable[_Entry], dialects: dict[str, DialectFinding]) -> Finding:
    """Judge a promise. What fails where the target is known to differ in what the promise assumes is no broken promise."""
    entries, promise = list(entries), PROMISES[code]
    outcomes = {entry.outcome for entry in entries}
    found = (dialects.get(name) for name in promise.assumes)
    differs = tuple(f"{one.name}: {one.found}" for one in found if one is not None and one.is_ours is False)
    if "failed" in outcomes:
        verdict = Verdict.DIFFERS if differs else Verdict.BROKEN
    else:
        verdict = Verdict.KEPT if "passed" in outcomes else Verdict.NOT_TESTABLE
    return Finding(
        promise,
        verdict,
        untested=tuple(dict.fromkeys(entry.reason for entry in entries if entry.reason)),
        failures=tuple(entry.failure for entry in entries if entry.failure),
        differs=differs if verdict is Verdict.DIFFERS else (),
    )


def _reason(report: pytest.TestReport) -> str:
    if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ").removeprefix("not testable here: ")
    return ""


def _failure(report: pytest.TestReport, evidence: dict[str, Any]) -> Failure:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(crash.message if crash else report.longrepr or "")[:_LONGEST_MESSAGE]
    name, _, example = report.nodeid.rpartition("::")[2].partition("[")
    known = {name: evidence[name] for name in ("script", "again") if name in evidence}
    return Failure(name, example.removesuffix("]"), text, events=tuple(evidence.get("events", ())), **known)


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def cell_as_json(cell: Cell) -> dict[str, Any]:
    """Write a cell so that it can be sent from process to process."""
    return asdict(cell) | {"expected": str(cell.expected), "outcome": str(cell.outcome)}


def cell_from(written: dict[str, Any]) -> Cell:
    """Read a cell."""
    return Cell(**written | {"expected": Expected(written["expected"]), "outcome": Outcome(written["outcome"])})

"""Books what tests report, in the process that began the run, and sums it up."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import pytest

from contracts.dialects.table import DIALECTS, Answer
from contracts.matrix import Cell, Expected, Outcome
from contracts.pictures import Picture, picture_from
from contracts.promises import PROMISES
from contracts.sequences.reproduction import reproduction_from
from contracts.verdicts import Failure, Finding, Result, Verdict

_LONGEST_MESSAGE = 2000
_RAISED = re.compile(r"^(?:\w+\.)*(?:AssertionError|StreamFailure|StreamFault): (?:assert )?")
_UNSEEN = "unseen"
_NOTHING_SEEN = "nothing came for it to look at"


@dataclass(frozen=True, slots=True)
class _Entry:
    promise: str
    outcome: str
    reason: str
    check: tuple[str, str]
    failure: Failure | None
    started: float
    heard: tuple[Answer, ...]


class Book:
    """The book of a run. Tests may run in other processes: what they have to say comes with their reports.

    `failed_otherwise` says whether something failed that is the check of no promise.
    """

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._cells: list[Cell] = []
        self._dialects: dict[str, Answer] = {}
        self._spent: dict[str, dict[str, int]] = {}
        self._began = monotonic()
        self.failed_otherwise = False

    def clear(self) -> None:
        """Begin a run."""
        self._entries.clear()
        self._cells.clear()
        self._dialects.clear()
        self._spent.clear()
        self._began = monotonic()
        self.failed_otherwise = False

    def add(self, report: pytest.TestReport) -> None:
        """Book the outcome of a test under its promise, with what it has seen."""
        self._cells += map(cell_from, vars(report).get("cells", ()))
        heard = tuple(Answer(**answer) for answer in vars(report).get("heard", ()))
        self._dialects |= {answer.dialect: answer for answer in heard}
        if spent := vars(report).get("spent"):
            self._spent[vars(report).get("worker_id", "")] = spent
        told = vars(report).get("told")
        self.failed_otherwise |= report.outcome == "failed" and not told
        if told and (report.when == "call" or report.outcome != "passed"):
            self._entries += _entries(report, heard, told)

    @property
    def requests(self) -> int:
        """How many requests were sent so far, by all processes."""
        return sum(spent["requests"] for spent in self._spent.values())

    @property
    def turns(self) -> int:
        """How many turns agents were asked for so far."""
        return sum(spent["turns"] for spent in self._spent.values())

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return monotonic() - self._began

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
            findings=tuple(_finding(code, by_promise[code]) for code in sorted(by_promise)),
            cells=tuple(self._cells),
            dialects=tuple(self._dialects[name] for name in DIALECTS if name in self._dialects),
            requests=self.requests,
            turns=self.turns,
            seconds=self.seconds,
            **facts,
        )


def _entries(report: pytest.TestReport, heard: tuple[Answer, ...], told: Mapping[str, Any]) -> Iterator[_Entry]:
    """Return what a report says of each of its promises. All but the first are kept where the test has seen them kept."""
    check = _check(report)
    for code in told["codes"]:
        broken = told["broken"].get(code)
        kept = _outcome(report) if code == told["own"] else "passed" if code in told["seen"] else _UNSEEN
        outcome = kept if broken is None else "failed"
        failure = None if broken is None else _failure(report, broken if len(told["broken"]) > 1 else "")
        reason = _reason(report) or (_NOTHING_SEEN if outcome == _UNSEEN else "")
        yield _Entry(code, outcome, reason, check, failure, report.start, heard)


def _outcome(report: pytest.TestReport) -> str:
    """Return the outcome for the promise of the test itself, which what fails in it does not break."""
    return "passed" if report.outcome == "failed" else report.outcome


def _finding(code: str, entries: Iterable[_Entry]) -> Finding:
    entries = list(entries)
    entries = [entry for entry in entries if entry.outcome != _UNSEEN] or entries
    differs = {answer.dialect: answer for entry in entries for answer in entry.heard if answer.differs}
    return Finding(
        PROMISES[code],
        _verdict({entry.outcome for entry in entries}, differs=bool(differs)),
        untested=tuple(dict.fromkeys(entry.reason for entry in entries if entry.reason)),
        failures=tuple(entry.failure for entry in entries if entry.failure),
        passed=frozenset(_checks(entries, "passed") - _checks(entries, "failed")),
        differs=tuple(differs.values()),
    )


def _verdict(outcomes: set[str], *, differs: bool) -> Verdict:
    """Judge a promise. What a target answers in its own way it still has to answer rightly: then alone it only differs."""
    if "failed" in outcomes:
        return Verdict.BROKEN
    if differs:
        return Verdict.DIFFERS
    return Verdict.KEPT if "passed" in outcomes else Verdict.NOT_TESTABLE


def _reason(report: pytest.TestReport) -> str:
    if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ").removeprefix("not testable here: ")
    return ""


def _check(report: pytest.TestReport) -> tuple[str, str]:
    """Return the name of the test and its example."""
    name, _, example = report.nodeid.rpartition("::")[2].partition("[")
    return name, example.removesuffix("]")


def _checks(entries: Iterable[_Entry], outcome: str) -> set[tuple[str, str]]:
    return {entry.check for entry in entries if entry.outcome == outcome}


def _failure(report: pytest.TestReport, message: str) -> Failure:
    """Return the failure that a report tells of, in the words of `message` where it tells of several."""
    written = vars(report).get("reproduction")
    made = reproduction_from(written) if written else None
    return Failure(*_check(report), message[:_LONGEST_MESSAGE] or _message(report), picture=_picture(report), reproduction=made)


def _message(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = _RAISED.sub("", str(crash.message if crash else report.longrepr or ""))
    return text.partition("\nassert ")[0][:_LONGEST_MESSAGE]  # what a message says pytest says again


def _picture(report: pytest.TestReport) -> Picture | None:
    written = vars(report).get("picture")
    return picture_from(written) if written else None


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def cell_as_json(cell: Cell) -> dict[str, Any]:
    """Write a cell so that it can be sent from process to process."""
    return asdict(cell) | {"expected": str(cell.expected), "outcome": str(cell.outcome)}


def cell_from(written: dict[str, Any]) -> Cell:
    """Read a cell."""
    return Cell(**written | {"expected": Expected(written["expected"]), "outcome": Outcome(written["outcome"])})

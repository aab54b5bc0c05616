"""What a run has found: the verdict on every promise that was checked, the matrix of roles, what the target's dialect is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from contracts.matrix import Cell
from contracts.promises import Promise


class Verdict(StrEnum):
    """What a run says of a promise."""

    KEPT = "kept"
    BROKEN = "BROKEN"
    DIFFERS = "differs from our assumption"
    NOT_TESTABLE = "not testable here"


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that failed. `example` tells its parametrisation from others of the same test; it is stable from run to run.

    `script` is the whole sequence of calls as a shell script; `again` says what came of it when the run sent it again itself:
    True for the same answers, False for others, None where it was not sent. `events` are those of the last turn in it, if any.
    """

    test: str
    example: str
    message: str
    script: str = ""
    again: bool | None = None
    events: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class DialectFinding:
    """How a target answers where the facts leave a choice (`contracts/dialects.py`): `found` is one of the known answers.

    `is_ours` says whether that is what our promises assume; None where it could not be told, and `why`.
    """

    name: str
    assumption: str
    found: str
    is_ours: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on a promise; why it could not be tested, or not in every part, what went wrong, and what differs."""

    promise: Promise
    verdict: Verdict
    untested: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has sent and used."""

    requests: int = 0
    turns: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """A whole run. `started_at` is a moment in UTC, empty where nothing was checked; `left` is what could not be removed."""

    target: str
    started_at: str
    findings: tuple[Finding, ...]
    cells: tuple[Cell, ...] = ()
    dialects: tuple[DialectFinding, ...] = ()
    profile: str = ""
    seed: int | None = None
    run_ids: tuple[str, ...] = ()
    spent: Spent = field(default_factory=Spent)
    left: tuple[str, ...] = ()
    coverage: Mapping[str, tuple[int, int]] = field(default_factory=dict)

"""What a run has found: the verdict on every promise that was checked, the matrix of roles, and what the target speaks."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.dialects.table import Answer
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
    """A check that failed. `example` tells its parametrisation from others of the same test; it is stable from run to run."""

    test: str
    example: str
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on a promise; why it could not be tested, or not in every part, what went wrong, what differs."""

    promise: Promise
    verdict: Verdict
    untested: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    differs: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A whole run. `started_at` is a moment in UTC, empty where nothing was checked."""

    target: str
    started_at: str
    findings: tuple[Finding, ...]
    cells: tuple[Cell, ...] = ()
    dialects: tuple[Answer, ...] = ()
    profile: str = ""
    seed: int | None = None

"""What a run has found: the verdict on every promise that was checked, and the matrix of roles."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.matrix import Cell
from contracts.promises import Promise


class Verdict(StrEnum):
    """What a run says of a promise."""

    KEPT = "kept"
    BROKEN = "BROKEN"
    NOT_TESTABLE = "not testable here"


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that failed. `example` tells its parametrisation from others of the same test; it is stable from run to run."""

    test: str
    example: str
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on a promise; why it could not be tested, or not in every part, and what went wrong."""

    promise: Promise
    verdict: Verdict
    untested: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A whole run. `started_at` is a moment in UTC, empty where nothing was checked."""

    target: str
    started_at: str
    findings: tuple[Finding, ...]
    cells: tuple[Cell, ...] = ()
    profile: str = ""
    seed: int | None = None

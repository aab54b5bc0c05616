"""What a run has found: the verdict on every promise that was checked, the matrix of roles, and what the target speaks."""

from dataclasses import dataclass, field
from enum import StrEnum

from contracts.coverage.measure import Dimension
from contracts.dialects.table import Answer
from contracts.matrix import Cell
from contracts.pictures import Picture
from contracts.promise import Promise
from contracts.sequences.reproduction import Reproduction


class Verdict(StrEnum):
    """What a run says of a promise."""

    KEPT = "kept"
    BROKEN = "BROKEN"
    KNOWN = "known"
    DIFFERS = "differs from our assumption"
    NOT_TESTABLE = "not testable here"


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that failed. `example` tells its parametrisation from others of the same test; it is stable from run to run.

    `is_known` says that the baseline of the run has it; `picture` shows the turn that it is about; `reproduction` are the
    requests that led to it, where the run has them.
    """

    test: str
    example: str
    message: str
    is_known: bool = False
    reproduction: Reproduction | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """A failure that a baseline knows. `note` is what a person wrote beside it; two are the same whatever their notes are."""

    promise: str
    test: str
    example: str = ""
    note: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.promise} {self.test}{f'[{self.example}]' if self.example else ''}"


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on a promise; why it could not be tested, or not in every part, what went wrong, what differs.

    `passed` are the checks that passed, each as its test and its example.
    """

    promise: Promise
    verdict: Verdict
    untested: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    differs: tuple[Answer, ...] = ()
    passed: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Result:
    """A whole run. `started_at` is a moment in UTC, empty where nothing was checked.

    `stale` are entries of the baseline, if the run has one, that fail no more; `too_little` says where the coverage is below what
    was asked for.
    """

    target: str
    started_at: str
    findings: tuple[Finding, ...]
    cells: tuple[Cell, ...] = ()
    dialects: tuple[Answer, ...] = ()
    profile: str = ""
    seed: int | None = None
    requests: int = 0
    turns: int = 0
    seconds: float = 0.0
    has_baseline: bool = False
    stale: tuple[Known, ...] = ()
    coverage: tuple[Dimension, ...] = ()
    too_little: tuple[str, ...] = ()

    @property
    def is_tolerable(self) -> bool:
        """Whether all that failed is known, and all that is known still fails."""
        return not self.stale and all(finding.verdict is not Verdict.BROKEN for finding in self.findings)

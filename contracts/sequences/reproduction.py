"""What a run knows about a failure besides its message: the requests that led to it, and whether they lead there again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

MOST_SHOWN = 100


class Outcome(StrEnum):
    """What came of sending a sequence again."""

    REPRODUCES = "reproduces"
    DIFFERS = "did not reproduce (flaky or state-dependent)"
    NOT_TRIED = "not re-executed"


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A sequence as a script, and what came of it; `why` says more about an outcome other than REPRODUCES."""

    outcome: Outcome
    why: str
    requests: int
    script: str

    def __str__(self) -> str:
        return f"{self.outcome}{f': {self.why}' if self.why else ''}"

    @property
    def shown(self) -> str:
        """The script as a terminal shows it: one of very many requests is left to the reports."""
        if self.requests <= MOST_SHOWN:
            return self.script
        return "# Too many to be shown here: --report json,html has them, and a script in reproduce/ beside it."

    def as_json(self) -> dict[str, Any]:
        """Write it so that it can be sent from process to process."""
        return asdict(self) | {"outcome": str(self.outcome)}


def reproduction_from(written: Mapping[str, Any]) -> Reproduction:
    """Read a reproduction."""
    return Reproduction(**{**written, "outcome": Outcome(written["outcome"])})

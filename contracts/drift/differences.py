"""A difference between two documents, and what it means for who builds on ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What is asked of who builds on our document and meets a server that keeps the other one.

    Breaking: what was right goes wrong. Additive: there is more, which may be passed over. Ours only: we say more than the other.
    """

    BREAKING = "breaking"
    ADDITIVE = "additive"
    OURS = "ours only"


class Way(StrEnum):
    """In which direction what is compared travels."""

    REQUEST = "request"
    RESPONSE = "response"


class Change(StrEnum):
    """How the other document relates to ours in one respect: it allows less, more, or something else."""

    NARROWER = "narrower"
    WIDER = "wider"
    OTHER = "other"


LEVELS: Mapping[tuple[Way, Change], Level] = {
    (Way.REQUEST, Change.NARROWER): Level.BREAKING,  # what we may send is refused there
    (Way.REQUEST, Change.WIDER): Level.ADDITIVE,
    (Way.REQUEST, Change.OTHER): Level.BREAKING,
    (Way.RESPONSE, Change.NARROWER): Level.OURS,
    (Way.RESPONSE, Change.WIDER): Level.BREAKING,  # something comes that we do not know
    (Way.RESPONSE, Change.OTHER): Level.BREAKING,
}


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A difference: where it is, in words and as a place in our document, its kind, and what each side says."""

    where: str
    kind: str
    level: Level
    ours: str = ""
    theirs: str = ""
    file: str = ""
    pointer: str = ""
    because: str = ""
    """Why it is meant so, where somebody has reviewed it."""

    def __str__(self) -> str:
        sides = f": ours {self.ours}, theirs {self.theirs}" if self.ours or self.theirs else ""
        return f"{self.where}: {self.kind}{sides}"

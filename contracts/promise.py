"""What a promise is: its class and severity, whether a live model keeps it exactly, and what its check takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What a broken promise costs: somebody sees what is not his; an application goes wrong; a developer is misled."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"


CLASSES: Mapping[str, Severity] = {
    "schema": Severity.MEDIUM,
    "state": Severity.HIGH,
    "stream": Severity.HIGH,
    "filter": Severity.HIGH,
    "template": Severity.HIGH,
    "access": Severity.CRITICAL,
    "secret": Severity.CRITICAL,
    "concurrency": Severity.HIGH,
    "robustness": Severity.MEDIUM,
}
"""The classes of promises, and how severe a broken one is."""


class Needs(StrEnum):
    """What a target must have, or what a run must spend, for a promise to be testable."""

    TURNS = "turns"
    CORPUS = "corpus"
    KEYS = "keys"
    CLIENTS = "clients"
    ROLES = "roles"
    ACCOUNT = "account"
    SHORT_TOKENS = "short tokens"
    PROCESS = "process"


MEANINGS: Mapping[Needs, str] = {
    Needs.TURNS: "agents are asked, which costs money on a live deployment",
    Needs.CORPUS: "a corpus is made and filled with documents",
    Needs.KEYS: "an administrator's key that makes others",
    Needs.CLIENTS: "an administrator's key that makes app clients, and tokens for them",
    Needs.ROLES: "keys of single roles, made or given by `--role-key`",
    Needs.ACCOUNT: "the key of another account (`--other-api-key`)",
    Needs.SHORT_TOKENS: "tokens that live five seconds at most",
    Needs.PROCESS: "a target in the process of the run (`--app`)",
}
"""What each need asks of whoever begins a run."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A row of the table; `kind` is its class. `needs` says what its check takes, beyond agents and sessions of the run."""

    code: str
    kind: str
    sentence: str
    exact: bool = True
    needs: tuple[Needs, ...] = ()

    @property
    def severity(self) -> Severity:
        """How severe it is when it is broken."""
        return CLASSES[self.kind]

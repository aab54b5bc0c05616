"""What a run does to its target, and how much of it: `--profile`. Elsewhere than here it is safe unless told otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass

PHASES = ("examples", "coverage", "fuzzing", "stateful")
"""How Schemathesis generates requests: the document's examples, every bound of every schema, at random, along links."""

MATRICES = ("full", "refusals")
"""How much of the matrix of roles is asked: all of it, or all but what permitted callers write."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How a run goes about: whether anything is written, by generated requests too, and what it takes where no option says so.

    `examples` are generated requests an operation, `leaves_out` the promises that are not checked because they ask too much.
    """

    name: str
    meaning: str
    generates_writes: bool
    matrix: str
    examples: int = 25
    phases: tuple[str, ...] = PHASES
    leaves_out: frozenset[str] = frozenset()
    writes: bool = True


_EVERYTHING, _REFUSALS = MATRICES
READ_ONLY = Profile(
    "read-only",
    "sends nothing that could write, whatever asks for it: what can be seen of objects that are there already",
    generates_writes=False,
    matrix=_REFUSALS,
    writes=False,
)
QUICK = Profile(
    "quick",
    "as `safe` with few generated requests, and without the promises that ask the most: done in seconds, for while you work",
    generates_writes=False,
    matrix=_REFUSALS,
    examples=3,
    phases=("examples", "fuzzing"),
    leaves_out=frozenset(
        {"SC102", "SC216", "SC217", "SC218", "SC704", "SC705", "SC712", "SC714", "SC901", "SC903", "SC904", "SC905"}
    ),
)
SAFE = Profile(
    "safe",
    "makes what the promises need; generated requests only read, and the matrix of roles leaves permitted writes out",
    generates_writes=False,
    matrix=_REFUSALS,
)
FULL = Profile(
    "full",
    "generated requests write too, and the matrix of roles is carried out whole",
    generates_writes=True,
    matrix=_EVERYTHING,
)
PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in (READ_ONLY, QUICK, SAFE, FULL)}
"""The profiles by name."""

"""The faults that an answer can be given: one table, from which they are read, refused, listed and documented."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from random import Random
from typing import Any

from mockserver.domain.errors import Refused
from mockserver.domain.readings import Flag, OneOf, Reading, Share, Whole, wrong
from mockserver.domain.values import JsonObject

HEADER_PREFIX = "X-Mock-Chaos-"
LONGEST_WAIT_MS = 60_000
_PREFIX = HEADER_PREFIX.lower()
_SEEDS = Whole(-(1 << 63), (1 << 63) - 1)


class Reach(Enum):
    """What a row of the table applies to."""

    ANSWERS = "every answer"
    BODIES = "answers with a body"
    STREAMS = "streams"
    FAULTS = "the other faults"


def _fault(default: Any, values: Reading, reach: Reach, meaning: str) -> Any:
    return field(default=default, metadata={"values": values, "reach": reach, "meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """The faults of an answer, times in milliseconds; what is left at its default does not happen."""

    status: int | None = _fault(
        None, OneOf((429, 500, 502, 503)), Reach.ANSWERS, "this error is answered, and nothing is handled or stored"
    )
    latency: int = _fault(0, Whole(0, LONGEST_WAIT_MS), Reach.ANSWERS, "milliseconds that pass before the request is looked at")
    reset: str | None = _fault(
        None,
        OneOf(("before_body", "in_body")),
        Reach.ANSWERS,
        "the connection breaks before the body, or in it: in a stream behind a whole frame",
    )
    cut: str | None = _fault(
        None,
        OneOf(("frame", "character")),
        Reach.BODIES,
        "the connection breaks within a frame (in JSON within the text), or within a UTF-8 character of it",
    )
    stall: int = _fault(0, Whole(0, LONGEST_WAIT_MS), Reach.BODIES, "milliseconds that the body stands still, once")
    duplicate: float = _fault(0, Share(), Reach.STREAMS, "probability that a frame is sent twice")
    reorder: float = _fault(0, Share(), Reach.STREAMS, "probability that a frame changes places with the next")
    unterminated: bool = _fault(False, Flag(), Reach.STREAMS, "the `end` frame is left out")
    heartbeat: int = _fault(0, Whole(1, 1000), Reach.STREAMS, "a comment line `: heartbeat` is sent after every so many frames")
    probability: float = _fault(1, Share(), Reach.FAULTS, "probability that the faults fall on the request at all")
    seed: int | None = _fault(
        None,
        _SEEDS,
        Reach.FAULTS,
        "seed of what is random; without it that of the mock, with method, path and count of the request",
    )

    def as_json(self) -> JsonObject:
        """Write the faults that are given."""
        return {row.name: value for row in fields(self) if (value := getattr(self, row.name)) != row.default}

    def shown(self, name: str) -> str:
        """Name a fault with its value, as in `status=503`."""
        value = getattr(self, name)
        return f"{name}={str(value).lower() if isinstance(value, bool) else value}"


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of the table."""

    name: str
    values: Reading
    reach: Reach
    meaning: str

    @property
    def header(self) -> str:
        """The request header that asks for it."""
        return header_of(self.name)

    def as_json(self) -> JsonObject:
        """Write the row."""
        return {
            "name": self.name,
            "header": self.header,
            "values": self.values.allowed,
            "meaning": self.meaning,
            "applies_to": self.reach.value,
        }


def header_of(name: str) -> str:
    """Return the request header of a fault's name."""
    return HEADER_PREFIX + name.title()


FAULTS: Mapping[str, Fault] = {row.name: Fault(row.name, **row.metadata) for row in fields(Faults)}
NONE = Faults()


def read(given: Mapping[str, object], spelled: Callable[[str], str] = str) -> tuple[Faults, dict[str, str]]:
    """Read faults by name; return them with what is wrong, by name. `spelled` gives the name under which people know one."""
    good: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, value in given.items():
        row = FAULTS.get(name)
        if row is None:
            problems[name] = f"is no fault; {nearest(name, list(FAULTS), spelled)}"
        elif (found := row.values.read(value)) is None:
            problems[name] = wrong(value, row.values)
        else:
            good[name] = found
    return Faults(**good), problems


def nearest(name: str, known: list[str], spelled: Callable[[str], str] = str) -> str:
    """Suggest the known name that is most like one, or tell all of them."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {spelled(close[0])}?" if close else f"there are {', '.join(map(spelled, known))}"


def faults_in(headers: Mapping[str, str]) -> Faults | None:
    """Read the faults that a request asks for itself, names in lower case; None without any. Raises Refused SM213."""
    given = {name.removeprefix(_PREFIX): value.strip() for name, value in headers.items() if name.startswith(_PREFIX)}
    if not given:
        return None
    faults, problems = read(given, header_of)
    if problems:
        by_header = {header_of(name): reason for name, reason in problems.items()}
        told = "; ".join(f"{header} {reason}" for header, reason in by_header.items())
        raise Refused("SM213", f"The request asks for faults that there are not: {told}.", fields=by_header)
    return faults


def fallen(faults: Faults, random: Random) -> Faults:
    """Decide whether the faults fall: return them, or none."""
    return faults if random.random() < faults.probability else NONE

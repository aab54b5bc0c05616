"""Coverage as it is told and gated: of each dimension how many places of how many, and which are missing.

A place is covered when an answer about it was held to a promise: the request was sent by a test itself, not while its fixtures
were set up or cleared away, and the test passed or failed.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from contracts.coverage.dimensions import MEANINGS, places

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of a run's coverage."""

    name: str
    covered: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def percent(self) -> float:
        """How much is covered, of a hundred; rounded down, so that a hundred means all."""
        total = len(self.covered) + len(self.missing)
        return 100 * len(self.covered) // total if total else 100

    def __str__(self) -> str:
        missing = [*self.missing[:_SHOWN], *([f"{len(self.missing) - _SHOWN} more"] if len(self.missing) > _SHOWN else [])]
        told = f"{len(self.covered)} of {len(self.covered) + len(self.missing)} ({self.percent:g} %)"
        return f"{told}{'; missing: ' if missing else ''}{', '.join(missing)}"


def measured(covered: Mapping[str, Set[str]]) -> tuple[Dimension, ...]:
    """Measure what was covered, by dimension."""
    return tuple(
        Dimension(
            name,
            tuple(place for place in places()[name] if place in covered.get(name, ())),
            tuple(place for place in places()[name] if place not in covered.get(name, ())),
        )
        for name in MEANINGS
    )


def minimum_of(written: str) -> Mapping[str, float]:
    """Read a minimum: `80` for every dimension, `role=100` for one, several by commas. Raises ValueError."""
    minimum: dict[str, float] = {}
    for part in filter(None, written.split(",")):
        name, separator, text = part.rpartition("=")
        try:
            percent = float(text)
        except ValueError:
            percent = -1
        if not 0 <= percent <= 100 or (separator and name not in MEANINGS):  # noqa: PLR2004 - percent
            raise ValueError(f"a coverage is PERCENT or DIMENSION=PERCENT, of {', '.join(MEANINGS)}, not {part!r}")
        minimum |= {name: percent} if separator else {each: percent for each in MEANINGS if each not in minimum}
    return minimum


def below(coverage: tuple[Dimension, ...], minimum: Mapping[str, float]) -> Iterator[str]:
    """Say of which dimensions less is covered than the minimum."""
    for dimension in coverage:
        if dimension.percent < minimum.get(dimension.name, 0):
            yield f"{dimension.name}: {dimension.percent:g} % is covered, less than {minimum[dimension.name]:g} %"

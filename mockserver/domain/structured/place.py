"""What every maker of values works with: a place to fill, the schemas, random numbers, the hint."""

from collections.abc import Callable, Hashable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias

from mockserver.domain.structured.fits import fits
from mockserver.domain.structured.hint import Hint
from mockserver.domain.structured.keywords import Part, Unsatisfiable
from mockserver.domain.structured.measures import canonical, weight
from mockserver.domain.structured.schemas import Schemas

SHALLOW = 5
MANY_STEPS = 5_000

Parts: TypeAlias = tuple[Part, ...]
"""Schemas that apply together."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value goes: the schemas that it must fit, its name, how deep it lies, and what is taken there already."""

    schemas: Parts
    name: str
    depth: int
    taken: AbstractSet[Hashable] = frozenset()

    @property
    def pointer(self) -> str:
        """Return where its first schema stands."""
        return self.schemas[0].pointer


Make: TypeAlias = Callable[[Place], Any]
"""Makes a value for a place inside another one. Raises Unsatisfiable."""


@dataclass(frozen=True, slots=True)
class Means:
    """What values are made with."""

    schemas: Schemas
    random: Random
    hint: Hint

    def is_deep(self, place: Place) -> bool:
        """Say whether a value should come to its end: what is optional is left out, the shortest alternative taken."""
        return place.depth > SHALLOW or self.schemas.steps > MANY_STEPS

    def admits(self, place: Place, value: Any) -> bool:
        """Say whether a value fits its place and is not taken."""
        self.schemas.step(place.pointer, weight(value))
        return canonical(value) not in place.taken and all(fits(value, part, self.schemas) for part in place.schemas)

    def first_admitted(self, place: Place, values: list[Any], pointer: str) -> Any:
        """Return the first value that fits. Raises Unsatisfiable where none does."""
        for value in values:
            if self.admits(place, value):
                return value
        raise Unsatisfiable(pointer, "none of its values fits the rest of the schema")


def bound(parts: Parts, least: str, most: str, *, largest: int) -> tuple[int, int]:
    """Return how many there must and may be, at most `largest`. Raises Unsatisfiable where no number is both."""
    minimum, where = max(((int(part.words.get(least, 0)), part.pointer) for part in parts), key=lambda pair: pair[0])
    maximum = min(int(part.words.get(most, largest)) for part in parts)
    if minimum > largest:
        raise Unsatisfiable(f"{where}/{least}", f"more than {largest} are not supported")
    if minimum > maximum:
        raise Unsatisfiable(f"{where}/{least}", f"it is above {most}, {maximum}")
    return minimum, maximum

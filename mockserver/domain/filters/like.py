"""LIKE: `%` stands for any run of characters, `_` for one, and case counts (api-facts §9.43)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Bit n of `fits[c]`: character n of the pattern, `%` left out, takes c. Bit n of `runs`: a `%` stands before it."""

    length: int
    fits: Mapping[str, int]
    fits_any: int
    runs: int


def is_like(text: str, pattern: str) -> bool:
    """Say whether the whole text fits the pattern.

    Bit n of `reached` says that the text so far can be taken by n characters of the pattern. There is no going back, so time
    grows with the text's length, 64 characters of the pattern at a step.
    """
    compiled = _compiled(pattern)
    reached = 1
    for character in text:
        taken = reached & compiled.fits.get(character, compiled.fits_any)
        reached = (reached & compiled.runs) | (taken << 1)
        if not reached:
            return False
    return bool(reached >> compiled.length & 1)


@lru_cache(maxsize=16)
def _compiled(pattern: str) -> _Pattern:
    places: dict[str, int] = {}
    length = runs = 0
    for character in pattern:
        if character == "%":
            runs |= 1 << length
        else:
            places[character] = places.get(character, 0) | 1 << length
            length += 1
    fits_any = places.pop("_", 0)
    return _Pattern(length, {character: bits | fits_any for character, bits in places.items()}, fits_any, runs)

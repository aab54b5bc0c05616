"""Numbers inside bounds, as points of a grid, so that none is off by a rounding."""

import math
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from random import Random

from mockserver.domain.structured.measures import exact
from mockserver.domain.values import JsonObject

LARGEST = 2**53 - 1
"""Beyond it, JSON's readers do not agree what an integer is."""
LARGEST_REAL = 10**300
KEYWORDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf")
_STEPS_OF_SPAN = 20
_STEPS_OF_REACH = 1000
_MOST_PLACES = 15
_TRIES = 100


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where to where a number goes, whether the ends are left out, and what it is a multiple of."""

    low: Fraction
    high: Fraction
    without_low: bool
    without_high: bool
    step: Fraction | None

    def points(self, step: Fraction) -> tuple[int, int]:
        """Return by which whole numbers `step` can be multiplied: the first, and how many there are."""
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        first += self.without_low and first * step == self.low
        last -= self.without_high and last * step == self.high
        return first, max(last - first + 1, 0)


def bounds_of(parts: Sequence[JsonObject], span: int) -> Bounds:
    """Gather the bounds of all these schemas; an end that they leave open lies `span` from the other one, if not further."""
    lows = [(exact(part[key]), key != "minimum") for key in KEYWORDS[:2] for part in parts if key in part]
    highs = [(exact(part[key]), key == "maximum") for key in KEYWORDS[2:4] for part in parts if key in part]
    multiples = [exact(part["multipleOf"]) for part in parts if "multipleOf" in part]
    step = reduce(_common, multiples) if multiples else None
    reach = max(Fraction(span), (step or Fraction(0)) * _STEPS_OF_SPAN)
    high, with_high = min(highs, default=(reach, True))
    low, without_low = max(lows, default=(Fraction(0) if high > 0 else high - reach, False))
    if not highs and low >= reach / 2:
        high = low + reach
    return _narrowed(Bounds(low, high, without_low, not with_high, step), reach * _STEPS_OF_REACH)


def _narrowed(bounds: Bounds, reach: Fraction) -> Bounds:
    """Keep to the part of wide bounds, such as those of 64 bits, that is nearest to zero."""
    if bounds.high - bounds.low <= reach:
        return bounds
    low = max(bounds.low, min(Fraction(0), bounds.high - reach))
    high = min(bounds.high, low + reach)
    return replace(
        bounds,
        low=low,
        high=high,
        without_low=bounds.without_low and low == bounds.low,
        without_high=bounds.without_high and high == bounds.high,
    )


def _common(one: Fraction, other: Fraction) -> Fraction:
    """Return the least number that is a multiple of both."""
    return Fraction(math.lcm(one.numerator, other.numerator), math.gcd(one.denominator, other.denominator))


def integer_in(bounds: Bounds, random: Random, taken: Collection[Hashable]) -> int | None:
    """Return an integer inside the bounds that is not taken; None where there is none within reach."""
    step = Fraction(1) if bounds.step is None else _common(bounds.step, Fraction(1))
    found = _point(bounds, step, random, taken)
    return None if found is None or abs(found) > LARGEST else int(found)


def number_in(bounds: Bounds, random: Random, taken: Collection[Hashable]) -> float | None:
    """Return a number inside the bounds that is not taken, with as few places as it needs; None where there is none in reach."""
    steps = [Fraction(1, 10**places) for places in range(2, _MOST_PLACES)] if bounds.step is None else [bounds.step]
    for step in steps:
        found = _point(bounds, step, random, taken)
        if found is not None:
            return float(found)
    only = bounds.low == bounds.high and bounds.step is None and not (bounds.without_low or bounds.without_high)
    return float(bounds.low) if only and abs(bounds.low) < LARGEST_REAL and float(bounds.low) not in taken else None


def _point(bounds: Bounds, step: Fraction, random: Random, taken: Collection[Hashable]) -> Fraction | None:
    first, count = bounds.points(step)
    start = random.randrange(count) if count else 0
    for offset in range(min(count, _TRIES)):
        point = (first + (start + offset) % count) * step
        if abs(point) < LARGEST_REAL and float(point) not in taken:
            return point
    return None

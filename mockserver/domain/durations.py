"""Durations of ISO 8601, of which months and years are as long as the calendar has them."""

import re
from bisect import bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

SHORTEST, LONGEST_MONTHS, LONGEST_REST = timedelta(seconds=1), 1200, timedelta(days=36525)
_FEWEST_DAYS = 28
_DURATION = re.compile(
    r"P(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?(?:(?P<days>[0-9]+)D)?"
    r"(?:T(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?(?:(?P<seconds>[0-9]+)(?:\.(?P<fraction>[0-9]+))?S)?)?"
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A duration: months of the calendar, and the rest, whose length is fixed."""

    months: int
    rest: timedelta

    def times(self, anchor: datetime, number: int) -> datetime:
        """Return `anchor` and so many intervals; the 31st is the last day in a month that has none."""
        year, month = divmod(anchor.year * 12 + anchor.month - 1 + self.months * number, 12)
        day = min(anchor.day, monthrange(year, month + 1)[1])
        return anchor.replace(year=year, month=month + 1, day=day) + self.rest * number

    def passed(self, anchor: datetime, moment: datetime) -> int:
        """Return how many intervals have passed since `anchor`."""
        shortest = timedelta(days=_FEWEST_DAYS) * self.months + self.rest
        most = max(0, (moment - anchor) // shortest)
        return bisect_right(range(1, most + 1), moment, key=lambda number: self.times(anchor, number))


def interval_of(text: str) -> Interval:
    """Read an ISO 8601 duration; a fraction of a second to the microsecond. Raises ValueError saying what is wrong with it."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError("must be an ISO 8601 duration such as PT24H")
    number = {name: int(digits) for name, digits in found.groupdict(default="0").items() if name != "fraction"}
    microseconds = int((found["fraction"] or "0")[:6].ljust(6, "0"))
    months = number["years"] * 12 + number["months"]
    try:
        rest = timedelta(
            **{name: number[name] for name in ("days", "hours", "minutes", "seconds")},
            microseconds=microseconds,
        )
    except OverflowError:
        rest = timedelta.max
    if months > LONGEST_MONTHS or rest > LONGEST_REST:
        raise ValueError("must be at most a hundred years")
    if not months and rest < SHORTEST:
        raise ValueError("must be at least one second")
    return Interval(months, rest)

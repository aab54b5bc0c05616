"""How often something may happen: a bucket of so many tokens that fills up in one second.

Written as the generic cell rate algorithm, which is the same bucket kept as one moment: `due`, when it will be full again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

_SECOND = 1_000_000
_NOW = timedelta(0)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many times in a second, all of them at once if one likes; a million at the most."""

    per_second: int

    @property
    def interval(self) -> timedelta:
        """How long one token takes to come back; rounded down to microseconds, so that a second is always enough for all."""
        return timedelta(microseconds=_SECOND // self.per_second)

    def wait(self, due: datetime | None, now: datetime) -> timedelta:
        """Return how long it is until the next time, nothing where it may be now. `due` is None for a bucket never used."""
        earliest = self._known(due, now) - self.interval * (self.per_second - 1)
        return max(_NOW, earliest - now)

    def after(self, due: datetime | None, now: datetime) -> datetime:
        """Return the new `due`, after it happened now."""
        return self._known(due, now) + self.interval

    def _known(self, due: datetime | None, now: datetime) -> datetime:
        """Return when the bucket is full; an empty one is in time, even if the clock was set back meanwhile."""
        return now if due is None else min(max(due, now), now + self.interval * self.per_second)

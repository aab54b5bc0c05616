"""Rows of a store in memory: by key, and in the order in which they came."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import replace
from operator import attrgetter
from threading import RLock
from typing import Any, Generic, TypeVar

Row = TypeVar("Row", bound=Any)
_sequence = attrgetter("sequence")


class Tally:
    """How many rows a store has in all."""

    def __init__(self) -> None:
        self.rows = 0


class Rows(Generic[Row]):
    """Rows that a store numbered (`sequence`), counted in its tally; not safe for several threads by itself."""

    def __init__(self, tally: Tally) -> None:
        self.by_key: dict[str, Row] = {}
        self.in_order: list[Row] = []
        self._tally = tally

    def add(self, key: str, row: Row) -> None:
        """Add a row whose sequence is the greatest so far."""
        self._tally.rows += 1
        self.by_key[key] = row
        self.in_order.append(row)

    def put(self, key: str, row: Row) -> Row:
        """Replace the row of this key and sequence."""
        self.by_key[key] = row
        self.in_order[bisect_left(self.in_order, row.sequence, key=_sequence)] = row
        return row

    def remove(self, key: str) -> bool:
        """Remove a row; say whether it was there."""
        row = self.by_key.pop(key, None)
        if row is not None:
            self._tally.rows -= 1
            del self.in_order[bisect_left(self.in_order, row.sequence, key=_sequence)]
        return row is not None

    def clear(self) -> None:
        """Remove all rows."""
        self._tally.rows -= len(self.in_order)
        self.by_key.clear()
        self.in_order.clear()

    def newest_first(self, after: int | None) -> list[Row]:
        """Return the rows before the position `after`, all without one, newest first."""
        end = len(self.in_order) if after is None else bisect_left(self.in_order, after, key=_sequence)
        return self.in_order[:end][::-1]

    def oldest_first(self, after: int | None) -> list[Row]:
        """Return the rows behind the position `after`, all without one, oldest first."""
        return self.in_order[0 if after is None else bisect_right(self.in_order, after, key=_sequence) :]


class MemoryCollection(Generic[Row]):
    """A `Collection` in memory: it shares the lock, the numbering and the tally of the store that it belongs to."""

    def __init__(self, lock: RLock, number: Callable[[], int], tally: Tally) -> None:
        self._lock = lock
        self._number = number
        self._rows: Rows[Row] = Rows(tally)

    def add(  # noqa: D102 - see the port, as for every method below
        self, row: Row, *, unless: Callable[[Row], bool] | None = None
    ) -> Row | None:
        with self._lock:
            if row.key in self._rows.by_key or (unless is not None and any(map(unless, self._rows.in_order))):
                return None
            numbered: Row = replace(row, sequence=self._number())
            self._rows.add(row.key, numbered)
            return numbered

    def get(self, key: str) -> Row | None:  # noqa: D102
        return self._rows.by_key.get(key)

    def listed(self, after: int | None) -> Iterable[Row]:  # noqa: D102
        with self._lock:
            return self._rows.newest_first(after)

    def change(self, key: str, change: Callable[[Row], Row]) -> Row | None:  # noqa: D102
        with self._lock:
            row = self._rows.by_key.get(key)
            return None if row is None else self._rows.put(key, change(row))

    def remove(self, key: str) -> bool:  # noqa: D102
        with self._lock:
            return self._rows.remove(key)


class FindableCollection(MemoryCollection[Row]):
    """A `Findable` in memory; `name_of` gives the second name of a resource, which never changes."""

    def __init__(self, lock: RLock, number: Callable[[], int], tally: Tally, name_of: Callable[[Row], str]) -> None:
        super().__init__(lock, number, tally)
        self._name_of = name_of
        self._keys: dict[str, str] = {}

    def add(  # noqa: D102 - see the port, as for every method below
        self, row: Row, *, unless: Callable[[Row], bool] | None = None
    ) -> Row | None:
        with self._lock:
            name = self._name_of(row)
            added = None if name in self._keys else super().add(row, unless=unless)
            if added is not None:
                self._keys[name] = row.key
            return added

    def remove(self, key: str) -> bool:  # noqa: D102
        with self._lock:
            row = self.get(key)
            if row is not None:
                del self._keys[self._name_of(row)]
            return super().remove(key)

    def find(self, name: str) -> Row | None:  # noqa: D102
        with self._lock:
            key = self._keys.get(name)
            return None if key is None else self.get(key)

"""A look at a listing while others work beside it: what it showed before, in short pages, read one by one, and after."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from contracts.client import Json


@dataclass(frozen=True, slots=True)
class Look:
    """A listing as it was before, joined from short pages, and after; what reading its first objects answered between the two."""

    identity: str
    before: list[Json]
    joined: list[Json]
    read: dict[str, httpx.Response]
    after: list[Json]

    def faults(self, *, holds_place: bool) -> Iterator[str]:
        """Say what is wrong with objects that were there, and the same, all the time. Others may come, change and go meanwhile.

        `holds_place` says that a page goes on where the one before it ended even so.
        """
        kept = [row[self.identity] for row in self.before if row in self.after]
        listed = [row[self.identity] for row in self.joined if row[self.identity] in kept]
        if (holds_place or self.before == self.after) and listed != kept[: len(listed)]:
            yield f"short pages give {listed}, a long one {kept[: len(listed)]}"
        for row in self.before:
            key = row[self.identity]
            if key in kept and key in self.read:
                yield from _faults_of_reading(key, row, self.read[key])


def _faults_of_reading(key: str, row: Json, answer: httpx.Response) -> Iterator[str]:
    if answer.status_code != httpx.codes.OK:
        yield f"{key} is listed, and reading it answers {answer.status_code}"
    elif odd := sorted(name for name in row if answer.json().get(name) != row[name]):
        yield f"{key} is listed with another {', '.join(odd)} than it is read with"

"""What every event carries: an id of its own, the session of the turn, a time that never goes back (api-facts §4.4, §4.7)."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from contracts.document import EventOrder
from contracts.sse import Json


class Identified:
    """Watches the ids, the session and the times of a turn."""

    def __init__(self, order: EventOrder, noun: str) -> None:
        self._order, self._noun = order, noun
        self._stored_ids = {text["end"]: text["stored_id"] for text in order.streamed_as.values() if "stored_id" in text}
        self._seen: dict[str, int] = {}
        self._shared: tuple[int, str] | None = None
        self._latest: tuple[datetime, int, str] | None = None

    def see(self, index: int, event: Json) -> Iterator[str]:
        """Take the next event."""
        identity = self._order.identity
        if event["type"] in self._order.persisted | self._order.transient:
            for name in identity.values():
                if not isinstance(event.get(name), str):
                    yield f"{self._noun} {index}, {event['type']}, has no {name}; expected a string"
        yield from self._id(index, event)
        yield from self._session(index, event)
        yield from self._time(index, event)

    def end(self) -> Iterator[str]:
        """Nothing is missing at the end."""
        return iter(())

    def _id(self, index: int, event: Json) -> Iterator[str]:
        given = event.get(self._stored_ids.get(event["type"], self._order.identity["unique"]))
        if not isinstance(given, str):
            return
        if given in self._seen:
            yield f"{self._noun} {index} repeats the id {given} of {self._noun} {self._seen[given]}; expected an id of its own"
        self._seen.setdefault(given, index)

    def _session(self, index: int, event: Json) -> Iterator[str]:
        name = self._order.identity["shared"]
        given = event.get(name)
        if not isinstance(given, str):
            return
        self._shared = self._shared or (index, given)
        if given != self._shared[1]:
            yield (
                f"{self._noun} {index}, {event['type']}, has the {name} {given}; "
                f"expected {self._shared[1]} as in {self._noun} {self._shared[0]}"
            )

    def _time(self, index: int, event: Json) -> Iterator[str]:
        name = self._order.identity["rising"]
        given = event.get(name)
        if not isinstance(given, str):
            return
        at = time_of(given)
        if at is None:
            yield f"{self._noun} {index}, {event['type']}, has a {name} that is no time with a zone: {given!r}"
        elif event["type"] == self._order.repeated["type"]:
            return  # may be stamped before the event that repeats it: see `calls`
        elif self._latest and at < self._latest[0]:
            _, before, latest = self._latest
            yield f"{self._noun} {index} was created at {given}; expected {latest} or later, as {self._noun} {before} was"
        else:
            self._latest = (at, index, given)


@lru_cache(maxsize=4096)
def time_of(text: str) -> datetime | None:
    """Read an RFC 3339 time; None for what is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None

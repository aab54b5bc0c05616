"""Events that tell of one another: an image read and the output that holds it, one step's end and the next one's beginning."""

from collections.abc import Iterator

from contracts.checks.identity import time_of
from contracts.document import EventOrder
from contracts.sse import Json


class Repeated:
    """Watches the events that stand in another one before they come themselves: the images that tools read (api-facts §4.7)."""

    def __init__(self, order: EventOrder, noun: str, *, since: bool) -> None:
        self._order, self._calls, self._rule, self._noun, self._since = order, order.calls, order.repeated, noun, since
        self._held: dict[str, tuple[int, Json, Json]] = {}
        self._inputs: dict[str, Json] = {}
        self._is_cut_in = since
        self._standing: str | None = None

    def see(self, index: int, event: Json) -> Iterator[str]:
        """Take the next event."""
        name = event["type"]
        if name == self._order.terminator:
            return
        is_batch = name == self._calls.opened_by and self._standing in (None, name)
        self._is_cut_in = self._is_cut_in and (is_batch or name in self._calls.while_open)
        is_late = name not in self._calls.while_open or name == self._calls.pending["in"]
        if is_late and self._held:
            if not (self._since and name in self._order.next_turn):
                yield from self._missing(f"before {self._noun} {index}, {name}")
            self._held.clear()
        if name == self._calls.opened_by:
            self._inputs[str(event.get(self._calls.joined_by))] = event
        elif name == self._rule["in"]:
            self._hold(index, event)
        elif name == self._rule["type"]:
            yield from self._repeated(index, event)
        self._standing = self._standing if name in self._order.passing else name

    def end(self) -> Iterator[str]:
        """Say what did not come."""
        if self._standing not in self._calls.left_open_by:
            yield from self._missing("before the end")

    def _missing(self, where: str) -> Iterator[str]:
        for identity, (index, _, _) in self._held.items():
            yield f"{self._noun} {index} holds the {self._rule['type']} {identity}; expected it as an event of its own {where}"

    def _hold(self, index: int, event: Json) -> None:
        held = event.get(self._rule["field"])
        if isinstance(held, dict) and held.get("type") == self._rule["type"]:
            opened = self._inputs.get(str(event.get(self._calls.joined_by)), {})
            self._held[str(held.get(self._order.identity["unique"]))] = (index, held, opened)

    def _repeated(self, index: int, event: Json) -> Iterator[str]:
        identity = event.get(self._order.identity["unique"])
        found = self._held.pop(str(identity), None)
        if found is None:
            if not self._is_cut_in:
                yield f"{self._noun} {index}, {event['type']} {identity}, comes without a {self._rule['in']} that holds it"
            return
        held_at, held, opened = found
        for name in sorted(held.keys() & event.keys()):
            if held[name] != event[name]:
                holds = f"{held[name]!r} as {self._noun} {held_at} holds it"
                yield f"{self._noun} {index}, {event['type']}, has the {name} {event[name]!r}; expected {holds}"
        name = self._order.identity["rising"]
        at, earliest = time_of(str(event.get(name))), time_of(str(opened.get(name)))
        if at and earliest and at < earliest:
            yield f"{self._noun} {index} was created at {event[name]}, before its call; expected {opened[name]} or later"


class Chained:
    """Watches the steps of a turn: each transition leaves the step that the one before it entered (api-facts §2.4)."""

    def __init__(self, order: EventOrder, noun: str, *, since: bool) -> None:
        self._order, self._rule, self._noun, self._since = order, order.chained, noun, since
        self._entered: tuple[int, str] | None = None

    def see(self, index: int, event: Json) -> Iterator[str]:
        """Take the next event."""
        if self._since and event["type"] in self._order.input:
            self._entered = None
        if event["type"] != self._rule["type"]:
            return
        left = event.get(self._rule["from"])
        if self._entered and left != self._entered[1]:
            yield (
                f"{self._noun} {index}, {event['type']}, leaves step {left!r}; "
                f"expected {self._entered[1]!r}, which {self._noun} {self._entered[0]} entered"
            )
        self._entered = (index, str(event.get(self._rule["to"])))

    def end(self) -> Iterator[str]:
        """Nothing is missing at the end."""
        return iter(())

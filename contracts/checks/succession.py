"""Which type may follow which: the table of the grammar, walked along a turn (api-facts §4.7)."""

from collections.abc import Collection, Iterator

from contracts.document import EventOrder, Succession
from contracts.sse import Json


class Succeeding:
    """Watches the types of a turn go by. `since`: it may begin anywhere, and another turn may follow where one can stop."""

    def __init__(self, order: EventOrder, form: Succession, *, since: bool) -> None:
        self._order, self._form, self._since = order, form, since
        ends = {text["end"] for text in order.streamed_as.values()}
        self._stops = order.persisted | order.transient | ends | (order.passing - order.calls.between)
        self._last: tuple[int, str] | None = None
        self._standing: str | None = None
        self._is_over = False

    def see(self, index: int, event: Json) -> Iterator[str]:
        """Take the next event."""
        name, form = event["type"], self._form
        if self._is_over:
            yield f"{form.noun} {index}, {name}, follows {self._order.terminator}; expected nothing behind it"
        elif name not in self._order.types:
            yield f"{form.noun} {index} has the type {name!r}, which the document does not know"
        elif name not in form.followers:
            yield f"{form.noun} {index} is {self._misplaced(name)}"
        elif name == self._order.terminator:
            self._is_over = True
            if not self._may_end():
                yield f"{form.noun} {index}, {name}, {self._at()}; expected one of {listed(self._next() or form.ends)}"
        else:
            expected = self._next()
            if expected is not None and name not in expected:
                yield f"{form.noun} {index}, {name}, {self._at()}; expected one of {listed(expected)}"
            self._last = (index, name)
            self._standing = self._standing if name in self._order.passing else name

    def end(self) -> Iterator[str]:
        """Say what is missing at the end."""
        form, terminator = self._form, self._order.terminator
        if terminator in form.followers:
            if not self._is_over:
                yield f"the stream does not end with {terminator}: its last frame is {self._last[1] if self._last else 'missing'}"
        elif self._last and not self._may_end():
            yield f"the turn ends with {form.noun} {self._last[0]}, {self._last[1]}; it may end with {listed(form.ends)}"

    def _next(self) -> frozenset[str] | None:
        """Return what may come now, None for anything. What passes does not change what may follow the event before it."""
        if self._last is None:
            return None if self._since else self._form.starts
        last = self._last[1]
        expected = self._following(last)
        return expected if self._standing in (None, last) else expected & self._following(str(self._standing))

    def _following(self, name: str) -> frozenset[str]:
        next_turn = self._order.next_turn if self._since and name in self._stops else frozenset[str]()
        return self._form.followers[name] | next_turn

    def _may_end(self) -> bool:
        if self._standing is None:
            return self._last is None or self._since
        return self._standing in self._form.ends

    def _misplaced(self, name: str) -> str:
        if name in self._order.stream_only:
            return f"a {name}, which only streams may hold"
        return f"a whole {name}, which a stream sends in pieces; expected {self._order.streamed_as[name]['pieces']}"

    def _at(self) -> str:
        return f"follows {self._before()}" if self._last else "is the first"

    def _before(self) -> str:
        return f"{self._form.noun} {self._last[0]}, {self._last[1]}" if self._last else "nothing"


def listed(names: Collection[str]) -> str:
    """Write names in one line."""
    return ", ".join(sorted(names)) or "nothing"

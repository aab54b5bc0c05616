"""Calls of tools: opened and closed under one id, news in between, nothing left open without a reason (api-facts §4.7, §4.8)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.checks.succession import listed
from contracts.document import EventOrder, Succession
from contracts.sse import Json


@dataclass(slots=True)
class _Book:
    """The calls of a turn, by their identity: open ones with the place and event that opened them.

    `loaded` are those that a skill closed, `answered` the skills whose call an output closed: the other one may still come, since
    nobody knows whether the live service sends both (api-facts §9.29).
    """

    open: dict[str, tuple[int, Json]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    loaded: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)


class Called:
    """Watches the calls of a turn.

    The outputs that begin a turn, and whatever begins an answer to `since`, may belong to calls that were opened before.
    """

    def __init__(self, order: EventOrder, form: Succession, *, since: bool) -> None:
        self._order, self._calls, self._noun, self._since = order, order.calls, form.noun, since
        self._ends = form.ends
        self._book = _Book()
        self._standing: str | None = None
        self._is_cut_in = since
        self._is_beginning = True
        self._is_asked = True
        self._joined = {self._calls.opened_by, self._calls.closed_by, *self._calls.between}
        self._handlers = {
            self._calls.opened_by: self._opened,
            self._calls.closed_by: self._closed,
            self._calls.closed_instead["by"]: self._closed_instead,
            self._calls.pending["in"]: self._pending,
            **dict.fromkeys(self._calls.between, self._between),
        }

    def see(self, index: int, event: Json) -> Iterator[str]:
        """Take the next event."""
        name = event["type"]
        if name == self._order.terminator:
            return
        self._place(name)
        yield from self._while_open(index, name)
        if name in self._joined and not isinstance(event.get(self._calls.joined_by), str):
            yield f"{self._noun} {index}, {name}, has no {self._calls.joined_by}; expected a string"
        elif name in self._handlers:
            yield from self._handlers[name](index, event)
        self._is_asked = name in self._order.input or (self._is_asked and name in self._calls.uncalled_behind)
        self._standing = self._standing if name in self._order.passing else name

    def end(self) -> Iterator[str]:
        """Say which calls are open without a reason."""
        if self._standing not in self._calls.left_open_by:
            for identity, (index, _) in self._book.open.items():
                yield f"the call {identity} of {self._noun} {index} is open at the end; expected its {self._calls.closed_by}"

    def _place(self, name: str) -> None:
        """Note whether calls of before may go on here: in the batch that `since` cut in two, in a turn's first outputs."""
        is_batch = name == self._calls.opened_by and self._standing in (None, name)
        self._is_cut_in = self._is_cut_in and (is_batch or name in self._calls.while_open)
        begins = self._is_beginning or (self._since and self._standing in self._ends and not self._book.open)
        self._is_beginning = begins and name == self._calls.closed_by

    @property
    def _is_carried(self) -> bool:
        return self._is_cut_in or self._is_beginning

    def _while_open(self, index: int, name: str) -> Iterator[str]:
        is_batch = name == self._calls.opened_by == self._standing
        is_left_open = name in self._order.passing and self._standing in self._calls.left_open_by
        if not self._book.open or is_batch or is_left_open or name in self._calls.while_open:
            return
        if not (self._since and name in self._order.next_turn):
            identity, (opened, _) = next(iter(self._book.open.items()))
            yield (
                f"{self._noun} {index}, {name}, comes while the call {identity} of {self._noun} {opened} is open; "
                f"expected one of {listed(self._calls.while_open)}"
            )
        self._book.open.clear()

    def _identity(self, event: Json) -> str:
        return str(event.get(self._calls.joined_by))

    def _opened(self, index: int, event: Json) -> Iterator[str]:
        identity = self._identity(event)
        if identity in self._book.open or identity in self._book.closed:
            yield f"{self._noun} {index} opens the call {identity} a second time; expected a {self._calls.joined_by} of its own"
        self._book.open[identity] = (index, event)

    def _closed(self, index: int, event: Json) -> Iterator[str]:
        identity, book = self._identity(event), self._book
        if identity in book.open:
            opened = book.open.pop(identity)
            book.answered |= self._skill(opened[1])
            yield from self._unlike(index, event, *opened)
        elif identity in book.loaded:
            book.loaded.discard(identity)
        elif identity in book.closed:
            yield f"{self._noun} {index} is the second {event['type']} of {identity}; expected one"
        elif not self._is_carried:
            yield f"{self._noun} {index}, {event['type']} of {identity}, comes without its {self._calls.opened_by} before it"
        book.closed.add(identity)

    def _between(self, index: int, event: Json) -> Iterator[str]:
        identity = self._identity(event)
        if identity in self._book.open:
            yield from self._unlike(index, event, *self._book.open[identity])
        elif identity in self._book.closed or not self._is_carried:
            yield (
                f"{self._noun} {index}, {event['type']} of {identity}, stands outside its call; "
                f"expected it between {self._calls.opened_by} and {self._calls.closed_by}"
            )

    def _closed_instead(self, index: int, event: Json) -> Iterator[str]:
        """A skill that the model loads closes its call; one that the user names comes with the input."""
        rule, book = self._calls.closed_instead, self._book
        named = str(event.get(rule["same"]))
        for identity, (_, opened) in book.open.items():
            if named in self._skill(opened):
                del book.open[identity]
                book.closed.add(identity)
                book.loaded.add(identity)
                return
        if named in book.answered:
            book.answered.discard(named)
        elif not (self._is_asked or self._is_carried):
            yield (
                f"{self._noun} {index}, {event['type']} of {named!r}, closes no open call of {rule['tool_name']}; "
                f"expected such a call, or one of {listed(self._calls.uncalled_behind)} before it"
            )

    def _skill(self, opened: Json) -> set[str]:
        """Return the skill that a call asks for, if it does."""
        rule, arguments = self._calls.closed_instead, opened.get(self._calls.opened_by)
        is_skill = opened.get("tool_name") == rule["tool_name"] and isinstance(arguments, dict)
        return {str(arguments.get(rule["same"]))} if is_skill and arguments else set()

    def _pending(self, index: int, event: Json) -> Iterator[str]:
        rule = self._calls.pending
        by_id = {opened[1].get(self._order.identity["unique"]): opened for opened in self._book.open.values()}
        named: set[str] = set()
        for call in event.get(rule["list"], ()):
            identity = call.get(rule["opened_by_id"])
            opened = by_id.pop(identity, None)
            if opened:
                yield from self._unlike(index, call, *opened)
            elif identity in named or not self._is_carried:
                yield (
                    f"{self._noun} {index}, {event['type']}, names {identity}; "
                    "expected the id of an open call that it does not name yet"
                )
            named.add(identity)
        for missing, (opened_at, _) in by_id.items():
            yield f"{self._noun} {index} does not name {missing}; expected it, the open call of {self._noun} {opened_at}"

    def _unlike(self, index: int, event: Json, opened_at: int, opened: Json) -> Iterator[str]:
        for name in self._calls.same:
            if name in event and event[name] != opened.get(name):
                yield (
                    f"{self._noun} {index} has the {name} {event[name]!r}; "
                    f"expected {opened.get(name)!r} as in {self._noun} {opened_at}, its {self._calls.opened_by}"
                )

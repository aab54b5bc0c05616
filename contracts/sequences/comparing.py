"""Whether two answers say the same, but for what is drawn anew each time: ids, times, counts of tokens, the words of a model.

Ids become numbers in the order of their first coming, throughout a sequence: that two of them were equal, or were not, is so
compared, whatever they were. Words are compared among those of one event alone: a model may say the same twice by chance. In the
listings of an account only those objects count that the sequence made.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.collections import collections
from contracts.document import EventOrder, event_order
from contracts.sequences.names import frames_of, is_name, leaves
from contracts.sequences.steps import made_by
from contracts.wire.exchange import Exchange

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_COUNTS = re.compile(r"(^|_)tokens?(_|$)|_(ms|millis|seconds)$")
_DRAWN = re.compile(r"(^|_)(id|key|token|secret|cursor)$")
_SHOWN = 160


class Reading:
    """Writes the answers of a sequence in a form that another time has too. `values` are names of values that it had."""

    def __init__(self, values: Mapping[str, str], order: EventOrder) -> None:
        self._named = {value: f"<{name}>" for value, name in values.items() if value}
        self._order = order
        self._drawn: dict[str, str] = {}
        self._said: dict[str, list[str]] = {}
        self._own: set[str] = set()

    def written(self, exchange: Exchange) -> str:
        """Write an answer."""
        head = f"{exchange.status} {exchange.media_type}"
        if exchange.media_type == "text/event-stream":
            return f"{head} {self._dumped(self._joined(frames_of(exchange.answer)))}"
        if made := made_by(exchange, ""):
            self._own.add(made.rpartition("/")[2])
        body = self._own_rows(exchange.json) if exchange.method == "GET" and exchange.place in collections() else exchange.json
        text = self._text(exchange.answer.decode("utf-8", "backslashreplace")) if body is None else self._dumped(body)
        return f"{head} {text}"

    def _dumped(self, body: Any) -> str:
        """Write JSON. Ids are known before any text is read that may hold them."""
        for at, value in leaves(body):
            if at and isinstance(at[-1], str) and isinstance(value, str):
                self._string(value, at[-1])
        return json.dumps(self._read(body))

    def _own_rows(self, listing: Any) -> Any:
        """Leave out of a listing what the sequence did not make, and with that where the next page begins."""
        if not isinstance(listing, dict):
            return listing
        rows = [row for value in listing.values() if isinstance(value, list) for row in value if isinstance(row, dict)]
        return [row for row in rows if {row.get("key"), row.get("id")} & self._own] if rows else listing

    def _joined(self, frames: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Join the pieces of a text: where a stream cuts it means nothing. Its end mark says of which event it is."""
        forms = self._order.streamed_as.values()
        ends = {form["end"]: form["pieces"] for form in forms}
        joined: list[dict[str, Any]] = []
        for frame in frames:
            last, kind = (joined[-1] if joined else {}), frame["type"]
            if kind in ends.values() and last.get("type") == kind:
                joined[-1] = last | {"content": f"{last.get('content', '')}{frame.get('content', '')}"}
                continue
            if "event_id" in frame and last.get("type") == ends.get(kind):
                joined[-1] = last | {"id": frame["event_id"]}
            joined.append(frame)
        return joined

    def _read(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {self._text(key): self._member(value, key) for key in sorted(value)}
        if isinstance(value, list):
            return [self._read(inner, name) for inner in value]
        if isinstance(value, str):
            return self._string(value, name)
        return value

    def _member(self, holder: Mapping[str, Any], name: str) -> Any:
        value = holder[name]
        if _COUNTS.search(name) and isinstance(value, int | float | dict):
            return "<number>"
        is_prose = name == "content" and holder.get("type") in self._spoken
        return self._words(value, holder.get("id")) if is_prose and isinstance(value, str) else self._read(value, name)

    def _words(self, value: str, event_id: object) -> str:
        """Tell words from others of the same event."""
        if not isinstance(event_id, str):
            return "<words>"
        said = self._said.setdefault(event_id, [])
        if value not in said:
            said.append(value)
        return f"<words {said.index(value)} of {self._token(event_id)}>"

    @property
    def _spoken(self) -> set[str]:
        """The types whose content a model has worded."""
        texts = self._order.streamed_as
        return {*texts, *(form["pieces"] for form in texts.values())}

    def _string(self, value: str, name: str) -> str:
        if value in self._named:
            return self._named[value]
        if _DRAWN.search(name) and is_name(value) and not any(known in value for known in self._named):
            return self._token(value)
        return self._text(value)

    def _token(self, value: str) -> str:
        return self._drawn.setdefault(value, f"<drawn {len(self._drawn)}>")

    def _text(self, text: str) -> str:
        """Write text with numbers for what was drawn, and without times."""
        for value, token in sorted((self._drawn | self._named).items(), key=lambda entry: -len(entry[0])):
            text = text.replace(value, token) if value in text else text
        return _TIME.sub("<time>", text)


def first_difference(one: Iterable[tuple[Exchange, Exchange]], before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Say which answer of a sequence differs from that of the other time, and how; nothing where none does.

    `before` and `after` are the variables of values that each time had.
    """
    order = event_order()
    first, second = Reading(before, order), Reading(after, order)
    for number, (was, came) in enumerate(one, 1):
        expected, found = first.written(was), second.written(came)
        if expected != found:
            return f"request {number} ({was.method} {was.place}) was answered {_around(expected, found)}"
    return ""


def _around(expected: str, found: str) -> str:
    """Show two texts where they begin to differ."""
    at = next(
        (index for index, (a, b) in enumerate(zip(expected, found, strict=False)) if a != b), min(len(expected), len(found))
    )
    start = max(0, at - _SHOWN // 2)
    shown = [("…" if start else "") + text[start : start + _SHOWN] for text in (expected, found)]
    return f"{shown[0]} the first time, and now {shown[1]}"

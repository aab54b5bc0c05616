"""What the document says, for suites and checks: where it is, and the order grammar of a turn.

`openapi/README.md` explains the fields of `x-event-order`. Here the groups of its table are resolved, once for each form of a
turn: the frames of a stream, and the events of a JSON answer.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

import openapi

EVENTS_FILE = openapi.DOCUMENT.parent / "paths" / "events.yaml"


@dataclass(frozen=True, slots=True)
class Succession:
    """One form of a turn: what it may begin with, what it may be over after, and which type may follow which."""

    noun: str
    starts: frozenset[str]
    ends: frozenset[str]
    followers: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of tools: which event opens one, which closes it, what they have in common, and what may stand between."""

    opened_by: str
    closed_by: str
    joined_by: str
    same: tuple[str, ...]
    between: frozenset[str]
    closed_instead: Mapping[str, str]
    uncalled_behind: frozenset[str]
    while_open: frozenset[str]
    left_open_by: frozenset[str]
    pending: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EventOrder:
    """`x-event-order` of createAgentInput: which events are stored, which only pass, and the order in which a turn has them."""

    persisted: frozenset[str]
    transient: frozenset[str]
    stream_only: frozenset[str]
    streamed_as: Mapping[str, Mapping[str, str]]
    terminator: str
    unsent: frozenset[str]
    next_turn: frozenset[str]
    passing: frozenset[str]
    input: frozenset[str]
    identity: Mapping[str, str]
    calls: Calls
    repeated: Mapping[str, str]
    chained: Mapping[str, str]
    stream: Succession
    json: Succession

    @property
    def types(self) -> frozenset[str]:
        """Every type that the grammar knows."""
        return self.persisted | self.transient | self.stream_only


@cache
def event_order() -> EventOrder:
    """Read the grammar from the document."""
    raw: dict[str, Any] = yaml.load(EVENTS_FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)["post"]["x-event-order"]
    table = _Table(raw)
    return EventOrder(
        persisted=frozenset(raw["persisted"]),
        transient=frozenset(raw["transient"]),
        stream_only=frozenset(raw["stream_only"]),
        streamed_as=raw["streamed_as"],
        terminator=raw["terminator"],
        unsent=frozenset(raw["unsent"]),
        next_turn=frozenset(raw["next_turn"]),
        passing=frozenset(raw["passing"]),
        input=frozenset(raw["groups"]["input"]),
        identity=raw["identity"],
        calls=_calls(raw["calls"]),
        repeated=raw["repeated"],
        chained=raw["chained"],
        stream=table.of_streams(),
        json=table.of_json(),
    )


def _calls(raw: Mapping[str, Any]) -> Calls:
    return Calls(
        opened_by=raw["opened_by"],
        closed_by=raw["closed_by"],
        joined_by=raw["joined_by"],
        same=tuple(raw["same"]),
        between=frozenset(raw["between"]),
        closed_instead=raw["closed_instead"],
        uncalled_behind=frozenset(raw["uncalled_behind"]),
        while_open=frozenset(raw["while_open"]),
        left_open_by=frozenset(raw["left_open_by"]),
        pending=raw["pending"],
    )


class _Table:
    """The table of the grammar with its groups resolved."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self._groups: Mapping[str, list[str]] = raw["groups"]
        self._stream_only = frozenset(raw["stream_only"])
        self._rows = {name: frozenset(self._resolved(row)) for name, row in raw["followed_by"].items()}

    def _resolved(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            if name in self._groups:
                yield from self._resolved(self._groups[name])
            else:
                yield name

    def of_streams(self) -> Succession:
        """Texts come in pieces: their first piece stands where the text may, and the end mark where it is over.

        A stream may keep the input to itself: what follows that may begin it, or follow what else is given.
        """
        texts: Mapping[str, Mapping[str, str]] = self._raw["streamed_as"]
        never_whole = set(self._raw["never_whole"])
        behind_input = frozenset[str]().union(*(self._rows[name] for name in self._raw["unsent"]))
        rows = {name: row | behind_input if name in self._groups["input"] else row for name, row in self._rows.items()}
        return Succession(
            noun="frame",
            starts=frozenset(_with(behind_input.union(self._raw["starts_with"]), texts, "pieces") - never_whole),
            ends=frozenset(_with(self._raw["ends_with"], texts, "end") - never_whole),
            followers={
                name: frozenset(_with(row, texts, "pieces") - never_whole)
                for name, row in rows.items()
                if name not in never_whole
            },
        )

    def of_json(self) -> Succession:
        """Leave out what only streams have: what follows it may follow what it follows."""
        return Succession(
            noun="event",
            starts=self._without_streams(self._raw["starts_with"]),
            ends=frozenset(self._raw["ends_with"]) - self._stream_only,
            followers={name: self._without_streams(row) for name, row in self._rows.items() if name not in self._stream_only},
        )

    def _without_streams(self, names: Collection[str]) -> frozenset[str]:
        left_out = (set(names) & self._stream_only) - set(self._raw["passing"])
        return frozenset(names).union(*(self._rows[name] for name in left_out)) - self._stream_only


def _with(names: Iterable[str], texts: Mapping[str, Mapping[str, str]], part: str) -> set[str]:
    found = set(names)
    return found | {text[part] for name, text in texts.items() if name in found}

"""What the document says, for suites and checks: where it is, and the order grammar of a turn."""

from dataclasses import dataclass
from typing import Any

import yaml

import openapi

EVENTS_FILE = openapi.DOCUMENT.parent / "paths" / "events.yaml"


@dataclass(frozen=True, slots=True)
class EventOrder:
    """`x-event-order` of createAgentInput: which events are stored, which only pass, what may begin and end a turn."""

    persisted: frozenset[str]
    transient: frozenset[str]
    stream_only: frozenset[str]
    starts_with: frozenset[str]
    ends_with: frozenset[str]
    pairs: tuple[dict[str, str], ...]
    streamed_as: dict[str, dict[str, str]]
    terminator: str


def event_order() -> EventOrder:
    """Read the grammar from the document."""
    raw: dict[str, Any] = yaml.safe_load(EVENTS_FILE.read_text("utf-8"))["post"]["x-event-order"]
    return EventOrder(
        persisted=frozenset(raw["persisted"]),
        transient=frozenset(raw["transient"]),
        stream_only=frozenset(raw["stream_only"]),
        starts_with=frozenset(raw["starts_with"]),
        ends_with=frozenset(raw["ends_with"]),
        pairs=tuple(raw["pairs"]),
        streamed_as=raw["streamed_as"],
        terminator=raw["terminator"],
    )

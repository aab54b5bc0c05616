"""The order grammar of a turn, held against the events of a JSON answer or the frames of a stream (api-facts §4.7)."""

from collections.abc import Iterator, Sequence
from typing import Any

from contracts.document import EventOrder


def faults_of_turn(events: Sequence[dict[str, Any]], order: EventOrder) -> Iterator[str]:
    """Say what is wrong with the order of a JSON turn's events; nothing for a turn in order."""
    types = [event["type"] for event in events]
    if not types:
        yield "the turn has no events"
        return
    if types[0] not in order.starts_with:
        yield f"the turn begins with {types[0]}; it may begin with {_listed(order.starts_with)}"
    if types[-1] not in order.ends_with:
        yield f"the turn ends with {types[-1]}; it may end with {_listed(order.ends_with)}"
    for index, name in enumerate(types):
        if name in order.stream_only:
            yield f"event {index} is a {name}, which only streams may hold"
    yield from _identity_faults(events)
    yield from _pair_faults(events, order)


def _identity_faults(events: Sequence[dict[str, Any]]) -> Iterator[str]:
    seen: set[str] = set()
    latest = ""
    for index, event in enumerate(events):
        if event["id"] in seen:
            yield f"event {index} repeats the id {event['id']}"
        seen.add(event["id"])
        if event["created_at"] < latest:
            yield f"event {index} was created at {event['created_at']}, before the one that it follows ({latest})"
        latest = max(latest, event["created_at"])


def _pair_faults(events: Sequence[dict[str, Any]], order: EventOrder) -> Iterator[str]:
    for pair in order.pairs:
        opened: set[str] = set()
        closed: set[str] = set()
        for index, event in enumerate(events):
            identity = event.get(pair["by"], "")
            if event["type"] == pair["opens"]:
                opened.add(identity)
            elif event["type"] == pair["closes"]:
                if identity not in opened and events[0]["type"] != pair["closes"]:
                    yield f"event {index}, {pair['closes']} of {identity}, comes without its {pair['opens']}"
                if identity in closed:
                    yield f"event {index} is the second {pair['closes']} of {identity}"
                closed.add(identity)


def faults_of_stream(frames: Sequence[dict[str, Any]], order: EventOrder) -> Iterator[str]:
    """Say what is wrong with the form of a stream: its end, its pieces, its types."""
    types = [frame["type"] for frame in frames]
    if order.terminator not in types:
        yield f"the stream does not end with {order.terminator}: its last frame is {types[-1] if types else 'missing'}"
    elif types.index(order.terminator) != len(types) - 1:
        yield f"{len(types) - 1 - types.index(order.terminator)} frames follow the first {order.terminator}"
    for parts in order.streamed_as.values():
        yield from _open_pieces(types, parts, order)
    known = order.persisted | order.transient | order.stream_only
    for index, name in enumerate(types):
        if name == "agent_output":
            yield f"frame {index} is a whole agent_output, which a stream sends in pieces"
        elif name not in known:
            yield f"frame {index} has the type {name!r}, which the document does not know"


def _open_pieces(types: Sequence[str], parts: dict[str, str], order: EventOrder) -> Iterator[str]:
    is_open = False
    for index, name in enumerate(types):
        if name == parts["pieces"]:
            is_open = True
        elif name == parts["end"]:
            is_open = False
        elif is_open and name in order.persisted | {order.terminator}:
            yield f"frame {index}, {name}, comes before {parts['end']} closes the pieces"
            is_open = False


def joined(frames: Sequence[dict[str, Any]], order: EventOrder) -> list[tuple[str, Any]]:
    """Bring a stream into the form of stored events: (type, id or text), with pieces put together under their stored type."""
    by_piece = {parts["pieces"]: name for name, parts in order.streamed_as.items()}
    by_end = {parts["end"]: name for name, parts in order.streamed_as.items()}
    result: list[tuple[str, Any]] = []
    text = ""
    for frame in frames:
        if frame["type"] in by_piece:
            text += frame["content"]
        elif frame["type"] in by_end:
            result.append((by_end[frame["type"]], text))
            text = ""
        elif frame["type"] in order.persisted:
            result.append((frame["type"], frame["id"]))
    return result


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))

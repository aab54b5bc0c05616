"""What was sent against what is stored: the same events in the same order, texts joined from their pieces (api-facts §4.5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.checks.faults import Fault
from contracts.document import EventOrder
from contracts.sse import Json


@dataclass(frozen=True, slots=True)
class Text:
    """A text that came in pieces: the frame with its end mark, the stored type, the id that the mark names, the pieces joined."""

    index: int
    type: str
    id: str | None
    content: str


@dataclass(frozen=True, slots=True)
class _Whole:
    """An event that came whole."""

    index: int
    type: str
    id: str | None
    event: Json


def texts_of(frames: Sequence[Json], order: EventOrder) -> list[Text]:
    """Join the pieces of each text that has an end mark. One without it was broken off, and counts as not stored."""
    return [sent for sent in _sent(frames, order) if isinstance(sent, Text)]


def faults_against_store(frames: Sequence[Json], stored: Sequence[Json], order: EventOrder) -> Iterator[Fault]:
    """Say where what was sent is not what is stored; nothing where it is the same.

    `frames` are those of a stream, or the events of a JSON answer. `stored` are the events that the session has got since, oldest
    first, hidden ones included. A stream may keep the input that opens it to itself (api-facts §9.17).
    """
    yield from _unstorable(frames, stored, order)
    is_empty = all(frame["type"] == order.terminator for frame in frames)
    inputs = 0 if is_empty else _inputs(stored, order)
    position = 0
    for sent in _sent(frames, order):
        place = _place(sent, stored, position)
        if place is None:
            told = f"frame {sent.index}, {_name(sent.type, sent.id)}, is not stored here; expected {_expected(stored, position)}"
            yield Fault(told, at=sent.index)
            continue
        yield from _missing(stored[:place], position, order, inputs, f"before frame {sent.index}")
        yield from (Fault(told, at=sent.index, stored_at=place) for told in _differences(sent, stored[place]))
        position = place + 1
    yield from _missing(stored, position, order, inputs, "before the end")


def _sent(frames: Sequence[Json], order: EventOrder) -> Iterator[Text | _Whole]:
    by_piece = {text["pieces"]: name for name, text in order.streamed_as.items()}
    by_end = {text["end"]: name for name, text in order.streamed_as.items()}
    parts: list[str] = []
    open_type: str | None = None
    for index, frame in enumerate(frames):
        name = frame["type"]
        if name in by_piece:
            parts, open_type = [*(parts if open_type == by_piece[name] else ()), str(frame.get("content"))], by_piece[name]
            continue
        if name in by_end:
            content = "".join(parts) if open_type == by_end[name] else ""
            yield Text(index, by_end[name], frame.get(order.streamed_as[by_end[name]].get("stored_id", "")), content)
        elif name in order.persisted:
            yield _Whole(index, name, frame.get("id"), frame)
        parts, open_type = [], None


def _place(sent: Text | _Whole, stored: Sequence[Json], position: int) -> int | None:
    """Find the stored event from here on: by type and id, by type alone where the end mark names no id."""
    for place in range(position, len(stored)):
        event = stored[place]
        if event["type"] == sent.type and sent.id in (event.get("id"), None):
            return place
    return None


def _inputs(stored: Sequence[Json], order: EventOrder) -> int:
    """Count the events of the input that opens what is stored."""
    return next((place for place, event in enumerate(stored) if event["type"] not in order.input), len(stored))


def _missing(stored: Sequence[Json], position: int, order: EventOrder, inputs: int, where: str) -> Iterator[Fault]:
    for place, event in enumerate(stored[position:], position):
        if place >= inputs or event["type"] not in order.unsent:
            told = f"{_name(event['type'], event.get('id'))} is stored and was not sent; expected it {where}"
            yield Fault(told, stored_at=place)


def _differences(sent: Text | _Whole, event: Json) -> Iterator[str]:
    if isinstance(sent, Text):
        if sent.content != event.get("content"):
            yield (
                f"the pieces that frame {sent.index} closes are {sent.content[-200:]!r} joined; "
                f"expected the content of {_name(event['type'], event.get('id'))}: {str(event.get('content'))[-200:]!r}"
            )
        return
    for name in sorted(sent.event.keys() | event.keys()):
        if name not in event or name not in sent.event or sent.event[name] != event[name]:
            there, here = (repr(each[name]) if name in each else "nothing" for each in (sent.event, event))
            yield f"frame {sent.index}, {_name(sent.type, sent.id)}, has the {name} {there}; expected {here} as stored"


def _unstorable(frames: Sequence[Json], stored: Sequence[Json], order: EventOrder) -> Iterator[Fault]:
    for place, event in enumerate(stored):
        if event["type"] not in order.persisted:
            yield Fault(f"{_name(event['type'], event.get('id'))} is stored; expected that it only passes", stored_at=place)
    ids = {event.get("id") for event in stored}
    for index, frame in enumerate(frames):
        if frame["type"] not in order.persisted and frame.get("id", "") in ids:
            told = f"frame {index}, {_name(frame['type'], frame['id'])}, has the id of a stored event; expected one of its own"
            yield Fault(told, at=index)


def _expected(stored: Sequence[Json], position: int) -> str:
    if position >= len(stored):
        return "nothing more"
    return _name(stored[position]["type"], stored[position].get("id"))


def _name(kind: str, identity: str | None) -> str:
    return f"{kind} {identity}" if identity else kind

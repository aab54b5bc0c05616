"""A picture of a turn for reports: its frames or events as they came, what is stored of it, and what is wrong where.

It is plain data that goes from process to process as JSON: kinds, ids and texts.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from contracts.checks.faults import Fault
from contracts.document import EventOrder, event_order
from contracts.sse import Json, StreamFault

_MOST_ROWS, _ENDS, _AROUND = 60, 8, 4
_TEXTS = ("content", "tool_name", "message", "tool_input", "tool_output")
LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class Row:
    """An event, or `count` pieces of one text from `index` on. `call` joins a call and its output; `is_wrong` marks a fault."""

    index: int
    type: str
    id: str = ""
    call: str = ""
    text: str = ""
    count: int = 1
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """What came, what is stored (nothing where that was not the question), the faults, and whether something lacks at the end."""

    rows: tuple[Row, ...]
    stored: tuple[Row, ...] = ()
    faults: tuple[str, ...] = ()
    is_short: bool = False


def pictured(events: Sequence[Json], stored: Sequence[Json], faults: Sequence[Fault], order: EventOrder) -> Picture:
    """Make the picture of a turn."""
    wrong, wrong_in_store = {fault.at for fault in faults}, {fault.stored_at for fault in faults}
    if stored and not faults:
        wrong, wrong_in_store = _unmatched(events, stored, order), _unmatched(stored, events, order)
    return Picture(
        rows=_fewer(list(_rows(events, wrong, order))),
        stored=_fewer(list(_rows(stored, wrong_in_store, order))),
        faults=tuple(map(str, faults)),
        is_short=any(fault.at is None and fault.stored_at is None for fault in faults),
    )


def cleaned(picture: Picture, clean: Callable[[str], str]) -> Picture:
    """Return a picture whose texts are cleaned."""
    rows, stored = (
        tuple(replace(row, id=clean(row.id), call=clean(row.call), text=clean(row.text)) for row in side)
        for side in (picture.rows, picture.stored)
    )
    return replace(picture, rows=rows, stored=stored, faults=tuple(map(clean, picture.faults)))


def picture_of(failure: BaseException) -> dict[str, Any] | None:
    """Return the picture that a failure carries, so that it can be sent from process to process; None where it carries none."""
    if isinstance(failure, StreamFault):
        return asdict(pictured(failure.seen, (), [Fault(str(failure))], event_order()))
    picture = getattr(failure, "picture", None)
    return asdict(picture) if isinstance(picture, Picture) else None


def picture_from(written: Mapping[str, Any]) -> Picture:
    """Read a picture that was sent as JSON."""
    rows, stored = (tuple(Row(**row) for row in written[name]) for name in ("rows", "stored"))
    return Picture(rows, stored, tuple(written["faults"]), written["is_short"])


def _unmatched(events: Sequence[Json], others: Sequence[Json], order: EventOrder) -> set[int | None]:
    """Return where events are that have to be on the other side too, and are not there under their id."""
    ids = {_id(other, order) for other in others}
    stored = order.persisted | {text["end"] for text in order.streamed_as.values() if "stored_id" in text}
    return {index for index, event in enumerate(events) if event["type"] in stored and _id(event, order) not in ids}


def _id(event: Json, order: EventOrder) -> str:
    return str(event.get(order.identity["unique"]) or event.get("event_id") or "")


def _rows(events: Sequence[Json], wrong: Collection[int | None], order: EventOrder) -> Iterator[Row]:
    """Write the events, pieces of the same text as one row."""
    pieces = {text["pieces"] for text in order.streamed_as.values()}
    pending: Row | None = None
    for index, event in enumerate(events):
        row = _row(index, event, order, is_wrong=index in wrong)
        if pending and pending.type == row.type and row.type in pieces and not (row.is_wrong or pending.is_wrong):
            pending = replace(pending, count=pending.count + 1, text=pending.text + row.text)
            continue
        if pending:
            yield pending
        pending = row
    if pending:
        yield pending


def _row(index: int, event: Json, order: EventOrder, *, is_wrong: bool) -> Row:
    call = event.get(order.calls.joined_by) or ""
    said = " ".join(str(part.get("content", "")) for part in event.get("messages", ()) if isinstance(part, dict))
    text = said or next((event[name] for name in _TEXTS if event.get(name)), "")
    return Row(index, str(event.get("type")), _id(event, order), str(call), str(text), is_wrong=is_wrong)


def _fewer(rows: list[Row]) -> tuple[Row, ...]:
    """Leave rows out of a long picture, but for its ends and what is around a fault."""
    if len(rows) <= _MOST_ROWS:
        return tuple(rows)
    wrong = [place for place, row in enumerate(rows) if row.is_wrong][:_ENDS]
    kept = {place for at in wrong for place in range(at - _AROUND, at + _AROUND + 1)}
    kept |= {*range(_ENDS), *range(len(rows) - _ENDS, len(rows))}
    shown: list[Row] = []
    for place, row in enumerate(rows):
        if place in kept:
            shown.append(row)
        elif shown[-1].type == LEFT_OUT:
            shown[-1] = replace(shown[-1], count=shown[-1].count + 1)
        else:
            shown.append(Row(row.index, LEFT_OUT))
    return tuple(shown)

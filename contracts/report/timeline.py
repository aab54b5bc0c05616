"""A picture of a turn, laid out: events from top to bottom, calls joined with their outputs, the store beside, faults marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.pictures import LEFT_OUT, Picture, Row

_ROW, _TOP = 24, 34
_AXIS = 60
_LONGEST_TEXT = 50
_BESIDE, _BETWEEN, _CHARACTER = 40, 80, 7.3


@dataclass(frozen=True, slots=True)
class Mark:
    """An event as it is drawn: where, and the words for it."""

    x: int
    y: int
    row: Row
    words: str

    @property
    def width(self) -> int:
        """How wide its words are, at most."""
        return round(_CHARACTER * (len(self.words) + 3))

    @property
    def is_left_out(self) -> bool:
        """Whether it stands for events that are not shown."""
        return self.row.type == LEFT_OUT


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing: its size, the marks, and paths: of calls to their outputs, of open ones, of what was sent to what is stored."""

    width: int
    height: int
    marks: tuple[Mark, ...]
    arcs: tuple[str, ...]
    open: tuple[str, ...]
    links: tuple[str, ...]
    end: int
    has_store: bool
    is_short: bool
    store: int
    axis: int = _AXIS


def timeline(picture: Picture) -> Timeline:
    """Lay a picture out."""
    sent = _marks(picture.rows, _AXIS, with_text=not picture.stored)
    right = max((mark.x + mark.width for mark in sent), default=_AXIS)
    store = right + _BETWEEN
    stored = _marks(picture.stored, store, with_text=False)
    lines = max(len(sent), len(stored)) + picture.is_short
    return Timeline(
        width=_BESIDE + max((mark.x + mark.width for mark in stored), default=right),
        height=_TOP + _ROW * lines + 10,
        marks=(*sent, *stored),
        arcs=tuple(_arcs(sent)),
        open=tuple(_open(sent)),
        links=tuple(_links(sent, stored)),
        store=store,
        end=_TOP + _ROW * len(sent),
        has_store=bool(stored),
        is_short=picture.is_short,
    )


def _marks(rows: Sequence[Row], x: int, *, with_text: bool) -> tuple[Mark, ...]:
    return tuple(Mark(x, _TOP + _ROW * place, row, _words(row, with_text=with_text)) for place, row in enumerate(rows))


def _words(row: Row, *, with_text: bool) -> str:
    if row.type == LEFT_OUT:
        return f"{row.count} more"
    number = f"{row.index}" if row.count == 1 else f"{row.index} to {row.index + row.count - 1}"
    text = f"  {row.text[:_LONGEST_TEXT]}{'…' if len(row.text) > _LONGEST_TEXT else ''}" if with_text and row.text else ""
    return f"{number}  {row.type}  {row.id or row.call}{text}"


def _arcs(marks: Sequence[Mark]) -> Iterator[str]:
    """Join the events of each call, one after the other."""
    latest: dict[str, Mark] = {}
    for mark in marks:
        if call := mark.row.call:
            if call in latest:
                yield _arc(latest[call].y, mark.y)
            latest[call] = mark


def _open(marks: Sequence[Mark]) -> Iterator[str]:
    """Draw the calls that nothing closes down to the end."""
    calls = [mark.row.call for mark in marks if mark.row.call]
    yield from (_arc(mark.y, marks[-1].y + _ROW // 2) for mark in marks if mark.row.call and calls.count(mark.row.call) == 1)


def _arc(above: int, below: int) -> str:
    out = max(_AXIS - 14 - (below - above) // 4, 8)
    return f"M {_AXIS - 6} {above} C {out} {above}, {out} {below}, {_AXIS - 6} {below}"


def _links(sent: Sequence[Mark], stored: Sequence[Mark]) -> Iterator[str]:
    """Join what was sent with what is stored under the same id."""
    by_id = {mark.row.id: mark for mark in stored if mark.row.id}
    for mark in sent:
        if found := by_id.get(mark.row.id):
            yield f"M {mark.x + mark.width} {mark.y} L {found.x - 8} {found.y}"

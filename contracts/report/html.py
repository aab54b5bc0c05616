"""The report for people: one page without anything from elsewhere, with every verdict and the matrix of roles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from contracts.coverage.dimensions import MEANINGS
from contracts.matrix import Cell, Expected, Outcome
from contracts.operations import Operation, operations
from contracts.report.timeline import timeline
from contracts.verdicts import Result, Verdict

_PAGE = "page.html.jinja"
_CLASSES = {
    Verdict.KEPT: "right",
    Verdict.BROKEN: "wrong",
    Verdict.KNOWN: "known",
    Verdict.DIFFERS: "untested",
    Verdict.NOT_TESTABLE: "untested",
}


@dataclass(frozen=True, slots=True)
class Square:
    """A cell as it is shown: its words say all that its colour says."""

    kind: str
    words: str
    note: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An operation of the matrix with its squares, one for each identity; None where nothing was to be asked."""

    operation: Operation
    squares: tuple[Square | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The matrix as it is shown. `notes` are the reasons that squares refer to by number, from 1."""

    identities: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    totals: Mapping[str, int]


def page(result: Result) -> str:
    """Write the report. Everything that came from the target is text in it and never markup."""
    counts = {verdict: sum(one.verdict is verdict for one in result.findings) for verdict in Verdict}
    shown = {"counts": counts, "classes": _CLASSES, "table": table(result.cells), "timeline": timeline, "meanings": MEANINGS}
    return _template().render(result=result, **shown)


def table(cells: Iterable[Cell]) -> Table:
    """Arrange cells: operations in the document's order downwards, identities in the order of their asking across."""
    cells = list(cells)
    identities = tuple(dict.fromkeys(cell.identity for cell in cells))
    notes = tuple(dict.fromkeys(cell.why for cell in cells if cell.outcome is Outcome.UNTESTED))
    by_place = {(cell.operation, cell.identity): _square(cell, notes) for cell in cells}
    rows = tuple(
        Row(operation, tuple(by_place.get((operation.id, identity)) for identity in identities)) for operation in operations()
    )
    totals = {str(outcome): sum(cell.outcome is outcome for cell in cells) for outcome in Outcome}
    return Table(identities, rows if cells else (), notes, totals)


def _square(cell: Cell, notes: tuple[str, ...]) -> Square:
    match cell.outcome:
        case Outcome.UNTESTED:
            return Square("untested", "untested", notes.index(cell.why) + 1)
        case Outcome.WRONG:
            return Square("wrong", f"WRONG: {cell.status}, not {cell.expected}")
        case Outcome.RIGHT:
            return Square("allowed", "may") if cell.expected is Expected.ALLOWED else Square("refused", str(cell.status))


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template(_PAGE)

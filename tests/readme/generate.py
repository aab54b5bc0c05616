"""Write the tables of README, and the page of promises, from code and document: `python -m tests.readme.generate`."""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from urllib.parse import urljoin

import openapi
from contracts.dialects.table import DIALECTS
from contracts.document import event_order
from contracts.profiles import PROFILES
from contracts.promise import CLASSES
from contracts.promises import PROMISES
from contracts.report.catalogue import catalogue
from fixtures.exports.table import EXPORTS
from mockserver.domain.chaos import FAULTS
from mockserver.domain.errors import REFUSALS
from mockserver.domain.simulator.scenarios import Book, kinds_of
from mockserver.pipeline import STATUS
from mockserver.scenario_files import load_book
from mockserver.settings import rows
from mockserver.spec.document import Document, Place, load
from tests.contracts.kill_rate import results as kill_rate

README = Path(__file__).parents[2] / "README.md"
PROMISES_PAGE = README.parent / "contracts" / "PROMISES.md"


def _table(head: tuple[str, ...], lines: list[tuple[object, ...]]) -> str:
    written = [head, ("---",) * len(head), *lines]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in written)


def _default(value: object) -> str:
    return f"`{value}`" if value != "" else ""


def _branches(document: Document, file: str, name: str) -> dict[str, str]:
    """Return the types of a union of the document, each with its description."""
    place = document.at(urljoin(document.root, f"schemas/{file}.yaml#/{name}"))
    choice = place.node.get("discriminator") or place.node["x-discriminator"]
    branches = {kind: document.at(urljoin(place.uri, reference)) for kind, reference in choice["mapping"].items()}
    return {kind: _described(document, branch) for kind, branch in branches.items()}


def _described(document: Document, place: Place) -> str:
    return str(document.follow(place).node["description"]).replace("\n", " ")


def _inputs(document: Document) -> str:
    kinds = _branches(document, "inputs", "CreateInputRequest")
    return _table(("input", "what it does"), [(f"`{kind}`", text) for kind, text in kinds.items()])


def _events(document: Document, book: Book) -> str:
    """List every type of event and of stream frame: where it comes, and scenarios that show it."""
    order = event_order()
    kinds = _branches(document, "events", "AgentEvent") | _branches(document, "stream", "AgentStreamedResponse")
    return _table(
        ("event", "what it says", "stored", "JSON", "stream", "shown by"),
        [
            (
                f"`{kind}`",
                text,
                _tick(kind in order.persisted),
                _tick(kind not in order.stream_only),
                "in pieces" if kind in order.streamed_as else "yes",
                _shown_by(kind, book),
            )
            for kind, text in kinds.items()
        ],
    )


def _tick(holds: bool) -> str:
    return "yes" if holds else ""


def _shown_by(kind: str, book: Book) -> str:
    """Name the scenario of that name, or else the first that shows it."""
    named = [kind] if kind in book.scenarios else []
    others = [one.name for one in book.scenarios.values() if kind in kinds_of(one)]
    return f"`{(named + others)[0]}`" if named or others else "every stream"


def _promises() -> str:
    """Count the promises of each class, and say what is in it; the page of promises lists them."""
    rows = []
    for kind, severity in CLASSES.items():
        codes = [row.code for row in PROMISES.values() if row.kind == kind]
        if codes:
            rows.append((kind, severity, len(codes), ", ".join(_ranges(codes))))
    return _table(("class", "severity", "promises", "codes"), rows)


def _ranges(codes: list[str]) -> Iterator[str]:
    """Write codes that follow one another as the first and the last."""
    for _, run in groupby(enumerate(codes), lambda item: int(item[1].removeprefix("SC")) - item[0]):
        first, *_, last = [code for _, code in run] * 2
        yield first if first == last else f"{first} to {last}"


def _kills() -> str:
    """Show what campaigns have found and kept."""
    found = kill_rate.read().values()
    return f"{_table(kill_rate.HEAD, list(kill_rate.rows(found)))}\n\n{kill_rate.spent(found)}"


def tables() -> dict[str, str]:
    """Return every generated table by the name of its place in README."""
    document, book = load(openapi.DOCUMENT), load_book([])
    return {
        "settings": _table(
            ("setting", "default", "meaning"), [(f"`{name}`", _default(value), text) for name, value, text in rows()]
        ),
        "inputs": _inputs(document),
        "events": _events(document, book),
        "scenarios": _table(("scenario", "what it shows"), [(f"`{one.name}`", one.about) for one in book.scenarios.values()]),
        "faults": _table(
            ("header", "values", "what happens", "applies to"),
            [(f"`{row.header}`", row.values.allowed, row.meaning, row.reach.value) for row in FAULTS.values()],
        ),
        "codes": _table(
            ("code", "status", "meaning", "what to do"),
            [(row.code, STATUS.get(row.kind, "as asked"), row.meaning, row.remedy) for row in REFUSALS.values()],
        ),
        "promises": _promises(),
        "dialects": _table(
            ("dialect", "question", "answers, ours first", "facts"),
            [
                (f"`{row.name}`", row.question, ", ".join(f"`{answer}`" for answer in row.answers), row.source)
                for row in DIALECTS.values()
            ],
        ),
        "exports": _table(("form", "what it is"), [(f"`{row.name}`", row.meaning) for row in EXPORTS.values()]),
        "kills": _kills(),
        "profiles": _table(("profile", "what is done"), [(f"`{one.name}`", one.meaning) for one in PROFILES.values()]),
    }


def generated(text: str) -> str:
    """Return README with every table as the code has it now."""
    for name, table in tables().items():
        place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        text, count = place.subn(lambda match, table=table: f"{match.group(1)}{table}\n{match.group(2)}", text)
        if count != 1:
            raise ValueError(f"README has {count} places for the table {name!r}, not one")
    return text


if __name__ == "__main__":
    README.write_text(generated(README.read_text("utf-8")), "utf-8")
    PROMISES_PAGE.write_text(catalogue(), "utf-8")

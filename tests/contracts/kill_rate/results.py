"""What campaigns found, server by server: kept in `results.json`, shown in README."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from contracts.promise import CLASSES
from contracts.promises import PROMISES
from tests.contracts.defects import DEFECTS, Defect

HEAD = ("class", "by the suite", "by a promise of its class", "by stock Schemathesis")
FILE = Path(__file__).with_name("results.json")


class NoVerdictError(Exception):
    """A run ended without a verdict."""


@dataclass(frozen=True, slots=True)
class Told:
    """By what a server was told to be broken (promises, or checks of Schemathesis), and how many seconds were used."""

    by: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """What was found of a server; `stock` is nothing where Schemathesis by itself was not run against it."""

    server: str
    kind: str
    ours: Told
    stock: Told | None = None

    @property
    def by_its_own_class(self) -> bool:
        """Whether a promise of the class that the server breaks has told it."""
        return any(PROMISES[code].kind == self.kind for code in self.ours.by if code in PROMISES)


def one_for_each_server(defects: Iterable[Defect] = DEFECTS) -> tuple[Defect, ...]:
    """Leave one row for each server, the first: its class is the server's. What is not seen over HTTP is left out."""
    return tuple({defect.server: defect for defect in reversed(tuple(defects)) if defect.is_seen_over_http}.values())[::-1]


def read(file: Path = FILE) -> dict[str, Result]:
    """Return what is known of the servers that there are, by server. Whose class is another now has to be run again."""
    written: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    there = {defect.server: defect for defect in one_for_each_server()}
    return {
        server: Result(server, there[server].kind, _told(entry["ours"]), _told(entry["stock"]) if "stock" in entry else None)
        for server, entry in written.items()
        if server in there and entry["kind"] == there[server].kind
    }


def _told(entry: Mapping[str, Any]) -> Told:
    return Told(tuple(entry["by"]), entry["seconds"])


def write(results: Iterable[Result], file: Path = FILE) -> None:
    """Keep results; those of other servers stay, and what was found by Schemathesis stays where it was not run again."""
    known = read(file)
    for result in results:
        before = known.get(result.server)
        stock = result.stock or (before.stock if before else None)
        known[result.server] = Result(result.server, result.kind, result.ours, stock)
    entries = {
        server: {"kind": one.kind, "ours": asdict(one.ours), **({"stock": asdict(one.stock)} if one.stock else {})}
        for server, one in sorted(known.items())
    }
    file.write_text(json.dumps(entries, indent=1) + "\n", "utf-8")


def rows(results: Iterable[Result]) -> list[tuple[str, ...]]:
    """Return the table: for each class, and for all, how many servers were told, by whom."""
    results = tuple(results)
    by_class = [(kind, [one for one in results if one.kind == kind]) for kind in CLASSES]
    return [_row(name, some) for name, some in [*by_class, ("all", results)] if some]


def _row(name: str, some: Iterable[Result]) -> tuple[str, ...]:
    some = tuple(some)
    stock = [one.stock for one in some if one.stock]
    return (
        name,
        _share(sum(bool(one.ours.by) for one in some), len(some)),
        _share(sum(one.by_its_own_class for one in some), len(some)),
        _share(sum(bool(told.by) for told in stock), len(stock)),
    )


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole}" if whole else ""


def survivors(results: Iterable[Result]) -> list[str]:
    """Name the servers that no promise of their class tells, each with who does."""
    return [
        f"`{one.server}` ({one.kind}; told by {', '.join(one.ours.by) or 'nothing'})"
        for one in results
        if not one.by_its_own_class
    ]


def spent(results: Iterable[Result]) -> str:
    """Say how many servers were run, and how long on average."""
    results = tuple(results)
    stock = [one.stock.seconds for one in results if one.stock]
    suite = [one.ours.seconds for one in results]
    return (
        f"The suite: {len(suite)} servers, {_average(suite)} seconds each on average. "
        f"Stock Schemathesis: {len(stock)} servers, {_average(stock)} seconds each. "
        f"Survivors of their class: {', '.join(survivors(results)) or 'none'}."
    )


def _average(seconds: list[float]) -> str:
    return f"{sum(seconds) / max(1, len(seconds)):.0f}"

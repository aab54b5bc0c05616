"""How many broken servers the suite tells, and how many stock Schemathesis does: `python -m tests.contracts.kill_rate`."""

import random
import sys
import tempfile
from collections.abc import Container, Iterable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from contracts.promise import CLASSES
from tests.contracts.campaigns import each, workers_option
from tests.contracts.defects import Defect
from tests.contracts.kill_rate import ours
from tests.contracts.kill_rate.results import HEAD, NoVerdictError, Result, one_for_each_server, read, rows, spent, write
from tests.contracts.kill_rate.stock import Stock


def sample(defects: Iterable[Defect], number: int, seed: int) -> list[Defect]:
    """Draw so many servers, from each class in turn."""
    chance, defects = random.Random(seed), list(defects)  # noqa: S311 - a sample, not a secret
    by_class = [[defect for defect in defects if defect.kind == kind] for kind in CLASSES]
    for some in by_class:
        chance.shuffle(some)
    drawn: list[Defect] = []
    while len(drawn) < number and any(by_class):
        drawn += [some.pop() for some in by_class if some][: number - len(drawn)]
    return drawn


def _chosen(only: str, *, left_out: Container[str]) -> list[Defect]:
    beginnings = tuple(only.split(","))
    return [
        defect
        for defect in one_for_each_server()
        if defect.server not in left_out and (defect.promise.startswith(beginnings) or defect.server.startswith(beginnings))
    ]


@click.command()
@click.option("--sample", "number", type=click.IntRange(1), help="so many servers, from each class in turn; all without it")
@click.option("--seed", default=1, show_default=True, help="which servers are drawn")
@click.option("--only", default="", metavar="BEGINNINGS", help="servers whose promise or name begins so, e.g. SC2,events:")
@click.option("--new", is_flag=True, help="servers of which not all is kept yet; what is kept is not run again")
@click.option("--without-stock", is_flag=True, help="leave stock Schemathesis out")
@click.option(
    "--time",
    "seconds",
    default=60,
    show_default=True,
    help="seconds of stock Schemathesis for each server, or as many as the suite took",
)
@click.option("--write", "keeps", is_flag=True, help="keep what is found, for README")
@workers_option
def main(**options: Any) -> None:
    """Run the suite against the servers that each break a promise. Exit codes: 0 its class tells each, 1 not."""
    kept = read() if options["new"] else {}
    known = {server for server, one in kept.items() if one.stock or options["without_stock"]}
    chosen = _chosen(options["only"], left_out=known)
    chosen = sample(chosen, options["number"], options["seed"]) if options["number"] else chosen
    found: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        stock = None if options["without_stock"] else Stock(Path(folder), options["seconds"])
        if stock:
            stock.learn()

        def result(defect: Defect) -> Result | str:
            try:
                told = kept[defect.server].ours if defect.server in kept else ours.told(defect)
                return Result(defect.server, defect.kind, told, stock and stock.told(defect, at_least=told.seconds))
            except (NoVerdictError, TimeoutError) as error:
                return f"no verdict on {defect}: {error}"

        for one in each(result, chosen, workers=options["workers"], title="Broken servers"):
            if isinstance(one, str):
                click.echo(one, err=True)
                continue
            found.append(one)
            if options["keeps"]:
                write([one])
    _say(found)
    sys.exit(0 if len(found) == len(chosen) and all(one.by_its_own_class for one in found) else 1)


def _say(found: list[Result]) -> None:
    table = Table(*HEAD)
    for row in rows(found):
        table.add_row(*row)
    Console().print(table)
    click.echo(spent(found))


if __name__ == "__main__":
    main()

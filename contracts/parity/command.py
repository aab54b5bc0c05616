"""The command `sessions-contracts parity`."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contracts.parity.comparing import Compared, Parity, compare
from contracts.parity.running import Side, SideError, run
from contracts.profiles import SAFE

_COLOURS = {Parity.AGREE: "green", Parity.DIFFER: "bold red", Parity.UNTESTED: "yellow"}
_ENV = "SESSIONSUITE_CONTRACTS_{}"


@click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.option("--left", required=True, metavar="TARGET", help="a URL, or an application as MODULE:FACTORY")
@click.option("--right", required=True, metavar="TARGET", help="the other one")
@click.option("--left-api-key", envvar=_ENV.format("LEFT_API_KEY"), help="API key of an owner or administrator on the left")
@click.option("--right-api-key", envvar=_ENV.format("RIGHT_API_KEY"), help="the same on the right")
@click.option("--left-other-api-key", envvar=_ENV.format("LEFT_OTHER_API_KEY"), help="the same of another account on the left")
@click.option("--right-other-api-key", envvar=_ENV.format("RIGHT_OTHER_API_KEY"), help="the same on the right")
@click.option("--json", "file", type=click.Path(dir_okay=False), help="write the comparison into this file too")
@click.pass_context
def parity(
    context: click.Context,
    left: str,
    right: str,
    left_api_key: str | None,
    right_api_key: str | None,
    left_other_api_key: str | None,
    right_other_api_key: str | None,
    file: str | None,
) -> None:
    """Hold two targets to the same promises and tell where they differ. Options of `run`, --promises say, count for both.

    Both are asked as the one that needs more care. Ids, times and addresses do not count. Exit codes: 0 they agree in all that
    could be tested, 1 they differ, 2 wrong use, 3 a target is unreachable, 5 nothing could be compared.
    """
    sides = (
        Side("left", left, left_api_key, left_other_api_key),
        Side("right", right, right_api_key, right_other_api_key),
    )
    options = [*context.args, *_caution(sides, context.args)]
    console = Console()
    try:
        reports = []
        for side in sides:
            with Console(stderr=True).status(f"{side.name}: {side.where}"):
                reports.append(run(side, options))
    except SideError as error:
        click.echo(str(error), err=True)
        sys.exit(error.code)
    compared = compare(*reports)
    _show(console, sides, compared)
    if file:
        body = {"left": left, "right": right, "compared": [asdict(one) for one in compared]}
        Path(file).write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n", "utf-8")
    sys.exit(_exit_code(compared))


def _caution(sides: Sequence[Side], options: Sequence[str]) -> list[str]:
    """Ask both as one that is elsewhere is asked, unless the options say otherwise: the comparison is of the same questions."""
    is_said = any(option.partition("=")[0] == "--profile" for option in options)
    return [] if is_said or all(side.is_here for side in sides) else ["--profile", SAFE.name]


def _show(console: Console, sides: Sequence[Side], compared: Sequence[Compared]) -> None:
    for side in sides:
        console.print(f"{side.name}: {side.where}", highlight=False)
    table = Table("", "parity", "left, right", "", box=None, pad_edge=False, header_style="bold")
    for one in compared:
        found = one.left if one.left == one.right else f"{one.left}, {one.right}"
        table.add_row(
            one.code, Text(one.parity, style=_COLOURS[one.parity]), Text(found), Text("\n".join([one.sentence, *one.why]))
        )
    console.print(table)
    counts = {parity: sum(one.parity is parity for one in compared) for parity in Parity}
    console.print(", ".join(f"{count} {parity}" for parity, count in counts.items()), highlight=False)


def _exit_code(compared: Sequence[Compared]) -> int:
    verdicts = {one.parity for one in compared}
    if Parity.DIFFER in verdicts:
        return 1
    return 0 if Parity.AGREE in verdicts else 5

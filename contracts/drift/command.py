"""The command `sessions-contracts drift`."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

import openapi
from contracts.drift.differences import Level
from contracts.drift.operations import compare
from contracts.drift.reading import Document, DocumentError
from contracts.drift.reviewed import REVIEWED, Review, ReviewedError, read, review, written

FORMS = ("text", "json", "github")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("vendor", type=_FILE)
@click.option("--document", type=_FILE, default=openapi.DOCUMENT, help="ours; by default the one that this suite serves")
@click.option("--reviewed", type=_FILE, default=REVIEWED, help="breaking differences that are meant, by their reasons")
@click.option("--reviewed-update", is_flag=True, help="write that file anew: keep reasons, add what has none, drop what is gone")
@click.option("--format", "form", type=click.Choice(FORMS), default=FORMS[0], show_default=True, help="how to tell them")
@click.option("--all", "is_whole", is_flag=True, help="tell in text what is not breaking, or reviewed, one by one too")
def drift(vendor: Path, document: Path, reviewed: Path, reviewed_update: bool, form: str, is_whole: bool) -> None:
    """Compare our document with VENDOR, another OpenAPI document (3.0 or 3.1), in the operations that both have.

    Exit codes: 0 nothing breaks that is not reviewed, 1 something does, 2 wrong use.
    """
    try:
        found = review(compare(Document(document), Document(vendor)), read(reviewed))
    except (DocumentError, ReviewedError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    if reviewed_update:
        reviewed.write_text(written(found), "utf-8")
    for line in _LINES[form](found, is_whole):
        click.echo(line)
    sys.exit(1 if found.breaking else 0)


def _text(found: Review, is_whole: bool) -> Iterator[str]:
    shown = [one for one in found.differences if is_whole or one in found.breaking]
    for one in shown:
        yield f"{one.level}{' (reviewed)' if one.because else ''}  {one}"
    for stale in found.stale:
        yield f"stale  {stale}: reviewed, and no difference any more"
    counts = {level: sum(one.level is level and not one.because for one in found.differences) for level in Level}
    told = ", ".join(f"{count} {level}" for level, count in counts.items())
    reviewed = sum(map(bool, found.unseen.values()))
    unseen = f", {reviewed} reviewed of what they do not have" if reviewed else ""
    yield f"{told}, {sum(bool(one.because) for one in found.differences)} breaking and reviewed{unseen}"


def _json(found: Review, _: bool) -> Iterator[str]:
    body = {
        "breaking": len(found.breaking),
        "differences": [asdict(one) for one in found.differences],
        "stale": list(found.stale),
        "unseen": dict(found.unseen),
    }
    yield json.dumps(body, indent=2, ensure_ascii=False)


def _github(found: Review, _: bool) -> Iterator[str]:
    """Annotate breaking differences as errors, stale entries as warnings (GitHub's workflow commands)."""
    for one in found.breaking:
        yield f"::error file={_property(f'openapi/{one.file}')},title={_property(f'{one.where}: {one.kind}')}::{_data(str(one))}"
    for stale in found.stale:
        yield f"::warning title=reviewed and gone::{_data(stale)}"
    yield from _text(found, False)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


_LINES = {"text": _text, "json": _json, "github": _github}

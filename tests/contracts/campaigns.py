"""What campaigns have in common: many runs, some at a time, and their options."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import track

_What = TypeVar("_What")
_Found = TypeVar("_Found")


def each(work: Callable[[_What], _Found], some: Sequence[_What], *, workers: int, title: str) -> Iterator[_Found]:
    """Carry work out for each, so many at a time; the results come in order."""
    with ThreadPoolExecutor(workers) as pool:
        yield from track(pool.map(work, some), title, total=len(some), console=Console(stderr=True))


def _workers(_: click.Context, __: click.Parameter, given: str) -> int:
    if given != "auto" and not (given.isdecimal() and int(given)):
        raise click.BadParameter(f"a number from 1 on, or auto, not {given!r}")
    return (os.cpu_count() or 1) if given == "auto" else int(given)


workers_option = click.option("-w", "--workers", callback=_workers, default="1", show_default=True, help="runs at once, or auto")

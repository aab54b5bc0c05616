"""Writes the reports that are made of a run's result; `junit` is not among them, pytest writes it itself."""

from collections.abc import Callable, Mapping
from pathlib import Path

from contracts.report.html import page
from contracts.verdicts import Result

REPORTS: Mapping[str, tuple[str, Callable[[Result], str]]] = {"html": ("report.html", page)}
"""Name of the file and how it is written, by kind."""


def write(kinds: list[str], folder: Path, result: Result) -> list[Path]:
    """Write these kinds of reports into a folder, which is made where it is missing; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for kind in kinds:
        name, written = REPORTS[kind]
        files.append(folder / name)
        files[-1].write_text(written(result), "utf-8")
    return files

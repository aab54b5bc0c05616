"""Writes the reports that are made of a run's result; `junit` is not among them, pytest writes it itself."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from contracts.pictures import cleaned
from contracts.redaction import cleaner
from contracts.report.github import summary
from contracts.report.html import page
from contracts.report.json import written
from contracts.report.sarif import sarif
from contracts.report.scripts import write_scripts
from contracts.verdicts import Failure, Result

REPORTS: Mapping[str, tuple[str, Callable[[Result], str]]] = {
    "html": ("report.html", page),
    "json": ("report.json", written),
    "sarif": ("report.sarif", sarif),
    "github": ("summary.md", summary),
}
"""Name of the file and how it is written, by kind."""


def write(kinds: list[str], folder: Path, result: Result) -> list[Path]:
    """Write these kinds of reports into a folder, which is made where it is missing; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for kind in kinds:
        name, report = REPORTS[kind]
        files.append(folder / name)
        files[-1].write_text(report(result), "utf-8")
    return files + write_scripts(folder, result)


def without(result: Result, secrets: Iterable[str]) -> Result:
    """Take secrets out of what a target has said, before any form escapes a part of them."""
    clean = cleaner(secrets)
    findings = (
        replace(
            finding,
            untested=tuple(map(clean, finding.untested)),
            failures=tuple(_cleaned(failure, clean) for failure in finding.failures),
        )
        for finding in result.findings
    )
    return replace(
        result,
        findings=tuple(findings),
        cells=tuple(replace(cell, why=clean(cell.why)) for cell in result.cells),
        dialects=tuple(replace(answer, why=clean(answer.why)) for answer in result.dialects),
    )


def _cleaned(failure: Failure, clean: Callable[[str], str]) -> Failure:
    made = failure.reproduction
    told = made and replace(made, why=clean(made.why), script=clean(made.script))
    picture = cleaned(failure.picture, clean) if failure.picture else None
    example, message = clean(failure.example), clean(failure.message)
    return replace(failure, example=example, message=message, reproduction=told, picture=picture)

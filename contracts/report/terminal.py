"""The verdict as a terminal shows it: a line for each promise, what is broken with what was expected and seen, and a summary."""

from collections.abc import Iterator
from datetime import timedelta

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from contracts.about import checks
from contracts.verdicts import Failure, Finding, Result, Verdict

_COLOURS = {
    Verdict.KEPT: "green",
    Verdict.BROKEN: "red",
    Verdict.KNOWN: "yellow",
    Verdict.DIFFERS: "yellow",
    Verdict.NOT_TESTABLE: "yellow",
}
_WIDEST = max(len(verdict) for verdict in Verdict)
_MOST_FAILURES = 3
_AS_IT_IS = "dim"
"""The style of lines to copy: they are neither indented nor wrapped."""


def verdict_lines(result: Result) -> Iterator[tuple[str, str]]:
    """Write the lines, each with the name of its colour."""
    shown = {finding.verdict for finding in result.findings}
    width = _WIDEST if Verdict.DIFFERS in shown else len(Verdict.NOT_TESTABLE)
    for finding in result.findings:
        why = f" ({_why(finding)})" if _why(finding) else ""
        yield f"{finding.promise.code}  {finding.verdict:<{width}}  {finding.promise.sentence}{why}", _COLOURS[finding.verdict]
    yield from _remarks(result)


def verdict_table(result: Result) -> Group:
    """Arrange the same for a terminal, whose width wraps it."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for finding in result.findings:
        told = Text(finding.promise.sentence)
        if why := _why(finding):
            told.append(f"\n{why}", style="dim")
        verdict = Text(finding.verdict, style=f"bold {_COLOURS[finding.verdict]}")
        table.add_row(Text(finding.promise.code, no_wrap=True), verdict, told)
    return Group(table, *(Text(line, style=colour) for line, colour in _remarks(result)))


def failure_lines(result: Result) -> Iterator[tuple[str, str]]:
    """Tell of each broken promise what was found and where, in lines with their style; failures that are known are left out."""
    for finding in result.findings:
        failures = [failure for failure in finding.failures if not failure.is_known]
        if failures:
            promise = finding.promise
            yield "", ""
            yield f"BROKEN  {promise.code}  {promise.sentence}", "bold red"
            yield f"  {promise.kind}, {promise.severity}; sessions-contracts explain {promise.code}", "italic"
            for failure in failures[:_MOST_FAILURES]:
                yield from _failure(failure)
            if rest := failures[_MOST_FAILURES:]:
                yield f"  and {len(rest)} more of its checks, which the reports have (--report html)", "italic"


def summary(result: Result) -> str:
    """Write the summary in one line: how many promises have which verdict, what is stale, what the run has spent."""
    counts = {verdict: sum(finding.verdict is verdict for finding in result.findings) for verdict in Verdict}
    told = [f"{count} {verdict}" for verdict, count in counts.items() if count]
    stale = [f"{len(result.stale)} stale in the baseline"] if result.stale else []
    spent = f"{result.requests:,} requests, {result.turns:,} turns, {timedelta(seconds=round(result.seconds))}"
    return f"{', '.join(told + stale)} ({spent})"


def show(console: Console, result: Result) -> None:
    """Show the verdict and what is broken: as a table where somebody looks, else line by line, none of them wrapped."""
    if console.is_terminal:
        console.print(verdict_table(result))
    else:
        for line, _ in verdict_lines(result):
            console.print(line, soft_wrap=True, markup=False)
    for line, style in failure_lines(result):
        words = line.lstrip()
        if console.is_terminal and style != _AS_IT_IS:
            console.print(Padding(Text(words, style=style), (0, 0, 0, len(line) - len(words))))
        else:
            console.print(Text(line, style=style), soft_wrap=True)


def _failure(failure: Failure) -> Iterator[tuple[str, str]]:
    suite = checks().get(failure.test, ("", ""))[1]
    yield f"  {suite} {failure.test}{f' [{failure.example}]' if failure.example else ''}", "bold"
    yield from ((f"    {line}", "") for line in failure.message.splitlines())
    if made := failure.reproduction:
        yield f"  {made.requests} requests: {made}", "bold"
        yield from ((line, _AS_IT_IS) for line in made.shown.splitlines())


def _remarks(result: Result) -> Iterator[tuple[str, str]]:
    """Write what there is to say besides the promises."""
    for stale in result.stale:
        yield f"stale: {stale} fails no more; --baseline-prune takes it out of the baseline", "red"
    for answer in result.dialects:
        yield f"{answer.dialect}: {answer}", "yellow" if answer.differs else "green"
    for dimension in result.coverage:
        yield f"coverage, {dimension.name:<9}  {dimension}", "green" if not dimension.missing else "yellow"
    for text in result.too_little:
        yield f"coverage is too little (--min-coverage): {text}", "red"


def _why(finding: Finding) -> str:
    """Say why a promise was not tested, or in what the target differs."""
    if finding.verdict is Verdict.DIFFERS:
        return "; ".join(map(str, finding.differs))
    reasons = "; ".join(finding.untested)
    return f"in part not testable: {reasons}" if reasons and finding.verdict is Verdict.KEPT else reasons

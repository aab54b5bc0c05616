"""The verdict as a terminal shows it: a line for each promise, then a line for each question that the facts leave open."""

from collections.abc import Iterator

from contracts.verdicts import Finding, Result, Verdict

_COLOURS = {
    Verdict.KEPT: "green",
    Verdict.BROKEN: "red",
    Verdict.KNOWN: "yellow",
    Verdict.DIFFERS: "yellow",
    Verdict.NOT_TESTABLE: "yellow",
}
_WIDEST = max(len(verdict) for verdict in Verdict)


def verdict_lines(result: Result) -> Iterator[tuple[str, str]]:
    """Write the lines, each with the name of its colour."""
    shown = {finding.verdict for finding in result.findings}
    width = _WIDEST if Verdict.DIFFERS in shown else len(Verdict.NOT_TESTABLE)
    for finding in result.findings:
        why = f" ({_why(finding)})" if _why(finding) else ""
        yield f"{finding.promise.code}  {finding.verdict:<{width}}  {finding.promise.sentence}{why}", _COLOURS[finding.verdict]
    for stale in result.stale:
        yield f"stale: {stale} fails no more; --baseline-prune takes it out of the baseline", "red"
    for answer in result.dialects:
        yield f"{answer.dialect}: {answer}", "yellow" if answer.differs else "green"


def _why(finding: Finding) -> str:
    """Say why a promise was not tested, or in what the target differs."""
    if finding.verdict is Verdict.DIFFERS:
        return "; ".join(map(str, finding.differs))
    return finding.untested[-1] if finding.verdict is Verdict.NOT_TESTABLE and finding.untested else ""


def summary(result: Result) -> str:
    """Write the summary in one line: how many promises have which verdict, and what is stale in the baseline."""
    counts = {verdict: sum(finding.verdict is verdict for finding in result.findings) for verdict in Verdict}
    told = [f"{count} {verdict}" for verdict, count in counts.items() if count]
    return ", ".join(told + ([f"{len(result.stale)} stale in the baseline"] if result.stale else []))

"""What GitHub Actions shows: an annotation for each broken promise, and a summary of the job.

The forms are those of GitHub's workflow commands: `::error title=…::message`, with `%`, line ends, and in properties `:` and `,`
escaped; a summary is Markdown.
"""

from collections.abc import Iterator

from contracts.verdicts import Finding, Result, Verdict

_SIGNS = {Verdict.KEPT: "✅", Verdict.BROKEN: "❌", Verdict.KNOWN: "🔕", Verdict.DIFFERS: "🔶", Verdict.NOT_TESTABLE: "⚪"}
_LONGEST = 600
_ESCAPES = {ord(sign): f"&#{ord(sign)};" for sign in "\\`*_[]<>|#!~&@:"}


def annotations(result: Result) -> Iterator[str]:
    """Write a line for each promise that is broken; a runner reads them from what is printed."""
    for finding in result.findings:
        if finding.verdict is Verdict.BROKEN:
            title = _property(f"{finding.promise.code}: {finding.promise.sentence}")
            yield f"::error title={title}::{_data(_first(finding))}"
    for stale in result.stale:
        yield f"::error title=stale baseline::{_data(f'{stale} fails no more; --baseline-prune takes it out')}"


def summary(result: Result) -> str:
    """Write the summary of the job: counts, and every promise, broken ones first. What a target says is no markup in it."""
    counts = {verdict: sum(finding.verdict is verdict for finding in result.findings) for verdict in Verdict}
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count) or "nothing was checked"
    rows = sorted(result.findings, key=lambda finding: finding.verdict is not Verdict.BROKEN)
    lines = [f"## Contracts: {_cell(result.target)}", "", f"{told}.", ""]
    if rows:
        lines += ["| | promise | severity | verdict |", "| --- | --- | --- | --- |"]
    lines += [_row(finding) for finding in rows]
    if result.stale:
        lines += ["", "Stale in the baseline (`--baseline-prune` takes it out):", ""]
    lines += [f"- {_cell(str(stale))}" for stale in result.stale]
    return "\n".join(lines) + "\n"


def _row(finding: Finding) -> str:
    promise = finding.promise
    why = f": {_cell(_first(finding))}" if finding.verdict is not Verdict.KEPT else ""
    return (
        f"| {_SIGNS[finding.verdict]} | {promise.code} {_cell(promise.sentence)} | {promise.severity} | {finding.verdict}{why} |"
    )


def _first(finding: Finding) -> str:
    told = [failure.message for failure in sorted(finding.failures, key=lambda failure: failure.is_known)] + [
        *map(str, finding.differs),
        *finding.untested,
    ]
    return told[0][:_LONGEST] if told else ""


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    """Write text for a cell of a Markdown table."""
    return " ".join(text.translate(_ESCAPES).split())

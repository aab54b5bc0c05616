"""Failures that are known, in a file that a run is held against: new ones make it fail, and so do stale ones; known ones do not.

A failure is known by its promise, its test and the test's example, which stay the same from run to run, and not by its message.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path

import yaml

from contracts.about import checks
from contracts.verdicts import Finding, Known, Result, Verdict

_HEAD = """\
# Failures that are known: `sessions-contracts run --baseline FILE` tolerates these and no others.
# --baseline-update writes all that there are, --baseline-prune takes out what is mended. A `note` is yours, and stays.
"""


class BaselineError(Exception):
    """The file cannot be used as a baseline; says why."""


class Change(StrEnum):
    """What a run does to the file."""

    UPDATE = "update"
    PRUNE = "prune"


def read(file: Path) -> tuple[Known, ...]:
    """Read a baseline. Raises BaselineError."""
    try:
        entries = yaml.safe_load(file.read_text("utf-8"))
        return tuple(Known(**{name: str(value) for name, value in entry.items()}) for entry in entries or ())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BaselineError(f"--baseline {file} cannot be read: {error}") from error
    except (TypeError, AttributeError) as error:
        raise BaselineError(f"--baseline {file} is no list of promise, test and example: {error}") from error


def written(known: Iterable[Known]) -> str:
    """Write a baseline: sorted, one failure an entry, so that a change of it can be reviewed."""
    entries = [{name: value for name, value in asdict(one).items() if value} for one in sorted(known)]
    return _HEAD + (yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=1000) if entries else "[]\n")


def held(result: Result, file: Path, change: Change | None = None) -> Result:
    """Hold a result against the baseline in a file, after the change of the file that is asked for. Raises BaselineError.

    Only an update may begin with a file that is not there.
    """
    known = read(file) if file.exists() or change is not Change.UPDATE else ()
    stale = tuple(one for one in known if _is_stale(one, result))
    if change:
        kept = [one for one in known if one not in stale]
        present = [Known(*place) for place in _failures(result)] if change is Change.UPDATE else []
        known = tuple(kept + [one for one in present if one not in kept])
        file.write_text(written(known), "utf-8")
        stale = ()
    places = {(one.promise, one.test, one.example) for one in known}
    findings = tuple(_known(finding, places) for finding in result.findings)
    return replace(result, findings=findings, stale=stale, has_baseline=True)


def _failures(result: Result) -> Iterable[tuple[str, str, str]]:
    return {(found.promise.code, failure.test, failure.example) for found in result.findings for failure in found.failures}


def _is_stale(known: Known, result: Result) -> bool:
    """Whether a known failure is gone: its check has passed, or there is none any more. What was not asked may remain."""
    if known.promise not in checks().get(known.test, ((), ""))[0]:
        return True
    found: Mapping[str, Finding] = {finding.promise.code: finding for finding in result.findings}
    return known.promise in found and (known.test, known.example) in found[known.promise].passed


def _known(finding: Finding, places: set[tuple[str, str, str]]) -> Finding:
    failures = tuple(
        replace(failure, is_known=(finding.promise.code, failure.test, failure.example) in places) for failure in finding.failures
    )
    is_known = bool(failures) and all(failure.is_known for failure in failures)
    return replace(finding, failures=failures, verdict=Verdict.KNOWN if is_known else finding.verdict)

"""The report for programs: everything that a run has found, as one JSON object."""

import json
from dataclasses import asdict
from typing import Any

from contracts.coverage.measure import Dimension
from contracts.dialects.table import DIALECTS
from contracts.verdicts import Failure, Finding, Result, Verdict

FORM = 1
"""The version of the form; a field that is added does not change it."""


def written(result: Result) -> str:
    """Write the report. Promises come by their codes, cells in the order of their asking."""
    return json.dumps(as_json(result), indent=2, ensure_ascii=False) + "\n"


def as_json(result: Result) -> dict[str, Any]:
    """Return the report as JSON has it."""
    return {
        "form": FORM,
        "target": result.target,
        "started_at": result.started_at,
        "profile": result.profile,
        "seed": result.seed,
        "spent": {"requests": result.requests, "turns": result.turns, "seconds": round(result.seconds, 3)},
        "verdicts": {str(verdict): codes for verdict in Verdict if (codes := _codes(result, verdict))},
        "promises": [_finding(finding) for finding in result.findings],
        "dialects": [asdict(answer) | {"ours": DIALECTS[answer.dialect].ours} for answer in result.dialects],
        "stale": [asdict(known) for known in result.stale],
        "coverage": {one.name: _dimension(one) for one in result.coverage},
        "too_little": list(result.too_little),
        "matrix": [asdict(cell) for cell in result.cells],
    }


def _dimension(dimension: Dimension) -> dict[str, Any]:
    return {"covered": list(dimension.covered), "missing": list(dimension.missing), "percent": dimension.percent}


def _codes(result: Result, verdict: Verdict) -> list[str]:
    return [finding.promise.code for finding in result.findings if finding.verdict is verdict]


def _finding(finding: Finding) -> dict[str, Any]:
    promise = finding.promise
    return {
        "code": promise.code,
        "class": promise.kind,
        "severity": promise.severity,
        "sentence": promise.sentence,
        "exact": promise.exact,
        "verdict": finding.verdict,
        "untested": list(finding.untested),
        "differs": [answer.dialect for answer in finding.differs],
        "failures": [_failure(failure) for failure in finding.failures],
    }


def _failure(failure: Failure) -> dict[str, Any]:
    made = failure.reproduction
    told: dict[str, Any] = {
        "test": failure.test,
        "example": failure.example,
        "message": failure.message,
        "known": failure.is_known,
    }
    if failure.picture:
        told["picture"] = asdict(failure.picture)
    return told | ({"reproduction": made.as_json()} if made else {})

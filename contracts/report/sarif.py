"""The report for code scanning: SARIF 2.1.0 whose rules are promises and whose results are failures, placed in the document.

Properties are those of the OASIS standard; `security-severity` and `precision` are GitHub's, which orders alerts by them.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from contracts.pointing import Place, place_of
from contracts.promise import MEANINGS, Promise, Severity
from contracts.promises import PROMISES
from contracts.report.catalogue import explained
from contracts.verdicts import Failure, Known, Result

Json = dict[str, Any]
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "promiseTestExample/v1"
_LEVELS: Mapping[Severity, str] = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning"}
_SCORES: Mapping[Severity, str] = {Severity.CRITICAL: "9.0", Severity.HIGH: "7.0", Severity.MEDIUM: "5.0"}
_SECURITY = {"access", "secret"}


def sarif(result: Result) -> str:
    """Write the report."""
    return json.dumps(log(result), indent=2, ensure_ascii=False) + "\n"


def log(result: Result) -> Json:
    """Return the report as JSON has it: one run, with a rule for each promise of the table."""
    results = [_result(found.promise, failure, result) for found in result.findings for failure in _once(found.failures)]
    invocation = {
        "executionSuccessful": True,
        "toolConfigurationNotifications": list(map(_stale, result.stale)),
        "properties": {"target": result.target, "seed": result.seed},
    }
    run = {
        "tool": {"driver": _driver()},
        "invocations": [invocation],
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "What holds the folder openapi."}}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver() -> Json:
    number = version("sessionsuite")
    return {
        "name": "sessions-contracts",
        "version": number,
        "semanticVersion": number,
        "rules": list(map(_rule, PROMISES.values())),
    }


def _rule(promise: Promise) -> Json:
    needs = "".join(f"\n- needs {need}: {MEANINGS[need]}" for need in promise.needs)
    security = {"security-severity": _SCORES[promise.severity]} if promise.kind in _SECURITY else {}
    return {
        "id": promise.code,
        "name": promise.code,
        "shortDescription": {"text": promise.sentence},
        "fullDescription": {"text": promise.sentence},
        "help": {"text": "\n".join(explained(promise)), "markdown": f"**{promise.sentence}**\n{needs}\n\n`{_explain(promise)}`"},
        "defaultConfiguration": {"level": _LEVELS[promise.severity]},
        "properties": {
            "tags": [promise.kind, *(["security"] if security else [])],
            "precision": "very-high" if promise.exact else "medium",
            "problem.severity": _LEVELS[promise.severity],
            **security,
        },
    }


def _explain(promise: Promise) -> str:
    return f"sessions-contracts explain {promise.code}"


def _once(failures: Iterable[Failure]) -> Iterator[Failure]:
    """Leave out what failed a second time in the same check, in its cleaning up."""
    seen = set()
    for failure in failures:
        if (failure.test, failure.example) not in seen:
            seen.add((failure.test, failure.example))
            yield failure


def _result(promise: Promise, failure: Failure, result: Result) -> Json:
    told = _told(promise, failure, place_of(promise.code, failure))
    if result.has_baseline:
        told["baselineState"] = "unchanged" if failure.is_known else "new"
    if failure.is_known:
        told["suppressions"] = [{"kind": "external", "justification": "It is in the baseline of the run."}]
    return told


def _stale(known: Known) -> Json:
    """Tell that the baseline knows a failure that is gone; no result of its own, which a service would show as an alert."""
    rule = {"associatedRule": {"id": known.promise}} if known.promise in PROMISES else {}
    return {"level": "error", "message": {"text": f"{known} is in the baseline and fails no more."}, **rule}


def _told(promise: Promise, failure: Failure, place: Place) -> Json:
    codes = list(PROMISES)
    logical = [{"name": place.operation, "kind": "function"}] if place.operation else []
    check = f"{promise.code} {failure.test}[{failure.example}]"
    return {
        "ruleId": promise.code,
        "ruleIndex": codes.index(promise.code),
        "level": _LEVELS[promise.severity],
        "message": {"text": f"{promise.sentence}\n{failure.message}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": place.file, "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": place.line},
                },
                **({"logicalLocations": logical} if logical else {}),
            }
        ],
        "partialFingerprints": {FINGERPRINT: hashlib.sha256(check.encode()).hexdigest()},
        "properties": {"test": failure.test, "example": failure.example},
    }

"""The report for code scanning: valid SARIF whose results point to operations of the document and are the same in every run."""

import json
from dataclasses import replace

import pytest
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif

import openapi
from contracts.operations import operations
from contracts.pointing import WHOLE, place_of
from contracts.promises import PROMISES
from contracts.report.sarif import FINGERPRINT, log, sarif
from contracts.verdicts import Failure, Finding, Known, Result, Verdict

FAILURES = (
    ("SC101", Failure("test_every_answer_fits_the_document", "GET /v2/agents", "the answer was {}")),
    ("SC204", Failure("test_a_patch", "", "PATCH /v2/agents/sc-1/sessions/sc-2 answered 500, expected 200.\n  answer: {}")),
    ("SC403", Failure("test_what_is_streamed_is_what_is_stored", "Hello there!", "assert ['frame 3 …'] == []")),
    ("SC703", Failure("test_roles", "", "getCorpus for viewer: expected 403, answered 200")),
    ("SC704", Failure("test_refusals", "", "something changed")),
)


def _result(failures=FAILURES, **fields):
    findings = [Finding(PROMISES[code], Verdict.BROKEN, (), (failure,)) for code, failure in failures]
    return Result("https://target.example", "2026-11-25 03:00:00 UTC", tuple(findings), seed=7, **fields)


def _results(result):
    return log(result)["runs"][0]["results"]


@pytest.mark.parametrize(
    "result",
    [
        _result(),
        _result(()),
        _result(has_baseline=True, stale=(Known("SC204", "test_a_patch"), Known("SC999", "test_of_old", "example"))),
    ],
    ids=["failures", "none", "stale"],
)
def test_the_report_fits_the_schema_of_sarif(result):
    written = json.loads(sarif(result))
    again = Sarif.model_validate(written).model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert again["runs"][0]["results"] == written["runs"][0]["results"]
    assert written["version"] == "2.1.0"


def test_a_result_points_to_the_line_of_its_operation():
    places = [one["locations"][0]["physicalLocation"] for one in _results(_result())]
    lines = []
    for place in places:
        assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
        text = (openapi.DOCUMENT.parents[1] / place["artifactLocation"]["uri"]).read_text("utf-8").splitlines()
        lines.append((place["artifactLocation"]["uri"], text[place["region"]["startLine"] - 1]))
    assert lines == [
        ("openapi/paths/agents.yaml", "get:"),
        ("openapi/paths/session.yaml", "patch:"),
        ("openapi/paths/events.yaml", "post:"),
        ("openapi/paths/corpus.yaml", "get:"),
        ("openapi/openapi.yaml", "openapi: 3.1.0"),
    ]


def test_every_operation_has_a_place_of_its_own():
    places = {place_of("SC101", Failure("test", f"{one.method} {one.path}", "")) for one in operations()}
    assert len(places) == len(operations())
    assert WHOLE not in places


def test_a_rule_is_a_promise_with_its_severity():
    rules = {rule["id"]: rule for rule in log(_result())["runs"][0]["tool"]["driver"]["rules"]}
    assert list(rules) == list(PROMISES)
    assert rules["SC602"]["defaultConfiguration"] == {"level": "error"}
    assert rules["SC602"]["properties"]["security-severity"] == "9.0"
    assert rules["SC602"]["properties"]["tags"] == ["access", "security"]
    assert rules["SC101"]["defaultConfiguration"] == {"level": "warning"}
    assert "security-severity" not in rules["SC101"]["properties"]
    assert rules["SC501"]["properties"]["precision"] == "medium"
    assert "sessions-contracts explain SC602" in rules["SC602"]["help"]["markdown"]
    assert all(rules[one["ruleId"]] is list(rules.values())[one["ruleIndex"]] for one in _results(_result()))


def test_a_fingerprint_is_of_promise_test_and_example_and_not_of_the_message():
    prints = [one["partialFingerprints"][FINGERPRINT] for one in _results(_result())]
    other = [(code, replace(failure, message="of another run")) for code, failure in FAILURES]
    assert prints == [one["partialFingerprints"][FINGERPRINT] for one in _results(_result(other))]
    assert len(set(prints)) == len(FAILURES)


def test_what_fails_twice_in_a_check_is_one_result():
    code, failure = FAILURES[0]
    finding = Finding(PROMISES[code], Verdict.BROKEN, (), (failure, replace(failure, message="could not clean up")))
    assert len(_results(Result("target", "", (finding,)))) == 1


def test_known_failures_are_suppressed_and_stale_ones_told():
    known = [(code, replace(failure, is_known=number == 0)) for number, (code, failure) in enumerate(FAILURES[:2])]
    stale = Known("SC206", "test_pages")
    result = _result(known, has_baseline=True, stale=(stale,))
    assert [one["baselineState"] for one in _results(result)] == ["unchanged", "new"]
    assert ["suppressions" in one for one in _results(result)] == [True, False]
    (told,) = log(result)["runs"][0]["invocations"][0]["toolConfigurationNotifications"]
    assert told["message"]["text"] == "SC206 test_pages is in the baseline and fails no more."
    assert told["associatedRule"] == {"id": "SC206"}

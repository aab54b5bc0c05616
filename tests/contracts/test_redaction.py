"""Credentials that a target hands out to a run stay out of all that the run says."""

import re
from types import SimpleNamespace

import httpx
import pytest

from contracts.redaction import Redaction, cleaned, cleaner
from contracts.wire.wire import Wire
from tests.contracts.forked import contracts
from tests.contracts.running import BY_WORKERS, verdicts


def wired(answer):
    wire = Wire(httpx.MockTransport(lambda _: answer), "target.example")
    return httpx.Client(transport=wire, base_url="http://target.example"), wire


@pytest.mark.parametrize(
    ("path", "status", "body", "kept"),
    [
        ("/v2/api_keys", 201, {"id": "aky_1", "name": "name of it", "secret_key": "zqt_12345"}, {"zqt_12345"}),
        ("/v2/app_clients", 201, {"client_id": "client_1", "client_secret": "zqs_12345"}, {"zqs_12345"}),
        ("/oauth/token", 200, {"access_token": "eyJ.eyJ.sig", "token_type": "Bearer"}, {"eyJ.eyJ.sig"}),
        ("/v2/api_keys", 403, {"secret_key": "zqt_12345"}, {"zqt_12345"}),
        ("/v2/api_keys", 201, {"secret_key": "****"}, set()),
        ("/v2/api_keys", 201, "no object", set()),
        ("/v2/agents", 201, {"secret_key": "zqt_12345"}, set()),
    ],
)
def test_the_wire_keeps_in_mind_what_is_handed_out(path, status, body, kept):
    http, wire = wired(httpx.Response(status, json=body))
    assert http.post(path, json={}).json() == body
    assert wire.secrets == kept


def test_an_answer_that_is_no_json_holds_nothing():
    http, wire = wired(httpx.Response(201, content=b"\xff{"))
    assert http.post("/v2/api_keys", json={}).content == b"\xff{"
    assert wire.secrets == set()


def test_what_holds_another_secret_is_taken_out_whole():
    assert cleaner(["zqt_1", "zqt_12", ""])("zqt_12 and zqt_1") == "**** and ****"
    assert cleaned({"a": ["zqt_1", ("zqt_1", 5)]}, cleaner(["zqt_1"])) == {"a": ["****", ("****", 5)]}


def test_a_report_is_cleaned_wherever_it_says_something():
    http, wire = wired(httpx.Response(201, json={"secret_key": "zqt_12345"}))
    http.post("/v2/api_keys", json={})
    redaction = Redaction(["given-key"])
    redaction.follow(wire)
    told = {"broken": {"SC609": "shows zqt_12345"}}
    report = SimpleNamespace(outcome="failed", sections=[("stdout", "given-key")], longrepr="zqt_12345", told=told)
    redaction.pytest_runtest_logreport(report)
    assert vars(report) == {
        "outcome": "failed",
        "sections": [("stdout", "****")],
        "longrepr": "****",
        "told": {"broken": {"SC609": "shows ****"}},
    }


@BY_WORKERS
def test_a_failure_that_shows_a_key_does_not_show_it_to_who_reads_the_run(tmp_path, workers):
    app = ("--app", "tests.contracts.sabotage.credentials:says_in_words_whether_a_key_is_enabled")
    generating = ("--phases", "examples", "--operations", "createApiKey,getApiKey,listApiKeys")
    reports = ("--report", "html,json,junit,sarif,github", "--report-dir", str(tmp_path))
    run = contracts("run", *app, "--promises", "SC101", *generating, *reports, *workers)
    assert verdicts(run) == {"SC101": "BROKEN"}, run.stdout[-3000:]
    written = "".join(file.read_text("utf-8") for file in tmp_path.rglob("*") if file.is_file()) + run.stdout + run.stderr
    assert '"secret_key": "****"' in written
    assert re.findall(r"z[quw]t_[0-9A-Za-z_-]{6,}", written) == []

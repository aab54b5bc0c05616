"""A failure comes with the requests that led to it: the run sends them again, and so may whoever has a shell."""

import json
import os
import shutil
import subprocess

import httpx
import pytest

from tests.contracts import flaky
from tests.contracts.running import ALONE, contracts
from tests.contracts.sabotage import credentials, events, places, sessions
from tests.contracts.served import over_http

OWNER = {"x-api-key": "mock-owner"}


def failures(folder, *arguments):
    """Run the contracts; the failures that the report for programs has, by promise."""
    run = contracts("run", *arguments, "--report", "json,html", "--report-dir", str(folder))
    report = json.loads((folder / "report.json").read_text("utf-8"))
    return run, {promise["code"]: promise["failures"] for promise in report["promises"]}


def pasted(script, url, folder):
    """Run a script as somebody who pastes it; what it prints."""
    if shutil.which("jq") is None and not os.environ.get("CI"):  # noqa: TID251 - what is needed must be there in CI
        pytest.skip("the scripts need jq")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "URL": url, "API_KEY": "mock-owner"}  # noqa: TID251 - to pass it on
    return subprocess.run(["bash", "-u"], input=script, env=environment, capture_output=True, text=True, check=True)


@ALONE
def test_a_failure_of_a_server_that_is_always_wrong_reproduces(tmp_path, workers):
    app = ("--app", "tests.contracts.sabotage.sessions:forgets_a_patch")
    run, found = failures(tmp_path, *app, "--promises", "SC204", *workers)
    (told,) = (failure["reproduction"] for failure in found["SC204"])
    assert (told["outcome"], told["why"], told["requests"]) == ("reproduces", "", 4)
    assert told["script"] in run.stdout
    assert (tmp_path / "reproduce" / "SC204-1.sh").read_text("utf-8") == told["script"]
    assert "4 requests: reproduces" in (tmp_path / "report.html").read_text("utf-8")
    assert "mock-owner" not in told["script"]


def test_a_failure_of_a_server_that_is_wrong_once_does_not_reproduce(tmp_path):
    run, found = failures(tmp_path, "--app", "tests.contracts.flaky:forgets_a_name_once", "--promises", "SC204")
    (told,) = (failure["reproduction"] for failure in found["SC204"])
    assert told["outcome"] == "did not reproduce (flaky or state-dependent)"
    assert told["why"].startswith("request 3 (PATCH ")
    assert '"name": "Another"' in told["why"].partition("the first time, and now")[0]
    assert "# did not reproduce (flaky or state-dependent): request 3" in run.stdout


def test_of_a_property_the_smallest_example_is_told(tmp_path):
    app = ("--app", "tests.contracts.sabotage.filters:takes_or_for_and")
    _, found = failures(tmp_path, *app, "--promises", "SC221")
    for failure in found["SC221"]:
        assert failure["reproduction"]["requests"] < 60
    assert {failure["reproduction"]["outcome"] for failure in found["SC221"][:2]} == {"reproduces"}


def test_what_is_sent_while_an_answer_is_read_is_not_said_to_reproduce(tmp_path):
    _, found = failures(tmp_path, "--app", "tests.contracts.sabotage.turns:ignores_interrupts", "--promises", "SC311")
    (told,) = (failure["reproduction"] for failure in found["SC311"])
    assert told["outcome"] == "not re-executed"
    assert told["why"].endswith("was still read when the next was sent")
    assert " &\n" in told["script"]
    assert "\nwait\n" in told["script"]


@pytest.mark.parametrize(
    ("server", "code", "wrong"),
    [
        (sessions.forgets_a_patch, "SC204", '"metadata":{"user_role"'),
        (events.hides_nothing, "SC304", '"type":"agent_output"'),
        (places.changes_the_ends_of_lines, "SC213", '"size_bytes":773'),
        (credentials.shows_the_secret_of_a_key_again, "SC609", '"secret_key": "'),
    ],
    ids=["answers", "event ids", "files", "keys"],
)
def test_the_script_of_a_failure_shows_it_to_whoever_pastes_it(tmp_path, server, code, wrong):
    with over_http(server()) as url:
        run, found = failures(
            tmp_path, "--url", url, "--api-key", "mock-owner", "--promises", code, "--journal-dir", str(tmp_path)
        )
        told = found[code][0]["reproduction"]
        assert told["outcome"] == "reproduces", run.stdout[-4000:]
        before = [httpx.get(f"{url}/v2/{kind}?limit=100", headers=OWNER).json() for kind in ("agents", "api_keys")]
        shown = pasted(told["script"], url, tmp_path)
        after = [httpx.get(f"{url}/v2/{kind}?limit=100", headers=OWNER).json() for kind in ("agents", "api_keys")]
    assert shown.stderr == ""
    assert wrong in shown.stdout
    assert before == after


def test_a_flaky_server_is_wrong_once_alone():
    app = flaky.forgets_a_name_once()
    http = httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://mock.test", headers=OWNER)
    path = f"/v2/agents/support-agent/sessions/{http.post('/v2/agents/support-agent/sessions', json={}).json()['key']}"
    assert [http.patch(path, json={"name": "Mine"}).json()["name"] for _ in range(3)] == ["Another", "Mine", "Mine"]

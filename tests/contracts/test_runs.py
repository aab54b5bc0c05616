"""A contract run as a person meets it: the verdict, the exit code, the advice."""

import subprocess
import sys

import pytest

from contracts.operations import operations
from contracts.profiles import QUICK
from contracts.promises import PROMISES
from tests.contracts.complete import TOKEN_SECONDS
from tests.contracts.running import ROOT, contracts, verdicts
from tests.serving.process import served

APP = ("--app", "mockserver.app:create_app")
COMPLETE_APP = ("--app", "tests.contracts.complete:create_complete_app")


EVERYTHING_NOT_GENERATED = "SC2,SC3,SC4,SC5,SC6,SC7,SC8,SC9"


SESSIONS = ",".join(operation.id for operation in operations() if "/sessions" in operation.path)
EVERY_OPERATION = ""


@pytest.mark.parametrize("asked", [SESSIONS, pytest.param(EVERY_OPERATION, marks=pytest.mark.campaign)], ids=["sessions", "all"])
def test_the_mock_keeps_the_promises_of_generated_requests_at_every_bound(asked):
    """What else is generated, and all other promises, are kept in `test_promises.py`; other seeds have their own command."""
    bounds = ("--phases", "coverage", "--operations", asked)
    run = contracts("run", *COMPLETE_APP, "--promises", "SC101,SC103,SC104,SC107", *bounds)
    assert set(verdicts(run).values()) == {"kept"}, run.stdout[-5000:]
    assert run.returncode == 0


@pytest.mark.parametrize("asked", ["SC3,SC4,SC603,SC702,SC8", pytest.param(EVERYTHING_NOT_GENERATED, marks=pytest.mark.campaign)])
def test_a_run_over_http_keeps_its_promises_and_leaves_nothing_behind(tmp_path, asked):
    settings = {"SESSIONSUITE_TOKEN_SECONDS": str(TOKEN_SECONDS)}
    with served(folder=tmp_path, **settings) as mock, mock.client() as client:
        before = [client.get("/__admin/state", params={"tenant": tenant}).json() for tenant in ("default", "neighbour")]
        run = contracts("run", "--url", mock.url, "--api-key", "mock-owner", "--promises", asked)
        after = [client.get("/__admin/state", params={"tenant": tenant}).json() for tenant in ("default", "neighbour")]
    codes = {code for code in PROMISES if code.startswith(tuple(asked.split(",")))}
    unseen = {"SC610"} & codes  # the log of another process
    assert verdicts(run) == dict.fromkeys(codes, "kept") | dict.fromkeys(unseen, "not"), run.stdout[-5000:]
    assert after == before


def test_the_seed_decides_what_is_generated():
    app = ("--app", "tests.contracts.recorded:create_recorded_app", "--operations", "createAgentSession,listAgents")
    sent = []
    for seed in ("1", "1", "2"):
        run = contracts("run", *app, "--promises", "SC101", "--phases", "fuzzing", "--max-examples", "3", "--seed", seed)
        assert verdicts(run) == {"SC101": "kept"}, run.stdout[-5000:]
        sent.append([line for line in run.stdout.splitlines() if line.startswith("requests ")])
    assert sent[0] == sent[1] != sent[2]


@pytest.mark.campaign  # README's first run shows in the gate that the profile keeps
def test_the_quick_profile_checks_promises_of_every_class_and_says_what_it_leaves_out():
    run = contracts("run", *COMPLETE_APP, "--profile", "quick", "-w", "2")
    told = verdicts(run)
    answers_to_inputs = {"SC105", "SC106"}  # no generated request of this profile gives an input
    untested = {code for code, verdict in told.items() if verdict != "kept"}
    assert untested == QUICK.leaves_out | answers_to_inputs, run.stdout[-3000:]
    assert "--profile quick leaves it out" in run.stdout
    assert {PROMISES[code].kind for code, verdict in told.items() if verdict == "kept"} == {row.kind for row in PROMISES.values()}
    assert run.returncode == 0


def test_an_operation_that_is_none_is_told_with_those_near_it():
    run = contracts("run", *APP, "--operations", "getAgent,createSession")
    assert run.returncode == 2
    assert "there is no operation 'createSession' in the document; near it: " in run.stderr
    assert "createAgentSession" in run.stderr


def test_a_target_that_does_not_answer_is_exit_code_3():
    run = contracts("run", "--url", "http://127.0.0.1:9", "--api-key", "mock-owner")
    assert run.returncode == 3
    assert "http://127.0.0.1:9 does not answer" in run.stdout + run.stderr


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        ((), "Name one target: --app MODULE:FACTORY (in process) or --url URL with --api-key KEY."),
        (("--url", "http://127.0.0.1:9"), "A deployment needs --api-key KEY"),
        (("--app", "no.such:app"), "--app no.such:app cannot be loaded: No module named 'no'"),
        ((*APP, "--api-key", "no-such-key"), "refuses the API key with 401; it must be of an owner or administrator."),
        ((*APP, "--phases", "fuzzing,guessing"), "there is no phase 'guessing'; there are examples, coverage, fuzzing, stateful"),
        (("--url", "http://localhost:port", "--api-key", "key"), "--url http://localhost:port is no URL"),
        ((*APP, "--role-key", "agent_viewer"), "--role-key takes ROLE=KEY, not 'agent_viewer'."),
    ],
    ids=["no-target", "no-key", "no-app", "bad-key", "bad-phase", "bad-url", "bad-role-key"],
)
def test_wrong_use_is_told_with_advice(arguments, advice):
    run = contracts("run", *arguments)
    assert run.returncode == 2
    assert advice in run.stdout + run.stderr


def test_a_run_that_verifies_nothing_is_exit_code_5():
    assert contracts("run", *APP, "--promises", "SC999").returncode == 5


def test_what_cannot_be_tested_here_is_told_with_the_reason():
    run = contracts("run", *APP, "--promises", "SC702", "--role-key", "nobody=mock-viewer")
    assert verdicts(run) == {"SC702": "not"}
    assert "no key of the role agent_viewer; give one with --role-key agent_viewer=KEY" in run.stdout
    assert run.returncode == 5


def test_a_run_may_leave_out_what_permitted_callers_write():
    run = contracts("run", *APP, "--promises", "SC703,SC705", "--matrix", "refusals")
    assert verdicts(run) == {"SC703": "kept", "SC705": "kept"}
    assert run.returncode == 0


@pytest.mark.parametrize("promise", ["SC703", "SC712"])
def test_a_mock_that_hides_objects_with_404_keeps_its_promises_too(promise):
    run = contracts("run", "--app", "tests.contracts.complete:create_hiding_app", "--promises", promise)
    assert verdicts(run) == {promise: "kept"}


@pytest.mark.parametrize(
    ("server", "codes", "reason"),
    [
        ("is_done_at_once", ["SC308", "SC309", "SC310", "SC311"], "the turn was over before anything could be sent to it"),
        ("calls_no_tool", ["SC313", "SC608"], "the agent did not call its client tool"),
        ("calls_no_tool", ["SC315"], "the agent did not ask its sub-agent"),
    ],
)
def test_what_a_target_does_not_show_is_not_held_against_it(server, codes, reason):
    run = contracts("run", "--app", f"tests.contracts.limited:{server}", "--promises", ",".join(codes))
    assert verdicts(run) == dict.fromkeys(codes, "not"), run.stdout[-3000:]
    assert f"({reason})" in run.stdout
    assert run.returncode == 5


def test_a_promise_is_explained():
    run = contracts("explain", "sc604")
    assert run.returncode == 0
    assert "No metadata value can change the shape of the filter." in run.stdout


def test_an_unknown_promise_is_exit_code_2():
    run = contracts("explain", "SC999")
    assert run.returncode == 2
    assert "SC604" in run.stderr


def test_plain_pytest_runs_the_suites_too():
    command = [sys.executable, "-m", "pytest", "contracts", *APP, "--promises", "SC207,SC702", "-n", "0"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert verdicts(run) == {"SC207": "kept", "SC702": "kept"}
    assert run.returncode == 0

"""A contract run as a person meets it: the verdict, the exit code, the advice."""

import subprocess
import sys

import pytest

from contracts.promises import PROMISES
from tests.contracts.running import ROOT, contracts, verdicts

APP = ("--app", "mockserver.app:create_app")


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_the_mock_keeps_every_promise_whatever_the_seed(seed):
    run = contracts("run", *APP, "--seed", str(seed), "--max-examples", "10")
    assert verdicts(run) == dict.fromkeys(PROMISES, "kept"), run.stdout[-5000:]
    assert run.returncode == 0


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
        ((*APP, "--role-key", "agent_viewer"), "--role-key takes ROLE=KEY, not 'agent_viewer'."),
    ],
    ids=["no-target", "no-key", "no-app", "bad-key", "bad-role-key"],
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

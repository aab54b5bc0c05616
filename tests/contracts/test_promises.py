"""The table of promises is true: what a promise needs, and what it is about, is what its check is seen to ask for."""

import json
import os
import subprocess
import sys

import pytest

from contracts.about import checks, operations_of
from contracts.operations import operations
from contracts.promise import CLASSES, MEANINGS, Needs
from contracts.promises import PROMISES
from contracts.report.catalogue import catalogue
from tests.contracts.observed import OBSERVED_FILE
from tests.contracts.running import ROOT, contracts, verdicts

WITHOUT_COVERAGE = "examples,fuzzing,stateful"  # which has a run of its own: it is most of the time, and no seed changes it
UNSEEN = {Needs.SHORT_TOKENS, Needs.PROCESS}  # no request shows them


@pytest.fixture(scope="module")
def observed_run(tmp_path_factory):
    file = tmp_path_factory.mktemp("observed") / "observed.json"
    command = [sys.executable, "-m", "pytest", "contracts", "-n", "0", "-p", "tests.contracts.observed"]
    command += ["--app", "tests.contracts.observed:create_observed_app", "--phases", WITHOUT_COVERAGE]
    command += ["--max-examples", "3", "--hypothesis-seed", "2"]
    environment = os.environ | {OBSERVED_FILE: str(file)}  # noqa: TID251 - to pass it on
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return run, json.loads(file.read_text("utf-8"))


@pytest.fixture
def observed(observed_run):
    return observed_run[1]


def test_the_mock_keeps_every_promise(observed_run):
    run, _ = observed_run
    assert verdicts(run) == dict.fromkeys(PROMISES, "kept"), run.stdout[-5000:]
    assert run.returncode == 0


def test_a_promise_needs_what_its_check_asks_for(observed):
    declared = {code: sorted(set(promise.needs) - UNSEEN) for code, promise in PROMISES.items()}
    assert declared == {code: seen["needs"] for code, seen in observed.items()}


def test_a_promise_is_about_operations_that_its_check_calls(observed):
    about = [(code, operation.id) for code in PROMISES for operation in operations_of(code)]
    assert [(code, name) for code, name in about if name not in observed[code]["operations"]] == []


def test_every_promise_is_held_by_a_suite():
    assert {code for codes, _ in checks().values() for code in codes} == set(PROMISES)


def test_a_promise_about_nothing_special_is_about_all_operations():
    assert operations_of("SC703") == ()
    assert [operation.id for operation in operations_of("SC206")] == ["listAgentSessions"]
    assert operations_of("SC206")[0] in operations()


def test_every_need_is_explained():
    assert set(MEANINGS) == set(Needs)


def test_the_page_lists_every_promise_once_with_its_needs(tmp_path):
    file = tmp_path / "promises.md"
    assert contracts("explain", "--page", str(file)).returncode == 0
    page = file.read_text("utf-8")
    assert page == catalogue()
    rows = [line for line in page.splitlines() if line.startswith("| SC")]
    by_class = [code for kind in CLASSES for code, promise in PROMISES.items() if promise.kind == kind]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == by_class
    assert (
        "| SC403 | What is streamed is what is stored: the same events in the same order. | exact | turns, corpus"
        " | `createAgentInput` | `test_events.py` |"
    ) in rows


def test_a_promise_is_explained_with_what_it_takes_and_looks_at():
    told = contracts("explain", "SC713").stdout
    assert "account: the key of another account (`--other-api-key`)" in told
    assert "looks at every operation" in told
    assert "checked by test_accounts.py test_" in told

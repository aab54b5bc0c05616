"""Every promise is shown to fail on a server that breaks it: `tests/contracts/defects.py` lists them.

The gate takes the first server of each promise, the campaign (`pytest -m campaign`) all others.
"""

import importlib

import pytest
from werkzeug.test import Client

from contracts.promises import PROMISES
from tests.contracts.defects import DEFECTS, FEW_REQUESTS, Defect
from tests.contracts.forked import contracts
from tests.contracts.running import verdicts

FIRST = {defect.promise: defect for defect in reversed(DEFECTS)}
ONE_BY_ONE = [pytest.param(defect, marks=() if defect in FIRST.values() else pytest.mark.campaign) for defect in DEFECTS]
ALONE = [defect for defect in DEFECTS if defect.alone]
ACCESS_AND_SECRETS = "SC6,SC70,SC710,SC711,SC712,SC713"  # SC714 is a property over what these say one by one


@pytest.mark.parametrize("defect", ONE_BY_ONE, ids=str)
def test_a_server_that_breaks_a_promise_is_caught_by_it(defect: Defect):
    run = contracts("run", "--app", defect.app, "--promises", defect.promise, *FEW_REQUESTS)
    assert verdicts(run) == {defect.promise: "BROKEN"}, run.stdout[-3000:]
    assert run.returncode == 1


@pytest.mark.campaign
@pytest.mark.parametrize("defect", ALONE, ids=str)
def test_a_hole_in_access_is_told_by_the_one_promise_that_names_it(defect: Defect):
    run = contracts("run", "--app", defect.app, "--promises", ACCESS_AND_SECRETS)
    broken = [promise for promise, verdict in verdicts(run).items() if verdict == "BROKEN"]
    assert broken == [defect.promise], run.stdout[-3000:]


def test_every_promise_has_a_server_that_breaks_it():
    assert {defect.promise for defect in DEFECTS} == PROMISES.keys()


FAILS_BY_INTENT = "SC803"  # a server that breaks this promise answers 500: that is the defect
ODD_BODIES = (b"[]", b"null", b"7", b"{", b"\xff", b"[" * 3000 + b"]" * 3000, b'{"key": 7, "secrets": 7, "steps": []}')
BROKEN_IN_ANOTHER_WAY = {defect.server: defect for defect in DEFECTS if defect.promise != FAILS_BY_INTENT}.values()
WHERE_BODIES_GO = ("agents", "agents/support-agent/sessions", "corpora/company-docs/query", "agent_aliases", "instructions")


@pytest.mark.parametrize("defect", BROKEN_IN_ANOTHER_WAY, ids=str)
def test_a_broken_server_does_not_fail_besides(defect: Defect):
    module, _, factory = defect.app.partition(":")
    client = Client(getattr(importlib.import_module(module), factory)())
    headers = {"x-api-key": "mock-owner", "content-type": "application/json"}
    for path in WHERE_BODIES_GO:
        for body in ODD_BODIES:
            assert client.post(f"/v2/{path}", data=body, headers=headers).status_code < 500, (path, body[:60])


def test_every_defect_stands_in_the_table_once():
    assert len({str(defect) for defect in DEFECTS}) == len(DEFECTS)

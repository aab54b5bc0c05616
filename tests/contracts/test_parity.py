"""Two targets are held to the same promises, and what differs between them is told; what has to differ does not count."""

import json

import pytest

from contracts.dialects.table import DIALECTS
from contracts.parity.answers import answers_of
from contracts.parity.comparing import Parity, compare
from contracts.parity.normal import normal
from contracts.wire.exchange import Exchange
from tests.contracts.running import contracts

MOCK = "mockserver.app:create_app"
SABOTAGE = "tests.contracts.sabotage"


def failure(message="it is 1, not 2", test="test_it", example=""):
    return {"test": test, "example": example, "message": message}


def report(verdict="kept", failures=(), untested=(), differs=(), dialects=()):
    promise = {
        "code": "SC204",
        "verdict": verdict,
        "failures": list(failures),
        "untested": list(untested),
        "differs": list(differs),
    }
    return {"promises": [promise], "dialects": [{"dialect": name, "found": found} for name, found in dialects]}


def parity(left, right):
    return compare(left, right)[0]


@pytest.mark.parametrize("same", [report(), report("BROKEN", [failure()])], ids=["kept", "broken alike"])
def test_two_that_keep_or_break_a_promise_alike_agree(same):
    assert parity(same, same).parity is Parity.AGREE


def test_one_that_breaks_what_the_other_keeps_differs_and_it_is_told_which():
    one = parity(report(), report("BROKEN", [failure()]))
    assert (one.parity, one.left, one.right) == (Parity.DIFFER, "kept", "BROKEN")
    assert one.why == ("right alone fails in test_it: it is 1, not 2",)


def test_two_that_break_a_promise_in_other_ways_differ():
    one = parity(
        report("BROKEN", [failure()]), report("BROKEN", [failure("it is 3, not 2"), failure(example="b", test="test_b")])
    )
    assert one.parity is Parity.DIFFER
    assert one.why == (
        "right alone fails in test_b[b]: it is 1, not 2",
        "both fail in test_it, left: it is 1, not 2 right: it is 3, not 2",
    )


@pytest.mark.parametrize("other", [report("not testable here", untested=["no key"]), {"promises": [], "dialects": []}])
def test_what_one_side_could_not_test_is_untested(other):
    assert parity(report("BROKEN", [failure()]), other).parity is Parity.UNTESTED
    assert parity(other, report()).parity is Parity.UNTESTED


def test_ids_keys_times_and_addresses_do_not_count():
    left = "http://localhost:4010/v2/agents/sc-0a1b2c3d-agent-12 2026-11-30T10:00:00.123Z aev_01ab_x, ase_9f, 12 ms"
    right = "https://api.example.com/v2/agents/sc-ffffffff-agent-7 2026-12-01T00:00:00.000Z aev_77, ase_2, 1.5 s"
    assert normal(left) == normal(right)
    assert parity(report("BROKEN", [failure(left)]), report("BROKEN", [failure(right)])).parity is Parity.AGREE


def test_names_and_numbers_count():
    assert normal("expected agent_key 404 of session.metadata.x") == "expected agent_key 404 of session.metadata.x"


def test_dialects_are_compared_and_name_both_answers():
    merges = report("differs from our assumption", differs=["metadata-patch"], dialects=[("metadata-patch", "merges")])
    promise, dialect = compare(report(dialects=[("metadata-patch", "replaces")]), merges)
    told = f"{DIALECTS['metadata-patch'].question}: left replaces, right merges"
    assert (promise.parity, promise.why) == (Parity.DIFFER, (told,))
    assert (dialect.code, dialect.parity) == ("metadata-patch", Parity.DIFFER)
    assert {one.parity for one in compare(merges, merges)} == {Parity.AGREE}


def seen(**answers):
    return report() | {"answers": {"SC204": {name.replace("_", " "): members for name, members in answers.items()}}}


def test_answers_of_other_statuses_or_members_differ():
    left = seen(getAgentSession_200=["key: string", "name: string"], updateAgentSession_200=["key: string"])
    right = seen(getAgentSession_200=["key: string", "name: null"], updateAgentSession_409=["messages[]: string"])
    assert parity(left, left).parity is Parity.AGREE
    assert parity(left, right).why == (
        "getAgentSession 200: left alone has name: string",
        "getAgentSession 200: right alone has name: null",
        "left alone answers updateAgentSession 200",
        "right alone answers updateAgentSession 409",
    )


def exchange(answer, status=200, method="GET", path="/v2/agents/a/sessions/s"):
    return Exchange(method, path, {}, b"", status, {"content-type": "application/json"}, json.dumps(answer).encode())


def test_an_answer_is_what_its_members_are_without_their_values():
    session = {"key": "s", "enabled": True, "metadata": {"of the user": {"any": 1}}, "session_context_usage": None}
    members = {"key: string", "enabled: boolean", "metadata: object", "session_context_usage: null"}
    assert answers_of([exchange(session)]) == {"getAgentSession 200": members}
    events = {"events": [{"type": "agent_output", "content": "x"}, {"type": "thinking", "content": "y"}]}
    listed = {"events[]<agent_output>.type: string", "events[]<agent_output>.content: string"}
    assert listed < answers_of([exchange(events, path="/v2/agents/a/sessions/s/events")])["listAgentEvents 200"]


def test_of_a_request_that_is_repeated_the_latest_answer_counts():
    asked = [exchange({"id": "s", "messages": []}, 404), exchange({"key": "s"})]
    assert answers_of(asked) == {"getAgentSession 200": {"key: string"}}


def test_two_mocks_agree(tmp_path):
    file = tmp_path / "parity.json"
    told = contracts("parity", "--left", MOCK, "--right", MOCK, "--promises", "SC201,SC204,SC503", "--json", str(file))
    assert told.returncode == 0, told.stdout + told.stderr
    assert "5 agree, 0 DIFFER, 0 untested" in told.stdout
    assert {one["parity"] for one in json.loads(file.read_text())["compared"]} == {"agree"}


def test_a_mock_and_a_server_that_breaks_a_promise_differ_in_that_promise(tmp_path):
    file = tmp_path / "parity.json"
    server = f"{SABOTAGE}.sessions:forgets_a_patch"
    told = contracts("parity", "--left", MOCK, "--right", server, "--promises", "SC201,SC204", "--json", str(file))
    assert told.returncode == 1, told.stdout + told.stderr
    compared = {one["code"]: one for one in json.loads(file.read_text())["compared"]}
    assert [compared[code]["parity"] for code in ("SC201", "SC204")] == ["agree", "DIFFER"]
    assert compared["SC204"]["why"][0].startswith("right alone fails in test_a_patch_changes_what_it_names_and_nothing_else:")


def test_a_server_that_sends_more_than_the_other_differs_in_what_it_sends(tmp_path):
    file = tmp_path / "parity.json"
    server = "tests.contracts.other_dialects:describes_sessions_by_itself"
    told = contracts("parity", "--left", MOCK, "--right", server, "--promises", "SC202", "--json", str(file))
    assert told.returncode == 1, told.stdout + told.stderr
    (one, *_) = json.loads(file.read_text())["compared"]
    assert (one["left"], one["right"], one["parity"]) == ("kept", "kept", "DIFFER")
    assert "createAgentSession 201: right alone has description: string" in one["why"]


def test_a_target_that_does_not_answer_ends_the_comparison():
    told = contracts("parity", "--left", MOCK, "--right", "http://127.0.0.1:9", "--right-api-key", "KEY", "--promises", "SC201")
    assert told.returncode == 3
    assert "right (http://127.0.0.1:9) could not be run" in told.stderr
    assert "does not answer" in told.stderr


def test_an_option_that_run_does_not_know_is_wrong_use():
    told = contracts("parity", "--left", MOCK, "--right", MOCK, "--promise", "SC201")
    assert told.returncode == 2
    assert "No such option" in told.stderr


def test_nothing_compared_is_not_green():
    told = contracts("parity", "--left", MOCK, "--right", MOCK, "--promises", "SC711")
    assert told.returncode == 5, told.stdout + told.stderr

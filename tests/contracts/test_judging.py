"""Every generated answer is judged: what a schema cannot say, by checks that only ever fail, booked under their own promises."""

import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.book import Book
from contracts.broken import BrokenPromises, faults_in
from contracts.checks.answers import Answer
from contracts.checks.secrecy import secrets_in
from contracts.generated.judging import Judge
from contracts.operations import operations
from contracts.schemas import answered, asked
from contracts.verdicts import Verdict

BY_ID = {operation.id: operation for operation in operations()}
JUDGED = ("SC103", "SC104", "SC105", "SC106", "SC107", "SC108")
SESSION = {"agent_key": "helper", "session_key": "ase_1"}
EVENT = {"id": "aev_1", "session_key": "ase_1", "created_at": "2026-01-01T00:00:00.000Z"}
TURN = [{**EVENT, "type": "input_message"}, {**EVENT, "id": "aev_2", "type": "agent_output", "content": "Hi!"}]
PIECES = (
    b'data: {"type": "streaming_agent_output", "content": "H"}\n\n'
    b'data: {"type": "streaming_agent_output", "content": "i!"}\n\n'
    b'data: {"type": "streaming_agent_output_end", "event_id": "aev_2"}\n\n'
)
END = b'data: {"type": "end"}\n\n'


def answer(name, status=200, body=None, *, names=SESSION, headers=None, sent=None, stream=None):
    return Answer(BY_ID[name], names, sent, status, headers or {}, body, stream)


def judged(one, **more):
    judge = Judge(JUDGED, **more)
    return judge.faults(one), judge.seen


def test_a_refusal_names_its_request_and_what_was_not_found():
    body = {"messages": ["No."], "request_id": "req_1", "id": "ase_1"}
    told, seen = judged(answer("getAgentSession", 404, body, headers={"x-request-id": "req_1"}))
    assert (told, seen) == ({}, {"SC103"})
    told, _ = judged(answer("getAgentSession", 404, {**body, "id": "ase_2"}, headers={"x-request-id": "req_2"}))
    assert told == {
        "SC103": "the refusal has the request_id 'req_1'; expected 'req_2' as in X-Request-Id\n"
        "what was not found is said to be 'ase_2'; expected something that the request names"
    }


@pytest.mark.parametrize(
    ("named", "sent", "is_told"),
    [
        ("ase_1", None, False),
        ("ase_1 version 2", None, False),
        ("", {"a": [{"b": ""}]}, False),
        ("", None, True),
        ("aev_3", {"a": "aev"}, False),
    ],
)
def test_what_was_not_found_is_something_that_the_request_names(named, sent, is_told):
    told, _ = judged(answer("getAgentSession", 404, {"messages": [], "request_id": None, "id": named}, sent=sent))
    assert bool(told) is is_told


@pytest.mark.parametrize(
    ("name", "body", "fault"),
    [
        ("getAgentSession", {"key": "ase_1", "agent_key": "helper"}, None),
        ("getAgentSession", {"key": "ase_2"}, "the answer has the key 'ase_2'; expected 'ase_1' as in the path"),
        ("getAgentSession", {"key": "ase_1", "agent_key": "another"}, "the agent_key 'another'; expected 'helper'"),
        ("listAgentEvents", {"events": TURN}, None),
        ("listAgentEvents", {"events": [*TURN, TURN[0]]}, "events has the id aev_1 more than once"),
        ("listAgentEvents", {"events": [{**EVENT, "session_key": "ase_2"}]}, "events[0] has the session_key 'ase_2'"),
    ],
)
def test_an_answer_is_about_what_its_path_names(name, body, fault):
    told, seen = judged(answer(name, 200, body))
    assert "SC104" in seen
    assert (fault is None and told == {}) or (fault in told["SC104"] and told.keys() == {"SC104"})


def test_the_events_of_an_input_are_held_to_the_grammar():
    assert judged(answer("createAgentInput", 201, {"events": TURN})) == ({}, {"SC104", "SC105", "SC107"})
    told, _ = judged(answer("createAgentInput", 201, {"events": TURN[::-1]}))
    assert "event 0, agent_output, is the first" in told["SC105"]
    assert judged(answer("createAgentInput", 201, {"events": TURN[1:]}, sent={"since": "aev_1"}))[0] == {}


def test_a_stream_is_held_to_its_form_and_to_what_is_stored():
    stored = {"aev_2": {"content": "Hi!"}}
    read = {"read": lambda _, event_id: stored.get(event_id)}
    assert judged(answer("createAgentInput", 201, stream=PIECES + END), **read) == ({}, {"SC105", "SC106"})
    stored["aev_2"] = {"content": "Ho!"}
    told, _ = judged(answer("createAgentInput", 201, stream=PIECES + END), **read)
    assert told == {"SC106": "the pieces of agent_output aev_2 joined are 'Hi!'; stored is 'Ho!'"}
    assert judged(answer("createAgentInput", 201, stream=PIECES))[0].keys() == {"SC105", "SC106"}
    assert "breaks off inside a frame" in judged(answer("createAgentInput", 201, stream=PIECES[:-1]))[0]["SC106"]


def test_what_the_document_marks_is_never_shown():
    session = {"key": "ase_1", "secrets": {"token": "****"}, "metadata": {"secrets": {"token": "not marked"}}}
    assert judged(answer("getAgentSession", 200, session))[0] == {}
    told, _ = judged(answer("getAgentSession", 200, {**session, "secrets": {"token": "hunter2"}}))
    assert told == {"SC107": "the answer shows /secrets/token, which is secret; expected ****"}
    assert judged(answer("createApiKey", 201, {"secret_key": "zqt_1"}, names={}))[0] == {}


@pytest.mark.parametrize(
    ("shown", "fault"),
    [
        ({"query": "rules", "limit": {"$ref": "x", "other": 1}}, ""),
        ({"query": {"$ref": "session.key"}}, "resolved_argument_overrides/query is the reference 'session.key'"),
        ({"a": [{"b": {"$ref": 7}}]}, "resolved_argument_overrides/a/0/b is the reference 7"),
        ({"query": "about ${session.metadata.topic}"}, "resolved_argument_overrides/query is 'about ${session.metadata.topic}'"),
        ({"query": "costs $5 {session.key}"}, ""),
    ],
)
def test_what_a_tool_was_called_with_shows_no_reference(shown, fault):
    output = {**EVENT, "id": "aev_3", "type": "tool_output", "resolved_argument_overrides": shown}
    one_event = answer("getAgentEvent", 200, output, names=SESSION | {"event_id": "aev_3"})
    for one in (one_event, answer("listAgentEvents", 200, {"events": [EVENT, output]})):
        told, seen = judged(one)
        assert told.keys() == ({"SC108"} if fault else set())
        assert told.get("SC108", "").startswith(fault)
        assert "SC108" in seen


def test_a_template_is_shown_where_none_is_rendered():
    output = {**EVENT, "type": "tool_output", "resolved_argument_overrides": {"query": "${session.key}"}}
    assert "SC108" not in judged(answer("getAgentEvent", 200, output), renders=False)[0]


def test_secrets_are_found_by_the_schema_that_holds():
    web = {"type": "web_get", "argument_override": {"headers": {"Authorization": "Bearer 1", "Accept": "text/plain"}}}
    agent = {"key": "helper", "tool_configurations": {"web": web, "ref": {"$ref": "x"}}}
    assert [place for place, _ in secrets_in(agent, asked(BY_ID["createAgent"]))] == [
        "/tool_configurations/web/argument_override/headers/Authorization"
    ]
    made = {"id": "aky_1", "secret_key": "zqt_1", "name": "secret_key"}
    assert list(secrets_in(made, answered(BY_ID["createApiKey"], 201))) == [("/secret_key", "zqt_1")]


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["agent_output", "end", "tool_input", "****"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "id", "key", "events", "request_id", "secrets", "metadata", "messages"]), inner
        )
    ),
    max_leaves=12,
)


@given(
    name=st.sampled_from(sorted(BY_ID)),
    status=st.sampled_from([200, 201, 204, 400, 404, 500]),
    body=ANYTHING,
    sent=ANYTHING,
    stream=st.none()
    | st.binary(max_size=40)
    | st.lists(ANYTHING, max_size=3).map(
        lambda frames: b"".join(b"data: " + json.dumps(frame).encode() + b"\n\n" for frame in frames)
    ),
)
def test_whatever_a_target_answers_a_check_only_ever_fails(name, status, body, sent, stream):
    told, seen = judged(answer(name, status, body, names={}, sent=sent, stream=stream))
    assert told.keys() <= seen <= set(JUDGED)


def test_a_check_that_cannot_read_an_answer_names_itself():
    told, _ = judged(answer("createAgentInput", 201, {"events": [{"kind": "no event"}]}))
    assert told == {"SC105": "the check SC105 cannot read the answer: KeyError: 'type'"}


def _report(error=None, *, seen=(), codes=("SC101", *JUDGED), outcome=None):
    outcome = outcome or ("failed" if error else "passed")
    told = {"own": "SC101", "codes": list(codes), "seen": list(seen), "broken": faults_in(error, "SC101")}
    reason = ("file", 1, "Skipped: no time") if outcome == "skipped" else str(error or "")
    return SimpleNamespace(told=told, when="call", outcome=outcome, nodeid="t::test_it[GET /]", longrepr=reason, start=0.0)


def _verdicts(*reports):
    book = Book()
    for report in reports:
        book.add(report)
    return {finding.promise.code: finding for finding in book.result("target").findings}


def test_a_failure_is_booked_under_the_promise_that_it_breaks_and_no_other():
    broken = BrokenPromises({"SC104": "about another"}, "again: curl")
    found = _verdicts(_report(broken, seen=["SC103", "SC104"]), _report(seen=["SC107"]))
    assert {code: finding.verdict for code, finding in found.items()} == {
        "SC101": Verdict.KEPT,
        "SC103": Verdict.KEPT,
        "SC104": Verdict.BROKEN,
        "SC105": Verdict.NOT_TESTABLE,
        "SC106": Verdict.NOT_TESTABLE,
        "SC107": Verdict.KEPT,
        "SC108": Verdict.NOT_TESTABLE,
    }
    assert found["SC105"].untested == ("nothing came for it to look at",)
    assert "about another" in found["SC104"].failures[0].message


def test_what_is_no_broken_promise_of_a_check_breaks_that_of_the_test():
    several = ExceptionGroup("several", [BrokenPromises({"SC106": "torn"}, ""), AssertionError("wrong status")])
    assert {code for code, one in _verdicts(_report(several)).items() if one.failures} == {"SC101", "SC106"}
    assert {code for code, one in _verdicts(_report(AssertionError("wrong"))).items() if one.failures} == {"SC101"}
    assert _verdicts(_report(outcome="skipped"))["SC107"].untested == ("no time",)


def test_a_name_that_a_path_has_escaped_is_the_name():
    document = {"id": ":", "metadata": {}}
    names = {"corpus_key": "c", "document_id": "%3A"}
    assert judged(answer("getCorpusDocument", 200, document, names=names))[0] == {}
    missing = {"messages": ["No."], "request_id": "req_1", "id": ":"}
    refused = answer("getCorpusDocument", 404, missing, names=names, headers={"x-request-id": "req_1"})
    assert judged(refused)[0] == {}
    assert "SC104" in judged(answer("getCorpusDocument", 200, {**document, "id": ";"}, names=names))[0]


def test_a_stream_that_was_not_read_to_its_end_shows_nothing_about_its_order():
    assert judged(answer("createAgentInput", 201, None, sent={"since": "start"})) == ({}, set())

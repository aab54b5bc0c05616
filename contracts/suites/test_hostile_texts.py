"""Hostile texts: what is accepted comes back as it is, what is not is refused; no text breaks a stream or another object."""

import json
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.checks.order import faults_against_store, faults_of_stream, texts_of
from contracts.client import Api, Json, events_path, message, of_type, session_path
from contracts.credentials import Credentials, UnavailableError
from contracts.document import event_order
from contracts.hostile.fields import TEXT_FIELDS, TextField, sent
from contracts.hostile.texts import FRAME_LIKE, HOSTILE, is_text
from contracts.places import Places
from contracts.promises import keeps
from contracts.sse import frames
from contracts.world import RunWorld

PLAIN = "plain words"
DEEPEST_LEAVES = 12
texts = st.sampled_from(sorted(filter(is_text, HOSTILE.values()))) | st.text(max_size=12)
trees = st.recursive(
    texts | st.booleans() | st.none() | st.integers(-(2**53), 2**53) | st.integers(-999, 999).map(lambda number: number / 8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=DEEPEST_LEAVES,
)


@pytest.fixture(scope="module")
def objects(world: RunWorld, credentials: Credentials) -> Places:
    """One object of each kind for all tests."""
    return Places(world, credentials)


@keeps("SC802")
@pytest.mark.parametrize("field", TEXT_FIELDS, ids=str)
def test_a_text_is_given_back_as_it_is_or_refused(api: Api, objects: Places, field: TextField):
    try:
        path = field.at(objects)
    except UnavailableError as reason:
        pytest.skip(str(reason))
    assert sent(api, "PATCH", path, field.body(PLAIN)).status_code == 200
    before = PLAIN
    for name, text in HOSTILE.items():
        answer = sent(api, "PATCH", path, field.body(text))
        assert answer.is_success or answer.is_client_error, f"{name}: {answer.status_code} {answer.text[:200]}"
        if answer.is_success:
            assert field.shown(answer.json()) == text, f"{name}: in the answer"
            before = text
        read = field.shown(api.call("GET", path, expect=200).json())
        assert read == before, f"{name}: read back, {'accepted' if answer.is_success else 'refused'}"


@keeps("SC802")
def test_metadata_of_any_shape_is_given_back_as_it_is_or_refused(world: RunWorld, api: Api, pytestconfig: pytest.Config):
    path = session_path(world.session(world.agent()))

    @settings(max_examples=int(pytestconfig.getoption("--max-examples")))
    @given(st.dictionaries(texts, trees, max_size=4))
    def comes_back(metadata: Json) -> None:
        before = api.call("GET", path, expect=200).json()
        answer = sent(api, "PATCH", path, {"metadata": metadata})
        assert answer.is_success or answer.is_client_error, f"{answer.status_code} {answer.text[:200]}"
        expected = before | ({"metadata": metadata} if answer.is_success else {})
        assert _exactly(api.call("GET", path, expect=200).json()) == _exactly(expected)

    comes_back()


@keeps("SC802")
@pytest.mark.parametrize("form", ["json", "stream"])
def test_a_message_is_given_back_as_it_is_or_refused(world: RunWorld, api: Api, form: str):
    session = world.session(world.agent())
    accepted = _told(api, session, list(HOSTILE.values()), streams=form == "stream")
    listed = [part["content"] for event in of_type(api.events(session), "input_message") for part in event["messages"]]
    assert listed == accepted
    assert accepted, "no text is taken"


def _told(api: Api, session: Json, parts: list[str], *, streams: bool) -> list[str]:
    """Send texts as parts of one message; where that is refused, halves of it. Return what was accepted."""
    messages = [{"type": "text", "content": text} for text in parts]
    body = {"type": "input_message", "messages": messages, "stream_response": streams}
    answer = sent(api, "POST", events_path(session), body)
    assert answer.is_success or answer.is_client_error, f"{answer.status_code} {answer.text[:200]}"
    if answer.is_success:
        told = [frame.data for frame in frames([answer.content])] if streams else answer.json()["events"]
        inputs = of_type(told, "input_message")
        assert [event["messages"] for event in inputs] in ([], [messages])
        return parts
    half = len(parts) // 2
    return [text for side in (parts[:half], parts[half:]) if half for text in _told(api, session, side, streams=streams)]


@keeps("SC804")
@pytest.mark.parametrize("name", FRAME_LIKE)
def test_no_text_breaks_a_stream(world: RunWorld, api: Api, name: str):
    text = FRAME_LIKE[name]
    agent = world.agent(tools=world.search_tool({"query": {"$ref": "session.metadata.text"}}))
    key = world.key("session")
    made = sent(api, "POST", f"/v2/agents/{agent['key']}/sessions", {"key": key, "name": text, "metadata": {"text": text}})
    if made.is_client_error:
        pytest.skip(f"the target refuses such a text with {made.status_code}")
    session, before = made.json(), list[Json]()
    for said in (f"Search the documents: how is a password reset, and what is {text}", "What did I ask you before?"):
        with api.open(session, message(said)) as stream:
            seen = stream.rest()
        before += _held(api, session, seen, since=len(before))
    inputs, outputs = of_type(before, "input_message"), of_type(before, "tool_output")
    assert text in inputs[0]["messages"][0]["content"]
    assert [output["resolved_argument_overrides"] for output in outputs] == [{"query": text}] * len(outputs)


@keeps("SC804")
def test_no_output_of_a_tool_breaks_a_stream(world: RunWorld, api: Api):
    rule = "For each message of the user call lookup exactly once, then say what was returned."
    agent = world.agent(instructions=[rule], tools={"lookup": {"type": "client", "tool_id": world.tool()["id"]}})
    session = world.session(agent)
    pending = of_type(api.say(session, "Please call lookup now."), "client_tool_pending")
    if not pending:
        pytest.skip("the agent did not call its client tool")
    before, found = api.events(session, include_hidden="true"), dict(FRAME_LIKE)
    outputs = [{"type": "success", "event_id": call["event_id"], "output": found} for call in pending[0]["pending_calls"]]
    with api.open(session, {"type": "tool_output", "tool_outputs": outputs}) as stream:
        seen = stream.rest()
    behind = _held(api, session, seen, since=len(before))
    assert [event["tool_output"] for event in of_type(behind, "tool_output")][: len(outputs)] == [found] * len(outputs)


def _held(api: Api, session: Json, seen: list[Json], *, since: int) -> list[Json]:
    """Hold what a stream sent against what is stored behind so many events, and return that."""
    order = event_order()
    assert list(faults_of_stream(seen, order)) == []
    stored = api.events(session, include_hidden="true")[since:]
    assert list(faults_against_store(seen, stored, order)) == []
    answers = [answer.content for answer in texts_of(seen, order) if answer.type == "agent_output"]
    assert answers == [event["content"] for event in of_type(stored, "agent_output")]
    return stored


@keeps("SC805")
def test_a_hostile_text_keeps_no_other_object_from_being_found(world: RunWorld, api: Api):
    agent = world.agent()
    path = f"/v2/agents/{agent['key']}/sessions"
    plain = world.session(agent, name=PLAIN, metadata={"word": PLAIN})
    by_text = {PLAIN: plain["key"]}
    for text in HOSTILE.values():
        body = {"key": world.key("session"), "name": text, "metadata": {"word": text}}
        if sent(api, "POST", path, body).is_success:
            by_text[text] = str(body["key"])
    for limit in (1, 7, 100):
        listed = [session["key"] for session in api.sessions(agent["key"], limit=limit)]
        assert sorted(listed) == sorted(by_text.values()), f"with limit {limit}"
    assert [session["key"] for session in api.sessions(agent["key"], filter=PLAIN)] == [plain["key"]]
    for text in filter(is_text, (PLAIN, *HOSTILE.values())):
        for asked in {text: None, text.strip(): None, f" {text}": None, normalize("NFC", text): None}:
            _found_alone(api, path, asked, [by_text[asked]] if asked in by_text else [])
    assert api.session(agent["key"], plain["key"]) == plain
    assert of_type(api.say(plain, "Hello there!"), "agent_output")


def _found_alone(api: Api, path: str, text: str, expected: list[str]) -> None:
    """A filter for a text finds the object that has it, none that has a similar one, or is refused."""
    quoted = text.replace("'", "''")
    answer = api.ask("GET", path, params={"metadata_filter": f"word = '{quoted}'", "limit": 100})
    assert answer.is_success or answer.is_client_error, f"{text!r}: {answer.status_code}"
    if answer.is_success:
        assert [session["key"] for session in answer.json()["sessions"]] == expected, repr(text)


def _exactly(value: Any) -> str:
    return json.dumps(value, sort_keys=True)

"""Interrupts that come before the turn has said a word: what the caller gave is stored all the same."""

import io
import json

import pytest

from tests.arrange import Api, frames, of_type

INTERRUPT = {"type": "interrupt"}


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def session(api):
    return api.session("/v2/agents/workbench-agent", key="s1")


def kinds(events):
    return [event["type"] for event in events]


def rest(response):
    found = frames(b"".join(response.response))
    response.close()
    return found


def interrupted(api, session):
    assert api.call("POST", f"{session}/events", INTERRUPT).status_code == 201


def test_a_message_is_stored_though_its_turn_is_interrupted_at_once(api, session):
    response = api.open_stream(session, "Hello!")

    interrupted(api, session)

    assert kinds(rest(response)) == ["input_message", "session_interrupted", "end"]
    assert kinds(api.events(session)) == ["input_message"]


def test_files_their_message_and_the_skill_that_it_asks_for_are_stored(api, session):
    messages = [{"type": "text", "content": "Read it."}, {"type": "skill", "skill_name": "tea-ceremony"}]
    form = {"messages": json.dumps(messages), "files": (io.BytesIO(b"abc"), "a.txt"), "stream_response": "true"}
    response = api.call("POST", f"{session}/events", data=form, buffered=False)

    interrupted(api, session)

    given = ["artifact_upload", "input_message", "skill_load"]
    assert kinds(rest(response)) == [*given, "session_interrupted", "end"]
    assert kinds(api.events(session)) == given


def test_outputs_of_client_tools_are_stored(api):
    session = api.session(metadata={"mock.scenario": "client_tool_pending"}, key="s1")
    (call,) = api.turn(session, "Hello!")[-1]["pending_calls"]
    outputs = [{"type": "success", "event_id": call["event_id"], "output": {"table": "T-001"}}]
    body = {"type": "tool_output", "tool_outputs": outputs, "stream_response": True}
    response = api.call("POST", f"{session}/events", body, buffered=False)

    interrupted(api, session)

    assert kinds(rest(response)) == ["tool_output", "session_interrupted", "end"]
    assert of_type(api.events(session), "tool_output")[0]["tool_output"] == {"table": "T-001"}


def test_an_input_that_waited_is_stored_though_its_own_turn_is_interrupted_at_once(api, session):
    response = api.open_stream(session, "One")
    next(response.response)
    waiting = api.open_stream(session, "Two", since="start")

    interrupted(api, session)
    interrupted(api, session)

    assert kinds(rest(waiting)) == ["input_message", "session_interrupted"] * 2 + ["end"]
    assert [event["messages"][0]["content"] for event in api.events(session)] == ["One", "Two"]
    rest(response)

"""Turns whose session is removed while they run."""

import pytest

from tests.arrange import Api, assert_refused, frames

GONE = [{"type": "error", "messages": ["Session s1 was deleted while it ran."]}, {"type": "end"}]


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def agent(api):
    return api.agent("a1")


@pytest.fixture
def session(api, agent):
    return api.session(agent, key="s1")


def opened(api, session, *, read):
    response = api.open_stream(session, "Hello!")
    assert response.status_code == 201, response.text
    return response, [frame for _ in range(read) for frame in frames(next(response.response))]


def rest(response):
    found = frames(b"".join(response.response))
    response.close()
    return found


@pytest.mark.parametrize("read", [1, 3], ids=["before the first word", "in mid-sentence"])
@pytest.mark.parametrize("removed", ["session", "agent"])
def test_a_removed_session_ends_its_stream_at_once(api, agent, session, removed, read):
    response, _ = opened(api, session, read=read)

    assert api.call("DELETE", session if removed == "session" else agent).status_code == 204

    assert rest(response) == GONE


def test_what_waits_behind_the_turn_of_a_removed_session_ends_too(api, session):
    response, _ = opened(api, session, read=2)
    waiting = api.open_stream(session, "Hello again!", since="start")

    api.call("DELETE", session)

    assert rest(waiting)[-2:] == GONE
    assert rest(response) == GONE


def test_a_later_session_of_the_same_key_has_nothing_of_the_turn(api, agent, session):
    response, _ = opened(api, session, read=2)
    api.call("DELETE", session)
    later = api.session(agent, key="s1")

    assert [event["type"] for event in api.turn(later, "Hello!")] == ["input_message", "agent_output"]
    assert rest(response) == GONE
    assert len(api.events(later)) == 2


def test_other_sessions_go_on(api, agent, session):
    other, seen = opened(api, api.session(agent, key="s2"), read=2)

    api.call("DELETE", session)

    assert [frame["type"] for frame in (seen + rest(other))[-2:]] == ["context_consumed", "end"]


def test_outputs_that_come_while_the_turn_runs_are_not_told_to_queue(api):
    session = api.session(metadata={"mock.scenario": "client_tool_pending"}, key="s1")
    (call,) = api.turn(session, "Hello!")[-1]["pending_calls"]
    outputs = [{"type": "error", "event_id": call["event_id"], "error": "no"}]
    body = {"type": "tool_output", "tool_outputs": outputs, "stream_response": True}
    running = api.call("POST", f"{session}/events", body, buffered=False)
    next(running.response)

    refused = api.call("POST", f"{session}/events", body)

    assert_refused(refused, 409, "SM320", messages=["Session s1 is running a turn; wait for its end."])
    running.close()

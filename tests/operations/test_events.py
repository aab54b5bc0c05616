import pytest

from mockserver.app import create_app
from mockserver.settings import Settings
from tests.arrange import SEARCH, Api, agent_body, answer, assert_refused, frames, of_type

AGENT = "/v2/agents/support-agent"


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def session(api):
    return api.session(key="s1", metadata={"user_role": "premium", "language": "en"})


def test_a_turn_answers_with_its_stored_events(api, session):
    events = api.turn(session)

    assert events == api.events(session)
    assert [api.get(f"{session}/events/{event['id']}").json for event in events] == events


def test_a_turn_leaves_the_session_stopped_with_its_usage(api, session):
    api.turn(session)

    after = api.get(session).json
    usage = after["session_context_usage"]
    assert after["status"] == "stopped"
    assert usage["total_tokens"] == usage["input_tokens"]["count"] + usage["output_tokens"]["count"]


def test_a_message_without_a_type_is_a_message(api, session):
    assert api.say(session).json["events"][0]["type"] == "input_message"


def test_stream_and_json_tell_the_same(api, app):
    body = {"user_role": "premium"}
    whole = api.turn(api.session(key="s1", metadata=body))
    stored = {event["id"]: event for event in whole}
    api.reset()
    streamed = frames(api.say(api.session(key="s1", metadata=body), stream_response=True).data)

    kinds = list(dict.fromkeys(frame["type"] for frame in streamed))
    assert kinds == [
        "input_message",
        "streaming_thinking",
        "streaming_thinking_end",
        "tool_input",
        "tool_output",
        "streaming_agent_output",
        "streaming_agent_output_end",
        "context_consumed",
        "end",
    ]
    assert [frame for frame in streamed if "id" in frame] == [stored[frame["id"]] for frame in streamed if "id" in frame]
    assert "".join(frame["content"] for frame in of_type(streamed, "streaming_agent_output")) == answer(whole)
    assert of_type(streamed, "streaming_agent_output_end")[0]["event_id"] == whole[-1]["id"]
    assert api.events("/v2/agents/support-agent/sessions/s1") == whole


def test_a_stream_is_sent_as_server_sent_events(api, session):
    response = api.say(session, stream_response=True)

    assert response.status_code == 201
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.data.isascii()
    assert response.data.startswith(b"event: input_message\ndata: {")
    assert response.data.endswith(b'event: end\ndata: {"type":"end"}\n\n')


def test_a_stream_is_paced_by_the_clock(clock):
    api = Api(create_app(Settings(physics="tokens_per_second=2"), clock=clock))
    started = clock.now()

    streamed = frames(api.say(api.session(), "Hello!", stream_response=True).data)

    pieces = of_type(streamed, "streaming_agent_output")
    assert (clock.now() - started).total_seconds() == 0.5 * len(pieces) > 0


@pytest.mark.parametrize("read", [0, 1, 5])
def test_a_dropped_stream_still_stores_the_turn(api, session, read):
    whole = api.turn(api.session(key="twin", metadata={"user_role": "premium", "language": "en"}))
    response = api.open_stream(session)
    for _ in range(read):
        next(response.response)

    response.close()

    assert [event["type"] for event in api.events(session)] == [event["type"] for event in whole]
    assert answer(api.events(session)) == answer(whole)
    assert api.get(session).json["status"] == "stopped"


def test_a_session_runs_while_its_stream_is_open_and_takes_no_second_turn(api, session):
    response = api.open_stream(session)
    next(response.response)

    assert api.get(session).json["status"] == "running"
    assert_refused(api.say(session), 409, "SM320")

    response.close()
    assert api.say(session).status_code == 201


@pytest.mark.parametrize("path", ["/v2/agents/a1", "/v2/agents/a1/sessions/s1"], ids=["agent", "session"])
def test_a_stream_whose_session_is_deleted_ends_with_an_error(api, path):
    session = api.session(api.agent("a1", tools={"search": SEARCH}), key="s1")
    response = api.open_stream(session)
    next(response.response)

    api.call("DELETE", path)

    rest = frames(b"".join(response.response))
    assert rest[-2:] == [{"type": "error", "messages": ["Session s1 was deleted while it ran."]}, {"type": "end"}]
    response.close()


def test_a_later_session_of_the_same_key_is_left_alone_by_an_older_stream(api, session):
    response = api.open_stream(session)
    next(response.response)
    api.call("DELETE", session)
    api.session(key="s1")

    response.close()

    assert api.events(session) == []
    assert api.get(session).json["status"] == "unstarted"


@pytest.mark.parametrize(
    ("agent", "code", "says"),
    [
        pytest.param({"template": "a\n #if($x) b"}, "SM401", "line 2, column 2: this #if has no #end", id="template"),
        pytest.param(
            {"tools": {"search": {**SEARCH, "argument_override": {"query": {"$ref": "session.metadata.gone"}}}}},
            "SM402",
            "tool 'search': unresolved refs [session.metadata.gone]",
            id="reference",
        ),
        pytest.param(
            {"tools": {"search": {**SEARCH, "argument_override": {"query": "#if($x)"}}}}, "SM401", "has no #end", id="override"
        ),
    ],
)
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "json"])
@pytest.mark.parametrize("started", [True, False], ids=["later turn", "first turn"])
def test_a_refused_turn_stores_nothing(api, agent, code, says, stream, started):
    session = api.session(api.agent("a1"), key="s1")
    if started:
        api.turn(session)
    api.call("PUT", "/v2/agents/a1", agent_body("a1", **agent))
    before = api.state()

    response = api.say(session, stream_response=stream)

    assert_refused(response, 422, code)
    assert says in response.json["messages"][0]
    assert api.state() == before


def test_a_refused_turn_does_not_count(api):
    reference = {**SEARCH, "argument_override": {"query": {"$ref": "session.metadata.q"}}}
    agent = api.agent("a1", tools={"search": reference})
    refused = api.session(agent, key="s1")
    assert api.say(refused).status_code == 422
    api.call("PATCH", refused, {"metadata": {"q": "delivery"}})
    events = api.turn(refused)
    api.call("DELETE", refused)

    assert api.turn(api.session(agent, key="s1", metadata={"q": "delivery"})) == events


def test_a_disabled_session_takes_no_input_but_can_be_read(api, session):
    api.turn(session)
    api.call("PATCH", session, {"enabled": False})

    assert_refused(api.say(session), 400, "SM321", field_errors={"enabled": "is false"})
    assert len(api.events(session)) == 5


def test_a_disabled_agent_takes_no_input(api):
    session = api.session(api.agent("a1"))
    api.call("PATCH", "/v2/agents/a1", {"enabled": False})

    assert_refused(api.say(session), 400, "SM322")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({"type": "compact", "compact_up_to_event_id": "aev_gone"}, 400, "SM410", id="compact up to nothing"),
        pytest.param({"type": "tool_output", "tool_outputs": []}, 400, "SM404", id="tool output"),
        pytest.param({"messages": [{"type": "skill", "skill_name": "z"}]}, 400, "SM403", id="unknown skill"),
        pytest.param({"messages": [{"type": "text", "content": "x"}], "since": "aev_gone"}, 400, "SM405", id="unknown since"),
    ],
)
def test_an_input_that_cannot_be_taken_stores_nothing(api, session, body, status, code):
    before = api.state()

    response = api.call("POST", f"{session}/events", body)

    assert_refused(response, status, code)
    assert api.state() == before


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "json"])
def test_an_interrupt_of_an_idle_session_finds_nothing_to_stop(api, session, stream):
    response = api.call("POST", f"{session}/events", {"type": "interrupt", "stream_response": stream})

    assert response.status_code == 201
    assert (frames(response.data) if stream else response.json) == (
        [{"type": "end"}] if stream else {"events": [], "session_key": "s1"}
    )


def test_since_answers_with_the_events_behind_it(api, session):
    first = api.turn(session)

    again = api.say(session, "Hello!", since=first[2]["id"]).json["events"]

    assert again[:2] == first[3:]
    assert again == api.events(session)[3:]


def test_since_start_answers_with_everything(api, session):
    api.turn(session)

    assert api.say(session, "Hello!", since="start").json["events"] == api.events(session)


def test_a_hidden_event_is_listed_only_on_demand(api, session):
    events = api.turn(session)
    target = events[1]

    assert api.call("POST", f"{session}/events/{target['id']}/hide").json == target

    assert api.events(session) == events[:1] + events[2:]
    for value in ("true", "True", "TRUE"):
        assert api.events(session, include_hidden=value) == events
    assert api.get(f"{session}/events/{target['id']}").json == target


@pytest.mark.parametrize("times", [1, 2])
def test_an_unhidden_event_is_back(api, session, times):
    events = api.turn(session)
    api.call("POST", f"{session}/events/{events[0]['id']}/hide")
    for _ in range(times):
        assert api.call("POST", f"{session}/events/{events[0]['id']}/unhide").json == events[0]

    assert api.events(session) == events


def test_a_deleted_event_is_gone(api, session):
    events = api.turn(session)
    path = f"{session}/events/{events[0]['id']}"

    assert api.call("DELETE", path).status_code == 204

    assert api.events(session) == events[1:]
    for method, where in (("GET", path), ("DELETE", path), ("POST", f"{path}/hide"), ("POST", f"{path}/unhide")):
        assert_refused(api.call(method, where), 404, "SM303", id=events[0]["id"])


def test_an_event_of_another_session_is_not_found(api, session):
    events = api.turn(session)
    other = api.session(key="s2")

    assert_refused(api.get(f"{other}/events/{events[0]['id']}"), 404, "SM303", id=events[0]["id"])


def test_events_come_page_by_page(api, session):
    events = api.turn(session) + api.turn(session, "Hello!")

    first = api.get(f"{session}/events", limit=4).json
    second = api.get(f"{session}/events", limit=4, page_key=first["metadata"]["page_key"]).json

    assert first["events"] + second["events"] == events
    assert second["metadata"] == {}

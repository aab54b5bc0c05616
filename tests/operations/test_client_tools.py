"""Client tools: the turn waits for what the caller's own tools return, then goes on."""

import pytest

from tests.arrange import Api, answer, assert_refused, frames, of_type, search_tool

SCHEMA = {"type": "object", "properties": {"celsius": {"type": "number"}}, "required": ["celsius"]}
TOOL = {"type": "client", "tool_id": "tol_get_location", "argument_override": {"token": {"$ref": "session.secrets.t"}}}


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def session(api):
    """Make a session whose agent has a tool that runs at the caller's, with a pinned secret."""
    agent = api.agent("a1", tools={"get_location": TOOL})
    return api.session(agent, key="s1", secrets={"t": "s3cret"})


@pytest.fixture
def waiting(api, session):
    """Let the turn come to the call; return the session and the call."""
    pending = of_type(api.turn(session, "Please use get location."), "client_tool_pending")
    return session, pending[0]["pending_calls"][0]


def outputs(api, session, *given, **more):
    return api.call("POST", f"{session}/events", {"type": "tool_output", "tool_outputs": list(given), **more})


def success(call, **output):
    return {"type": "success", "event_id": call["event_id"], "output": output or {"latitude": 48.1, "longitude": 11.6}}


def outstanding(api, session):
    return api.get(f"{session}/outstanding_client_tool_calls").json["client_tool_calls"]


def test_a_turn_waits_for_a_client_tool(api, session):
    events = api.turn(session, "Please use get location.")

    assert [event["type"] for event in events if event["type"] != "thinking"] == [
        "input_message",
        "tool_input",
        "client_tool_pending",
    ]
    (called,) = of_type(events, "tool_input")
    (pending,) = events[-1]["pending_calls"]
    assert pending["event_id"] == called["id"]
    assert "token" not in called["tool_input"]
    assert pending["arguments"] == {**called["tool_input"], "token": "s3cret"}
    assert called["argument_override_paths"] == ["token"]
    assert api.get(session).json["status"] == "stopped"
    assert outstanding(api, session) == [pending]


def test_what_waits_is_never_listed_among_the_events(api, waiting):
    session, _ = waiting

    assert "client_tool_pending" not in {event["type"] for event in api.events(session, include_hidden="true")}


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "json"])
def test_the_turn_goes_on_with_the_output(api, waiting, stream):
    session, call = waiting

    response = outputs(api, session, success(call), stream_response=stream)

    events = frames(response.data) if stream else response.json["events"]
    (returned,) = of_type(events, "tool_output")
    stored = of_type(api.events(session), "tool_output")
    assert events[0] == returned == stored[0]
    assert (returned["tool_output"], returned["error"]) == ({"latitude": 48.1, "longitude": 11.6}, False)
    assert returned["resolved_argument_overrides"] == {"token": "****"}
    assert returned["tool_call_id"] == of_type(api.events(session), "tool_input")[0]["tool_call_id"]
    assert "48.1" in answer(api.events(session))
    assert outstanding(api, session) == []
    assert "s3cret" not in str(api.events(session))


def test_a_failure_of_the_callers_tool_is_an_output_too(api, waiting):
    session, call = waiting

    events = outputs(api, session, {"type": "error", "event_id": call["event_id"], "error": "no permission"}).json["events"]

    (returned,) = of_type(events, "tool_output")
    assert (returned["tool_output"], returned["error"]) == ({"error": "no permission"}, True)
    assert events[-1]["type"] == "agent_output"


@pytest.mark.parametrize("given", ["unknown", "none", "twice", "of an event that is no call"])
def test_outputs_that_do_not_match_the_calls_are_refused_and_nothing_is_stored(api, waiting, given):
    session, call = waiting
    before = api.state()
    sent = {
        "unknown": [{**success(call), "event_id": "aev_gone"}, success(call)],
        "none": [],
        "twice": [success(call), success(call)],
        "of an event that is no call": [success(call), {**success(call), "event_id": api.events(session)[0]["id"]}],
    }[given]

    response = outputs(api, session, *sent)

    assert_refused(response, 400, "SM404")
    assert response.json["field_errors"]
    assert api.state() == before
    assert outstanding(api, session) == [call]


def test_an_output_is_held_against_the_schema_of_its_tool(api, waiting):
    session, call = waiting
    before = api.state()

    response = outputs(api, session, success(call, latitude="north"))

    assert_refused(response, 400, "SM407")
    assert response.json["field_errors"] == {
        "/tool_outputs/0/output/latitude": "must be of type number",
        "/tool_outputs/0/output/longitude": "is required",
    }
    assert api.state() == before


@pytest.mark.parametrize("more", [{}, {"since": "start"}], ids=["plain", "since"])
def test_a_session_that_waits_takes_no_message(api, waiting, more):
    session, call = waiting

    refused = api.say(session, "Hello!", **more)

    assert_refused(refused, 409, "SM319")
    assert call["event_id"] in refused.json["messages"][0]


def test_an_interrupt_gives_up_what_is_waited_for(api, waiting):
    session, call = waiting

    events = api.call("POST", f"{session}/events", {"type": "interrupt"}).json["events"]

    assert [event["type"] for event in events] == ["session_interrupted"]
    assert outstanding(api, session) == []
    assert_refused(outputs(api, session, success(call)), 400, "SM404")
    assert answer(api.turn(session, "Hello!"))


def test_a_compaction_leaves_what_is_waited_for(api, waiting):
    session, call = waiting
    last = api.events(session)[-1]["id"]

    (compaction,) = api.call("POST", f"{session}/events", {"type": "compact", "compact_up_to_event_id": last}).json["events"]

    assert compaction["events_compacted"] == 2
    assert outstanding(api, session) == [call]
    assert [event["type"] for event in api.events(session)] == ["tool_input", "compaction"]
    answered = outputs(api, session, success(call)).json["events"]
    assert answered[0]["tool_call_id"] == api.events(session)[0]["tool_call_id"]


def test_an_output_without_a_call_is_refused(api, session):
    response = outputs(api, session, {"type": "success", "event_id": "aev_1", "output": {}})

    assert_refused(response, 400, "SM404")


def test_a_scenario_goes_on_behind_its_client_tools(api):
    session = api.session(metadata={"mock.scenario": "client_tool_pending"}, key="s1")
    first = api.turn(session, "Hello!")
    calls = first[-1]["pending_calls"]

    then = outputs(api, session, *({"type": "error", "event_id": call["event_id"], "error": "x"} for call in calls)).json[
        "events"
    ]

    assert [event["type"] for event in then] == ["tool_output"] * len(calls) + ["agent_output"]


def test_the_tool_is_asked_again_in_a_later_turn(api, waiting):
    session, call = waiting
    outputs(api, session, success(call))

    again = api.turn(session, "Please use get location again.")

    assert again[-1]["type"] == "client_tool_pending"
    assert again[-1]["pending_calls"][0]["event_id"] != call["event_id"]


def opened(api, session, text, **more):
    """Open a stream and read its first frame."""
    response = api.open_stream(session, text, **more)
    assert frames(next(response.response))
    return response


def test_a_message_that_waited_behind_a_turn_that_waits_is_refused_and_the_call_still_waits(api, session):
    response = opened(api, session, "Please use get location.")

    refused = api.say(session, "Hello!", since="start")

    assert_refused(refused, 409, "SM319")
    (call,) = outstanding(api, session)
    assert len(of_type(api.events(session), "input_message")) == 1
    assert outputs(api, session, success(call)).status_code == 201
    response.close()


def test_a_turn_that_goes_on_takes_messages_again(api, waiting):
    session, call = waiting
    body = {"type": "tool_output", "tool_outputs": [success(call)], "stream_response": True}
    response = api.call("POST", f"{session}/events", body, buffered=False)
    assert frames(next(response.response))[0]["type"] == "tool_output"
    assert outstanding(api, session) == []

    answered = api.say(session, "Hello!", since="start").json["events"]

    assert [event["type"] for event in answered[-3:]] == ["agent_output", "input_message", "agent_output"]
    response.close()


def test_the_answer_takes_up_what_the_agents_own_tools_gave_before(api):
    agent = api.agent("a1", tools={"get_location": TOOL, "search": search_tool()})
    session = api.session(agent, key="s1", secrets={"t": "s3cret"})
    events = api.turn(session, "How do I reset my password? Use get location, too.")
    (found,) = of_type(events, "tool_output")
    (call,) = outstanding(api, session)

    outputs(api, session, success(call))

    words = answer(api.events(session))
    assert found["tool_output"]["search_results"][0]["text"].split(".")[0] in words
    assert "48.1" in words
    assert len(of_type(api.events(session), "tool_input")) == 2


def test_a_tool_that_needs_the_output_of_the_callers_tool_is_called_behind_it(api):
    pinned = {"url": {"$ref": "tools.get_location.outputs.latest.address"}}
    agent = api.agent("a1", tools={"get_location": TOOL, "web_get": {"type": "web_get", "argument_override": pinned}})
    session = api.session(agent, key="s1", secrets={"t": "s3cret"})
    (call,) = api.turn(session, "Get location, then web get.")[-1]["pending_calls"]

    events = outputs(api, session, success(call, latitude=1, longitude=2, address="https://inn.example/")).json["events"]

    assert [event["type"] for event in events] == ["tool_output", "tool_input", "tool_output", "agent_output"]
    assert events[2]["resolved_argument_overrides"] == {"url": "https://inn.example/"}
    assert events[2]["error"] is False

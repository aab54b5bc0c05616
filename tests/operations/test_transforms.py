"""jq transforms of a tool within a turn: what they change, and that a bad one is the tool's failure, not the request's."""

import pytest

from tests.arrange import Api, answer, assert_refused, of_type, search_tool


@pytest.fixture
def api(app):
    return Api(app)


def searched(api, message="I forgot my password. Can you help?", **tool):
    """Let an agent with one search answer; return its call, its output and all events."""
    agent = api.agent(tools={"search": {**search_tool(), **tool}})
    events = api.turn(api.session(agent, metadata={"topic": "delivery"}), message)
    (called,), (output,) = of_type(events, "tool_input"), of_type(events, "tool_output")
    return called, output, events


def test_events_show_the_arguments_before_the_transform(api):
    program = '{query: (.session.metadata.topic + " " + .args.query)}'

    called, output, _ = searched(api, "times", input_transform=program)

    assert called["tool_input"] == {"query": "times"}
    assert output["tool_output"]["search_results"][0]["document_id"] == "doc-basic-shipping"


def test_the_model_sees_what_the_output_transform_makes(api):
    _, output, _ = searched(api, output_transform="{search_results: .search_results[0:1]}")

    assert len(output["tool_output"]["search_results"]) == 1


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("input_transform", ".a | ("),
        ("output_transform", ".a | ("),
        ("input_transform", 'import "a" as a; .'),
        ("output_transform", "def f: f; f"),
    ],
)
def test_a_bad_transform_is_told_to_the_agent_and_the_turn_ends(api, name, program):
    _, output, events = searched(api, **{name: program})

    assert output["error"] is True
    assert output["tool_output"]["error"].startswith(f"INVALID_ARGUMENT: {name} failed: ")
    assert "did not work" in answer(events)


CLIENT = {"type": "client", "tool_id": "tol_get_location"}


def asking(**transforms):
    """Give a tool that asks the support agent."""
    return {"type": "sub_agent", "sub_agent_configuration": {"agent_key": "support-agent"}, **transforms}


def asked(api, **transforms):
    agent = api.agent(tools={"colleague": asking(**transforms)})
    events = api.turn(api.session(agent, key="s1", metadata={"topic": "delivery"}), "Ask the colleague: times")
    return of_type(events, "tool_input")[0], of_type(events, "tool_output")[-1]


def test_another_agent_gets_the_message_that_the_transform_makes(api):
    called, output = asked(api, input_transform='{message: ("On " + .session.metadata.topic + ": how long?")}')

    child = output["tool_output"]["session_key"]
    (heard,) = of_type(api.events(f"/v2/agents/support-agent/sessions/{child}"), "input_message")
    assert heard["messages"] == [{"type": "text", "content": "On delivery: how long?"}]
    assert called["tool_input"]["message"] != "On delivery: how long?"


def test_the_answer_of_another_agent_is_transformed(api):
    _, output = asked(api, output_transform="{answer: .sub_agent_response, keys: keys}")

    assert set(output["tool_output"]) == {"answer", "keys"}
    assert output["tool_output"]["keys"] == ["session_key", "sub_agent_response"]


@pytest.mark.parametrize(
    ("name", "program", "problem"),
    [
        ("input_transform", "[.args]", "INVALID_ARGUMENT: input_transform must give an object of arguments, not a list"),
        ("input_transform", "{}", "INVALID_ARGUMENT: message must be a text that is not empty"),
        ("input_transform", ".a | (", "INVALID_ARGUMENT: input_transform failed: "),
        ("output_transform", 'error("no")', "INVALID_ARGUMENT: output_transform failed: "),
    ],
)
def test_a_bad_transform_of_a_sub_agent_is_the_tools_failure(api, name, program, problem):
    _, output = asked(api, **{name: program})

    assert output["error"] is True
    assert output["tool_output"]["error"].startswith(problem)


def waiting(api, secrets=None, **tool):
    agent = api.agent(tools={"get_location": {**CLIENT, **tool}})
    session = api.session(agent, key="s1", metadata={"unit": "miles"}, secrets=secrets or {})
    return session, api.turn(session, "Get location, please.")


def returned(api, session, events, output):
    (call,) = events[-1]["pending_calls"]
    given = {"type": "success", "event_id": call["event_id"], "output": output}
    answered = api.call("POST", f"{session}/events", {"type": "tool_output", "tool_outputs": [given]}).json["events"]
    return of_type(answered, "tool_output")[0]


def test_the_caller_is_handed_the_arguments_that_the_transform_makes(api):
    secret = {"token": {"$ref": "session.secrets.t"}}
    program = "{unit: .session.metadata.unit, token: .args.token, asked: (.args | keys)}"

    _, events = waiting(api, {"t": "s3cret"}, argument_override=secret, input_transform=program)

    (call,) = events[-1]["pending_calls"]
    (called,) = of_type(events, "tool_input")
    assert call["arguments"] == {"unit": "miles", "token": "s3cret", "asked": sorted([*called["tool_input"], "token"])}
    assert "unit" not in called["tool_input"]
    assert "s3cret" not in str(called)


def test_the_callers_output_is_held_against_the_schema_then_transformed(api):
    session, events = waiting(api, output_transform="{north: .latitude}")
    (call,) = events[-1]["pending_calls"]
    misfit = {"type": "success", "event_id": call["event_id"], "output": {"north": 48.1}}

    refused = api.call("POST", f"{session}/events", {"type": "tool_output", "tool_outputs": [misfit]})
    output = returned(api, session, events, {"latitude": 48.1, "longitude": 11.6})

    assert_refused(refused, 400, "SM407")
    assert (output["tool_output"], output["error"]) == ({"north": 48.1}, False)


def test_a_failure_that_the_caller_tells_is_not_transformed(api):
    session, events = waiting(api, output_transform="{north: .latitude}")
    (call,) = events[-1]["pending_calls"]
    given = {"type": "error", "event_id": call["event_id"], "error": "no permission"}

    answered = api.call("POST", f"{session}/events", {"type": "tool_output", "tool_outputs": [given]}).json["events"]

    assert of_type(answered, "tool_output")[0]["tool_output"] == {"error": "no permission"}


def test_a_client_tool_whose_arguments_cannot_be_made_fails_and_nobody_waits(api):
    session, events = waiting(api, input_transform="[.args]")

    (output,) = of_type(events, "tool_output")
    assert output["tool_output"] == {
        "error": "INVALID_ARGUMENT: input_transform must give an object of arguments, not a list",
    }
    assert events[-1]["type"] == "agent_output"
    assert api.get(f"{session}/outstanding_client_tool_calls").json["client_tool_calls"] == []


def test_a_transform_that_fails_on_a_secret_tells_nothing_of_it(api):
    secret = {"token": {"$ref": "session.secrets.t"}}

    session, events = waiting(api, {"t": "s3cret"}, argument_override=secret, input_transform="error(.args.token)")

    (output,) = of_type(events, "tool_output")
    assert output["error"] is True
    assert "s3cret" not in str(events) + str(api.events(session))


def test_a_transform_that_fails_on_the_callers_output_is_the_tools_failure(api):
    session, events = waiting(api, output_transform=".latitude | keys")

    output = returned(api, session, events, {"latitude": 48.1, "longitude": 11.6})

    assert output["error"] is True
    assert output["tool_output"]["error"].startswith("INVALID_ARGUMENT: output_transform failed: ")

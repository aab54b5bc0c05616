"""jq transforms of a tool within a turn: what they change, and that a bad one is the tool's failure, not the request's."""

import pytest

from tests.arrange import Api, answer, of_type, search_tool


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

"""Scenarios that wait for client tools, and outputs of client tools that look like something else."""

import pytest

from mockserver.app import create_app
from mockserver.settings import Settings
from tests.arrange import Api, answer, of_type

SCENARIOS = """
scenarios:
  three_questions:
    about: A client tool is called three times.
    turn:
      - say: Start.
      - repeat:
          times: 3
          acts:
            - client: [{tool: ask_guest, input: {number: $index}}]
            - say: "Thanks for $index."
      - say: Done.
  answer_and_more:
    about: The agent does what it would do by itself, and says something more.
    turn:
      - say: Before.
      - answer: {}
      - say: "That is all about: $message"
"""
HIT = {"document_id": "d1", "text": "Moon soup is hot.", "score": 0.5}


@pytest.fixture
def api(tmp_path, clock):
    (tmp_path / "mine.yaml").write_text(SCENARIOS, "utf-8")
    return Api(create_app(Settings(scenarios=str(tmp_path / "mine.yaml")), clock=clock))


def pending(api, session):
    return api.get(f"{session}/outstanding_client_tool_calls").json["client_tool_calls"]


def given(api, session, output):
    """Give this output to every call that waits; return the events of the turn that goes on."""
    outputs = [{"type": "success", "event_id": call["event_id"], "output": output} for call in pending(api, session)]
    response = api.call("POST", f"{session}/events", {"type": "tool_output", "tool_outputs": outputs})
    assert response.status_code == 201, response.text
    return response.json["events"]


def waiting(api):
    """Make a session whose turn waits for a client tool with a schema that admits anything."""
    tool = api.tool("show_guest")
    agent = api.agent("guests", tools={"show_guest": {"type": "client", "tool_id": tool}})
    session = api.session(agent)
    api.turn(session, "Show guest!")
    return session


def test_a_repeated_client_tool_is_waited_for_each_time_and_the_count_of_acts_goes_on(api):
    session = api.session()
    api.turn(session, "Hello!", headers={"Prefer": "scenario=three_questions"})

    asked = []
    while calls := pending(api, session):
        asked += [call["arguments"] for call in calls]
        given(api, session, {"answer": "yes"})

    assert asked == [{"number": "1"}, {"number": "3"}, {"number": "5"}]
    said = [event["content"] for event in of_type(api.events(session), "agent_output")]
    assert said == ["Start.", "Thanks for 2.", "Thanks for 4.", "Thanks for 6.", "Done."]


def test_an_agent_that_waits_within_a_scenario_still_gives_its_own_answer(api):
    session = api.session(api.agent(tools={"get_location": {"type": "client", "tool_id": "tol_get_location"}}))
    api.turn(session, "Get location!", headers={"Prefer": "scenario=answer_and_more"})

    events = given(api, session, {"latitude": 48, "longitude": 11})

    assert [event["content"] for event in of_type(events, "agent_output")] == [
        'The tool get_location returned: {"latitude": 48, "longitude": 11}',
        "That is all about: Get location!",
    ]
    assert pending(api, session) == []


@pytest.mark.parametrize(
    "output",
    [
        {"search_results": [{**HIT, "score": "high"}]},
        {"search_results": [{**HIT, "score": None}]},
        {"search_results": [{**HIT, "score": True}]},
        {"search_results": [{**HIT, "text": None}]},
        {"search_results": [{**HIT, "document_id": []}]},
        {"search_results": [HIT, "d2"]},
        {"search_results": {"0": HIT}},
    ],
    ids=str,
)
def test_an_output_that_only_looks_like_a_search_is_reported_as_it_is(api, output):
    session = waiting(api)

    assert answer(given(api, session, output)).startswith('The tool show_guest returned: {"search_results": ')


@pytest.mark.parametrize(
    ("metadata", "title"),
    [({}, "d1"), ({"document_metadata": 3}, "d1"), ({"document_metadata": {"title": "The menu"}}, "The menu")],
    ids=str,
)
def test_an_output_that_is_a_search_is_answered_from(api, metadata, title):
    session = waiting(api)

    assert (
        answer(given(api, session, {"search_results": [{**HIT, **metadata}]}))
        == f"According to “{title}” (d1): Moon soup is hot."
    )


def test_a_fork_of_a_session_that_waits_does_not_wait(api):
    session = waiting(api)
    fork = api.session("/v2/agents/guests", from_session={"session_key": session.rpartition("/")[2]})

    assert [event["type"] for event in api.events(fork)] == [event["type"] for event in api.events(session)]
    assert pending(api, fork) == []
    assert answer(api.turn(fork, "Hello!"))
    assert len(pending(api, session)) == 1

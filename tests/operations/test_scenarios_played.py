"""Scenarios as they are played: chosen by request, session or rule; their faults, their pace, what they show."""

import json
from pathlib import Path

import pytest

from mockserver.app import create_app
from mockserver.domain.chaos import FAULTS, read
from mockserver.domain.simulator.scenarios import kinds_of
from mockserver.scenario_files import load_book
from mockserver.settings import Settings
from tests.arrange import Api, answer, assert_refused, frames

BOOK = load_book([])
SCRIPTED = sorted(name for name, scenario in BOOK.scenarios.items() if scenario.turn and name != "ten_thousand_events")
FAULTY = {name: scenario for name, scenario in BOOK.scenarios.items() if scenario.chaos}
SCHEMA = json.loads((Path(__file__).parents[2] / "fixtures" / "seed" / "scenarios.schema.json").read_text("utf-8"))


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def session(api):
    return api.session(key="s1")


def kinds(found):
    return {event["type"] for event in found}


@pytest.mark.parametrize("name", SCRIPTED)
def test_a_scenario_shows_what_it_is_said_to_show(api, session, name):
    stored_before = api.events(session)
    streamed = frames(api.say(session, "Hello!", stream_response=True, headers={"Prefer": f"scenario={name}"}).data)
    shown = kinds(streamed) | kinds(api.events(session, include_hidden="true"))
    while pending := api.get(f"{session}/outstanding_client_tool_calls").json["client_tool_calls"]:
        outputs = [{"type": "error", "event_id": call["event_id"], "error": "no"} for call in pending]
        body = {"type": "tool_output", "tool_outputs": outputs, "stream_response": True}
        shown |= kinds(frames(api.call("POST", f"{session}/events", body).data))
        shown |= kinds(api.events(session))

    assert stored_before == []
    assert shown == set(kinds_of(BOOK.scenarios[name]))


def test_ten_thousand_events_are_stored_and_paged(api, session):
    events = api.turn(session, "Hello!", headers={"Prefer": "scenario=ten_thousand_events"})

    page = api.get(f"{session}/events", limit=100).json
    assert len(events) == 10_002
    assert page["events"] == events[:100]
    assert len({event["id"] for event in events}) == len(events)


def test_the_wish_of_a_request_goes_before_the_mark_of_a_session(api):
    session = api.session(metadata={"mock.scenario": "tool_error"})

    assert "tool_input" in kinds(api.turn(session, "Hello!"))
    response = api.say(session, "Hello!", headers={"Prefer": "scenario=input_message"})

    assert answer(response.json["events"]) == "You said: Hello!"
    assert response.headers["Preference-Applied"] == "scenario=input_message"


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "json"])
def test_an_unknown_scenario_is_refused_and_stores_nothing(api, session, stream):
    before = api.state()

    refused = api.say(session, "Hello!", stream_response=stream, headers={"X-Mock-Scenario": "tool_eror"})

    assert_refused(refused, 400, "SM230")
    assert "did you mean 'tool_error'?" in refused.json["messages"][0]
    assert api.state() == before


def test_a_rule_chooses_by_message_agent_and_metadata(tmp_path, clock):
    (tmp_path / "mine.yaml").write_text(
        """
scenarios:
  late: {about: It is late., turn: [{say: "Late, $session.metadata.name: $message"}]}
rules:
  - {message: "(?i)where is", agent: support-agent, metadata: "tier = 'gold'", scenario: late}
tools:
  check_weather: {output: {celsius: 3}}
""",
        "utf-8",
    )
    api = Api(create_app(Settings(scenarios=str(tmp_path / "mine.yaml")), clock=clock))
    gold, other = api.session(metadata={"tier": "gold", "name": "Jo"}), api.session(metadata={"tier": "silver"})

    assert answer(api.turn(gold, "Where is my parcel?")) == "Late, Jo: Where is my parcel?"
    assert not answer(api.turn(gold, "Hello!")).startswith("Late")
    assert not answer(api.turn(other, "Where is my parcel?")).startswith("Late")
    workbench = api.session("/v2/agents/workbench-agent")
    outputs = [event for event in api.turn(workbench, "Check weather!") if event["type"] == "tool_output"]
    assert [one["tool_output"] for one in outputs if one["tool_name"] == "check_weather"] == [{"celsius": 3}]


def test_a_scenario_has_its_own_pace_unless_the_request_wants_another(api, session, clock):
    started = clock.now()
    api.turn(session, "Hello!", headers={"Prefer": "scenario=slow_model"})
    slow = clock.now()
    api.turn(session, "Hello!", headers={"Prefer": "scenario=slow_model, physics=instant"})

    assert (slow - started).total_seconds() > 1
    assert clock.now() == slow


@pytest.mark.parametrize("name", sorted(FAULTY))
def test_a_scenario_with_a_fault_lets_it_happen(api, session, name):
    wish = {"Prefer": f"scenario={name}"}
    body = {"messages": [{"type": "text", "content": "Hello!"}], "stream_response": True}
    try:
        assert api.call("POST", f"{session}/events", body, headers=wish).data
    except ConnectionResetError:
        assert {"reset", "cut"} & FAULTY[name].chaos.keys()

    (entry,) = [one for one in api.get("/__admin/requests").json["requests"] if one["path"].endswith("/events")]
    assert {fault.partition("=")[0] for fault in entry["faults"]} == FAULTY[name].chaos.keys() - {"seed", "probability"}
    stored = len(api.events(session))
    assert stored == 0 if name == "fault_status" else stored > 1


def test_the_schema_of_scenario_files_knows_every_fault():
    assert set(SCHEMA["definitions"]["chaos"]["properties"]) == set(FAULTS)
    assert [read(scenario.chaos)[1] for scenario in FAULTY.values()] == [{}] * len(FAULTY)


def test_a_failing_turn_is_a_502_as_json_and_an_error_in_a_stream(api, session):
    refused = api.say(session, "Hello!", headers={"Prefer": "scenario=stream_error"})
    streamed = frames(api.say(session, "Hello!", stream_response=True, headers={"Prefer": "scenario=stream_error"}).data)

    assert_refused(refused, 502, "SM420")
    assert [frame["type"] for frame in streamed[-2:]] == ["error", "end"]
    assert api.get(session).json["status"] == "stopped"


def test_the_same_seed_of_a_request_gives_the_same_turn(clock):
    def said(seed):
        api = Api(create_app(Settings(), clock=clock))
        return api.turn(api.session(key="s1"), "Hello!", headers={"Prefer": f"seed={seed}"})

    assert said(7) == said(7) != said(8)


def test_the_agents_own_answer_goes_on_when_its_client_tools_have_answered(tmp_path, clock):
    acts = "[{say: One moment.}, {answer: {}}, {say: That is all.}]"
    (tmp_path / "mine.yaml").write_text(f"scenarios: {{mine: {{about: mine, turn: {acts}}}}}")
    api = Api(create_app(Settings(scenarios=str(tmp_path / "mine.yaml")), clock=clock))
    tool = {"type": "client", "tool_id": "tol_get_location"}
    session = api.session(api.agent("a1", tools={"get_location": tool}), metadata={"mock.scenario": "mine"})
    (call,) = api.turn(session, "Get location, please.")[-1]["pending_calls"]
    output = {"type": "success", "event_id": call["event_id"], "output": {"latitude": 48.1, "longitude": 11.6}}

    body = {"type": "tool_output", "tool_outputs": [output]}
    events = api.call("POST", f"{session}/events", body).json["events"]

    assert [event["type"] for event in events] == ["tool_output", "agent_output", "agent_output"]
    assert "48.1" in events[1]["content"]
    assert events[2]["content"] == "That is all."


def test_a_file_of_a_scenario_that_cannot_be_rendered_is_refused_and_stores_nothing(tmp_path, clock):
    name = "'#foreach($n in [1..9])$n#end.txt'"
    (tmp_path / "mine.yaml").write_text(
        f"scenarios: {{mine: {{about: mine, turn: [{{artifact: {{by: user, filename: {name}, content: x}}}}, {{say: Hi}}]}}}}"
    )
    settings = Settings(scenarios=str(tmp_path / "mine.yaml"), template_iterations=5)
    api = Api(create_app(settings, clock=clock))
    session = api.session(metadata={"mock.scenario": "mine"})
    before = api.state()

    assert_refused(api.say(session, "Hello!"), 422, "SM401")

    assert api.state() == before

import pytest

from mockserver.app import create_app
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from tests.arrange import NOON


def listed(app):
    answer = app.test_client().get("/__admin/scenarios")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    return {scenario.pop("name"): scenario for scenario in answer.json["scenarios"]}


def test_the_built_in_scenarios_are_listed_without_a_credential(app):
    assert listed(app)["parallel_tools"] == {
        "about": "Three tools are called at once; one of them fails.",
        "event_types": [
            "input_message",
            "tool_input",
            "tool_output",
            "agent_output",
            "streaming_agent_output",
            "streaming_agent_output_end",
            "context_consumed",
            "end",
        ],
        "acts": 2,
        "source": "scenarios.yaml",
    }


def test_repeated_acts_are_counted_and_an_agent_left_alone_has_none(app):
    scenarios = listed(app)
    assert scenarios["ten_thousand_events"]["acts"] == 5001
    assert scenarios["slow_model"] == {
        "about": "The agent does what it would do by itself, at the pace of a slow model.",
        "event_types": [],
        "acts": 0,
        "source": "scenarios.yaml",
    }


def test_the_listing_is_in_order_of_the_names(app):
    assert list(listed(app)) == sorted(listed(app))


@pytest.fixture
def own_file(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("scenarios: {mine: {about: x, turn: [{interrupt: {}}]}}")
    return file


def test_of_a_file_only_its_name_is_told(own_file):
    app = create_app(Settings(scenarios=str(own_file)), clock=FixedClock(NOON))
    assert listed(app)["mine"]["source"] == "mine.yaml"
    assert str(own_file.parent) not in app.test_client().get("/__admin/scenarios").text


def test_scenarios_outlive_a_reset(own_file):
    app = create_app(Settings(scenarios=str(own_file)), clock=FixedClock(NOON))
    app.test_client().post("/__admin/reset")
    assert "mine" in listed(app)

"""A user's own scenario file, from the command line to the stream."""

import httpx
import pytest

from tests.serving.process import run, served
from tests.serving.reading import Reading
from tests.serving.test_serving import QUESTION, new_session

MINE = """
scenarios:
  late:
    about: The parcel is late.
    turn:
      - call: {tool: parcels, input: {of: "$session.metadata.name"}, output: {late: true}}
      - say: "Late, $session.metadata.name: $message"
rules:
  - {message: (?i)where is my parcel, scenario: late}
"""


@pytest.fixture
def mine(tmp_path):
    (tmp_path / "mine.yaml").write_text(MINE, "utf-8")
    return tmp_path


def test_a_scenario_of_a_file_is_listed_and_played_by_its_rule(mine):
    listed = run("scenarios", "mine.yaml", folder=mine)
    with served("--scenarios", "mine.yaml", folder=mine) as process, process.client() as client:
        rows = client.get("/__admin/scenarios").json()["scenarios"]
        session = new_session(client, metadata={"name": "Jo"})
        asked = {"messages": [{"type": "text", "content": "Where is my parcel?"}]}
        reading = Reading(process.url, session, asked)
        types = reading.ended()
        said = "".join(frame["content"] for frame in reading.frames if frame["type"] == "streaming_agent_output")

    assert listed.returncode == 0
    assert "late (mine.yaml): The parcel is late.\n" in listed.stdout
    assert [row["about"] for row in rows if row["name"] == "late"] == ["The parcel is late."]
    assert types[:3] == ["input_message", "tool_input", "tool_output"]
    assert said == "Late, Jo: Where is my parcel?"


@pytest.mark.parametrize(
    "command", [["serve", "--port", "0", "--scenarios", "mine.yaml"], ["scenarios", "mine.yaml"]], ids=["serve", "scenarios"]
)
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("scenario: late}", "scenario: later}"), "mine.yaml:9:"),
        (("- say:", "- sey:"), "mine.yaml:7:9:"),
        (("rules:", "rules"), "mine.yaml:9:"),
    ],
    ids=["rule", "act", "yaml"],
)
def test_a_mistake_in_a_file_ends_with_2_and_is_told_by_line_and_column(mine, command, wrong, told):
    (mine / "mine.yaml").write_text(MINE.replace(*wrong), "utf-8")

    done = run(*command, folder=mine)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.removeprefix("Error: ").startswith(told)


def test_a_file_that_is_not_there_ends_with_2_and_is_named(mine):
    done = run("serve", "--port", "0", "--scenarios", "mine.yaml, none.yaml", folder=mine)

    assert done.returncode == 2
    assert "none.yaml" in done.stderr


def test_the_mock_tells_of_a_scenario_that_it_does_not_know(mock):
    answer = httpx.post(
        f"{mock.url}/v2/agents/support-agent/sessions",
        json={"metadata": {"mock": {"scenario": "late"}}},
        headers={"x-api-key": "mock-owner"},
    )
    path = f"{mock.url}/v2/agents/support-agent/sessions/{answer.json()['key']}/events"
    refused = httpx.post(path, json=QUESTION, headers={"x-api-key": "mock-owner"})

    assert (refused.status_code, refused.headers["x-mock-code"]) == (400, "SM230")
    assert refused.json()["field_errors"] == {"/metadata/mock.scenario": "names no scenario"}

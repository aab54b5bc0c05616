"""A world that is written as a file and loaded again is the same world."""

import pytest
import yaml
from werkzeug.test import Client

from mockserver.app import create_pipeline
from mockserver.domain.schedules import Execution
from mockserver.keeper import MOST_SECRETS
from mockserver.runtime import FixedClock
from mockserver.seeds import WorldError, load_world
from mockserver.settings import Settings
from mockserver.snapshots.codec import read, written
from mockserver.web.face import create_face
from tests.arrange import NOON
from tests.operations.walking import Walk

MANY = 1000
OWNER = {"x-api-key": "mock-owner"}
WORLD, CLEAR = "/__admin/state?as=world", "/__admin/state?as=world&secrets=clear"
SAY = {"type": "input_message", "messages": [{"type": "text", "content": "Search the documents: how do I reset my password?"}]}
EVENTS = "/v2/agents/support-agent/sessions/s1/events"


def mock(**settings):
    return Client(create_face(create_pipeline(Settings(**settings), clock=FixedClock(NOON))))


def loaded(tmp_path, text):
    file = tmp_path / "world.yaml"
    file.write_bytes(text)
    return mock(world=str(file))


@pytest.fixture(scope="module")
def prepared():
    """A mock with objects of every kind."""
    client = _walked(lambda walk: walk.prepare())
    for agent in client.get("/__admin/state").json["agents"]:
        for session in agent["sessions"]:
            if len(session["events"]) > MANY:  # it would take seconds, and show nothing more
                client.delete(f"/v2/agents/{agent['key']}/sessions/{session['key']}", headers=OWNER)
    return client


@pytest.fixture(scope="module")
def walked():
    """A mock that every operation has been carried out on, those that remove too."""

    def lead(walk):
        walk.prepare()
        walk.walk()

    return _walked(lead)


def _walked(lead):
    pipeline = create_pipeline(Settings(), clock=FixedClock(NOON))
    face = create_face(pipeline)
    lead(Walk(face, pipeline.operations))
    return Client(face)


def read_yaml(text):
    return yaml.load(text, Loader=yaml.CSafeLoader)


@pytest.fixture
def talked():
    client = mock()
    body = {"key": "s1", "metadata": {"user_role": "premium"}, "secrets": {"token": "a-very-secret-token"}}
    assert client.post("/v2/agents/support-agent/sessions", json=body, headers=OWNER).status_code == 201
    assert client.post(EVENTS, json=SAY, headers=OWNER).status_code == 201
    return client


def test_a_world_with_objects_of_every_kind_that_is_loaded_is_the_one_that_was_written(prepared, tmp_path):
    text = prepared.get(CLEAR).data
    again = loaded(tmp_path, text)
    assert again.get("/__admin/state").json == prepared.get("/__admin/state").json
    assert again.get(CLEAR).data == text
    state = read_yaml(text)["state"]
    assert {kind for kind, rows in state.items() if not rows} == set()
    assert {part for session in state["sessions"] for part in ("events", "artifacts") if session[part]} == {"events", "artifacts"}


@pytest.mark.parametrize("path", [WORLD, CLEAR], ids=["masked", "clear"])
def test_a_world_that_has_been_through_everything_is_loaded_as_it_was_written(walked, tmp_path, path):
    text = walked.get(path).data
    again = loaded(tmp_path, text)
    assert again.get("/__admin/state").json == walked.get("/__admin/state").json
    assert again.get(path).data == text


def test_a_loaded_world_goes_on_as_the_first_one_under_other_ids(talked, tmp_path):
    again = loaded(tmp_path, talked.get(CLEAR).data)
    before = {event["id"] for event in talked.get(EVENTS, headers=OWNER).json["events"]}
    told = [client.post(EVENTS, json=SAY, headers=OWNER).json["events"] for client in (talked, again)]
    assert [event["type"] for event in told[0]] == [event["type"] for event in told[1]]
    assert told[0][-1]["content"] == told[1][-1]["content"]
    assert not before & {event["id"] for event in told[1]}
    assert len(again.get(EVENTS, headers=OWNER).json["events"]) == len(before) + len(told[1])


def test_a_reset_goes_back_to_the_world_that_was_loaded(talked, tmp_path):
    again = loaded(tmp_path, talked.get(CLEAR).data)
    state = again.get("/__admin/state").json
    again.delete("/v2/agents/support-agent", headers=OWNER)
    again.post("/__admin/reset")
    assert again.get("/__admin/state").json == state


def test_secrets_are_written_in_clear_for_this_machine_alone(talked):
    assert b"a-very-secret-token" not in talked.get(WORLD).data
    assert b"token: a-very-secret-token" in talked.get(CLEAR).data
    refused = talked.get(CLEAR, environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
    assert refused.status_code == 403
    assert "for this machine alone" in refused.text
    assert b"a-very-secret-token" not in refused.data


def test_a_state_is_written_in_the_forms_that_there_are(talked):
    refused = talked.get("/__admin/state?as=World")
    assert refused.status_code == 400
    assert "`as=world`" in refused.json["detail"]


def test_the_keys_of_a_world_that_is_loaded_are_shown_as_far_as_they_are_known(talked, tmp_path):
    file = tmp_path / "world.yaml"
    file.write_bytes(talked.get(WORLD).data)
    assert ("owner", "mock-owner") in load_world(file).keys
    state = read_yaml(file.read_text("utf-8"))
    for row in state["state"]["api_keys"]:
        row["digest"] = row["digest"][::-1]
    file.write_text(yaml.safe_dump(state), "utf-8")
    assert load_world(file).keys == ()


def test_a_secret_is_masked_wherever_it_stands_in_a_world_even_when_the_mock_has_forgotten_it(talked):
    body = {"name": "it is a-very-secret-token"}
    talked.patch("/v2/agents/support-agent/sessions/s1", json=body, headers=OWNER)
    later = {"secrets": {f"name-{number}": f"another-secret-{number}" for number in range(MOST_SECRETS)}}
    assert talked.put("/v2/agents/workbench-agent/secrets", json=later, headers=OWNER).status_code < 300
    told = talked.get(WORLD).text
    assert "a-very-secret-token" not in told
    assert "name: it is ****" in told


def test_a_running_turn_is_written_as_over(talked, tmp_path):
    state = read_yaml(talked.get(WORLD).data)
    state["state"]["sessions"][0]["status"] = "running"
    held = loaded(tmp_path, yaml.safe_dump(state).encode())
    assert read_yaml(held.get(WORLD).data)["state"]["sessions"][0]["status"] == "stopped"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda state: state.update(users=[]), "/users is unknown; there are api_keys"),
        (lambda state: state["sessions"][0].pop("metadata"), "/sessions/0/metadata is missing"),
        (lambda state: state["sessions"][0].update(turns="two"), "/sessions/0/turns is 'two', not a whole number"),
        (lambda state: state["sessions"][0].update(turns=True), "/sessions/0/turns is True, not a whole number"),
        (lambda state: state["sessions"][0].update(color="red"), "/sessions/0/color is unknown; there are key, "),
        (lambda state: state["sessions"][0].update(created_at="noon"), "/sessions/0/created_at cannot be 'noon'"),
        (lambda state: state["sessions"][0].update(status="asleep"), "/sessions/0/status cannot be 'asleep'"),
        (
            lambda state: state["sessions"][0]["events"][1]["body"].update(type="dream"),
            "/sessions/0/events/1/body is of the type",
        ),
        (lambda state: state["sessions"][0].update(agent_key="nobody"), "There is no agent 'nobody'"),
        (lambda state: state["sessions"].append(state["sessions"][0]), "already has a session with key 's1'"),
        (lambda state: state["sessions"][0]["events"].append(state["sessions"][0]["events"][0]), "already has an event"),
        (lambda state: state.update(agents="all"), "/agents is 'all', not a list"),
    ],
)
def test_a_state_with_a_mistake_says_where(talked, tmp_path, change, told):
    world = read_yaml(talked.get(WORLD).data)
    change(world["state"])
    with pytest.raises(WorldError) as refused:
        loaded(tmp_path, yaml.safe_dump(world).encode())
    assert told in str(refused.value)


def test_executions_keep_their_numbers_and_a_new_corpus_gets_one_of_its_own(walked, tmp_path):
    again = loaded(tmp_path, walked.get(WORLD).data)
    made = again.post("/v2/corpora", json={"key": "brand-new"}, headers=OWNER).json["id"]
    assert made not in {corpus["id"] for corpus in walked.get("/__admin/state").json["corpora"]}
    run = Execution(schedule_key="s", run_id="r", session_key=None, error="no", executed_at=NOON, sequence=7)
    assert read(Execution, written(run)) == run


def test_beside_a_state_nothing_else_is_given(talked, tmp_path):
    with pytest.raises(WorldError, match="'agents' is in the way: with 'state' everything is in there"):
        loaded(tmp_path, talked.get(WORLD).data + b"agents: []\n")


def test_the_default_world_is_written_and_loaded_too(tmp_path):
    first = mock()
    text = first.get(f"{WORLD}&tenant=neighbour").data
    assert read_yaml(text)["tenant"] == "neighbour"
    assert loaded(tmp_path, text).get("/__admin/state").json == first.get("/__admin/state?tenant=neighbour").json

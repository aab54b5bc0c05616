"""Files that come with an input, skills and tools that a message names: what the turn makes of them."""

from io import BytesIO

import pytest

from tests.arrange import Api, answer, frames, of_type

AGENT = "/v2/agents/workbench-agent"
PICTURE = b"\x89PNG\r\n\x1a\n a moon"


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def session(api):
    return api.session(AGENT, key="s1")


def send(api, session, *files, **parts):
    parts |= {"files": [(BytesIO(data), name) for name, data in files]}
    response = api.call("POST", f"{session}/events", data=parts, content_type="multipart/form-data")
    assert response.status_code == 201, response.text
    return response


def kinds(events):
    return [event["type"] for event in events]


def test_a_file_without_a_message_is_read_and_no_message_is_made_up(api, session):
    events = send(api, session, ("menu.txt", b"Moon soup 4\n")).json["events"]

    assert kinds(events) == ["artifact_upload", "tool_input", "tool_output", "agent_output"]
    (upload,), (returned,) = of_type(events, "artifact_upload"), of_type(events, "tool_output")
    (artifact,) = upload["artifacts"]
    assert (artifact["filename"], artifact["mime_type"], artifact["size_bytes"]) == ("menu.txt", "text/plain", 12)
    assert artifact["artifact_id"] in upload["agent_upload_message"]
    assert returned["tool_output"]["content"] == "Moon soup 4\n"
    assert "Moon soup" in answer(events)
    assert events == api.events(session)


def test_files_come_before_the_message(api, session):
    events = send(api, session, ("menu.txt", b"Moon soup 4\n"), ("b.txt", b"b"), message="What is in it?").json["events"]

    assert kinds(events)[:2] == ["artifact_upload", "input_message"]
    assert [one["filename"] for one in events[0]["artifacts"]] == ["menu.txt", "b.txt"]
    assert len(of_type(events, "artifact_upload")) == 1


@pytest.mark.parametrize("stream", ["true", "false"])
def test_an_image_is_shown_by_an_event_that_the_output_repeats(api, session, stream):
    response = send(api, session, ("moon.png", PICTURE), message="What is this?", stream_response=stream)

    events = frames(response.data) if stream == "true" else response.json["events"]
    (called,) = of_type(events, "tool_input")
    (returned,), (shown,) = of_type(events, "tool_output"), of_type(events, "image_read")
    assert called["tool_name"] == "image_read"
    assert returned["tool_output"] == shown
    assert shown["artifact_id"] == of_type(events, "artifact_upload")[0]["artifacts"][0]["artifact_id"]
    assert shown["detail"] == "auto"
    assert kinds(events).index("image_read") == kinds(events).index("tool_output") + 1
    assert shown in api.events(session)


def test_an_image_keeps_its_event_in_a_fork(api, session):
    send(api, session, ("moon.png", PICTURE), message="What is this?")

    fork = api.session(AGENT, key="f1", from_session={"session_key": "s1"})

    events = api.events(fork)
    (returned,), (shown,) = of_type(events, "tool_output"), of_type(events, "image_read")
    assert returned["tool_output"] == shown
    assert shown["session_key"] == "f1"
    assert api.get(f"{fork}/artifacts/{shown['artifact_id']}").status_code == 200


def test_a_queued_file_is_kept_when_its_turn_begins(api, session):
    response = api.open_stream(session, "Hello!")
    next(response.response)
    waiting = api.call(
        "POST",
        f"{session}/events",
        data={"since": "start", "files": [(BytesIO(b"x"), "late.txt")], "stream_response": "true"},
        content_type="multipart/form-data",
        buffered=False,
    )
    assert api.get(f"{session}/artifacts").json["artifacts"] == []

    seen = frames(b"".join(waiting.response))

    assert [one["filename"] for one in api.get(f"{session}/artifacts").json["artifacts"]] == ["late.txt"]
    assert kinds(seen)[-1] == "end"
    assert "artifact_upload" in kinds(seen)
    response.close()


def test_a_converted_file_is_a_file_too(api, session):
    send(api, session, ("menu.csv", b"dish,price\nmoon soup,4\n"), message="Convert file to Markdown, please.")

    names = {one["filename"]: one for one in api.get(f"{session}/artifacts").json["artifacts"]}
    assert names.keys() == {"menu.csv", "menu.csv.md"}
    assert names["menu.csv.md"]["metadata"]["original_artifact_id"] == names["menu.csv"]["artifact_id"]


def test_a_skill_that_the_message_names_is_loaded_by_the_model(api, session):
    events = api.turn(session, "Tea ceremony, please.")

    (called,) = [one for one in of_type(events, "tool_input") if one["tool_name"] == "invoke_skill"]
    (loaded,) = of_type(events, "skill_load")
    assert called["tool_input"] == {"skill_name": "tea-ceremony"}
    assert kinds(events).index("skill_load") == events.index(called) + 1
    assert loaded["content"].startswith("Warm the pot")


def test_a_skill_that_the_user_asks_for_is_loaded_behind_the_message(api, session):
    messages = [{"type": "skill", "skill_name": "tea-ceremony"}, {"type": "text", "content": "Hello!"}]

    events = api.call("POST", f"{session}/events", {"messages": messages}).json["events"]

    assert kinds(events) == ["input_message", "skill_load", "agent_output"]
    assert events[0]["messages"] == messages


def test_a_step_may_forbid_a_skill(api):
    skills = {"tea": {"description": "d", "content": "c"}}
    agent = api.agent("a1", skills=skills, steps={"talk": {"allowed_skills": []}})

    assert "skill_load" not in kinds(api.turn(api.session(agent), "Tea, please!"))


@pytest.mark.parametrize(
    ("text", "tool", "holds"),
    [
        ("Search the web for moons.", "web_search", "results"),
        ("Please read https://moon.example/menu for me", "web_get", "status_code"),
        ("Check weather!", "check_weather", ""),
        ("Read document doc-basic-password.", "get_document_text", "text"),
        ("How long does delivery take?", "corpora_search", "search_results"),
    ],
)
def test_a_tool_that_the_message_names_is_called(api, session, text, tool, holds):
    events = api.turn(session, text)

    returned = [one for one in of_type(events, "tool_output") if one["tool_name"] == tool]
    assert len(returned) == 1
    assert returned[0]["error"] is False
    assert holds in str(returned[0]["tool_output"])
    assert answer(events)

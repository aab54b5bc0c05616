"""What holds on a real socket."""

import base64
import json
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

SESSIONS = "/v2/agents/support-agent/sessions"
QUESTION = {"type": "input_message", "messages": [{"type": "text", "content": "I forgot my password. Can you help?"}]}
STREAMED = {**QUESTION, "stream_response": True}
LONGEST_WAIT = 10.0


def new_session(client, **fields):
    answer = client.post(SESSIONS, json={"metadata": {"language": "en", "user_role": "premium"}, **fields})
    assert answer.status_code == 201
    return f"{SESSIONS}/{answer.json()['key']}"


def frames(response):
    return [json.loads(line.removeprefix("data: ")) for line in response.iter_lines() if line.startswith("data: ")]


def until(holds):
    """Ask again until it holds, for a bounded time."""
    end = time.monotonic() + LONGEST_WAIT
    while not (found := holds()) and time.monotonic() < end:
        pass
    return found


def test_it_says_when_it_is_ready(mock):
    answer = httpx.get(f"{mock.url}/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "operations": 86})


def test_a_stream_arrives_while_it_is_made(client):
    session = new_session(client)
    with client.stream("POST", f"{session}/events", json=STREAMED) as response:
        assert response.headers["content-type"] == "text/event-stream"
        lines = response.iter_lines()
        assert next(lines) == "event: input_message"
        assert client.get(session).json()["status"] == "running"
        types = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert types[-1] == "end"
    assert types.count("streaming_agent_output") > 3
    assert client.get(session).json()["status"] == "stopped"


def test_a_client_that_leaves_a_stream_leaves_a_session_that_is_well(client):
    session = new_session(client)
    with client.stream("POST", f"{session}/events", json=STREAMED) as response:
        next(response.iter_lines())
    assert until(lambda: client.get(session).json()["status"] == "stopped")
    assert client.get("/ready").status_code == 200
    again = client.post(f"{session}/events", json=QUESTION)
    assert again.status_code == 201
    assert again.json()["events"][-1]["type"] == "agent_output"


def test_twenty_clients_at_once_do_not_disturb_each_other(mock):
    def talk(number):
        with mock.client() as client:
            session = new_session(client, key=f"parallel_{number}", metadata={"language": "en", "user_role": "basic"})
            with client.stream("POST", f"{session}/events", json=STREAMED) as response:
                streamed = frames(response)
            return session, streamed, client.get(f"{session}/events", params={"limit": 100}).json()["events"]

    with ThreadPoolExecutor(20) as pool:
        for session, streamed, stored in pool.map(talk, range(20)):
            key = session.rpartition("/")[2]
            assert {event["session_key"] for event in stored} == {key}
            assert [event["type"] for event in stored].count("agent_output") == 1
            said = "".join(frame["content"] for frame in streamed if frame["type"] == "streaming_agent_output")
            assert said == stored[-1]["content"]
            assert streamed[-1] == {"type": "end"}


def test_a_large_body_is_refused_by_size_and_the_connection_goes_on(client):
    for _ in range(10):
        answer = client.post(SESSIONS, json={"metadata": {"text": "x" * 3_000_000}})
        assert answer.status_code == 413
        assert answer.headers["x-mock-code"] == "SM206"
        assert answer.json()["messages"] == ["The body is over the limit of 1048576 bytes (setting max_body_bytes)."]
        assert client.get("/ready").status_code == 200


def test_a_file_up_to_the_limit_is_stored_and_a_larger_one_refused(client):
    session = new_session(client)
    data = bytes(range(256)) * 40_000
    words = {"message": "Hello there!"}
    assert client.post(f"{session}/events", data=words, files={"files": ("a.bin", data)}).status_code == 201
    (stored,) = client.get(f"{session}/artifacts").json()["artifacts"]
    read = client.get(f"{session}/artifacts/{stored['artifact_id']}").json()
    assert (read["filename"], base64.b64decode(read["data"]) == data) == ("a.bin", True)
    for _ in range(3):
        answer = client.post(f"{session}/events", data=words, files={"files": ("b.bin", data * 2)})
        assert answer.status_code == 413
        assert answer.headers["x-mock-code"] == "SM206"
        assert answer.json()["messages"] == ["The body is over the limit of 10485760 bytes (setting max_upload_bytes)."]
        assert client.get("/ready").status_code == 200


def test_head_is_get_without_the_body(client):
    get, head = client.get("/v2/agents/support-agent"), client.head("/v2/agents/support-agent")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == "application/json"
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize("key", ["%C3%A9", "%F0%9F%A6%89", "a%20b", "a%00b", "a%252Fb"])
def test_an_encoded_path_segment_stays_one_segment(key, client):
    answer = client.get(f"/v2/agents/{key}")
    assert answer.status_code == 400
    assert answer.json()["field_errors"] == {"agent_key": "must match ^[0-9a-zA-Z_-]+$"}


def test_an_encoded_slash_leads_nowhere(client):
    answer = client.get("/v2/agents/a%2Fb")
    assert answer.status_code == 404
    assert answer.headers["x-mock-code"] == "SM207"


def test_an_encoded_letter_is_the_letter(client):
    assert client.get("/v2/agents/support%2Dagen%74").json()["key"] == "support-agent"


def test_an_unknown_path_is_a_404_that_names_it(client):
    answer = client.get("/v2/\u00e9tat")
    assert answer.status_code == 404
    assert answer.json()["id"] == "/v2/%C3%A9tat"


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"\x00\x01\x02\r\n\r\n", id="no HTTP"),
        pytest.param(b"GET /v2/agents HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{", id="a body that breaks off"),
    ],
)
def test_a_broken_request_leaves_the_server_well(sent, mock):
    host, port = mock.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(sent)
    assert httpx.get(f"{mock.url}/ready").status_code == 200


def test_the_package_is_imported_without_flask():
    code = "import sys, mockserver; print(sorted({'flask', 'werkzeug', 'granian', 'faker', 'yaml'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

"""What a proxy recorded of a deployment (here a second mock) is replayed to the vendor's own client, which sees no difference."""

import json
import time

import httpx
import pytest

from tests.client.vendor import AGENT, ONCE, QUESTION, connected, new_session, say, say_streamed
from tests.serving.process import run, served

KEY = "replayed"


def conversation(client):
    """Talk with an agent; return all that the client made of the answers, as JSON."""
    said = [client.agents.get(AGENT, request_options=ONCE)]
    new_session(client, key=KEY)
    said += client.agent_events.create_stream(AGENT, KEY, request=say_streamed(QUESTION), request_options=ONCE)
    said.append(client.agent_events.create(AGENT, KEY, request=say("And then?"), request_options=ONCE))
    said += list(client.agent_events.list(AGENT, KEY, request_options=ONCE))
    said.append(client.agent_sessions.get(AGENT, KEY, request_options=ONCE))
    client.agent_sessions.delete(AGENT, KEY, request_options=ONCE)
    return [one.json() if hasattr(one, "json") else one.model_dump_json() for one in said]


@pytest.fixture(scope="module")
def recording(mock, tmp_path_factory):
    """A recording made over sockets, what the client saw, and what the proxy said at its end."""
    folder = tmp_path_factory.mktemp("proxy")
    with served("--upstream", mock.url, "--record", "r", command="proxy", folder=folder) as proxy:
        with connected(proxy) as client:
            seen = conversation(client)
        code, printed = proxy.stop()
    return folder / "r", seen, code, printed


def test_the_vendors_client_sees_the_same_in_a_replay(recording):
    folder, seen, code, printed = recording
    assert code == 0, printed
    assert "0 violations" in printed
    assert len(seen) > 20
    with served("--replay", str(folder), "--speed", "0", folder=folder.parent) as mock:
        assert "other requests are answered 404" in mock.banner
        with connected(mock, key="no-key-that-was-recorded") as client:
            assert conversation(client) == seen


def test_the_key_that_was_used_is_nowhere_in_the_recording(recording):
    assert "mock-owner" not in "".join(file.read_text() for file in recording[0].iterdir())


def test_frames_of_a_replay_come_over_the_wire_at_their_time(recording):
    folder, *_ = recording
    lines = [json.loads(line) for line in (folder / "exchanges.jsonl").read_text().splitlines()]
    (stream,) = [line["answer"]["frames"] for line in lines if "frames" in line["answer"]]
    with served("--replay", str(folder), folder=folder.parent) as mock, mock.client() as client:
        began, came = time.monotonic(), []
        body = {"type": "input_message", "messages": [{"type": "text", "content": QUESTION}], "stream_response": True}
        with client.stream("POST", f"/v2/agents/{AGENT}/sessions/{KEY}/events", json=body) as answer:
            came += [time.monotonic() - began for line in answer.iter_lines() if line.startswith("data:")]
    assert len(came) == len(stream)
    for at, frame in zip(came, stream, strict=True):
        assert at > frame["after_ms"] / 1000 - 0.005


def test_a_proxy_says_at_its_end_what_was_wrong_and_exits_with_1(mock, tmp_path):
    with served("--upstream", mock.url, command="proxy", folder=tmp_path) as proxy:
        with proxy.client() as client:
            for _ in range(2):
                answer = client.post(f"/v2/agents/{AGENT}/sessions", json={"key": 5})
            assert json.loads(answer.headers["X-Mock-Violations"])[0]["at"] == "/key"
            rows = client.get("/__admin/requests").json()["requests"]
            assert [row["status"] for row in rows] == [400, 400]
            assert client.get("/__admin/requests", headers={"host": "evil.example"}).status_code == 403
        code, printed = proxy.stop()
    assert code == 1
    assert "2 requests, 2 violations" in printed
    assert "2 x createAgentSession  request: /key must be of type string" in printed


def test_a_stream_that_the_upstream_breaks_off_is_broken_for_the_client(mock, tmp_path):
    with served("--upstream", mock.url, command="proxy", folder=tmp_path) as proxy, proxy.client() as client:
        session = client.post(f"/v2/agents/{AGENT}/sessions", json={}).json()["key"]
        body = {"type": "input_message", "messages": [{"type": "text", "content": QUESTION}], "stream_response": True}
        path = f"/v2/agents/{AGENT}/sessions/{session}/events"
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(path, json=body, headers={"prefer": "scenario=fault_cut_frame"})
        rows = client.get("/__admin/requests").json()["requests"]
        assert rows[-1]["operation"] == "createAgentInput"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("proxy", "--upstream", "http://api.example.com"), "--allow-host api.example.com"),
        (("proxy", "--upstream", "http://127.0.0.1:1", "-H", "nothing"), "'NAME: VALUE'"),
        (("proxy", "--upstream", "http://127.0.0.1:1", "-H", "a: b", "--host", "example.com"), "would lend what it holds"),
        (("--replay", "nowhere"), "nowhere is no recording"),
        (("--unmatched", "perhaps"), "must be 404 or simulate"),
    ],
)
def test_wrong_use_is_told(arguments, told, tmp_path):
    ended = run(*arguments, "--port", "0", folder=tmp_path)
    assert ended.returncode == 2
    assert told in ended.stderr


def test_a_port_that_is_taken_is_told_before_anything_is_recorded(mock, tmp_path):
    ended = run("proxy", "--upstream", mock.url, "--port", mock.url.rpartition(":")[2], "--record", "r", folder=tmp_path)
    assert ended.returncode == 2
    assert "--port 0 takes a free one" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_path_is_passed_on_as_it_was_sent(mock, tmp_path):
    with served("--upstream", mock.url, command="proxy", folder=tmp_path) as proxy, proxy.client() as client:
        for path in ("/v2/agents/a%2Fb", "/v2/agents/%C3%A9", "/v2/agents/a%20b?filter=%2F"):
            assert client.get(path).json()["messages"] == client.get(mock.url + path).json()["messages"]

"""Turns that several connections have to do with: left and joined again, interrupted, slow by the hundred, cut off."""

import json
import re
import signal
import socket
import time
from contextlib import ExitStack

import pytest

from tests.serving.process import served
from tests.serving.reading import LONGEST_WAIT, Reading, pace
from tests.serving.test_life import LONGEST_STOP
from tests.serving.test_serving import QUESTION, STREAMED, new_session, until

GREETING = {"messages": [{"type": "text", "content": "Hello!"}]}
FOREVER = pace(first_token_ms=30_000)
AT_ONCE = 1.0
"""Seconds: much less than what is slow here, and enough for a machine with much to do."""


@pytest.fixture(scope="module")
def paced(tmp_path_factory):
    with served("--physics", "tokens_per_second=50", "--threads", "256", folder=tmp_path_factory.mktemp("mock")) as process:
        yield process


@pytest.fixture
def client(paced):
    with paced.client() as client:
        yield client


def spoken(frames):
    """Join the pieces of each answer of a stream: text by event id."""
    texts, text = {}, ""
    for frame in frames:
        if frame["type"] == "streaming_agent_output":
            text += frame["content"]
        elif frame["type"] == "streaming_agent_output_end":
            texts[frame["event_id"]], text = text, ""
    return texts


def drop_after(client, session, count):
    """Stream a turn, read some lines of it, and go."""
    with client.stream("POST", f"{session}/events", json=STREAMED) as response:
        lines = response.iter_lines()
        return [next(lines) for _ in range(count)]


def stored(client, session):
    return client.get(f"{session}/events", params={"limit": 100}).json()["events"]


def test_a_turn_goes_on_at_its_pace_without_its_client(client):
    session, begun = new_session(client), time.monotonic()

    drop_after(client, session, 12)

    assert client.get(session).json()["status"] == "running"
    assert until(lambda: client.get(session).json()["status"] == "stopped")
    took = time.monotonic() - begun
    words = [len(event["content"].split()) for event in stored(client, session) if event["type"] in ("thinking", "agent_output")]
    assert took > sum(words) / 50 * 0.9


def test_whoever_comes_back_gets_every_event_once(paced, client):
    session = new_session(client)
    drop_after(client, session, 12)

    joined = Reading(paced.url, session, {**GREETING, "since": "start"})

    assert joined.ended()[-3:] == ["streaming_agent_output_end", "context_consumed", "end"]
    events = stored(client, session)
    streamed_in_pieces = ("thinking", "agent_output")
    assert [frame["id"] for frame in joined.frames if "id" in frame] == [
        event["id"] for event in events if event["type"] not in streamed_in_pieces
    ]
    assert spoken(joined.frames) == {event["id"]: event["content"] for event in events if event["type"] == "agent_output"}
    assert [event["type"] for event in events].count("input_message") == 2


def test_two_who_join_see_the_same(paced, client):
    session = new_session(client)
    drop_after(client, session, 12)

    first, second = (Reading(paced.url, session, {**GREETING, "since": "start"}) for _ in range(2))

    assert first.ended()[-1] == second.ended()[-1] == "end"
    texts, more = spoken(first.frames), spoken(second.frames)
    assert len(texts) == 2
    assert len(more) == 3
    assert texts.items() <= more.items()


def test_an_interrupt_of_another_connection_ends_a_slow_turn_at_once(paced, client):
    session = new_session(client)
    reading = Reading(paced.url, session, QUESTION, **FOREVER)

    begun = time.monotonic()
    answer = client.post(f"{session}/events", json={"type": "interrupt"})
    types = reading.ended()
    took = time.monotonic() - begun

    assert (answer.status_code, answer.json()["events"]) == (201, [])
    assert types == ["input_message", "session_interrupted", "end"]
    assert client.get(session).json()["status"] == "stopped"
    assert took < AT_ONCE


def test_an_interrupt_ends_a_slow_turn_that_nobody_reads(client):
    session = new_session(client)
    with client.stream("POST", f"{session}/events", json=STREAMED, headers=FOREVER) as response:
        next(response.iter_lines())

    begun = time.monotonic()
    client.post(f"{session}/events", json={"type": "interrupt"})

    assert client.get(session).json()["status"] == "stopped"
    assert time.monotonic() - begun < AT_ONCE
    again = client.post(f"{session}/events", json=GREETING, headers=pace(tokens_per_second=0))
    assert again.json()["events"][-1]["type"] == "agent_output"


def test_an_interrupt_of_an_agent_that_is_asked_ends_its_slow_turn_at_once(paced, client):
    settings = {"agent_key": "support-agent", "session_metadata": {"mock": {"scenario": "long_pause"}}}
    tool = {"type": "sub_agent", "sub_agent_configuration": settings}
    body = {
        "key": "asker",
        "name": "Asker",
        "model": {"name": "m"},
        "first_step": {},
        "tool_configurations": {"ask_slowly": tool},
    }
    assert client.post("/v2/agents", json=body).status_code == 201
    session = f"/v2/agents/asker/sessions/{client.post('/v2/agents/asker/sessions', json={}).json()['key']}"
    reading = Reading(paced.url, session, {"messages": [{"type": "text", "content": "Ask slowly."}]}, **pace(tokens_per_second=0))
    assert until(lambda: [frame for frame in reading.frames if frame.get("agent_event", {}).get("type") == "agent_output"])
    key = next(frame["agent_event"]["session_key"] for frame in reading.frames if "agent_event" in frame)

    begun = time.monotonic()
    answer = client.post(f"/v2/agents/support-agent/sessions/{key}/events", json={"type": "interrupt"})
    reading.ended()

    assert answer.status_code == 201
    assert time.monotonic() - begun < AT_ONCE
    (output,) = [frame for frame in reading.frames if frame["type"] == "tool_output"]
    assert output["tool_output"] == {"error": "ABORTED: the other agent was interrupted"}
    said = [frame["agent_event"]["type"] for frame in reading.frames if "agent_event" in frame]
    assert said == ["input_message", "agent_output", "session_interrupted"]


def test_a_deleted_session_ends_its_slow_turn_at_once(paced, client):
    session = new_session(client)
    reading = Reading(paced.url, session, QUESTION, **FOREVER)

    begun = time.monotonic()
    assert client.delete(session).status_code == 204

    assert reading.ended() == ["input_message", "error", "end"]
    assert time.monotonic() - begun < AT_ONCE


def opened(url, session):
    """Ask for a slow stream on a connection of its own, by hand: two hundred of httpx take seconds."""
    host, _, port = url.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)), timeout=LONGEST_WAIT)
    body = json.dumps({**GREETING, "stream_response": True})
    sent = {"host": host, "x-api-key": "mock-owner", "content-type": "application/json", "content-length": len(body), **FOREVER}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    connection.sendall(f"POST {session}/events HTTP/1.1\r\n{head}\r\n{body}".encode("ascii"))
    return connection


def read_to(connection, event):
    """Read up to an event of this type; return the types of all that came."""
    read = b""
    while f"event: {event}\n".encode("ascii") not in read:
        piece = connection.recv(65536)
        assert piece, f"ended before {event}: {read!r}"
        read += piece
    return re.findall(r"^event: (.*)$", read.decode("ascii"), re.MULTILINE)


def test_two_hundred_slow_streams_leave_other_requests_quick(paced, client):
    def interrupted(session):
        return client.post(f"{session}/events", json={"type": "interrupt"})

    sessions = [new_session(client) for _ in range(200)]
    with ExitStack() as open_ones:
        connections = [open_ones.enter_context(opened(paced.url, session)) for session in sessions]
        for connection in connections:
            assert read_to(connection, "input_message") == ["input_message"]
        requests = [
            lambda: client.get("/ready"),
            lambda: client.get(sessions[0]),
            lambda: new_session(client),
            lambda: interrupted(sessions[0]),
        ]
        for request in requests:
            asked = time.monotonic()
            request()
            assert time.monotonic() - asked < AT_ONCE
        for session in sessions[1:]:
            interrupted(session)
        assert {tuple(read_to(connection, "end")) for connection in connections} == {("session_interrupted", "end")}


@pytest.mark.parametrize("is_read", [True, False], ids=["read", "left"])
def test_a_signal_ends_the_process_in_a_slow_turn(tmp_path, is_read):
    with served(folder=tmp_path) as process, process.client() as client:
        session = new_session(client)
        if is_read:
            reading = Reading(process.url, session, QUESTION, **FOREVER)
        else:
            with client.stream("POST", f"{session}/events", json=STREAMED, headers=FOREVER) as response:
                next(response.iter_lines())
        begun = time.monotonic()

        assert process.stop(signal.SIGTERM) == (0, "")

        assert time.monotonic() - begun < LONGEST_STOP
        if is_read:
            assert reading.ended() == ["input_message"]
            assert reading.broke

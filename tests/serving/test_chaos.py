"""What a client sees of a transfer that breaks, on a real socket."""

import shutil
import subprocess

import httpx
import pytest

from tests.serving.process import served
from tests.serving.test_serving import QUESTION, SESSIONS, STREAMED, frames, new_session, until

BROKEN = r"peer closed connection without sending complete message body"


def broken_stream(client, session, **faults):
    """Stream a turn with faults up to the break; return the response and what came before."""
    read: list[bytes] = []
    with client.stream("POST", f"{session}/events", json=STREAMED, headers=chaos(**faults)) as response:
        with pytest.raises(httpx.RemoteProtocolError, match=BROKEN):
            read.extend(response.iter_raw())
        return response, b"".join(read)


def chaos(**faults):
    return {f"X-Mock-Chaos-{name}": str(value) for name, value in faults.items()}


def assert_played_to_its_end(client, session):
    assert until(lambda: client.get(session).json()["status"] == "stopped")
    types = [event["type"] for event in client.get(f"{session}/events").json()["events"]]
    assert types.count("agent_output") == 1


def journal(client):
    return client.get("/__admin/requests").json()["requests"]


def test_a_reset_before_the_body_shows_headers_and_then_breaks(client):
    session = new_session(client)

    response, read = broken_stream(client, session, reset="before_body")

    assert (response.status_code, read) == (201, b"")
    assert response.headers["x-mock-chaos"] == "reset=before_body"
    assert_played_to_its_end(client, session)


@pytest.mark.parametrize("seed", range(4))
def test_a_reset_in_the_body_breaks_behind_a_whole_frame(seed, client):
    session = new_session(client)

    _, read = broken_stream(client, session, reset="in_body", seed=seed)

    assert read.startswith(b"event: input_message\n")
    assert read.endswith(b"\n\n")
    assert b"event: end" not in read
    assert_played_to_its_end(client, session)


@pytest.mark.parametrize("seed", range(4))
def test_a_cut_frame_arrives_in_part(seed, client):
    session = new_session(client)

    _, read = broken_stream(client, session, cut="frame", seed=seed)

    assert not read.endswith(b"\n\n")
    assert b"event: input_message\n" in read
    assert_played_to_its_end(client, session)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_cut_character_arrives_in_part(language, client):
    session = new_session(client, metadata={"language": language, "user_role": "premium"})

    _, read = broken_stream(client, session, cut="character", seed=1)

    with pytest.raises(UnicodeDecodeError, match="unexpected end of data"):
        read.decode()
    assert_played_to_its_end(client, session)


@pytest.mark.parametrize("faults", [{"reset": "before_body"}, {"reset": "in_body"}, {"cut": "frame"}, {"cut": "character"}])
def test_a_json_answer_breaks(faults, client):
    session = new_session(client)

    with pytest.raises(httpx.RemoteProtocolError, match=BROKEN):
        client.post(f"{session}/events", json=QUESTION, headers=chaos(**faults))

    assert_played_to_its_end(client, session)
    name, value = next(iter(faults.items()))
    entry = next(entry for entry in journal(client) if entry["path"] == f"{session}/events")
    assert entry["faults"] == [f"{name}={value}"]


def test_an_answer_without_a_body_breaks(client):
    session = new_session(client)

    with pytest.raises(httpx.RemoteProtocolError, match=BROKEN):
        client.delete(session, headers=chaos(reset="before_body"))

    assert client.get(session).status_code == 404


def test_faults_that_break_nothing_leave_the_transfer_whole(client):
    session = new_session(client)

    headers = chaos(duplicate=1, heartbeat=3, stall=5, latency=5)
    with client.stream("POST", f"{session}/events", json=STREAMED, headers=headers) as response:
        found = frames(response)

    assert found[::2] == found[1::2]
    assert found[-1] == {"type": "end"}
    assert response.headers["transfer-encoding"] == "chunked"


def test_several_prefer_lines_are_one_header(client):
    answer = client.get("/v2/agents", headers=[("Prefer", "wait=1"), ("Prefer", "code=403")])

    assert (answer.status_code, answer.headers["x-mock-code"]) == (403, "SM215")


def test_curl_tells_a_broken_transfer(mock):
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    command = ["curl", "-s", "-H", "x-api-key: mock-owner", "-H", "X-Mock-Chaos-Reset: in_body", f"{mock.url}{SESSIONS}"]

    done = subprocess.run(command, capture_output=True, check=False, timeout=20)

    assert done.returncode == 18
    assert done.stdout


def test_broken_transfers_leave_the_log_quiet_and_the_server_well(tmp_path):
    with served(folder=tmp_path) as process, process.client() as client:
        for name, value in (("reset", "before_body"), ("reset", "in_body"), ("cut", "frame")):
            with pytest.raises(httpx.RemoteProtocolError):
                client.get("/v2/agents", headers=chaos(**{name: value}))
        assert client.get("/v2/agents").status_code == 200
        assert process.stop() == (0, "")

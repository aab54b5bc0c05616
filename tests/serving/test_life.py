"""How the process starts, what it prints, and how it ends."""

import signal
import time

import pytest

from tests.serving.process import run, served

ROLES = (
    "owner", "administrator", "billing_administrator", "corpus_administrator", "corpus_developer", "corpus_viewer",
    "agent_administrator", "agent_developer", "agent_viewer", "agent_user", "pipeline_administrator", "pipeline_viewer", "viewer",
)  # fmt: skip
LONGEST_STOP = 5.0


def test_the_banner_lists_a_key_for_each_role(mock):
    lines = [line.split() for line in mock.banner.splitlines()]
    assert ["neighbour:", "owner", "mock-neighbour-owner"] in lines
    assert [line for line in lines if line[0] in ROLES] == [[role, f"mock-{role.replace('_', '-')}"] for role in ROLES]


def test_the_banner_fits_80_columns_and_keeps_its_addresses_whole(mock):
    lines = mock.banner.splitlines()
    assert lines[0] == f"sessions-mock  {mock.url}"
    assert max(map(len, lines)) <= 80
    assert f"try    curl -H 'x-api-key: mock-owner' {mock.url}/v2/agents" in lines


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_ends_it_quickly_and_quietly(number, tmp_path):
    with served(folder=tmp_path) as process:
        begun = time.monotonic()
        assert process.stop(number) == (0, "")
        assert time.monotonic() - begun < LONGEST_STOP


def test_a_signal_ends_it_while_a_stream_runs(tmp_path):
    with served("--physics", "tokens_per_second=10", folder=tmp_path) as process, process.client() as client:
        sessions = "/v2/agents/support-agent/sessions"
        body = {"metadata": {"language": "en", "user_role": "premium"}}
        session = client.post(sessions, json=body).json()["key"]
        asked = {"messages": [{"type": "text", "content": "password"}], "stream_response": True}
        with client.stream("POST", f"{sessions}/{session}/events", json=asked) as response:
            next(response.iter_lines())
            begun = time.monotonic()
            code, printed = process.stop()
        assert (code, printed) == (0, "")
        assert time.monotonic() - begun < LONGEST_STOP


def test_a_port_in_use_is_named_with_advice(mock, tmp_path):
    port = mock.url.rpartition(":")[2]
    done = run("--port", port, folder=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"Error: cannot listen on 127.0.0.1:{port}: Address already in use. "
        "Stop what listens there, or choose another port: --port 0 takes a free one.\n"
    )


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path):
    def told():
        with served("--seed", "7", folder=tmp_path) as process, process.client() as client:
            path = "/v2/agents/support-agent/sessions"
            client.post(path, json={"key": "s", "metadata": {"language": "fr", "user_role": "basic"}})
            answer = client.post(f"{path}/s/events", json={"messages": [{"type": "text", "content": "refund"}]})
            assert answer.headers["x-mock-seed"] == "7"
            return [{name: value for name, value in event.items() if name != "created_at"} for event in answer.json()["events"]]

    assert told() == told()

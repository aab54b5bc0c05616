"""A dry run sends nothing to its target and tells what would be sent."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest

from contracts.rehearsal import Rehearsal
from contracts.wire.budget import Budget, Limits
from tests.contracts.running import contracts


@pytest.fixture
def listener():
    """A server that notes every request."""
    seen = []

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_POST = do_DELETE = do_PATCH = do_GET  # noqa: N815 - names of the standard library

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Noting)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()
    thread.join()


def test_nothing_is_sent_and_everything_is_told(listener, tmp_path):
    url, seen = listener
    journals = tmp_path / "journals"
    told = contracts(
        "run", "--url", url, "--api-key", "KEY", "--promises", "SC201,SC303", "--dry-run", "--journal-dir", str(journals)
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert seen == []
    assert not journals.exists()
    lines = told.stdout.splitlines()
    assert any(line.startswith('POST /v2/agents {"key":"sc-') for line in lines)
    assert any(line.endswith("  createAgentSession") for line in lines)
    assert lines[-1].startswith("Nothing was sent. A run would send about ")
    assert "turns." in lines[-1]
    assert "kept" not in told.stdout


def test_a_host_that_is_not_allowed_is_told_in_a_dry_run_too():
    told = contracts("run", "--url", "https://api.example.com", "--api-key", "KEY", "--promises", "SC201", "--dry-run")
    assert told.returncode == 2
    assert "--allow-host api.example.com" in told.stdout + told.stderr


def test_a_dry_run_goes_with_one_process():
    told = contracts("run", "--app", "mockserver.app:create_app", "--dry-run", "-w", "2")
    assert told.returncode == 2
    assert "--dry-run goes with one process" in told.stderr


def test_a_request_is_told_by_its_beginning():
    rehearsal = Rehearsal()
    rehearsal.note(httpx.Request("POST", "http://mock.test/v2/agents?x=ü", json={"name": "n" * 200}))
    rehearsal.note(httpx.Request("GET", "http://mock.test/v2/agents"))
    rehearsal.note(httpx.Request("POST", "http://mock.test/nowhere", content=b"\xff\x00", headers={"content-type": "image/png"}))
    first, second, third, _, *rest = rehearsal.lines(Budget(Limits()))
    assert first.startswith('POST /v2/agents?x=%C3%BC {"name":"nnn')
    assert first.endswith("…")
    assert second == "GET /v2/agents"
    assert third == "POST /nowhere (image/png, 2 bytes)"
    assert rest[:3] == ["      1  createAgent", "      1  listAgents", "      1  none of the document"]

"""The guard, CORS and the limits on a real socket, where the worker is another process than the one that prints the banner."""

import re
from dataclasses import dataclass

import httpx
import pytest

from tests.serving.process import served
from tests.serving.test_serving import SESSIONS, STREAMED, new_session, until

ANYWHERE = "0.0.0.0"  # noqa: S104 - for as long as a test runs
STATE = "/__admin/state"
TOKEN = "chosen-by-the-operator"  # noqa: S105 - made up
PAGE = {"Origin": "http://localhost:3000"}
PREFLIGHT = {**PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


@dataclass(frozen=True)
class Open:
    """A mock on all addresses, and the token that it printed."""

    url: str
    banner: str
    token: str


@pytest.fixture(scope="module")
def in_the_open(tmp_path_factory):
    with served("--host", ANYWHERE, folder=tmp_path_factory.mktemp("open")) as mock:
        (token,) = re.findall(r"X-Admin-Token: (\S+)'", mock.banner)
        yield Open(mock.url, mock.banner, token)


def test_off_loopback_the_banner_shows_the_token_once_and_warns_of_the_keys(in_the_open):
    assert in_the_open.banner.count(in_the_open.token) == 1
    assert f"admin  curl -H 'X-Admin-Token: {in_the_open.token}' {in_the_open.url}/__admin/state\n" in in_the_open.banner
    warning = "warning  others can reach this address, and these keys are well known; `--world FILE` gives others\n"
    assert warning in in_the_open.banner


def test_the_token_of_the_banner_is_that_of_the_worker(in_the_open):
    assert httpx.get(f"{in_the_open.url}{STATE}").status_code == 401
    assert httpx.get(f"{in_the_open.url}{STATE}", headers={"X-Admin-Token": in_the_open.token}).status_code == 200
    assert httpx.get(f"{in_the_open.url}{STATE}", headers={"Authorization": f"Bearer {in_the_open.token}"}).status_code == 200
    assert httpx.get(f"{in_the_open.url}/ready").status_code == 200


def test_on_loopback_the_banner_has_neither_and_the_admin_api_is_open(mock):
    assert "Token" not in mock.banner
    assert "warning" not in mock.banner
    assert httpx.get(f"{mock.url}{STATE}").status_code == 200


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_on_loopback_pages_are_kept_out(headers, mock):
    assert httpx.get(f"{mock.url}{STATE}", headers=headers).status_code == 403


def test_a_token_that_is_set_is_not_printed_and_a_world_of_ones_own_not_warned_of(tmp_path):
    (tmp_path / "world.yaml").write_text("api_keys: [{key: own, api_roles: [owner]}]\ncorpora: []\nagents: []\n")
    settings = {"SESSIONSUITE_ADMIN_TOKEN": TOKEN, "SESSIONSUITE_HOST": ANYWHERE, "SESSIONSUITE_WORLD": "world.yaml"}
    with served(folder=tmp_path, **settings) as mock:
        assert TOKEN not in mock.banner
        assert "warning" not in mock.banner
        assert httpx.get(f"{mock.url}{STATE}").status_code == 401
        assert httpx.get(f"{mock.url}{STATE}", headers={"X-Admin-Token": TOKEN}).status_code == 200
        _, printed = mock.stop()
        assert TOKEN not in printed


def test_a_preflight_is_answered_and_a_stream_can_be_read(mock, client):
    answer = httpx.options(f"{mock.url}{SESSIONS}/s/events", headers=PREFLIGHT)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (204, PAGE["Origin"])
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, POST"
    session = new_session(client)
    with client.stream("POST", f"{session}/events", json=STREAMED, headers=PAGE) as response:
        assert response.headers["Access-Control-Allow-Origin"] == PAGE["Origin"]
        assert response.headers["Content-Type"] == "text/event-stream"


def test_an_answer_that_chaos_breaks_can_be_read_up_to_there(client):
    broken = {**PAGE, "X-Mock-Chaos-Cut": "frame", "X-Mock-Chaos-Seed": "1", "Prefer": "physics=instant"}
    with client.stream("POST", f"{new_session(client)}/events", json=STREAMED, headers=broken) as response:
        assert response.headers["Access-Control-Allow-Origin"] == PAGE["Origin"]
        assert response.headers["X-Mock-Chaos"] == "cut=frame"
        with pytest.raises(httpx.RemoteProtocolError):
            response.read()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        pytest.param({"x-long": "v" * 70_000}, "SM240", id="long"),
        pytest.param({f"x-{number}": "v" for number in range(120)}, None, id="more than the server itself takes"),
    ],
)
def test_headers_over_the_limit_are_refused_and_the_server_stays_well(headers, code, mock, client):
    answer = client.get("/v2/agents", headers=headers)
    assert (answer.status_code, answer.headers.get("x-mock-code")) == (431, code)
    assert httpx.get(f"{mock.url}/ready").status_code == 200


def test_a_client_that_leaves_its_stream_can_open_another_while_the_turn_goes_on(tmp_path):
    slow, quick = {"Prefer": "scenario=long_answer, physics=slow"}, {"Prefer": "physics=instant"}
    with served("--streams-per-key", "1", folder=tmp_path) as mock, mock.client() as client:
        first, second = new_session(client), new_session(client)
        with client.stream("POST", f"{first}/events", json=STREAMED, headers=slow) as response:
            next(response.iter_lines())
            refused = client.post(f"{second}/events", json=STREAMED, headers=quick)
            assert (refused.status_code, refused.headers["x-mock-code"]) == (429, "SM242")
        assert until(lambda: client.post(f"{second}/events", json=STREAMED, headers=quick).status_code == 201)
        assert client.get(first).json()["status"] == "running"

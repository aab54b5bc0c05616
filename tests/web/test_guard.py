"""The admin API is for whoever runs the mock: not for the network, not for pages in the browser."""

from functools import lru_cache

import pytest

from mockserver.app import create_app, create_pipeline
from mockserver.cli import with_admin_token
from mockserver.domain.errors import Refused
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from mockserver.web.face import create_face
from mockserver.web.guard import SECURITY_HEADERS, Guard, is_loopback
from tests.arrange import NOON, OWNER

ADMIN = "/__admin/state"
ANYWHERE = "0.0.0.0"  # noqa: S104 - nobody listens
TOKEN = "kept-by-the-operator"  # noqa: S105 - made up
ADMIN_PATHS = [
    ("GET", "/__admin/health"), ("GET", ADMIN), ("POST", "/__admin/reset"), ("GET", "/__admin/requests"),
    ("GET", "/__admin/worlds"), ("DELETE", "/__admin/tests/t"), ("GET", "/__admin/scenarios"), ("GET", "/__admin/chaos"),
    ("PUT", "/__admin/chaos"), ("DELETE", "/__admin/chaos"), ("GET", "/__admin/sessions/a/s/context"), ("GET", "/__admin/"),
    ("GET", "/__admin"), ("GET", "/__admin/nope"), ("OPTIONS", ADMIN), ("TRACE", ADMIN), ("HEAD", ADMIN),
]  # fmt: skip


@lru_cache(maxsize=1)
def pipeline():
    return create_pipeline(Settings(), clock=FixedClock(NOON))


def served(guard):
    return create_face(pipeline(), guard=guard).test_client()


def in_process(**settings):
    return create_app(Settings(**settings), clock=FixedClock(NOON)).test_client()


@pytest.fixture(scope="module")
def alone():
    """A mock that listens on 127.0.0.1."""
    return served(Guard("127.0.0.1"))


@pytest.fixture(scope="module")
def in_the_open():
    """A mock that listens on all addresses, with a token."""
    return served(Guard(ANYWHERE, TOKEN))


def test_every_admin_path_of_the_mock_is_among_those_tested(alone):
    listed = alone.get("/__admin/nope").json["detail"].partition("there are: ")[2].rstrip(".").split(", ")
    tested = {f"{method} {path}" for method, path in ADMIN_PATHS}
    named = {"<test_id>": "t", "<agent_key>": "a", "<session_key>": "s"}
    for line in listed:
        for name, value in named.items():
            line = line.replace(name, value)  # noqa: PLW2901 - filled in step by step
        assert line in tested or line in {"GET /health", "GET /ready"}


@pytest.mark.parametrize(("method", "path"), ADMIN_PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({"X-Admin-Token": TOKEN + "x"}, id="longer"),
        pytest.param({"X-Admin-Token": TOKEN[:-1]}, id="shorter"),
        pytest.param({"X-Admin-Token": ""}, id="empty"),
        pytest.param({"X-Admin-Token": "\xe9"}, id="not ASCII"),
        pytest.param({"Authorization": "Bearer mock-owner"}, id="an API key"),
        pytest.param({"Authorization": f"Basic {TOKEN}"}, id="another scheme"),
        pytest.param({"Authorization": TOKEN}, id="no scheme"),
        pytest.param({"x-api-key": TOKEN}, id="another header"),
    ],
)
def test_where_others_can_reach_it_every_admin_request_needs_the_token(method, path, headers, in_the_open):
    answer = in_the_open.open(path, method=method, headers=headers)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="admin"'
    assert answer.headers["X-Mock-Code"] == "SM120"
    assert TOKEN not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Admin-Token": TOKEN},
        {"Authorization": f"Bearer {TOKEN}"},
        {"Authorization": f"bearer  {TOKEN}", "X-Admin-Token": "x"},
    ],
)
@pytest.mark.parametrize("host", ["mock.example:4010", "192.0.2.7:4010", "localhost"])
def test_the_token_opens_it_by_whatever_name_it_is_reached(headers, host, in_the_open):
    answer = in_the_open.get(ADMIN, headers={**headers, "Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_health_is_open_to_all(path, in_the_open):
    assert in_the_open.get(path).status_code == 200


def test_the_api_does_not_ask_for_the_token(in_the_open):
    assert in_the_open.get("/v2/agents", headers=OWNER).status_code == 200


@pytest.mark.parametrize("token", ["", "x"])
def test_a_guard_without_a_token_lets_nobody_in_from_outside(token):
    with pytest.raises(Refused):
        Guard(ANYWHERE).check({"host": "localhost", "x-admin-token": token, "authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    "host", ["127.0.0.1:4010", "localhost:4010", "LOCALHOST", "[::1]:4010", "127.9.9.9", "mock.localhost:80"]
)
def test_on_loopback_it_is_open_under_the_names_of_this_machine(host, alone):
    assert alone.get(ADMIN, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example:4010", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.7", "[::2]", "[", "0.0.0.0:4010"]
)
@pytest.mark.parametrize(("method", "path"), ADMIN_PATHS)
def test_a_name_that_was_made_to_lead_here_is_refused(method, path, host, alone):
    answer = alone.open(path, method=method, headers={"Host": host})
    assert (answer.status_code, answer.content_type) == (403, "application/problem+json")
    assert answer.headers["X-Mock-Code"] == "SM121"


def test_a_request_without_a_host_is_refused():
    with pytest.raises(Refused) as refused:
        Guard("127.0.0.1").check({})
    assert refused.value.refusal.code == "SM121"


@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "https://evil.example", "null", "http://127.0.0.1:4010", "http://localhost:40100", ""]
)
@pytest.mark.parametrize(("method", "path"), ADMIN_PATHS)
def test_a_page_of_another_origin_is_refused(method, path, origin, alone):
    answer = alone.open(path, method=method, headers={"Host": "localhost:4010", "Origin": origin})
    assert answer.status_code == 403
    assert answer.headers["X-Mock-Code"] == "SM122"


def test_a_page_of_another_origin_is_refused_with_the_token_too(in_the_open):
    headers = {"Host": "mock.example", "X-Admin-Token": TOKEN}
    assert in_the_open.get(ADMIN, headers={**headers, "Origin": "https://evil.example"}).status_code == 403
    assert in_the_open.get(ADMIN, headers={**headers, "Origin": "https://mock.example"}).status_code == 200


def test_a_page_of_the_mock_itself_may_use_it(alone):
    headers = {"Host": "localhost:4010", "Origin": "http://localhost:4010"}
    assert alone.post("/__admin/reset", headers=headers).status_code == 204


def test_a_refused_request_changes_nothing(alone):
    rule = {"rules": [{"faults": {"status": 503}}]}
    assert alone.put("/__admin/chaos", json=rule, headers={"Origin": "https://evil.example"}).status_code == 403
    assert alone.get("/v2/agents", headers=OWNER).status_code == 200


def test_in_process_it_is_open_unless_the_settings_have_a_token():
    assert in_process().get(ADMIN, base_url="http://testserver").status_code == 200
    closed = in_process(admin_token=TOKEN)
    assert closed.get(ADMIN).status_code == 401
    assert closed.get(ADMIN, headers={"X-Admin-Token": TOKEN}).status_code == 200


def test_a_token_that_is_set_is_needed_on_loopback_too():
    guarded = served(Guard("127.0.0.1", TOKEN))
    assert guarded.get(ADMIN).status_code == 401
    assert guarded.get(ADMIN, headers={"X-Admin-Token": TOKEN}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"), [(ADMIN, 200), ("/__admin/nope", 404), ("/__admin", 308), ("/health", 200), ("/ready", 200)]
)
def test_the_mocks_own_answers_forbid_browsers_what_they_need_not_do(path, status, alone):
    answer = alone.get(path)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)


def test_a_refusal_of_the_admin_api_has_them_too(in_the_open):
    answer = in_the_open.get(ADMIN)
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)


def test_answers_of_the_api_have_none_of_them(alone):
    answer = alone.get("/v2/agents", headers=OWNER)
    assert not set(SECURITY_HEADERS) & {name for name, _ in answer.headers}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost", "Localhost.", "a.localhost"])
def test_no_token_is_made_on_loopback(host):
    assert is_loopback(host)
    assert with_admin_token(Settings(host=host)) == Settings(host=host)


@pytest.mark.parametrize("host", [ANYWHERE, "::", "192.0.2.7", "2001:db8::1", "mock.example", "", "localhost.example"])
def test_off_loopback_every_start_makes_another_token(host):
    made = {with_admin_token(Settings(host=host)).admin_token for _ in range(20)}
    assert len(made) == 20
    assert min(map(len, made)) >= 43, "256 bits"
    assert with_admin_token(Settings(host=host, admin_token=TOKEN)).admin_token == TOKEN


def test_the_token_shows_in_no_representation():
    assert TOKEN not in repr(Settings(admin_token=TOKEN)) + repr(Guard(ANYWHERE, TOKEN))

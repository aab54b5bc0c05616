"""Pages of the origins in `cors_origins` may call the API, as a browser sees it; nothing else is open to them."""

from functools import lru_cache

import pytest

import openapi
from mockserver.app import create_app, create_pipeline
from mockserver.domain.chaos import FAULTS
from mockserver.domain.origins import origins_of
from mockserver.runtime import FixedClock
from mockserver.settings import Settings, SettingsError, resolve
from mockserver.spec.document import load
from mockserver.spec.operations import Operations
from mockserver.web.cors import Cors
from mockserver.web.face import create_face
from tests.arrange import NOON, OWNER
from tests.web.browser import ALWAYS_READABLE, BlockedError, Page

AGENTS = "/v2/agents"
SUPPORT = "/v2/agents/support-agent"
INPUT = {"messages": [{"type": "text", "content": "Hello!"}]}
OPERATIONS = list(Operations(load(openapi.DOCUMENT)).by_id.values())
SENT_BY_THE_CONNECTION = {"vary", "access-control-allow-origin", "access-control-expose-headers"}


@pytest.fixture(scope="module")
def page():
    return Page(create_app(Settings(), clock=FixedClock(NOON)), "http://localhost:3000")


@lru_cache(maxsize=1)
def pipeline():
    return create_pipeline(Settings(), clock=FixedClock(NOON))


def served_to(origins, origin):
    return Page(create_face(pipeline(), cors=Cors(origins_of(origins), pipeline().operations)), origin)


def test_the_setting_reaches_the_application():
    app = create_app(Settings(cors_origins="https://app.example"), clock=FixedClock(NOON))
    assert Page(app, "https://app.example").fetch("GET", AGENTS, OWNER).status == 200


@pytest.mark.parametrize("origin", ["http://localhost", "http://localhost:3000", "http://127.0.0.1:5173", "http://LOCALHOST:1"])
def test_a_page_of_this_machine_may_call_without_any_setting(origin, page):
    answer = Page(page.app, origin).fetch("GET", AGENTS, OWNER)
    assert (answer.status, '"support-agent"' in answer.text) == (200, True)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example", "http://localhost.evil.example", "http://evil.example:3000", "http://localhost:3000.evil.example",
        "https://localhost:3000", "http://127.0.0.2:3000", "http://localhost:*", "http://localhost:", "http://", "null", "*", "",
    ],
)  # fmt: skip
def test_a_page_of_any_other_origin_may_not(origin, page):
    other = Page(page.app, origin)
    with pytest.raises(BlockedError):
        other.fetch("GET", AGENTS, OWNER)
    with pytest.raises(BlockedError):
        other.fetch("GET", AGENTS)


@pytest.mark.parametrize(
    ("origins", "allowed", "refused"),
    [
        pytest.param("https://app.example", "https://app.example", "https://app.example:8443", id="the port of the scheme"),
        pytest.param("https://app.example:443", "https://app.example", "http://app.example", id="the same port written out"),
        pytest.param("http://[::1]:*", "http://[::1]:8080", "http://[::2]:8080", id="an address of IPv6"),
        pytest.param("tauri://localhost, null", "null", "http://localhost", id="a page of a file"),
        pytest.param(" http://a , http://b:1 ", "http://b:1", "http://b", id="a list"),
    ],
)
def test_the_setting_says_which_origins_may(origins, allowed, refused):
    page = served_to(origins, allowed)
    assert page.fetch("GET", AGENTS, OWNER).status == 200
    with pytest.raises(BlockedError):
        Page(page.app, refused).fetch("GET", AGENTS, OWNER)


def test_a_star_lets_every_page_in_with_one_answer_for_all():
    page = served_to("*", "https://anywhere.example")
    assert page.fetch("DELETE", SUPPORT, OWNER).status == 204
    answer = page.app.test_client().get(AGENTS, headers={**OWNER, "Origin": "null"})
    assert (answer.headers["Access-Control-Allow-Origin"], "Vary" in answer.headers) == ("*", False)


def test_an_empty_setting_lets_no_page_in():
    with pytest.raises(BlockedError):
        served_to("", "http://localhost:3000").fetch("GET", AGENTS, OWNER)


@pytest.mark.parametrize("origins", ["localhost:3000", "http://a/path", "http://*.example", "http://a:b", "http://u@a", "x y"])
def test_a_setting_that_names_no_origin_is_refused_by_name(origins, tmp_path):
    with pytest.raises(SettingsError, match=r"setting 'cors_origins': .* is no origin: it must be SCHEME://HOST"):
        resolve({"cors_origins": origins}, folder=tmp_path, environment={})


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.id for operation in OPERATIONS])
def test_every_operation_can_be_called_with_every_header_that_the_document_and_the_mock_know(operation, page):
    path = operation.path.replace("{", "").replace("}", "")
    declared = [one.name for one in operation.parameters if one.location == "header"]
    mock = ["Prefer", "X-Test-Id", "X-Mock-Scenario", "X-Mock-Physics", *(fault.header for fault in FAULTS.values())]
    headers = {"x-api-key": "nobody", "Authorization": "Bearer nobody", **dict.fromkeys([*declared, *mock], "1")}
    assert page.fetch(operation.method, path, headers, json={}).status in {400, 401}


def test_a_header_that_nobody_knows_is_not_allowed(page):
    with pytest.raises(BlockedError, match="x-unheard-of"):
        page.fetch("GET", AGENTS, {**OWNER, "X-Unheard-Of": "1"})


def test_a_preflight_names_the_methods_of_the_path_and_for_how_long():
    app = served_to("http://localhost:*", "").app
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "PUT"}
    answer = app.test_client().options(SUPPORT, headers={**asked, "Access-Control-Request-Private-Network": "true"})
    headers = dict(answer.headers)
    assert (answer.status_code, answer.data) == (204, b"")
    assert headers["Access-Control-Allow-Methods"] == "DELETE, GET, HEAD, PATCH, PUT"
    assert headers["Access-Control-Max-Age"] == "600"
    assert headers["Access-Control-Allow-Private-Network"] == "true"
    assert headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Private-Network" not in app.test_client().options(SUPPORT, headers=asked).headers


def test_a_preflight_is_not_in_the_journal(page):
    page.fetch("GET", f"{AGENTS}/journal", OWNER)
    latest = page.app.test_client().get("/__admin/requests").json["requests"][-2:]
    assert ("GET", f"{AGENTS}/journal") == (latest[-1]["method"], latest[-1]["path"])
    assert "OPTIONS" not in {row["method"] for row in latest}


def test_a_method_that_the_path_lacks_is_blocked_before_it_is_sent(page):
    with pytest.raises(BlockedError, match="PUT is not allowed"):
        page.fetch("PUT", AGENTS, OWNER)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_path_that_is_not_there_shows_its_404(method, page):
    answer = page.fetch(method, "/v2/agnets", OWNER)
    assert (answer.status, answer.headers["x-mock-code"]) == (404, "SM207")


def test_a_preflight_of_another_origin_is_told_which_setting_decides(page):
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    answer = page.app.test_client().options(AGENTS, headers=asked)
    assert (answer.status_code, answer.content_type) == (403, "application/problem+json")
    assert answer.headers["X-Mock-Code"] == "SM123"
    assert answer.json["detail"] == "A page of https://evil.example may not call the API (setting cors_origins)."


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://localhost:3000"}, {"Access-Control-Request-Method": "GET"}])
def test_options_that_are_no_preflight_are_a_method_like_any_other(headers, page):
    answer = page.app.test_client().options(AGENTS, headers={**OWNER, **headers})
    assert (answer.status_code, answer.headers["Allow"], answer.headers["X-Mock-Code"]) == (405, "GET, POST", "SM208")


def test_a_session_can_be_held_from_a_page(page):
    made = page.fetch("POST", f"{SUPPORT}/sessions", OWNER, json={"key": "from_a_page"})
    assert made.status == 201
    turn = page.fetch("POST", f"{SUPPORT}/sessions/from_a_page/events", OWNER, json={**INPUT, "stream_response": True})
    assert (turn.status, turn.headers["content-type"]) == (201, "text/event-stream")
    assert turn.text.endswith('event: end\ndata: {"type":"end"}\n\n')


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        pytest.param(AGENTS, {}, 401, id="no credential"),
        pytest.param(AGENTS, {"x-api-key": "mock-billing-administrator"}, 403, id="no role"),
        pytest.param(f"{AGENTS}/nobody", OWNER, 404, id="not there"),
        pytest.param(f"{AGENTS}?limit=0", OWNER, 400, id="invalid"),
        pytest.param(AGENTS, {**OWNER, "Prefer": "code=429"}, 429, id="wished"),
        pytest.param(AGENTS, {**OWNER, "X-Mock-Chaos-Status": "503", "X-Mock-Chaos-Seed": "1"}, 503, id="chaos"),
        pytest.param(AGENTS, {**OWNER, "X-Mock-Chaos-Latency": "1"}, 200, id="late"),
        pytest.param(AGENTS, {**OWNER, "Prefer": "seed=1"}, 200, id="fine"),
        pytest.param(AGENTS, {**OWNER, "X-Fern-Language": "x" * 70_000}, 431, id="headers too large"),
    ],
)
def test_a_page_can_read_every_header_of_every_answer(path, headers, status, page):
    answer = page.fetch("GET", path, headers)
    sent = page.app.test_client().get(path, headers={**headers, "Origin": page.origin}).headers
    assert answer.status == status
    assert set(answer.headers) == {name.lower() for name, _ in sent} - SENT_BY_THE_CONNECTION
    assert set(answer.headers) - ALWAYS_READABLE >= {"x-request-id", "x-mock-seed"}


@pytest.mark.parametrize("path", ["/health", "/ready", "/__admin/health", "/__admin/state", "/__admin/nope", "/v3/agents", "/"])
def test_what_is_not_the_api_is_open_to_no_page(path, page):
    for method in ("GET", "OPTIONS"):
        asked = {"Origin": page.origin, "Access-Control-Request-Method": "GET"}
        answer = page.app.test_client().open(path, method=method, headers=asked)
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]


def test_an_answer_varies_by_origin_for_caches_even_without_one(page):
    assert page.app.test_client().get(AGENTS, headers=OWNER).headers["Vary"] == "Origin"

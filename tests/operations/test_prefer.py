from dataclasses import replace

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

import openapi
from mockserver.app import create_pipeline
from mockserver.domain.wishes import Wishes
from mockserver.operations import HANDLERS
from mockserver.operations.call import Reply
from mockserver.pipeline import Pipeline
from mockserver.settings import Settings
from mockserver.spec.document import load
from mockserver.spec.operations import Operations
from mockserver.web.face import create_face
from tests.arrange import Api, assert_refused

OPERATIONS = Operations(load(openapi.DOCUMENT)).by_id.values()
DECLARED = [(operation, status) for operation in OPERATIONS for status in sorted(operation.statuses) if status >= 400]


@pytest.fixture(scope="session")
def core():
    return OpenAPI.from_file_path(str(openapi.DOCUMENT))


@pytest.fixture
def api(app):
    return Api(app)


def preferring(api, method, path, text, **headers):
    return api.call(method, path, headers={"Prefer": text, **headers})


@pytest.mark.parametrize(("operation", "status"), DECLARED, ids=[f"{found.id}-{status}" for found, status in DECLARED])
def test_every_declared_error_can_be_had_and_fits_the_document(operation, status, app, core):
    path = operation.path.replace("{", "some-").replace("}", "")

    answer = app.test_client().open(path, method=operation.method, headers={"Prefer": f"code={status}"})

    assert_refused(answer, status, "SM215")
    assert answer.headers["Preference-Applied"] == f"code={status}"
    request = MockRequest("http://localhost", operation.method.lower(), path, view_args={})
    response = MockResponse(answer.data, status, headers=dict(answer.headers), content_type=answer.content_type)
    core.validate_response(request, response)


def test_a_preferred_error_handles_nothing(api):
    before = api.state()

    assert preferring(api, "POST", "/v2/agents/support-agent/sessions", "code=409").status_code == 409
    assert preferring(api, "DELETE", "/v2/agents/support-agent", "code=404").json["id"] == "support-agent"

    assert api.state() == before


def test_a_preferred_401_names_the_challenge(api):
    answer = preferring(api, "GET", "/v2/agents", "code=401")

    assert answer.headers["WWW-Authenticate"] == 'ApiKey header="x-api-key", Bearer'


@pytest.mark.parametrize("code", [418, 503, 405])
def test_an_error_that_is_not_declared_is_refused_with_those_that_are(code, api):
    answer = preferring(api, "GET", "/v2/agents/support-agent", f"code={code}")

    told = "code must be an error that getAgent declares: 400, 401, 403, 404, 429, 431"
    assert_refused(answer, 400, "SM214", field_errors={"Prefer": told})
    assert "Preference-Applied" not in answer.headers


@pytest.mark.parametrize("text", ["seed=x", "scenario", 'physics="', "code=200", "code=x"])
def test_a_malformed_preference_is_refused(text, api):
    answer = preferring(api, "GET", "/v2/agents", text)

    assert_refused(answer, 400, "SM212")
    assert list(answer.json["field_errors"]) == ["Prefer"]


def test_other_preferences_change_nothing(api):
    answer = preferring(api, "GET", "/v2/agents", 'respond-async, wait=10, return="minimal", example=x')

    assert answer.json == api.get("/v2/agents").json
    assert "Preference-Applied" not in answer.headers


def test_an_answer_says_nothing_of_wishes_that_did_not_matter(api):
    assert "Preference-Applied" not in preferring(api, "GET", "/v2/agents", "scenario=x, seed=1").headers


@pytest.fixture
def told():
    """A mock whose listAgents applies the scenario and the seed, and the wishes that it was given."""
    seen = []

    def list_agents(call, services):
        seen.append(call.wishes)
        return replace(HANDLERS["listAgents"](call, services), applied=("scenario", "seed"))

    made = create_pipeline(Settings())
    pipeline = Pipeline(
        made.operations,
        {**HANDLERS, "listAgents": list_agents, "getAgent": lambda *_: Reply(204, applied=("scenario",))},
        made.worlds,
        made.authentication,
        seed=0,
        limits=made.limits,
        journal_size=1,
    )
    return Api(create_face(pipeline)), seen


def test_a_handler_has_the_wishes_and_the_answer_tells_those_that_it_applied(told):
    api, seen = told

    answer = preferring(api, "GET", "/v2/agents", 'scenario="tool error", seed=7', **{"X-Mock-Physics": "tps=40, ttft=1"})

    assert seen == [Wishes(scenario="tool error", physics="tps=40, ttft=1", seed=7)]
    assert answer.headers["Preference-Applied"] == 'scenario="tool error", seed=7'


def test_several_header_lines_are_one_header(told):
    api, seen = told

    api.app.test_client().get(
        "/v2/agents",
        headers=[("x-api-key", "mock-owner"), ("Prefer", "scenario=a"), ("Prefer", "seed=7"), ("X-Mock-Scenario", "a")],
    )

    assert seen == [Wishes(scenario="a", seed=7)]


def test_without_wishes_nothing_is_told(told):
    api, seen = told

    assert "Preference-Applied" not in api.get("/v2/agents").headers
    assert "Preference-Applied" not in api.get("/v2/agents/x").headers
    assert seen == [Wishes()]


@pytest.mark.parametrize(
    ("sent", "applied"),
    [
        ({"messages": [{"type": "text", "content": "Hello!"}]}, "scenario=client_tool_pending, physics=instant, seed=7"),
        ({"type": "tool_output"}, "physics=instant, seed=7"),
        ({"type": "compact"}, "seed=7"),
        ({"type": "interrupt"}, None),
    ],
    ids=["input_message", "tool_output", "compact", "interrupt"],
)
@pytest.mark.parametrize("streams", [True, False], ids=["stream", "json"])
def test_only_wishes_that_matter_to_an_input_are_said_to_be_applied(sent, applied, streams, api):
    session = api.session(metadata={"mock.scenario": "client_tool_pending"})
    if sent.get("type") == "tool_output":
        (call,) = api.turn(session, "Hello!")[-1]["pending_calls"]
        sent = {**sent, "tool_outputs": [{"type": "error", "event_id": call["event_id"], "error": "no"}]}

    headers = {"Prefer": "scenario=client_tool_pending, physics=instant, seed=7"}
    response = api.call("POST", f"{session}/events", {**sent, "stream_response": streams}, headers=headers)

    assert response.status_code == 201
    assert response.headers.get("Preference-Applied") == applied

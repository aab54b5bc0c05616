from pathlib import Path

import pytest
import yaml

import openapi
from mockserver.app import create_app
from mockserver.settings import Settings
from tests.arrange import Api, agent_body, assert_refused, corpus_body, document_body, shared_api

WORLD = yaml.safe_load((Path(openapi.DOCUMENT).parents[1] / "fixtures" / "seed" / "world.yaml").read_text("utf-8"))
KEYS = {entry["key"]: set(entry["api_roles"]) for entry in WORLD["api_keys"]}


def required_roles():
    """Read from the document: operation → (method, path, roles by kind: on the account, on an agent, on a corpus)."""
    root = Path(openapi.DOCUMENT)
    found = {}
    for template, reference in yaml.safe_load(root.read_text("utf-8"))["paths"].items():
        item = yaml.safe_load((root.parent / reference["$ref"]).read_text("utf-8"))
        for method, operation in item.items():
            if isinstance(operation, dict) and "operationId" in operation:
                roles = {entry["type"]: set(entry["roles"]) for entry in operation["x-required-roles"]}
                found[operation["operationId"]] = (method.upper(), template, roles)
    return found


OPERATIONS = required_roles()
PUBLIC = {"getOAuthToken", "getOAuth2Token"}
AGENT_ROLES = ["agent_user", "agent_viewer", "agent_developer", "agent_administrator"]
CORPORA = ["c1", "c2"]
CORPUS_ROLES = ["viewer", "editor", "administrator", "owner"]


@pytest.fixture
def api(app):
    return Api(app)


def path_of(template, agent="nobody", corpus="nothing"):
    return template.format(
        agent_key=agent,
        alias_key="support",
        session_key="s1",
        schedule_key="h1",
        event_id="aev_1",
        artifact_id="art_1",
        corpus_key=corpus,
        document_id="d1",
        instruction_id="ins_1",
        tool_id="tol_1",
        api_key_id="aky_nobody",
        app_client_id="app_nobody",
        version=1,
    )


def is_forbidden(response):
    """Whether the roles do not suffice; whose key a request is about is another question."""
    return response.headers.get("X-Mock-Code") == "SM110"


def test_every_operation_names_its_roles():
    assert len(OPERATIONS) == 86
    assert {operation for operation, (_, _, roles) in OPERATIONS.items() if not roles.get("ApiRole")} == PUBLIC


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_key_is_forbidden_exactly_what_the_document_does_not_allow(operation, key):
    method, template, roles = OPERATIONS[operation]
    allowed = operation in PUBLIC or bool(roles["ApiRole"] & KEYS[key])

    response = Api(shared_api().app, key=key).call(method, path_of(template))

    assert is_forbidden(response) is not allowed, response.text
    if not allowed:
        assert_refused(response, 403, "SM110")


def test_a_viewer_may_not_post_events(api):
    session = api.session()
    api.key = "mock-viewer"

    assert_refused(api.say(session), 403, "SM110")
    api.key = "mock-owner"
    assert api.events(session) == []


@pytest.fixture(scope="module")
def world_of_roles(tmp_path_factory):
    """Make an API in whose world the key OBJECT.ROLE holds that role on that agent or corpus alone."""
    agents = ["a1", "a2"]
    keys = [
        {"key": f"{agent}.{role}", "agent_roles": [{"agent_key": agent, "role": role}]}
        for agent in agents
        for role in AGENT_ROLES
    ]
    keys += [
        {"key": f"{corpus}.{role}", "corpus_roles": [{"corpus_key": corpus, "role": role}]}
        for corpus in CORPORA
        for role in CORPUS_ROLES
    ]
    world = tmp_path_factory.mktemp("world") / "world.yaml"
    bodies = [agent_body(agent) for agent in agents]
    corpora = [{**corpus_body(corpus), "documents": [document_body("d1", "password", level="basic")]} for corpus in CORPORA]
    world.write_text(yaml.safe_dump({"api_keys": keys, "corpora": corpora, "agents": bodies}), "utf-8")
    return Api(create_app(Settings(world=str(world))))


@pytest.fixture
def shared_world(world_of_roles):
    world_of_roles.reset()
    return world_of_roles


@pytest.mark.parametrize("role", AGENT_ROLES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_role_on_an_agent_permits_what_the_document_allows_there_and_nothing_elsewhere(shared_world, operation, role):
    method, template, roles = OPERATIONS[operation]
    fits = operation in PUBLIC or role in roles.get("AgentRole", ())
    shared_world.key = f"a1.{role}"

    here = shared_world.call(method, path_of(template, agent="a1", corpus="c1"))
    there = shared_world.call(method, path_of(template, agent="a2", corpus="c1"))

    assert (here.status_code == 403) is not fits
    assert (there.status_code == 403) is (not fits or "{agent_key}" in template)


@pytest.mark.parametrize("role", CORPUS_ROLES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_role_on_a_corpus_permits_what_the_document_allows_there_and_nothing_elsewhere(shared_world, operation, role):
    method, template, roles = OPERATIONS[operation]
    fits = operation in PUBLIC or role in roles.get("CorpusRole", ())
    shared_world.key = f"c1.{role}"

    here = shared_world.call(method, path_of(template, corpus="c1"))
    there = shared_world.call(method, path_of(template, corpus="c2"))

    assert (here.status_code == 403) is not fits
    assert (there.status_code == 403) is (operation not in PUBLIC)
    if not fits:
        assert_refused(here, 403, "SM110")


def test_roles_on_a_corpus_do_what_they_say(shared_world):
    world = shared_world
    world.key = "c1.viewer"
    assert [hit["document_id"] for hit in world.query("/v2/corpora/c1", "password")] == ["d1"]
    assert_refused(world.call("DELETE", "/v2/corpora/c1/documents/d1"), 403, "SM110")
    world.key = "c1.editor"
    assert world.call("DELETE", "/v2/corpora/c1/documents/d1").status_code == 204
    assert_refused(world.call("PATCH", "/v2/corpora/c1", {"name": "N"}), 403, "SM110")
    world.key = "c1.administrator"
    assert world.call("PATCH", "/v2/corpora/c1", {"name": "N"}).json["name"] == "N"
    assert_refused(world.call("DELETE", "/v2/corpora/c1"), 403, "SM110")
    world.key = "c1.owner"
    assert world.call("DELETE", "/v2/corpora/c1").status_code == 204
    assert_refused(world.get("/v2/corpora/c1"), 404, "SM304", id="c1")
    assert_refused(world.get("/v2/corpora/c2"), 403, "SM110")


@pytest.mark.parametrize("role", AGENT_ROLES)
def test_a_role_on_an_agent_lists_this_agent_alone(shared_world, role):
    shared_world.key = f"a2.{role}"

    assert [agent["key"] for agent in shared_world.get("/v2/agents").json["agents"]] == ["a2"]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        pytest.param({}, "SM101", id="none"),
        pytest.param({"x-api-key": ""}, "SM101", id="empty"),
        pytest.param({"x-api-key": "unknown-key-value"}, "SM102", id="unknown"),
        pytest.param({"Authorization": "Bearer unknown-key-value"}, "SM102", id="unknown bearer"),
        pytest.param({"Authorization": "Basic bW9jazptb2Nr"}, "SM102", id="another scheme"),
        pytest.param({"Authorization": "Bearer"}, "SM102", id="bearer without a key"),
        pytest.param({"Authorization": "mock-owner"}, "SM102", id="no scheme"),
        pytest.param({"x-api-key": "mock-owner", "Authorization": "Bearer mock-viewer"}, "SM103", id="two that differ"),
    ],
)
def test_without_a_good_credential_the_call_is_unauthenticated(client, headers, code):
    response = client.get("/v2/agents", headers=headers)

    assert_refused(response, 401, code)
    assert response.headers["WWW-Authenticate"] == 'ApiKey header="x-api-key", Bearer'
    assert "unknown-key-value" not in response.text


@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": "mock-owner"},
        {"X-API-Key": "mock-owner"},
        {"Authorization": "Bearer mock-owner"},
        {"authorization": "bearer  mock-owner "},
        {"x-api-key": "mock-owner", "Authorization": "Bearer mock-owner"},
    ],
    ids=["key", "key in capitals", "bearer", "bearer in small letters", "both the same"],
)
def test_a_good_credential_is_accepted(client, headers):
    assert client.get("/v2/agents", headers=headers).status_code == 200


def test_an_unknown_path_needs_no_credential_to_be_unknown(client):
    assert_refused(client.get("/v2/nothing"), 404, "SM207", id="/v2/nothing")

"""What a caller hears of agents and corpora on which it has no role (api-facts §9.39): nothing that tells whether they exist."""

import pytest
import yaml

from mockserver.app import create_app
from mockserver.settings import Settings
from tests.arrange import Api, agent_body, assert_refused, corpus_body

BODIES = {"POST": {}, "PATCH": {}, "PUT": agent_body("a2")}
PLACES = [
    ("GET", "/v2/agents/{}"),
    ("PATCH", "/v2/agents/{}"),
    ("PUT", "/v2/agents/{}"),
    ("DELETE", "/v2/agents/{}"),
    ("GET", "/v2/agents/{}/secrets"),
    ("GET", "/v2/agents/{}/identity"),
    ("POST", "/v2/agents/{}/sessions"),
    ("GET", "/v2/agents/{}/sessions"),
    ("GET", "/v2/agents/{}/sessions/s1"),
    ("GET", "/v2/agents/{}/sessions/s1/events"),
    ("POST", "/v2/agents/{}/sessions/s1/events"),
    ("GET", "/v2/agents/{}/sessions/s1/artifacts"),
    ("GET", "/v2/agents/{}/schedules"),
    ("GET", "/v2/corpora/{}"),
    ("PATCH", "/v2/corpora/{}"),
    ("DELETE", "/v2/corpora/{}"),
    ("GET", "/v2/corpora/{}/documents"),
    ("GET", "/v2/corpora/{}/documents/d1"),
    ("POST", "/v2/corpora/{}/query"),
]


@pytest.fixture(scope="module", params=["403", "404", "told"])
def mock(request, tmp_path_factory):
    """A mock with the agents a1, a2 and the corpora c1, c2; the key `limited` has roles on a1 and c1 alone."""
    limited = {
        "key": "limited",
        "agent_roles": [{"agent_key": "a1", "role": "agent_viewer"}],
        "corpus_roles": [{"corpus_key": "c1", "role": "viewer"}],
    }
    owner = {"key": "mock-owner", "api_roles": ["owner"]}
    world = {
        "api_keys": [owner, limited, {"key": "billing", "api_roles": ["billing_administrator"]}],
        "corpora": [corpus_body("c1"), corpus_body("c2")],
        "agents": [agent_body("a1"), agent_body("a2")],
    }
    file = tmp_path_factory.mktemp("world") / "world.yaml"
    file.write_text(yaml.safe_dump(world), "utf-8")
    api = Api(create_app(Settings(world=str(file), foreign_objects=request.param)))
    api.session("/v2/agents/a2", key="s1")
    return request.param, api.app


def told(app, method, place, key, caller="limited"):
    """Return the answer, with the object's key taken out of it."""
    response = Api(app, key=caller).call(method, place.format(key), BODIES.get(method))
    body = {name: value for name, value in response.json.items() if name != "request_id"}
    return response.status_code, response.headers["X-Mock-Code"], str(body).replace(key, "KEY")


@pytest.mark.parametrize(("method", "place"), PLACES)
def test_a_foreign_object_is_like_one_that_is_not_there(mock, method, place):
    rule, app = mock
    there, not_there = ("c2", "c9") if "corpora" in place else ("a2", "a9")

    of_there, of_not_there = told(app, method, place, there), told(app, method, place, not_there)

    assert (of_there == of_not_there) is (rule != "told")
    assert of_there[0] == (404 if rule == "404" else 403)
    assert of_not_there[0] == (403 if rule == "403" else 404)


@pytest.mark.parametrize(("method", "place"), PLACES)
def test_who_has_no_role_at_all_is_forbidden_it_whatever_the_rule(mock, method, place):
    _, app = mock
    key = "c2" if "corpora" in place else "a2"

    assert told(app, method, place, key, caller="billing")[:2] == (403, "SM110")


def test_too_small_a_role_on_an_object_is_told_as_such(mock):
    _, app = mock

    refused = Api(app, key="limited").call("DELETE", "/v2/agents/a1")

    assert_refused(refused, 403, "SM110")
    assert "deleteAgent needs one of the roles administrator, agent_administrator, owner" in refused.json["messages"][0]


def test_a_listing_has_only_agents_on_which_the_caller_has_a_role(mock):
    _, app = mock

    listed = Api(app, key="limited").get("/v2/agents").json

    assert [agent["key"] for agent in listed["agents"]] == ["a1"]


def test_a_key_written_in_percent_signs_is_the_same_key(mock):
    _, app = mock

    assert Api(app, key="limited").get("/v2/agents/%61%31").json["key"] == "a1"

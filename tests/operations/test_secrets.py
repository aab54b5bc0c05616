import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockserver.app import create_app
from mockserver.seeds import WorldError
from mockserver.settings import Settings
from tests.arrange import (
    Api,
    agent_body,
    assert_refused,
    corpus_body,
    document_body,
    examples,
    of_type,
    search_tool,
    shared_api,
)

PLACE = "/v2/agents/a1/secrets"
PLANTED = "t0p-s3cret-of-the-agent"


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def agent(api):
    return api.agent()


def put(api, **secrets):
    return api.call("PUT", PLACE, {"secrets": secrets})


def patch(api, **secrets):
    return api.call("PATCH", PLACE, {"secrets": secrets})


def names(api):
    return list(api.get(PLACE).json["secrets"])


@pytest.mark.usefixtures("agent")
def test_an_agent_starts_without_secrets(api):
    assert (api.get(PLACE).status_code, api.get(PLACE).json) == (200, {"secrets": {}})


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize("write", [put, patch])
def test_secrets_are_answered_with_masks(api, write):
    response = write(api, token=PLANTED, **{"a-b_9": "x"})

    assert (response.status_code, response.json) == (200, {"secrets": {"token": "****", "a-b_9": "****"}})
    assert api.get(PLACE).json == response.json


@pytest.mark.usefixtures("agent")
def test_a_put_replaces_all_secrets(api):
    put(api, a="1", b="2")

    assert put(api, c="3").json == {"secrets": {"c": "****"}}
    assert put(api).json == {"secrets": {}}
    assert names(api) == []


@pytest.mark.usefixtures("agent")
def test_a_patch_adds_replaces_and_removes_by_name(api):
    put(api, a="1", b="2", c="3")

    assert patch(api, a=None, b="20", d="4", gone=None).json == {"secrets": {"b": "****", "c": "****", "d": "****"}}
    assert patch(api).json == {"secrets": {"b": "****", "c": "****", "d": "****"}}
    assert names(api) == ["b", "c", "d"]


def tell(api, write, value):
    """Write a secret, and ask what the search of the next turn found by it: its value reached the tool."""
    write(api, topic=value)
    session = api.session("/v2/agents/a1")
    (output,) = of_type(api.turn(session, "Find it."), "tool_output")
    assert output["resolved_argument_overrides"] == {"query": "****"}
    return [hit["document_id"] for hit in output["tool_output"]["search_results"]]


@pytest.mark.parametrize("write", [put, patch])
def test_references_reach_the_secrets_as_they_now_are(api, write):
    api.corpus("c1", document_body("one", "All about herons."), document_body("two", "All about otters."))
    api.agent(tools={"search": search_tool("c1", override={"query": {"$ref": "agent.secrets.topic"}})})
    session = api.session("/v2/agents/a1")
    assert_refused(api.say(session, "Find it."), 422, "SM402")

    assert tell(api, write, "herons")[0] == "one"
    assert tell(api, write, "otters")[0] == "two"


def test_secrets_and_what_is_configured_do_not_touch_each_other(api, agent, clock):
    before = api.get(agent).json
    clock.sleep(60)
    put(api, token=PLANTED)
    assert api.get(agent).json == before

    api.call("PATCH", agent, {"description": "x"})
    api.call("PUT", agent, agent_body("a1", template="Be brief."))
    assert names(api) == ["token"]


def test_an_agent_that_is_created_again_has_no_secrets(api, agent):
    put(api, token=PLANTED)
    api.call("DELETE", agent)
    api.agent()

    assert names(api) == []


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize(
    ("method", "body", "field"),
    [
        ("PUT", {}, "/secrets"),
        ("PATCH", {}, "/secrets"),
        ("PUT", {"secrets": None}, "/secrets"),
        ("PATCH", {"secrets": [PLANTED]}, "/secrets"),
        ("PUT", {"secrets": {"token": None}}, "/secrets/token"),
        ("PUT", {"secrets": {"token": ""}}, "/secrets/token"),
        ("PATCH", {"secrets": {"token": ""}}, "/secrets/token"),
        ("PUT", {"secrets": {"token": PLANTED * 200}}, "/secrets/token"),
        ("PATCH", {"secrets": {"token": PLANTED * 200}}, "/secrets/token"),
        ("PATCH", {"secrets": {"token": [PLANTED]}}, "/secrets/token"),
        ("PUT", {"secrets": {"a.b": PLANTED}}, "/secrets"),
        ("PATCH", {"secrets": {"": PLANTED}}, "/secrets"),
        ("PATCH", {"secrets": {"a b": None}}, "/secrets"),
    ],
)
def test_secrets_that_do_not_fit_are_refused_by_field_not_repeated_and_not_stored(api, method, body, field):
    put(api, kept="x")

    response = api.call(method, PLACE, body)

    assert_refused(response, 400, "SM203")
    assert list(response.json["field_errors"]) == [field]
    assert PLANTED not in response.text
    assert names(api) == ["kept"]


@pytest.mark.usefixtures("agent")
def test_a_secret_of_4096_characters_is_taken(api):
    assert put(api, token="x" * 4096).status_code == 200


def test_a_stored_secret_is_nowhere_to_be_read(api):
    api.corpus("c1", document_body("one", "All about herons."))
    override = {"query": {"$ref": "agent.secrets.token"}}
    agent = api.agent(template="$agent.secrets.token ${agent.secrets} $agent", tools={"s": search_tool("c1", override=override)})
    written = [put(api, token=PLANTED), patch(api, token=PLANTED), api.call("PUT", PLACE, {"secrets": {"a": PLANTED, "b": 5}})]
    session = api.session(agent)

    seen = [
        *written,
        api.say(session),
        api.get(PLACE),
        api.get(agent),
        api.get("/v2/agents"),
        api.call("PATCH", agent, {"description": "x"}),
        api.get(f"{agent}/identity"),
        api.get(session),
        api.get(f"{session}/events"),
        api.context(session),
        api.get("/__admin/state"),
        api.get("/__admin/requests"),
    ]

    assert not [response.request.path for response in seen if PLANTED in response.text]
    assert api.state()["agents"][0]["secrets"] == {"token": "****"}


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PATCH", {"secrets": {}}), ("PUT", {"secrets": {}})])
def test_an_unknown_agent_is_named(api, method, body):
    assert_refused(api.call(method, "/v2/agents/nobody/secrets", body), 404, "SM301", id="nobody")


ADMINISTRATORS = {"owner", "administrator", "agent-administrator"}


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize("key", sorted({*ADMINISTRATORS, "agent-developer", "agent-viewer", "agent-user", "viewer"}))
@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PATCH", {"secrets": {}}), ("PUT", {"secrets": {}})])
def test_roles_for_secrets(api, key, method, body):
    api.key = f"mock-{key}"

    assert api.call(method, PLACE, body).status_code == (200 if key in ADMINISTRATORS else 403)


def test_a_reset_takes_secrets_away(api, agent):
    put(api, token=PLANTED)

    api.reset()
    api.agent()

    assert names(api) == []


secret_maps = st.dictionaries(st.sampled_from("abc"), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5))
changes = st.dictionaries(st.sampled_from("abc"), st.none() | st.text("xyz", min_size=1, max_size=5))


@examples(30)
@given(first=secret_maps, patches=st.lists(changes, max_size=3))
def test_patches_merge_as_maps_do(first, patches):
    api = shared_api()
    api.reset()
    api.agent()
    expected = dict(first)
    put(api, **first)
    for change in patches:
        patch(api, **change)
        expected = {name: value for name, value in {**expected, **change}.items() if value is not None}

    assert api.get(PLACE).json == {"secrets": dict.fromkeys(expected, "****")}


def world_with(tmp_path, secrets):
    world = tmp_path / "world.yaml"
    agent = {**agent_body(tools={"search": search_tool("c1")}), "secrets": secrets}
    keys = [{"key": "mock-owner", "api_roles": ["owner"]}]
    world.write_text(yaml.safe_dump({"api_keys": keys, "corpora": [corpus_body()], "agents": [agent]}), "utf-8")
    return Settings(world=str(world))


def test_a_world_may_give_an_agent_secrets(tmp_path):
    api = Api(create_app(world_with(tmp_path, {"token": PLANTED})))

    assert api.get(PLACE).json == {"secrets": {"token": "****"}}


@pytest.mark.parametrize("secrets", [{"token": ""}, {"a b": PLANTED}, {"token": [PLANTED]}, PLANTED, None])
def test_a_world_with_secrets_that_do_not_fit_is_refused_and_they_are_not_repeated(tmp_path, secrets):
    with pytest.raises(WorldError, match="The world's agent 'a1': /secrets") as caught:
        create_app(world_with(tmp_path, secrets))

    assert PLANTED not in json.dumps(str(caught.value))

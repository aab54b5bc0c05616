import pytest

from tests.arrange import Api, agent_body, assert_refused

MINIMAL = {"name": "My Agent!", "model": {"name": "gpt-4o"}, "first_step": {}}


@pytest.fixture
def api(app):
    return Api(app)


def listed(api, **query):
    return [agent["key"] for agent in api.get("/v2/agents", **query).json["agents"]]


def test_a_created_agent_can_be_read_back(api):
    created = api.call("POST", "/v2/agents", agent_body("a1"))

    assert created.status_code == 201
    assert api.get("/v2/agents/a1").json == created.json


def test_a_minimal_agent_gets_its_defaults(api):
    created = api.call("POST", "/v2/agents", MINIMAL).json

    step = {"instructions": [], "output_parser": {"type": "default"}}
    assert created.pop("key").startswith("agt_my_agent__")
    assert created == {
        "name": "My Agent!",
        "model": {"name": "gpt-4o"},
        "tool_configurations": {},
        "first_step_name": "first_step",
        "first_step": {"name": "first_step", **step},
        "steps": {"first_step": step},
        "metadata": {},
        "enabled": True,
        "created_at": "2026-01-15T12:00:00.000Z",
        "updated_at": "2026-01-15T12:00:00.000Z",
    }


def test_a_generated_key_keeps_to_fifty_characters(api):
    key = api.call("POST", "/v2/agents", {**MINIMAL, "name": "ÄB " * 16}).json["key"]

    assert len(key) == 50
    assert api.get(f"/v2/agents/{key}").status_code == 200


def test_a_taken_key_is_a_conflict(api):
    api.agent("a1")

    response = api.call("POST", "/v2/agents", agent_body("a1", name="Other"))

    assert_refused(response, 409, "SM311", messages=["An agent with key 'a1' already exists."])


def test_a_taken_name_is_a_conflict(api):
    api.agent("a1")

    response = api.call("POST", "/v2/agents", agent_body("a2", name="Agent a1"))

    assert_refused(response, 409, "SM312", messages=["An agent named 'Agent a1' already exists."])


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_renaming_to_a_taken_name_is_a_conflict_and_changes_nothing(api, method):
    api.agent("a1")
    api.agent("a2")
    before = api.state()

    response = api.call(method, "/v2/agents/a2", agent_body("a2", name="Agent a1"))

    assert_refused(response, 409, "SM312")
    assert api.state() == before


def test_a_patch_changes_what_it_names(api, clock):
    api.agent("a1", description="old")
    before = api.get("/v2/agents/a1").json
    clock.sleep(60)

    after = api.call("PATCH", "/v2/agents/a1", {"description": None, "enabled": False}).json

    before.pop("description")
    assert after == {**before, "enabled": False, "updated_at": "2026-01-15T12:01:00.000Z"}


def test_a_null_enables_again(api):
    api.agent("a1", enabled=False)

    assert api.call("PATCH", "/v2/agents/a1", {"enabled": None}).json["enabled"] is True


def test_a_put_replaces_all_but_key_and_creation_time(api, clock):
    api.agent("a1", description="old", metadata={"a": 1}, enabled=False)
    clock.sleep(60)

    after = api.call("PUT", "/v2/agents/a1", {**MINIMAL, "key": "zz"}).json

    assert (after["key"], after["name"], after["metadata"], after["enabled"]) == ("a1", "My Agent!", {}, True)
    assert (after["created_at"], after["updated_at"]) == ("2026-01-15T12:00:00.000Z", "2026-01-15T12:01:00.000Z")
    assert "description" not in after


def test_a_deleted_agent_is_gone_with_its_sessions(api):
    session = api.session(api.agent("a1"), key="s1")

    assert api.call("DELETE", "/v2/agents/a1").status_code == 204

    assert_refused(api.get("/v2/agents/a1"), 404, "SM301", id="a1")
    assert_refused(api.get(session), 404, "SM301", id="a1")
    api.agent("a1")
    assert_refused(api.get(session), 404, "SM302", id="s1")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {}),
        ("PUT", "", MINIMAL),
        ("DELETE", "", None),
        ("GET", "/sessions", None),
        ("POST", "/sessions", {}),
        ("GET", "/sessions/s1", None),
        ("GET", "/sessions/s1/events", None),
        ("POST", "/sessions/s1/events", {"type": "interrupt"}),
    ],
)
def test_an_unknown_agent_is_named(api, method, path, body):
    assert_refused(api.call(method, f"/v2/agents/nobody{path}", body), 404, "SM301", id="nobody")


WORLD = ["workbench-agent", "support-agent"]


def test_agents_are_listed_newest_first(api):
    for key in ("a1", "a2"):
        api.agent(key)

    assert listed(api) == ["a2", "a1", *WORLD]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        pytest.param({"filter": "Agent a[12]"}, ["a2", "a1"], id="name"),
        pytest.param({"filter": "customers"}, ["support-agent"], id="description"),
        pytest.param({"enabled": "false"}, ["a2"], id="disabled"),
        pytest.param({"enabled": "True"}, ["a1", *WORLD], id="enabled"),
        pytest.param({"filter": "nothing like it"}, [], id="none"),
        pytest.param({"filter": ""}, ["a2", "a1", *WORLD], id="empty"),
    ],
)
def test_a_listing_is_filtered(api, query, keys):
    api.agent("a1")
    api.agent("a2", enabled=False)

    assert listed(api, **query) == keys


def test_steps_that_do_not_fit_are_refused_by_field(api):
    before = api.state()

    response = api.call("POST", "/v2/agents", agent_body("a1", first_step_name="zz"))

    assert_refused(response, 400, "SM330", field_errors={"/first_step_name": "there is no such step; steps are 'talk'"})
    assert api.state() == before


def test_a_faulty_tool_is_refused_by_its_own_field(api):
    tool = {"type": "corpora_search", "query_configuration": {"search": {"limit": "many"}}}

    response = api.call("POST", "/v2/agents", agent_body("a1", tools={"t": tool}))

    assert_refused(response, 400, "SM203")
    assert list(response.json["field_errors"]) == ["/tool_configurations/t/query_configuration/search/limit"]


def test_fields_that_the_document_does_not_know_are_ignored_and_never_sent(api):
    tool = {"type": "corpora_search", "query_configuration": {"search": {"corpora": [{"corpus_key": "c", "odd": 1}], "odd": 1}}}
    body = {
        "key": "a1",
        "name": "Agent",
        "odd": 1,
        "model": {"name": "gpt-4o", "odd": 1, "parameters": {"free": 1}},
        "first_step_name": "s",
        "steps": {"s": {"odd": 1, "instructions": [{"type": "inline", "name": "i", "template": "t", "odd": 1}]}},
        "tool_configurations": {"search": {**tool, "odd": 1}, "code": {"type": "lambda", "argument_override": {"free": 1}}},
        "metadata": {"free": {"odd": 1}},
    }
    created = api.call("POST", "/v2/agents", body).json

    assert created["model"] == {"name": "gpt-4o", "parameters": {"free": 1}}
    assert created["steps"]["s"]["instructions"] == [{"type": "inline", "name": "i", "template": "t"}]
    assert created["tool_configurations"] == {
        "search": {"type": "corpora_search", "query_configuration": {"search": {"corpora": [{"corpus_key": "c"}]}}},
        "code": {"type": "lambda", "argument_override": {"free": 1}},
    }
    assert created["metadata"] == {"free": {"odd": 1}}
    assert "odd" not in {*created, *created["steps"]["s"], *created["first_step"]}

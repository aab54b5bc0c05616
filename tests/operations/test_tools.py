import re

import pytest

from tests.arrange import Api, agent_body, assert_refused

IN_WORLD = "tol_get_location"
PLACE = {
    "type": "object",
    "properties": {"latitude": {"type": "number"}, "longitude": {"type": "number"}},
    "required": ["latitude", "longitude"],
}
TOOL = {"type": "client", "name": "get_place", "description": "Asks the browser.", "output_schema": PLACE}


@pytest.fixture
def api(app):
    return Api(app)


def path(tool_id):
    return f"/v2/tools/{tool_id}"


def patch(api, tool_id, **changes):
    return api.call("PATCH", path(tool_id), {"type": "client", **changes})


def listed(api, **query):
    return [tool["name"] for tool in api.get("/v2/tools", **query).json["tools"]]


def using(tool_id, **more):
    return {"asked": {"type": "client", "tool_id": tool_id, **more}}


def test_a_created_tool_can_be_read_back_with_its_defaults(api):
    created = api.call("POST", "/v2/tools", {"type": "client", "name": "get-place_1", "description": "d"})

    assert created.status_code == 201
    body = created.json
    assert re.fullmatch("tol_[0-9a-f]{4}", body["id"])
    assert body == {
        "id": body["id"],
        "type": "client",
        "name": "get-place_1",
        "description": "d",
        "enabled": True,
        "input_schema": {"type": "object"},
        "created_at": "2026-01-15T12:00:00.000Z",
        "updated_at": "2026-01-15T12:00:00.000Z",
    }
    assert api.get(path(body["id"])).json == body


def test_everything_that_a_tool_is_given_comes_back(api):
    given = {"name": "n", "description": "d", "title": "The place", "input_schema": {"type": "object"}, "output_schema": PLACE}

    assert api.get(path(api.tool(**given))).json.items() >= given.items()


def test_what_a_tool_does_not_know_is_ignored(api):
    tool = api.get(path(api.tool(enabled=False, code="def process(): pass", id="tol_mine"))).json

    assert (tool["enabled"], tool["id"] == "tol_mine", "code" in tool) == (True, False, False)


def test_every_tool_has_an_id_of_its_own_though_ids_are_short(api):
    ids = {api.tool(f"tool_{number}") for number in range(600)}

    assert len(ids) == 600


def test_a_name_that_is_taken_is_refused_until_its_tool_is_deleted(api):
    first = api.tool("same")

    refused = api.call("POST", "/v2/tools", {**TOOL, "name": "same"})

    assert_refused(refused, 409, "SM351")
    assert "'same'" in refused.json["messages"][0]
    assert listed(api, filter="same") == ["same"]
    assert api.call("DELETE", path(first)).status_code == 204
    assert api.tool("same") == first


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"type": "lambda", "code": "def process(): pass"}, "/type", "must be one of 'client'"),
        ({"type": "mcp"}, "/type", "must be one of 'client'"),
        ({"type": None}, "/type", "must be one of 'client'"),
        ({"name": "a b"}, "/name", "must match ^[a-zA-Z0-9_-]+$"),
        ({"name": ""}, "/name", "must have at least 1 character"),
        ({"name": "n" * 51}, "/name", "must have at most 50 characters"),
        ({"description": ""}, "/description", "must have at least 1 character"),
        ({"description": "d" * 5001}, "/description", "must have at most 5000 characters"),
        ({"title": ""}, "/title", "must have at least 1 character"),
        ({"title": "t" * 129}, "/title", "must have at most 128 characters"),
        ({"input_schema": []}, "/input_schema", "must be of type object"),
        ({"output_schema": {"type": "objekt"}}, "/output_schema/type", "must be one of 'object', 'array', 'string', 'number',"),
        ({"input_schema": {"items": {"required": "a"}}}, "/input_schema/items/required", "must be of type array"),
    ],
)  # fmt: skip
def test_a_tool_that_does_not_fit_is_refused_by_field_and_not_stored(api, changes, field, reason):
    before = api.state()

    response = api.call("POST", "/v2/tools", {**TOOL, **changes})

    assert_refused(response, 400, "SM203")
    assert response.json["field_errors"][field].startswith(reason)
    assert api.state() == before


@pytest.mark.parametrize("missing", ["type", "name", "description"])
def test_a_tool_needs_type_name_and_description(api, missing):
    response = api.call("POST", "/v2/tools", {name: value for name, value in TOOL.items() if name != missing})

    assert_refused(response, 400, "SM203", field_errors={f"/{missing}": "is required"})


@pytest.mark.parametrize("name", ["input_schema", "output_schema"])
@pytest.mark.parametrize(
    ("schema", "place", "reason"),
    [
        ({"minLength": -1}, "/minLength", "must be at least 0"),
        ({"pattern": "("}, "/pattern", "must be a regex"),
        ({"properties": {"a/b": {"maxItems": "1"}}}, "/properties/a~1b/maxItems", "must be of type integer"),
        ({"oneOf": []}, "/oneOf", "must have at least 1 entry"),
        ({"items": {"$ref": "#"}}, "/items/$ref", "may not stand here"),
        ({"$ref": "https://example.org/schema"}, "/$ref", "may not stand here"),
    ],
)
def test_a_schema_that_is_none_is_refused_by_field_and_not_stored(api, name, schema, place, reason):
    tool = api.tool()
    before = api.state()

    created = api.call("POST", "/v2/tools", {**TOOL, name: schema})
    changed = patch(api, tool, **{name: schema})

    for response in (created, changed):
        assert_refused(response, 400, "SM350", field_errors={f"/{name}{place}": reason})
        assert f"/{name}{place} {reason}" in response.json["messages"][0]
    assert api.state() == before


def test_a_patch_changes_what_it_names_and_keeps_the_rest(api, clock):
    tool = api.tool("n", title="t", output_schema=PLACE)
    before = api.get(path(tool)).json
    clock.sleep(60)

    changed = patch(api, tool, description="Better.", enabled=False, input_schema={"required": ["a"]}, name="other")

    changes = {"description": "Better.", "enabled": False, "input_schema": {"required": ["a"]}}
    assert (changed.status_code, changed.json) == (200, {**before, **changes, "updated_at": "2026-01-15T12:01:00.000Z"})
    assert api.get(path(tool)).json == changed.json


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "lambda"}, "/type"),
        ({"title": None}, "/title"),
        ({"enabled": "yes"}, "/enabled"),
        ({"output_schema": None}, "/output_schema"),
    ],
)
def test_a_patch_that_does_not_fit_is_refused_by_field(api, changes, field):
    assert list(patch(api, IN_WORLD, **changes).json["field_errors"]) == [field]


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PATCH", {"type": "client"}), ("DELETE", None)])
def test_an_unknown_tool_is_named(api, method, body):
    assert_refused(api.call(method, path("tol_none"), body), 404, "SM308", id="tol_none")


@pytest.mark.parametrize("tool_id", ["none", "xtol_1"])
def test_an_id_of_another_form_is_refused(api, tool_id):
    assert_refused(api.get(path(tool_id)), 400, "SM204", field_errors={"tool_id": "must match ^tol_.*$"})


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["three", "two", "one", "get_location"]),
        ({"filter": "^t"}, ["three", "two"]),
        ({"filter": "about law"}, ["one"]),
        ({"enabled": "false"}, ["two"]),
        ({"enabled": "true", "filter": "o"}, ["one", "get_location"]),
        ({"type": "client", "limit": 1}, ["three"]),
        ({"type": "lambda"}, []),
        ({"type": "mcp"}, []),
    ],
)
def test_tools_are_listed_newest_first_and_filtered(api, query, names):
    api.tool("one", "All about law.")
    patch(api, api.tool("two", "x"), enabled=False)
    api.tool("three", "x")

    assert listed(api, **query) == names


def test_a_page_has_fifty_tools_and_leads_to_the_next(api):
    names = [api.get(path(api.tool(f"tool_{number}"))).json["name"] for number in range(60)][::-1]

    first = api.get("/v2/tools", filter="^tool_").json
    second = api.get("/v2/tools", filter="^tool_", page_key=first["metadata"]["page_key"]).json

    assert [tool["name"] for tool in first["tools"] + second["tools"]] == names
    assert (len(first["tools"]), second["metadata"]) == (50, {})


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"type": "web_get"}, {"filter": "("}])
def test_a_listing_with_a_wrong_parameter_is_refused(api, query):
    assert api.get("/v2/tools", **query).status_code == 400


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_an_agent_cannot_name_a_client_tool_that_does_not_exist(api, method):
    api.agent("a1")
    before = api.state()
    tools = {**using("tol_none"), "there": {"type": "client", "tool_id": IN_WORLD}}
    body = {"tool_configurations": tools} if method == "PATCH" else agent_body("a1" if method == "PUT" else "a2", tools=tools)

    response = api.call(method, "/v2/agents" if method == "POST" else "/v2/agents/a1", body)

    reason = "there is no client tool 'tol_none'"
    assert_refused(response, 400, "SM330", field_errors={"/tool_configurations/asked/tool_id": reason})
    assert api.state() == before


def test_what_an_agent_misses_is_named_together(api):
    steps = {"talk": {"instructions": [{"type": "reference", "id": "ins_none"}]}}

    response = api.call("POST", "/v2/agents", agent_body(steps=steps, tools=using("tol_none")))

    fields = ["/steps/talk/instructions/0/id", "/tool_configurations/asked/tool_id"]
    assert list(response.json["field_errors"]) == fields


@pytest.mark.parametrize("kind", ["lambda", "mcp", "dynamic_vectara"])
def test_ids_of_tools_of_other_types_are_taken_as_they_are(api, kind):
    agent = api.agent(tools={"t": {"type": kind, "tool_id": "tol_elsewhere"}})

    assert api.get(agent).json["tool_configurations"]["t"]["tool_id"] == "tol_elsewhere"


def test_a_tool_in_use_is_not_deleted_and_its_agents_are_named(api):
    tool = api.tool()
    for key in ("a1", "a2"):
        api.agent(key, tools=using(tool))
    api.agent("a3", tools={"t": {"type": "lambda", "tool_id": tool}})

    response = api.call("DELETE", path(tool))

    assert_refused(response, 409, "SM352")
    assert response.json["messages"] == [f"Tool {tool} is in use by agent a2, a1."]
    assert api.get(path(tool)).status_code == 200
    assert api.call("PATCH", "/v2/agents/a1", {"tool_configurations": {"asked": None}}).status_code == 200
    assert api.call("DELETE", "/v2/agents/a2").status_code == 204
    assert api.call("DELETE", path(tool)).status_code == 204
    assert_refused(api.get(path(tool)), 404, "SM308", id=tool)


def test_a_reset_brings_the_tools_of_the_world_back_and_takes_others_away(api):
    before = api.state()["tools"]
    made = api.tool("n")
    api.call("DELETE", path(IN_WORLD))

    api.reset()

    assert api.state()["tools"] == before
    assert listed(api) == ["get_location"]
    assert api.tool("n") == made


def test_the_default_world_has_a_tool_that_asks_the_browser_where_it_is(api):
    tool = api.get(path(IN_WORLD)).json

    assert tool["name"] == "get_location"
    assert tool["input_schema"]["properties"]["accuracy"]["enum"] == ["high", "low"]
    assert tool["output_schema"]["required"] == ["latitude", "longitude"]


ALL_WHO_READ = {"owner", "administrator", "agent-administrator", "agent-developer", "agent-viewer", "viewer"}
ALL_WHO_WRITE = {"owner", "administrator", "agent-administrator", "agent-developer"}
EVERY_KEY = {*ALL_WHO_READ, "agent-user", "corpus-administrator", "corpus-viewer", "billing-administrator", "pipeline-viewer"}


@pytest.mark.parametrize("key", sorted(EVERY_KEY))
@pytest.mark.parametrize(
    ("method", "where", "body", "allowed", "status"),
    [
        pytest.param("GET", "/v2/tools", None, ALL_WHO_READ, 200, id="listTools"),
        pytest.param("GET", path(IN_WORLD), None, ALL_WHO_READ, 200, id="getTool"),
        pytest.param("POST", "/v2/tools", TOOL, ALL_WHO_WRITE, 201, id="createTool"),
        pytest.param("PATCH", path(IN_WORLD), {"type": "client"}, ALL_WHO_WRITE, 200, id="updateTool"),
        pytest.param("DELETE", path(IN_WORLD), None, ALL_WHO_WRITE, 204, id="deleteTool"),
    ],
)
def test_roles_for_tools(api, key, method, where, body, allowed, status):
    api.key = f"mock-{key}"

    response = api.call(method, where, body)

    assert response.status_code == (status if key in allowed else 403)

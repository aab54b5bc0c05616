import re

import pytest

from tests.arrange import Api, agent_body, assert_refused, search_tool

PLACE = "/v2/agents/a1/identity"
READS_C1 = {"corpus_key": "c1", "role": "viewer"}
TOOLS = {
    "search": search_tool("c1", "c2"),
    "again": search_tool("c1"),
    "by_reference": search_tool({"corpus_key": {"$ref": "session.metadata.corpus"}}),
    "anywhere": {"type": "corpora_search", "query_configuration": {}},
    "text": {"type": "get_document_text", "argument_override": {"corpus_key": "c3"}},
    "any_text": {"type": "get_document_text"},
    "ask": {"type": "sub_agent", "sub_agent_configuration": {"agent_key": "expert"}},
    "ask_again": {"type": "sub_agent", "sub_agent_configuration": {"agent_key": "expert", "session_mode": "persistent"}},
    "web": {"type": "web_search"},
}
NEEDED = {
    "api_roles": [],
    "corpus_roles": [{"corpus_key": key, "role": "viewer"} for key in ("c1", "c2", "c3")],
    "agent_roles": [{"agent_key": "expert", "role": "agent_user"}],
}
NONE = {"api_roles": [], "corpus_roles": [], "agent_roles": []}
GIVEN = {
    "api_roles": ["corpus_viewer"],
    "corpus_roles": [{"corpus_key": "c9", "role": "editor"}],
    "agent_roles": [{"agent_key": "other", "role": "agent_viewer"}],
}


@pytest.fixture
def api(app):
    return Api(app)


def roles(answer):
    return {name: answer[name] for name in ("api_roles", "corpus_roles", "agent_roles")}


def patch(api, **changes):
    response = api.call("PATCH", PLACE, changes)
    assert response.status_code == 200, response.text
    assert api.get(PLACE).json == response.json
    return response.json


def test_an_agent_without_tools_has_an_account_without_roles(api):
    api.agent()

    answer = api.get(PLACE)

    assert (answer.status_code, answer.json) == (200, {"mode": "auto", "client_id": answer.json["client_id"], **NONE})
    assert re.fullmatch("[0-9a-f]{12}", answer.json["client_id"])


def test_the_roles_are_those_that_the_tools_need(api):
    api.agent(tools=TOOLS)

    assert roles(api.get(PLACE).json) == NEEDED


def test_in_the_mode_auto_the_roles_follow_the_tools(api):
    agent = api.agent(tools=TOOLS)

    api.call("PATCH", agent, {"tool_configurations": {name: None for name in TOOLS if name != "again"}})

    assert roles(api.get(PLACE).json) == {**NONE, "corpus_roles": [READS_C1]}


@pytest.mark.parametrize("mode", [{}, {"mode": "auto"}], ids=["by default", "by name"])
def test_in_the_mode_auto_given_roles_are_ignored(api, mode):
    api.agent(tools=TOOLS)

    answer = patch(api, **mode, **GIVEN)

    assert (answer["mode"], roles(answer)) == ("auto", NEEDED)


def test_in_the_mode_manual_the_roles_are_those_given_whatever_the_tools_are(api):
    agent = api.agent(tools=TOOLS)

    answer = patch(api, mode="manual", **GIVEN)
    api.call("PATCH", agent, {"tool_configurations": None})
    api.call("PUT", agent, agent_body("a1", tools={"search": search_tool("c2")}))

    assert (answer["mode"], roles(answer)) == ("manual", GIVEN)
    assert api.get(PLACE).json == answer


def test_the_mode_manual_alone_freezes_the_roles_of_that_moment(api):
    agent = api.agent(tools=TOOLS)

    patch(api, mode="manual")
    api.call("PATCH", agent, {"tool_configurations": None})

    assert roles(api.get(PLACE).json) == NEEDED


@pytest.mark.parametrize("kind", GIVEN)
def test_kinds_of_roles_that_are_left_out_stay(api, kind):
    api.agent(tools=TOOLS)
    frozen = patch(api, mode="manual", **{kind: GIVEN[kind]})

    emptied = patch(api, **{kind: []})

    assert roles(frozen) == {**NEEDED, kind: GIVEN[kind]}
    assert (emptied["mode"], roles(emptied)) == ("manual", {**NEEDED, kind: []})


def test_back_in_the_mode_auto_the_roles_follow_the_tools_again(api):
    api.agent(tools=TOOLS)
    patch(api, mode="manual", **GIVEN)

    answer = patch(api, mode="auto", **GIVEN)

    assert (answer["mode"], roles(answer)) == ("auto", NEEDED)


def test_every_agent_has_an_account_of_its_own_that_stays(api):
    api.agent("a1")
    api.agent("a2")
    first = api.get(PLACE).json["client_id"]

    assert api.get("/v2/agents/a2/identity").json["client_id"] != first
    assert patch(api, mode="manual")["client_id"] == first


def test_the_agent_itself_is_not_changed(api, clock):
    agent = api.agent(tools=TOOLS)
    before = api.get(agent).json
    clock.sleep(60)

    patch(api, mode="manual", **GIVEN)

    assert api.get(agent).json == before


def test_the_state_shows_roles_that_are_set_by_hand(api):
    api.agent()
    patch(api, mode="manual", **GIVEN)

    agent, *others = api.state()["agents"]

    assert agent["identity"] == {"mode": "manual", **GIVEN}
    assert [other for other in others if "identity" in other] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mode": "half"}, "/mode"),
        ({"mode": None}, "/mode"),
        ({"mode": "auto", "api_roles": ["king"]}, "/api_roles/0"),
        ({"api_roles": None}, "/api_roles"),
        ({"corpus_roles": [{"corpus_key": "c1"}]}, "/corpus_roles/0/role"),
        ({"corpus_roles": [{"corpus_key": "c1", "role": "agent_user"}]}, "/corpus_roles/0/role"),
        ({"corpus_roles": [{"corpus_key": "", "role": "viewer"}]}, "/corpus_roles/0/corpus_key"),
        ({"agent_roles": [{"agent_key": "a", "role": "viewer"}]}, "/agent_roles/0/role"),
        ({"agent_roles": ["agent_user"]}, "/agent_roles/0"),
    ],
)
def test_an_identity_that_does_not_fit_is_refused_by_field_and_not_stored(api, body, field):
    api.agent()
    before = api.state()

    response = api.call("PATCH", PLACE, body)

    assert_refused(response, 400, "SM203")
    assert list(response.json["field_errors"]) == [field]
    assert api.state() == before


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PATCH", {})])
def test_an_unknown_agent_is_named(api, method, body):
    assert_refused(api.call(method, "/v2/agents/nobody/identity", body), 404, "SM301", id="nobody")


WHO_READ = {"owner", "administrator", "agent-administrator", "agent-developer", "agent-viewer", "viewer"}
WHO_WRITE = {"owner", "administrator", "agent-administrator"}


@pytest.mark.parametrize("key", sorted({*WHO_READ, "agent-user", "corpus-administrator", "pipeline-administrator"}))
@pytest.mark.parametrize(("method", "body", "allowed"), [("GET", None, WHO_READ), ("PATCH", {}, WHO_WRITE)])
def test_roles_for_the_identity(api, key, method, body, allowed):
    api.agent()
    api.key = f"mock-{key}"

    assert api.call(method, PLACE, body).status_code == (200 if key in allowed else 403)

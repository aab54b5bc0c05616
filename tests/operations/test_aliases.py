import pytest
import yaml

from mockserver.app import create_app
from mockserver.settings import Settings
from tests.arrange import Api, agent_body, assert_refused
from tests.operations.aliases import ALIASES, SAY, filled, keys, make, policy, single, weighted
from tests.operations.test_access import AGENT_ROLES, KEYS, OPERATIONS

ADMIN = {"agent_administrator", "administrator", "owner"}
DEVELOP = ADMIN | {"agent_developer"}
USE = DEVELOP | {"agent_user"}
VIEW = DEVELOP | {"agent_viewer", "viewer"}
ROLES = {
    "createAgentAlias": DEVELOP,
    "listAgentAliases": VIEW,
    "getAgentAlias": VIEW,
    "updateAgentAlias": DEVELOP,
    "deleteAgentAlias": ADMIN,
    "replaceAgentAliasPolicy": ADMIN,
    "createAliasRoutedSession": USE,
    "listAliasRoutedSessions": VIEW,
    "getAliasRoutedSession": VIEW,
    "updateAliasRoutedSession": DEVELOP,
    "deleteAliasRoutedSession": DEVELOP,
    "createAliasRoutedInput": USE,
    "listAliasRoutedEvents": VIEW,
    "getAliasRoutedEvent": VIEW,
    "deleteAliasRoutedEvent": DEVELOP,
    "hideAliasRoutedEvent": DEVELOP,
    "unhideAliasRoutedEvent": DEVELOP,
    "listAliasRoutedOutstandingClientToolCalls": USE,
    "listAliasRoutedSessionArtifacts": VIEW,
    "getAliasRoutedSessionArtifact": VIEW,
}


@pytest.fixture
def api(app):
    return Api(app)


def test_a_created_alias_can_be_read_back_with_its_defaults(api):
    created = api.call("POST", ALIASES, {"key": "l1", "name": "Mine", "policy": policy(single("support-agent")), "odd": 1})

    assert created.status_code == 201
    assert created.json == {
        "key": "l1",
        "name": "Mine",
        "policy": policy(single("support-agent")),
        "enabled": True,
        "metadata": {},
        "created_at": "2026-01-15T12:00:00.000Z",
    }
    assert api.get(f"{ALIASES}/l1").json == created.json


def test_a_taken_key_is_a_conflict_and_an_agent_may_have_it_too(api):
    alias = make(api, key="support-agent")
    before = api.state()

    response = api.call("POST", ALIASES, {"key": "support-agent", "name": "x", "policy": policy(single("support-agent"))})

    assert_refused(response, 409, "SM371", messages=["An alias with key 'support-agent' already exists."])
    assert api.state() == before
    assert api.get(alias).status_code == api.get("/v2/agents/support-agent").status_code == 200


@pytest.mark.parametrize("missing", ["key", "name", "policy"])
def test_what_an_alias_needs_is_named(api, missing):
    body = {"key": "l1", "name": "x", "policy": policy(single("support-agent"))}

    response = api.call("POST", ALIASES, {name: value for name, value in body.items() if name != missing})

    assert_refused(response, 400, "SM203", field_errors={f"/{missing}": "is required"})


@pytest.mark.parametrize(
    ("rules", "code", "fields"),
    [
        ([], "SM203", {"/policy/rules": "must have at least 1 entry"}),
        (
            [single("nobody")],
            "SM374",
            {"/policy/rules/0/targets/agent_key": "there is no agent 'nobody'"},
        ),
        (
            [single("support-agent"), single("support-agent")],
            "SM374",
            {"/policy/rules/1": "can never be reached: rule 0 has no match, so it takes every session and must be the last"},
        ),
        (
            [single("support-agent", "get('$.x') = 1")],
            "SM374",
            {"/policy/rules/0/match": "cannot be read: column 12: equality is written =="},
        ),
        (
            [weighted(("support-agent", 1), by="user_id")],
            "SM374",
            None,
        ),
        ([weighted(("support-agent", 0))], "SM374", {"/policy/rules/0/targets/options": "at least one weight must be above 0"}),
        (
            [weighted(("support-agent", -1))],
            "SM203",
            {"/policy/rules/0/targets/options/0/weight": "must be at least 0"},
        ),
        ([{"match": "true"}], "SM203", {"/policy/rules/0/targets": "is required"}),
    ],
    ids=["none", "agent", "behind the catch-all", "match", "partition", "weights", "negative weight", "no targets"],
)
def test_a_policy_that_cannot_be_used_is_refused_by_field_when_it_is_created_or_put(api, rules, code, fields):
    alias = make(api, key="sound")
    before = api.state()

    created = api.call("POST", ALIASES, {"key": "l1", "name": "x", "policy": policy(*rules)})
    put = api.call("PUT", f"{alias}/policy", {"policy": policy(*rules)})

    for response in (created, put):
        assert_refused(response, 400, code)
        assert fields is None or response.json["field_errors"] == fields
    assert api.state() == before


def test_a_fault_in_a_partition_names_field_and_column(api):
    response = api.call("POST", ALIASES, {"key": "l1", "name": "x", "policy": policy(weighted(("support-agent", 1), by="  up"))})

    assert_refused(response, 400, "SM374")
    reason = response.json["field_errors"]["/policy/rules/0/targets/partition_by"]
    assert reason.startswith("cannot be read: column 3: 'up'")


def test_weights_may_be_as_large_as_numbers_get(api):
    api.agent("a1")
    alias = make(api, weighted(("support-agent", 10**300), ("a1", 0), ("support-agent", 2**63 - 1)))

    created = [api.call("POST", f"{alias}/sessions", {"metadata": {"user": user}}) for user in range(10)]

    assert {response.json["agent_key"] for response in created} == {"support-agent"}


def test_aliases_are_listed_newest_first_by_page(api):
    for number in range(5):
        make(api, key=f"l{number}")
    first = api.get(ALIASES, limit=4).json

    rest = api.get(ALIASES, limit=4, page_key=first["metadata"]["page_key"]).json

    assert [row["key"] for row in first["aliases"]] == ["l4", "l3", "l2", "l1"]
    assert ([row["key"] for row in rest["aliases"]], rest["metadata"]) == (["l0", "support"], {})


def test_aliases_are_listed_by_filter_enabled_and_agent(api):
    api.agent("a1")
    make(api, key="plain", description="the 2nd")
    make(api, weighted(("support-agent", 1), ("a1", 0)), key="shared", enabled=False)
    make(api, single("a1"), key="other")

    listed = {name: keys(api.get(ALIASES, **query)) for name, query in LISTINGS.items()}

    assert listed == {
        "all": ["other", "shared", "plain", "support"],
        "named": ["shared"],
        "described": ["plain"],
        "enabled": ["other", "plain", "support"],
        "disabled": ["shared"],
        "of a1": ["other", "shared"],
        "of nobody": [],
        "together": ["shared"],
    }


LISTINGS = {
    "all": {},
    "named": {"filter": "Alias sh.*d"},
    "described": {"filter": "2nd"},
    "enabled": {"enabled": "true"},
    "disabled": {"enabled": "false"},
    "of a1": {"aliased_agent_key": "a1"},
    "of nobody": {"aliased_agent_key": "nobody"},
    "together": {"aliased_agent_key": "support-agent", "enabled": "false", "filter": "Alias"},
}


def test_a_filter_of_aliases_that_is_no_pattern_is_refused(api):
    assert_refused(api.get(ALIASES, filter="("), 400, "SM210")


def test_a_patch_changes_what_it_names_and_not_the_policy(api, clock):
    alias = make(api, description="old", metadata={"a": 1})
    before = api.get(alias).json
    clock.sleep(60)

    after = api.call("PATCH", alias, {"name": "New", "metadata": {"b": 2}, "policy": policy(single("nobody"))})

    changed = {"name": "New", "metadata": {"b": 2}, "updated_at": "2026-01-15T12:01:00.000Z"}
    assert (after.status_code, after.json) == (200, {**before, **changed})
    assert api.get(alias).json == after.json


def test_a_policy_is_replaced_whole_and_sessions_stay_where_they_are(api):
    api.agent("a1")
    alias = make(api, metadata={"a": 1})
    api.session(alias, key="s1")

    put = api.call("PUT", f"{alias}/policy", {"policy": policy(single("a1"))})

    assert put.status_code == 200
    assert (put.json["policy"], put.json["metadata"]) == (policy(single("a1")), {"a": 1})
    assert api.get(alias).json == put.json
    assert api.get(f"{alias}/sessions/s1").json["agent_key"] == "support-agent"
    assert api.call("POST", f"{alias}/sessions", {}).json["agent_key"] == "a1"


def test_a_deleted_alias_is_gone_and_its_key_is_free(api):
    alias = make(api)

    assert api.call("DELETE", alias).status_code == 204

    assert_refused(api.get(alias), 404, "SM309", id="l1")
    make(api)


def test_an_alias_with_sessions_cannot_be_deleted(api, clock):
    alias = make(api)
    api.session(alias, key="s1")
    api.session(alias, key="s2", tti_minutes=1)

    refused = api.call("DELETE", alias)
    clock.sleep(60)
    still = api.call("DELETE", alias)
    api.call("DELETE", f"{alias}/sessions/s1")

    assert_refused(refused, 409, "SM372", messages=["Alias l1 still has sessions (2); delete them first."])
    assert_refused(still, 409, "SM372", messages=["Alias l1 still has sessions (1); delete them first."])
    assert api.call("DELETE", alias).status_code == 204


@pytest.mark.parametrize("operation", [name for name in ROLES if "{alias_key}" in OPERATIONS[name][1]])
def test_an_unknown_alias_is_named(api, operation):
    method, template, _ = OPERATIONS[operation]
    bodies = {"replaceAgentAliasPolicy": {"policy": policy(single("support-agent"))}, "createAliasRoutedInput": SAY}
    body = bodies.get(operation, {} if method in ("PATCH", "POST") and "hide" not in template else None)

    response = api.call(method, filled(template, "nothing"), body)

    assert_refused(response, 404, "SM309", id="nothing", messages=["There is no alias 'nothing'."])


def test_the_document_has_every_operation_of_aliases():
    assert {name for name, (_, template, _) in OPERATIONS.items() if template.startswith(ALIASES)} == set(ROLES)


@pytest.mark.parametrize("operation", ROLES)
def test_the_roles_of_an_operation_are_those_of_the_platform(operation):
    _, _, roles = OPERATIONS[operation]

    assert roles == {"ApiRole": ROLES[operation]}


@pytest.mark.parametrize("operation", ROLES)
def test_exactly_these_roles_permit_it(app, operation):
    method, template, _ = OPERATIONS[operation]

    permitted = {
        role
        for key, held in KEYS.items()
        for role in held
        if Api(app, key=key).call(method, filled(template, "nothing")).status_code != 403
    }

    assert permitted == ROLES[operation]


@pytest.fixture(scope="module")
def world_of_roles(tmp_path_factory):
    """An API whose keys hold one role each on the agent that the alias `l1` leads to."""
    held = [{"key": role, "agent_roles": [{"agent_key": "a1", "role": role}]} for role in AGENT_ROLES]
    alias = {"key": "l1", "name": "Alias", "policy": policy(single("a1"))}
    world = {
        "api_keys": [{"key": "mock-owner", "api_roles": ["owner"]}, *held],
        "corpora": [],
        "agents": [agent_body("a1")],
        "aliases": [alias],
    }
    path = tmp_path_factory.mktemp("world") / "world.yaml"
    path.write_text(yaml.safe_dump(world), "utf-8")
    api = Api(create_app(Settings(world=str(path))))
    api.turn(api.session(f"{ALIASES}/l1", key="s1"), "Hello there!")
    return api


@pytest.mark.parametrize("role", AGENT_ROLES)
@pytest.mark.parametrize("operation", ROLES)
def test_a_role_on_an_agent_permits_nothing_through_an_alias(world_of_roles, operation, role):
    method, template, _ = OPERATIONS[operation]

    response = Api(world_of_roles.app, key=role).call(method, filled(template, "l1"), SAY)

    assert_refused(response, 403, "SM110")


def test_a_world_file_has_aliases_that_a_reset_brings_back(api):
    assert [row["key"] for row in api.state()["aliases"]] == ["support"]
    assert api.call("POST", f"{ALIASES}/support/sessions", {}).json["agent_key"] == "support-agent"
    api.reset()

    assert api.call("DELETE", f"{ALIASES}/support").status_code == 204
    assert api.state()["aliases"] == []
    api.reset()

    assert api.get(f"{ALIASES}/support").json["policy"] == policy(single("support-agent"))


def test_the_state_shows_aliases_and_the_alias_of_a_session(api):
    make(api, description="mine")
    api.session(f"{ALIASES}/l1", key="s1")

    state = api.state()

    assert state["aliases"][0] == api.get(f"{ALIASES}/l1").json
    assert [session["alias_key"] for agent in state["agents"] for session in agent["sessions"]] == ["l1"]

"""Tenants and tests: whose world a request enters, and what becomes of worlds."""

import pytest
import yaml

from mockserver.app import create_app
from mockserver.runtime import FixedClock
from mockserver.seeds import WorldError
from mockserver.settings import Settings
from tests.arrange import NOON, Api, agent_body, assert_refused


def world_file(folder, tenant, key, **more):
    world = {"tenant": tenant, "api_keys": [{"key": key, "api_roles": ["owner"]}], "corpora": [], "agents": [agent_body("a1")]}
    file = folder / f"{tenant}-{key}.yaml"
    file.write_text(yaml.safe_dump({**world, **more}), "utf-8")
    return file


@pytest.fixture
def tenants(tmp_path):
    """Two clients of one mock, each of another tenant."""
    files = [world_file(tmp_path, "acme", "k1"), world_file(tmp_path, "zorg", "k2")]
    app = create_app(Settings(world=",".join(map(str, files))), clock=FixedClock(NOON))
    return Api(app, key="k1"), Api(app, key="k2")


def in_test(api, test_id):
    return Api(api.app, key=api.key, headers={"X-Test-Id": test_id})


def keys(api):
    return [session["key"] for session in api.get("/v2/agents/a1/sessions").json["sessions"]]


def test_tenants_have_the_same_keys_for_objects_of_their_own(tenants):
    acme, zorg = tenants

    acme.session("/v2/agents/a1", key="s1", name="of acme")
    zorg.session("/v2/agents/a1", key="s1", name="of zorg")

    assert acme.get("/v2/agents/a1/sessions/s1").json["name"] == "of acme"
    assert zorg.get("/v2/agents/a1/sessions/s1").json["name"] == "of zorg"


def test_an_object_of_another_tenant_is_one_that_is_not_there(tenants):
    acme, zorg = tenants
    acme.session("/v2/agents/a1", key="s1")

    missing = zorg.get("/v2/agents/a1/sessions/s1")

    assert_refused(missing, 404, "SM302", id="s1")
    assert keys(zorg) == []


def test_the_admin_endpoints_show_the_world_of_the_tenant_that_is_named(tenants):
    acme, zorg = tenants
    zorg.session("/v2/agents/a1", key="s1")

    def sessions(**query):
        return acme.get("/__admin/state", **query).json["agents"][0]["sessions"]

    assert acme.get("/__admin/worlds").json == {"tenants": ["acme", "zorg"], "tests": []}
    assert sessions() == sessions(tenant="acme") == []
    assert [session["key"] for session in sessions(tenant="zorg")] == ["s1"]
    unknown = acme.get("/__admin/state", tenant="nobody")
    assert (unknown.status_code, unknown.json["detail"]) == (404, "There is no tenant 'nobody'; there are: acme, zorg.")


def test_reset_goes_back_in_all_worlds(tenants):
    for api in tenants:
        api.session("/v2/agents/a1", key="s1")
        in_test(api, "t").session("/v2/agents/a1", key="s2")

    tenants[0].reset()

    assert [keys(api) for api in tenants] == [[], []]
    assert tenants[0].get("/__admin/worlds").json["tests"] == []


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        (("acme", "k1"), ("acme", "k2"), "the name 'acme'"),
        (("acme", "k1"), ("zorg", "k1"), "a credential"),
    ],
)
def test_worlds_with_a_name_or_a_key_in_common_are_refused(tmp_path, first, second, problem):
    files = [world_file(tmp_path, *world) for world in (first, second)]

    with pytest.raises(WorldError, match=f"Two worlds have {problem} in common"):
        create_app(Settings(world=",".join(map(str, files))))


def test_a_world_with_a_key_twice_is_refused(tmp_path):
    entry = {"key": "k1", "api_roles": ["owner"]}
    file = world_file(tmp_path, "acme", "k1", api_keys=[entry, {**entry, "name": "again"}])

    with pytest.raises(WorldError, match="An API key 'again' already exists, or another one has its secret"):
        create_app(Settings(world=str(file)))


def test_a_test_has_a_world_of_its_own_from_its_first_request_on(tenants):
    acme, _ = tenants
    acme.session("/v2/agents/a1", key="s1")
    one, other = in_test(acme, "one"), in_test(acme, "other")

    one.session("/v2/agents/a1", key="s2")

    assert (keys(acme), keys(one), keys(other)) == (["s1"], ["s2"], [])
    tests = [{"tenant": "acme", "test_id": "one"}, {"tenant": "acme", "test_id": "other"}]
    assert acme.get("/__admin/worlds").json["tests"] == tests


def test_the_same_calls_give_the_same_bytes_in_every_test(tenants):
    acme, _ = tenants

    def answers(api):
        session = api.session("/v2/agents/a1")
        said = api.say(session, "Hello!", stream_response=True)
        return session, said.data, said.headers["X-Request-Id"], api.get(session).data

    assert answers(in_test(acme, "one")) == answers(in_test(acme, "other"))


def test_a_test_of_one_tenant_is_none_of_another(tenants):
    acme, zorg = tenants
    in_test(acme, "one").session("/v2/agents/a1", key="s1")

    assert keys(in_test(zorg, "one")) == []


def test_the_admin_endpoints_act_on_the_world_of_a_test(tenants):
    acme, _ = tenants
    one = in_test(acme, "one")
    one.session("/v2/agents/a1", key="s1")
    one.call("PUT", "/__admin/chaos", {"rules": [{"status": 503}]})

    assert one.get("/v2/agents").status_code == 503
    assert acme.get("/v2/agents").status_code == 200
    assert [row["status"] for row in one.get("/__admin/requests").json["requests"]] == [201, 503]
    assert one.call("POST", "/__admin/reset").status_code == 204
    assert keys(one) == []


def test_a_test_is_ended(tenants):
    acme, _ = tenants
    one = in_test(acme, "one")
    one.session("/v2/agents/a1", key="s1")

    assert acme.call("DELETE", "/__admin/tests/one").status_code == 204
    assert acme.call("DELETE", "/__admin/tests/one").status_code == 404
    assert keys(one) == []


@pytest.mark.parametrize("test_id", ["", "a b", "x" * 101, "ä", "../x", "a\tb"])
def test_a_test_id_that_cannot_be_used_is_refused_and_opens_no_world(tenants, test_id):
    acme, _ = tenants

    refused = in_test(acme, test_id).get("/v2/agents")

    assert_refused(refused, 400, "SM216", field_errors={"X-Test-Id": "must be 1 to 100 letters, digits or . _ : -"})
    admin = in_test(acme, test_id).get("/__admin/state")
    assert (admin.status_code, admin.content_type) == (400, "application/problem+json")
    assert acme.get("/__admin/worlds").json["tests"] == []


def test_who_is_not_known_opens_no_world(tenants):
    stranger = Api(tenants[0].app, key="nobody", headers={"X-Test-Id": "one"})

    assert_refused(stranger.get("/v2/agents"), 401, "SM102")
    assert tenants[0].get("/__admin/worlds").json["tests"] == []


def test_what_becomes_of_a_key_elsewhere_is_nothing_to_a_test_that_begins(tenants):
    acme, _ = tenants
    other = acme.call("POST", "/v2/api_keys", {"name": "other", "api_roles": ["owner"]}).json
    acme.key = other["secret_key"]
    (first,) = [key for key in acme.get("/v2/api_keys").json["api_keys"] if key["id"] != other["id"]]
    assert acme.call("PATCH", f"/v2/api_keys/{first['id']}", {"enabled": False}).status_code == 200
    k1 = Api(acme.app, key="k1")

    assert_refused(k1.get("/v2/agents"), 401, "SM104")
    assert in_test(k1, "one").get("/v2/agents").status_code == 200
    assert acme.call("DELETE", f"/v2/api_keys/{first['id']}").status_code == 204
    assert_refused(k1.get("/v2/agents"), 401, "SM102")
    assert in_test(k1, "two").get("/v2/agents").status_code == 200


def test_a_key_of_the_tenants_own_world_opens_no_test(tenants):
    acme, _ = tenants
    acme.key = acme.call("POST", "/v2/api_keys", {"name": "other", "api_roles": ["owner"]}).json["secret_key"]

    assert_refused(in_test(acme, "one").get("/v2/agents"), 401, "SM102")
    assert acme.get("/__admin/worlds").json["tests"] == []


def test_the_tests_of_one_tenant_push_out_none_of_another(tmp_path):
    files = [world_file(tmp_path, "acme", "k1"), world_file(tmp_path, "zorg", "k2")]
    app = create_app(Settings(world=",".join(map(str, files)), test_worlds=1), clock=FixedClock(NOON))
    acme, zorg = Api(app, key="k1"), Api(app, key="k2")
    in_test(acme, "one").session("/v2/agents/a1", key="s1")

    for test_id in ("two", "three"):
        in_test(zorg, test_id).session("/v2/agents/a1", key="s1")

    assert keys(in_test(acme, "one")) == ["s1"]
    assert [row["test_id"] for row in acme.get("/__admin/worlds").json["tests"]] == ["three", "one"]


def test_of_too_many_tests_the_one_that_was_used_least_lately_goes():
    api = Api(create_app(Settings(test_worlds=2), clock=FixedClock(NOON)))
    session = in_test(api, "one").session(key="s1")
    in_test(api, "two").session(key="s1")
    assert in_test(api, "one").get(session).status_code == 200

    in_test(api, "three").session(key="s1")

    assert [row["test_id"] for row in api.get("/__admin/worlds").json["tests"]] == ["one", "three"]
    assert in_test(api, "one").get(session).status_code == 200
    assert in_test(api, "two").get(session).status_code == 404


def test_a_test_in_which_something_runs_stays_and_makes_no_room():
    api = Api(create_app(Settings(test_worlds=1), clock=FixedClock(NOON)))
    busy = in_test(api, "busy")
    session = busy.session(key="s1")
    stream = busy.open_stream(session, "Hello!")

    refused = in_test(api, "late").get("/v2/agents")

    assert_refused(refused, 429, "SM217")
    assert refused.headers["Retry-After"]
    assert busy.get(session).json["status"] == "running"
    stream.close()
    assert in_test(api, "late").get("/v2/agents").status_code == 200

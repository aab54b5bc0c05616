"""API keys as resources: who may make, see and change which, what shows of them, and when it counts."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.app import create_app
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from tests.arrange import NOON, Api, agent_body, assert_refused, corpus_body, shared_api
from tests.operations.test_access import KEYS

PLACE = "/v2/api_keys"
MAKERS = ["mock-corpus-viewer", "mock-corpus-developer", "mock-corpus-administrator", "mock-viewer", "mock-administrator"]
ON_DOCS = {"corpus_key": "company-docs", "role": "viewer"}


@pytest.fixture
def api(app):
    return Api(app)


def names(response):
    assert response.status_code == 200, response.text
    return [key["name"] for key in response.json["api_keys"]]


def test_a_new_key_is_shown_with_its_secret(api):
    agent_roles = [{"agent_key": "support-agent", "role": "agent_user"}]
    response = api.call("POST", PLACE, {"name": "Page", "corpus_roles": [ON_DOCS], "agent_roles": agent_roles})

    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json == {
        "id": response.json["id"],
        "name": "Page",
        "secret_key": response.json["secret_key"],
        "enabled": True,
        "api_roles": [],
        "corpus_roles": [ON_DOCS],
        "agent_roles": agent_roles,
    }
    assert re.fullmatch("aky_[0-9a-f]{12}", response.json["id"])
    assert re.fullmatch("zut_[0-9a-f]{40}", response.json["secret_key"])


def test_a_new_key_may_do_what_its_roles_say(api):
    page = api.as_(
        api.api_key(corpus_roles=[ON_DOCS], agent_roles=[{"agent_key": "support-agent", "role": "agent_user"}])["secret_key"]
    )

    assert page.call("POST", "/v2/corpora/company-docs/query", {"query": "password"}).status_code == 200
    assert page.session().startswith("/v2/agents/support-agent/sessions/")
    assert_refused(page.get("/v2/agents/support-agent"), 403, "SM110")
    assert_refused(page.get("/v2/corpora"), 403, "SM110")
    assert_refused(page.get(PLACE), 403, "SM110")


def test_a_secret_is_shown_where_the_key_is_made_and_nowhere_else(api):
    made = api.api_key(api_roles=["viewer"])
    place = f"{PLACE}/{made['id']}"

    shown = [api.get(place), api.call("PATCH", place, {"enabled": True}), api.get(PLACE), api.get("/__admin/state")]
    shown += [api.get("/__admin/requests"), api.as_(made["secret_key"]).get("/v2/tools/x")]

    assert {**made, "secret_key": "****"} == shown[0].json == shown[1].json == shown[2].json["api_keys"][0]
    assert {**made, "secret_key": "****"} in shown[3].json["api_keys"]
    assert not any(made["secret_key"] in answer.text for answer in shown)


def test_a_disabled_key_is_refused_at_once_and_good_again_when_enabled(api):
    made = api.api_key(api_roles=["viewer"])
    place, holder = f"{PLACE}/{made['id']}", api.as_(made["secret_key"])
    assert holder.get("/v2/agents").status_code == 200

    assert api.call("PATCH", place, {"enabled": False}).json["enabled"] is False
    assert_refused(holder.get("/v2/agents"), 401, "SM104")
    assert api.call("PATCH", place, {}).json["enabled"] is False
    assert_refused(holder.get("/v2/agents"), 401, "SM104")

    assert api.call("PATCH", place, {"enabled": True}).json["enabled"] is True
    assert holder.get("/v2/agents").status_code == 200


def test_a_deleted_key_is_refused_from_then_on(api):
    made = api.api_key(api_roles=["viewer"])
    place, holder = f"{PLACE}/{made['id']}", api.as_(made["secret_key"])

    assert api.call("DELETE", place).status_code == 204

    assert_refused(holder.get("/v2/agents"), 401, "SM102")
    for answer in (api.get(place), api.call("PATCH", place, {"enabled": True}), api.call("DELETE", place)):
        assert_refused(answer, 404, "SM392", id=made["id"])


def test_the_secret_of_a_deleted_key_does_not_come_back_with_its_name(api, clock):
    made = api.api_key()
    api.call("DELETE", f"{PLACE}/{made['id']}")
    clock.sleep(0.001)

    assert api.api_key()["secret_key"] != made["secret_key"]


def test_keys_of_one_name_are_keys_of_their_own(api):
    made = [api.api_key("Same") for _ in range(20)]

    assert len({key["id"] for key in made}) == len({key["secret_key"] for key in made}) == 20


def test_two_tenants_never_make_the_same_secret(tmp_path):
    worlds = [tmp_path / f"{tenant}.json" for tenant in ("north", "south")]
    for world in worlds:
        keys = [{"key": f"{world.stem}-owner", "api_roles": ["owner"]}]
        world.write_text(json.dumps({"tenant": world.stem, "api_keys": keys, "corpora": [], "agents": [agent_body(world.stem)]}))
    app = create_app(Settings(world=",".join(map(str, worlds))), clock=FixedClock(NOON))

    made = [Api(app, f"{world.stem}-owner").api_key("Same", api_roles=["viewer"]) for world in worlds]

    seen = [Api(app, key["secret_key"]).get("/v2/agents").json["agents"] for key in made]
    assert [[agent["key"] for agent in agents] for agents in seen] == [["north"], ["south"]]


@pytest.mark.parametrize(
    ("legacy", "prefix", "role"), [("serving", "zqt_", "viewer"), ("serving_and_indexing", "zwt_", "editor")], ids=str
)
def test_the_former_kind_of_role_is_one_on_its_corpora(api, legacy, prefix, role):
    made = api.api_key(api_key_role=legacy, corpus_keys=["company-docs", "later"])
    holder = api.as_(made["secret_key"])
    document = {"type": "core", "id": "d", "document_parts": [{"text": "x"}]}

    assert made["secret_key"].startswith(prefix)
    assert made["api_key_role"] == api.get(f"{PLACE}/{made['id']}").json["api_key_role"] == legacy
    assert made["corpus_roles"] == [{"corpus_key": key, "role": role} for key in ("company-docs", "later")]
    assert holder.call("POST", "/v2/corpora/company-docs/query", {"query": "x"}).status_code == 200
    added = holder.call("POST", "/v2/corpora/company-docs/documents", document)
    assert added.status_code == (201 if role == "editor" else 403)


def test_a_personal_key_has_the_roles_of_its_maker(api):
    maker = api.as_(api.api_key(api_roles=["viewer"], corpus_roles=[{**ON_DOCS, "role": "editor"}])["secret_key"])

    made = maker.api_key(api_key_role="personal")

    assert (made["api_roles"], made["corpus_roles"]) == (["viewer"], [{**ON_DOCS, "role": "editor"}])
    assert made["secret_key"].startswith("zut_")


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize(
    "roles",
    [
        {"api_roles": ["owner"]},
        {"api_roles": ["viewer", "owner"]},
        {"api_roles": ["billing_administrator"]},
        {"api_key_role": "serving", "corpus_keys": ["c1"], "api_roles": ["owner"]},
    ],
    ids=str,
)
def test_nobody_gives_what_goes_beyond_its_own_roles(api, maker, roles):
    before = api.state()["api_keys"]

    response = api.as_(maker).call("POST", PLACE, {"name": "n", **roles})

    assert_refused(response, 403, "SM391")
    beyond = "billing_administrator" if "billing_administrator" in roles["api_roles"] else "owner"
    assert f"{beyond}: its own roles do not contain that." in response.json["messages"][0]
    assert api.state()["api_keys"] == before


@pytest.mark.parametrize(
    ("maker", "roles", "beyond"),
    [
        ("mock-viewer", {"api_roles": ["agent_user"]}, "agent_user"),
        ("mock-corpus-viewer", {"api_key_role": "serving_and_indexing", "corpus_keys": ["c1"]}, "editor on corpus c1"),
        ("mock-corpus-developer", {"corpus_roles": [{"corpus_key": "c1", "role": "owner"}]}, "owner on corpus c1"),
        ("mock-viewer", {"agent_roles": [{"agent_key": "a1", "role": "agent_user"}]}, "agent_user on agent a1"),
    ],
    ids=str,
)
def test_a_refusal_names_the_roles_that_go_beyond(api, maker, roles, beyond):
    response = api.as_(maker).call("POST", PLACE, {"name": "n", **roles})

    assert_refused(response, 403, "SM391")
    assert response.json["messages"][0].endswith(f" may not give {beyond}: its own roles do not contain that.")


def test_a_role_stays_when_its_agent_or_corpus_goes(api):
    api.agent()
    api.corpus()
    roles = {
        "agent_roles": [{"agent_key": "a1", "role": "agent_viewer"}],
        "corpus_roles": [{"corpus_key": "c1", "role": "viewer"}],
    }
    made = api.api_key(**roles)
    holder = api.as_(made["secret_key"])

    api.call("DELETE", "/v2/agents/a1")
    api.call("DELETE", "/v2/corpora/c1")

    assert {name: api.get(f"{PLACE}/{made['id']}").json[name] for name in roles} == roles
    assert_refused(holder.get("/v2/agents/a1"), 404, "SM301")
    api.call("POST", "/v2/agents", agent_body())
    api.call("POST", "/v2/corpora", corpus_body())
    assert holder.get("/v2/agents/a1").status_code == holder.get("/v2/corpora/c1").status_code == 200


def test_owners_and_administrators_see_all_keys_and_others_those_that_they_made(api):
    viewer, other = api.as_("mock-viewer"), api.as_("mock-corpus-viewer")
    viewer.api_key("By viewer")
    other.api_key("By other")
    api.api_key("By owner")

    assert names(viewer.get(PLACE)) == ["By viewer"]
    assert names(other.get(PLACE)) == ["By other"]
    for manager in (api, api.as_("mock-administrator")):
        assert names(manager.get(PLACE, limit=3)) == ["By owner", "By other", "By viewer"]
        assert len(names(manager.get(PLACE, limit=100))) == 3 + len(KEYS)


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("caller", [key for key in MAKERS if key != "mock-administrator"])
def test_a_key_of_somebody_else_is_like_one_that_does_not_exist(api, caller, method):
    foreign, body = api.api_key("Foreign", api_roles=["viewer"]), {"enabled": False} if method == "PATCH" else None

    answers = [api.as_(caller).call(method, f"{PLACE}/{key_id}", body) for key_id in (foreign["id"], "aky_nobody")]

    said = []
    for answer, key_id in zip(answers, (foreign["id"], "aky_nobody"), strict=True):
        assert_refused(answer, 403, "SM394")
        said.append(answer.text.replace(key_id, "ID").replace(answer.json["request_id"], ""))
    assert said[0] == said[1]
    assert api.as_(foreign["secret_key"]).get("/v2/agents").status_code == 200


def test_whoever_made_a_key_manages_it(api):
    viewer = api.as_("mock-viewer")
    made = viewer.api_key(api_roles=["viewer"])
    place = f"{PLACE}/{made['id']}"

    assert viewer.get(place).json["id"] == made["id"]
    assert viewer.call("PATCH", place, {"enabled": False}).json["enabled"] is False
    assert viewer.call("DELETE", place).status_code == 204
    assert_refused(viewer.get(place), 403, "SM394")


def test_a_key_does_not_manage_the_one_that_made_it(api):
    maker = api.api_key("Maker", api_roles=["viewer"])
    made = api.as_(maker["secret_key"]).api_key("Made", api_roles=["viewer"])

    assert_refused(api.as_(made["secret_key"]).get(f"{PLACE}/{maker['id']}"), 403, "SM394")
    assert names(api.as_(made["secret_key"]).get(PLACE)) == []


@pytest.mark.parametrize("kind", ["API key", "app client"])
def test_the_keys_of_a_deleted_maker_do_not_come_to_another_one_of_its_name(api, kind):
    def maker():
        if kind == "API key":
            made = api.api_key("Maker", api_roles=["viewer"])
            return f"{PLACE}/{made['id']}", api.as_(made["secret_key"])
        made = api.app_client("Maker", api_roles=["viewer"])
        return f"/v2/app_clients/{made['id']}", api.as_(api.token(made).json["access_token"])

    place, first = maker()
    left = first.api_key("Left", api_roles=["viewer"])
    api.call("DELETE", place)

    _, second = maker()

    assert names(second.get(PLACE)) == []
    assert_refused(second.get(f"{PLACE}/{left['id']}"), 403, "SM394")
    assert "Left" in names(api.get(PLACE))


def test_keys_are_listed_by_corpus_and_by_the_former_role_page_by_page(api):
    api.api_key("Old", api_key_role="serving", corpus_keys=["company-docs"])
    api.api_key("Other", api_key_role="serving", corpus_keys=["c9"])
    api.api_key("New", corpus_roles=[ON_DOCS])

    assert names(api.get(PLACE, corpus_key="company-docs")) == ["New", "Old"]
    assert names(api.get(PLACE, api_key_role="serving")) == ["Other", "Old"]
    assert names(api.get(PLACE, corpus_key="company-docs", api_key_role="serving")) == ["Old"]
    first = api.get(PLACE, corpus_key="company-docs", limit=1).json
    rest = api.get(PLACE, corpus_key="company-docs", limit=1, page_key=first["metadata"]["page_key"])
    assert (names(rest), rest.json["metadata"]) == (["Old"], {})


def test_a_page_key_of_one_caller_is_none_of_another(api):
    viewer = api.as_("mock-viewer")
    for _ in range(2):
        viewer.api_key()
    page_key = viewer.get(PLACE, limit=1).json["metadata"]["page_key"]

    assert_refused(api.as_("mock-corpus-viewer").get(PLACE, limit=1, page_key=page_key), 400, "SM209")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 256}, "/name"),
        ({"name": "n", "api_roles": ["king"]}, "/api_roles/0"),
        ({"name": "n", "api_key_role": "king"}, "/api_key_role"),
        ({"name": "n", "corpus_roles": [{"corpus_key": "c1"}]}, "/corpus_roles/0/role"),
        ({"name": "n", "agent_roles": [{"agent_key": "a b", "role": "agent_user"}]}, "/agent_roles/0/agent_key"),
        ({"name": "n", "corpus_keys": [""]}, "/corpus_keys/0"),
    ],
    ids=str,
)
def test_a_body_that_does_not_fit_stores_nothing(api, body, field):
    before = api.state()["api_keys"]

    response = api.call("POST", PLACE, body)

    assert_refused(response, 400, "SM203")
    assert list(response.json["field_errors"]) == [field]
    assert api.state()["api_keys"] == before


@given(st.data())
def test_whatever_a_caller_does_with_ids_it_learns_nothing_of_keys_that_are_not_its_own(data):
    api = shared_api()
    api.reset()
    foreign = [api.api_key(f"k{number}", api_roles=["viewer"]) for number in range(2)]
    viewer = api.as_("mock-viewer")
    own = [viewer.api_key("own")]
    before = api.state()["api_keys"]

    for _ in range(5):
        key_id = data.draw(st.sampled_from([*(key["id"] for key in foreign), "aky_1", "aky_nobody"]))
        method, body = data.draw(st.sampled_from([("GET", None), ("PATCH", {"enabled": False}), ("DELETE", None)]))
        assert viewer.call(method, f"{PLACE}/{key_id}", body).status_code == 403
    seen = viewer.get(PLACE, limit=100)

    assert names(seen) == ["own"]
    assert not any(key["id"] in json.dumps(seen.json) for key in foreign)
    assert own[0]["id"] == seen.json["api_keys"][0]["id"]
    assert api.state()["api_keys"] == before


def test_a_service_account_gets_no_roles_that_go_beyond_those_of_the_caller(api):
    api.agent()
    administrator = api.as_("mock-agent-administrator")
    place = "/v2/agents/a1/identity"

    for roles in ({"api_roles": ["owner"]}, {"corpus_roles": [ON_DOCS]}):
        assert_refused(administrator.call("PATCH", place, {"mode": "manual", **roles}), 403, "SM391")
    assert api.get(place).json["mode"] == "auto"

    given_roles = [{"agent_key": "support-agent", "role": "agent_user"}]
    answer = administrator.call("PATCH", place, {"mode": "manual", "agent_roles": given_roles})
    assert (answer.status_code, answer.json["agent_roles"]) == (200, given_roles)
    assert administrator.call("PATCH", place, {"mode": "auto", "api_roles": ["owner"]}).json["api_roles"] == []


def test_roles_that_a_service_account_has_may_be_sent_back(api):
    api.agent()
    place = "/v2/agents/a1/identity"
    held = api.call("PATCH", place, {"mode": "manual", "corpus_roles": [ON_DOCS], "api_roles": ["viewer"]}).json

    answer = api.as_("mock-agent-administrator").call("PATCH", place, held)

    assert (answer.status_code, answer.json) == (200, held)

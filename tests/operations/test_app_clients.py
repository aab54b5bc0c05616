"""App clients as resources: who may make and change them, what shows of them, and when it counts for their tokens."""

import re

import pytest

from tests.arrange import Api, assert_refused

PLACE = "/v2/app_clients"
ON_DOCS = {"corpus_key": "company-docs", "role": "viewer"}


@pytest.fixture
def api(app):
    return Api(app)


def holding(api, client):
    """The mock for whoever sends a token of an app client."""
    answer = api.token(client)
    assert answer.status_code == 200, answer.text
    return api.as_(answer.json["access_token"])


def names(response):
    assert response.status_code == 200, response.text
    return [client["name"] for client in response.json["app_clients"]]


def test_a_new_app_client_is_shown_with_its_secret(api):
    body = {"type": "client_credentials", "name": "Reports", "description": "Counts.", "api_roles": ["viewer"]}
    response = api.call("POST", PLACE, body)

    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    made = response.json
    assert made == {
        "id": made["id"],
        "name": "Reports",
        "description": "Counts.",
        "client_id": made["client_id"],
        "client_secret": made["client_secret"],
        "api_roles": ["viewer"],
        "corpus_roles": [],
        "agent_roles": [],
    }
    assert re.fullmatch("app_[0-9a-f]{12}", made["id"])
    assert len({made["id"], made["client_id"], made["client_secret"]}) == 3


def test_a_secret_is_shown_where_the_app_client_is_made_and_nowhere_else(api):
    made = api.app_client(api_roles=["viewer"])
    place, masked = f"{PLACE}/{made['id']}", {**made, "client_secret": "****"}
    token = api.token(made).json["access_token"]

    shown = [
        api.get(place),
        api.call("PATCH", place, {}),
        api.get(PLACE),
        api.get("/__admin/state"),
        api.get("/__admin/requests"),
    ]

    assert shown[0].json == shown[1].json == shown[2].json["app_clients"][0] == shown[3].json["app_clients"][0] == masked
    assert not any(secret in answer.text for answer in shown for secret in (made["client_secret"], token))


def test_an_app_client_secret_is_no_api_key(api):
    made = api.app_client(api_roles=["owner"])

    for credential in (made["client_secret"], made["client_id"]):
        assert_refused(api.as_(credential).get("/v2/agents"), 401, "SM102")


def test_a_change_of_roles_counts_at_once_for_a_token_that_is_out_there(api):
    made = api.app_client(api_roles=["viewer"])
    holder, place = holding(api, made), f"{PLACE}/{made['id']}"
    assert holder.get("/v2/agents").status_code == 200

    changed = api.call("PATCH", place, {"api_roles": [], "corpus_roles": [ON_DOCS]}).json

    assert (changed["api_roles"], changed["corpus_roles"], changed["agent_roles"]) == ([], [ON_DOCS], [])
    assert_refused(holder.get("/v2/agents"), 403, "SM110")
    assert holder.get("/v2/corpora/company-docs").status_code == 200
    assert api.call("PATCH", place, {"api_roles": ["viewer"]}).json["corpus_roles"] == [ON_DOCS]
    assert holder.get("/v2/agents").status_code == 200


def test_a_token_of_a_deleted_app_client_is_refused(api):
    made = api.app_client(api_roles=["viewer"])
    holder, place = holding(api, made), f"{PLACE}/{made['id']}"

    assert api.call("DELETE", place).status_code == 204

    assert_refused(holder.get("/v2/agents"), 401, "SM106")
    assert_refused(api.token(made), 401, "SM107")
    for answer in (api.get(place), api.call("PATCH", place, {}), api.call("DELETE", place)):
        assert_refused(answer, 404, "SM393", id=made["id"])


def test_a_new_app_client_of_the_same_name_does_not_revive_the_tokens_of_the_old_one(api, clock):
    made = api.app_client(api_roles=["viewer"])
    holder = holding(api, made)
    api.call("DELETE", f"{PLACE}/{made['id']}")
    clock.sleep(0.001)

    again = api.app_client(api_roles=["viewer"])

    assert again["client_id"] != made["client_id"]
    assert_refused(holder.get("/v2/agents"), 401, "SM106")


def test_a_description_changes_and_the_rest_stays(api):
    made = api.app_client(description="Old.", api_roles=["viewer"])

    changed = api.call("PATCH", f"{PLACE}/{made['id']}", {"description": "New.", "name": "New"}).json

    assert changed == {**made, "description": "New.", "client_secret": "****"}


def test_app_clients_are_listed_by_name_page_by_page(api):
    for name in ("Report one", "Report two", "Import"):
        api.app_client(name, description="report")

    assert names(api.get(PLACE)) == ["Import", "Report two", "Report one"]
    assert names(api.get(PLACE, filter="^Report")) == ["Report two", "Report one"]
    first = api.get(PLACE, filter="^Report", limit=1).json
    rest = api.get(PLACE, filter="^Report", limit=1, page_key=first["metadata"]["page_key"])
    assert (names(rest), rest.json["metadata"]) == (["Report one"], {})
    assert_refused(api.get(PLACE, filter="("), 400, "SM210")


def test_an_administrator_gives_no_ownership(api):
    administrator, before = api.as_("mock-administrator"), api.state()["app_clients"]
    body = {"type": "client_credentials", "name": "n", "api_roles": ["viewer", "owner"]}

    assert_refused(administrator.call("POST", PLACE, body), 403, "SM391")
    assert api.state()["app_clients"] == before

    made = administrator.app_client(api_roles=["viewer"])
    assert_refused(administrator.call("PATCH", f"{PLACE}/{made['id']}", {"api_roles": ["owner"]}), 403, "SM391")
    assert api.get(f"{PLACE}/{made['id']}").json["api_roles"] == ["viewer"]


def test_an_administrator_may_send_back_the_roles_that_an_owner_gave(api):
    made = api.app_client(api_roles=["owner"])
    body = {"api_roles": ["owner", "viewer"], "description": "d"}

    answer = api.as_("mock-administrator").call("PATCH", f"{PLACE}/{made['id']}", body)

    assert (answer.status_code, answer.json["api_roles"]) == (200, ["owner", "viewer"])


@pytest.mark.parametrize("caller", ["mock-viewer", "mock-corpus-administrator", "mock-agent-administrator"])
def test_only_owners_and_administrators_come_near_app_clients(api, caller):
    made, holder = api.app_client(), api.as_(caller)

    for method, path, body in (
        ("GET", PLACE, None),
        ("POST", PLACE, {"type": "client_credentials", "name": "n"}),
        ("GET", f"{PLACE}/{made['id']}", None),
        ("PATCH", f"{PLACE}/{made['id']}", {}),
        ("DELETE", f"{PLACE}/{made['id']}", None),
    ):
        assert_refused(holder.call(method, path, body), 403, "SM110")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "n"}, "/type"),
        ({"type": "password", "name": "n"}, "/type"),
        ({"type": "client_credentials"}, "/name"),
        ({"type": "client_credentials", "name": ""}, "/name"),
        ({"type": "client_credentials", "name": "n", "api_roles": "owner"}, "/api_roles"),
        ({"type": "client_credentials", "name": "n", "description": 1}, "/description"),
    ],
    ids=str,
)
def test_a_body_that_does_not_fit_stores_nothing(api, body, field):
    before = api.state()["app_clients"]

    response = api.call("POST", PLACE, body)

    assert_refused(response, 400, "SM203")
    assert list(response.json["field_errors"]) == [field]
    assert api.state()["app_clients"] == before


def test_app_clients_of_one_name_are_app_clients_of_their_own(api):
    made = [api.app_client("Same") for _ in range(20)]

    for field in ("id", "client_id", "client_secret"):
        assert len({client[field] for client in made}) == 20


def test_what_an_app_client_makes_belongs_to_it(api):
    holder = holding(api, api.app_client(api_roles=["viewer"]))
    made = holder.api_key("Made", api_roles=["viewer"])

    assert holder.get(f"/v2/api_keys/{made['id']}").json["name"] == "Made"
    assert_refused(api.as_("mock-viewer").get(f"/v2/api_keys/{made['id']}"), 403, "SM394")

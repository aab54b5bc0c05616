"""What somebody with few roles sees, changes and makes (api-facts §1.4, §1.6, §9.38)."""

from collections.abc import Iterator

import pytest

from contracts.asking import ask_of
from contracts.client import Api, Json
from contracts.credentials import Credentials, Key, Roles, UnavailableError
from contracts.identities import Identities, Identity, Standing
from contracts.operations import Operation, operations
from contracts.places import Places
from contracts.promises import keeps
from contracts.snapshot import changes, snapshot
from contracts.world import RunWorld

REFUSED = {403, 404}
READER = Roles(api_roles=["corpus_viewer"])


def _key(credentials: Credentials, roles: Roles, *, by: Api | None = None) -> Key:
    try:
        return credentials.key(roles, by=by)
    except UnavailableError as error:
        pytest.skip(str(error))


def _restricted(identities: Identities) -> Iterator[Identity]:
    """Give those that are refused a good deal, as far as they can be had."""
    strangers = list(identities.of(Standing.STRANGER))
    known = [identities.without_roles(), *map(identities.account, ("agent_user", "agent_viewer", "corpus_viewer"))]
    yield from (identity for identity in [*strangers, *known] if not identity.absent)


@keeps("SC704")
def test_who_is_refused_changes_nothing(api: Api, places: Places, identities: Identities):
    restricted = list(_restricted(identities))
    if all(identity.standing is Standing.STRANGER for identity in restricted):
        pytest.skip("no key that is refused something; give one with --role-key ROLE=KEY")
    places.make_all()
    changed = [line for operation in operations() if operation.writes for line in _changed(api, places, operation, restricted)]
    assert changed == []


def _changed(api: Api, places: Places, operation: Operation, restricted: list[Identity]) -> list[str]:
    """Let those ask who may not; name what is different then. Whether they are refused at all, another promise says."""
    ask = ask_of(operation)
    if ask is None or operation.is_public:
        return []
    try:
        names = places.of(operation)
    except UnavailableError:
        return []
    before = snapshot(api, places, collection=operation.collection)
    for identity in restricted:
        if not identity.may(operation, names):
            options = ask.options(places, names, permitted=False)
            answer = api.bearing(identity.headers).ask(operation.method, operation.at(names), **options)
            if answer.is_success:
                return []
    after = snapshot(api, places, collection=operation.collection)
    return [f"{operation.id} changed {path}" for path in changes(before, after)]


@keeps("SC706")
@pytest.mark.parametrize("role", ["agent_user", "agent_viewer", "agent_administrator"])
def test_a_listing_shows_the_agents_on_which_the_caller_has_a_role(
    world: RunWorld, api: Api, credentials: Credentials, role: str
):
    own, second, foreign = world.agent()["key"], world.agent()["key"], world.agent()["key"]
    on_own, on_both = [{"agent_key": own, "role": role}], [{"agent_key": key, "role": role} for key in (own, second)]
    caller = api.bearing(_key(credentials, Roles(agent_roles=on_own)).headers)
    reader = api.bearing(_key(credentials, Roles(agent_roles=on_both)).headers)
    assert [agent["key"] for agent in caller.agents()] == [own]
    assert {agent["key"] for agent in reader.agents(limit=1)} == {own, second}
    assert caller.agents(filter=foreign) == []
    assert foreign not in caller.call("GET", "/v2/agents", params={"limit": 1}, expect=200).text


@keeps("SC707")
def test_a_key_sees_and_changes_the_keys_that_it_made_alone(api: Api, credentials: Credentials):
    first, second = (api.bearing(_key(credentials, READER).headers) for _ in range(2))
    made, others = _key(credentials, Roles(), by=first), _key(credentials, Roles(), by=second)
    seen = {key["id"] for key in first.api_keys()}
    assert made.id in seen
    assert others.id not in seen
    assert first.call("GET", made.path, expect=200).json()["id"] == made.id
    first.call("GET", others.path, expect=REFUSED)
    first.call("PATCH", others.path, json={"enabled": False}, expect=REFUSED)
    first.call("DELETE", others.path, expect=REFUSED)
    assert api.call("GET", others.path, expect=200).json()["enabled"] is True
    assert {made.id, others.id} <= {key["id"] for key in api.api_keys()}


@keeps("SC708")
@pytest.mark.parametrize("form", ["owner", "administrator", "agent_administrator", "agent", "corpus", "personal"])
def test_nobody_makes_a_key_that_may_do_more(api: Api, places: Places, credentials: Credentials, form: str):
    agent_key, corpus_key = places.of_root("agent_key")["agent_key"], places.of_root("corpus_key")["corpus_key"]
    on_objects: dict[str, Json] = {
        "agent": {"agent_roles": [{"agent_key": agent_key, "role": "agent_administrator"}]},
        "corpus": {"corpus_roles": [{"corpus_key": corpus_key, "role": "owner"}]},
        "personal": {"api_key_role": "personal", "api_roles": ["owner"]},
    }
    greedy = on_objects.get(form, {"api_roles": [form]})
    caller = api.bearing(_key(credentials, READER).headers)
    answer = caller.call("POST", "/v2/api_keys", json={"name": places.world.key("key"), **greedy}, expect={201, 400, 403})
    if answer.status_code != 201:
        return
    key = Key(answer.json()["id"], answer.json()["secret_key"])
    places.world.remove_at_the_end(key.path)
    _may_not_write(api.bearing(key.headers), agent_key, corpus_key)


@keeps("SC708")
def test_nobody_gives_a_key_more_roles_by_changing_it(api: Api, places: Places, credentials: Credentials):
    caller = api.bearing(_key(credentials, READER).headers)
    made = _key(credentials, Roles(), by=caller)
    more = {"enabled": True, "api_roles": ["owner"]}
    caller.call("PATCH", made.path, json=more, expect={200, 400, 403})
    agent_key, corpus_key = places.of_root("agent_key")["agent_key"], places.of_root("corpus_key")["corpus_key"]
    _may_not_write(api.bearing(made.headers), agent_key, corpus_key)


def _may_not_write(caller: Api, agent_key: str, corpus_key: str) -> None:
    changed = {"description": "Changed by a key with too many roles."}
    caller.call("PATCH", f"/v2/agents/{agent_key}", json=changed, expect=REFUSED)
    caller.call("PATCH", f"/v2/corpora/{corpus_key}", json=changed, expect=REFUSED)


@keeps("SC709")
def test_a_disabled_key_is_refused_until_it_is_enabled(world: RunWorld, api: Api, credentials: Credentials):
    key = _key(credentials, Roles(api_roles=["agent_developer"]))
    agent = world.agent()
    caller = api.bearing(key.headers)
    before = caller.call("GET", f"/v2/agents/{agent['key']}", expect=200).json()
    credentials.enable(key, enabled=False)
    assert credentials.settled(key, 401), f"the key {key.id} is disabled and still works"
    refused = caller.call("GET", f"/v2/agents/{agent['key']}", expect=401)
    assert agent["name"] not in refused.text
    credentials.enable(key, enabled=True)
    assert credentials.settled(key, 200), f"the key {key.id} is enabled and does not work"
    assert caller.call("GET", f"/v2/agents/{agent['key']}", expect=200).json() == before


@keeps("SC609")
def test_the_secret_of_a_key_shows_once(api: Api, credentials: Credentials):
    key = _key(credentials, READER)
    changed = api.call("PATCH", key.path, json={"enabled": True}, expect=200)
    read, listed = api.call("GET", key.path, expect=200), api.api_keys()
    own = api.bearing(key.headers).api_keys()
    assert key.id in {one["id"] for one in listed}
    assert not any(key.secret in seen for seen in (changed.text, read.text, str(listed), str(own)))


@keeps("SC609")
def test_the_secret_of_an_app_client_shows_once(api: Api, credentials: Credentials):
    try:
        client = credentials.client(READER)
    except UnavailableError as error:
        pytest.skip(str(error))
    path = f"/v2/app_clients/{client['id']}"
    changed = api.call("PATCH", path, json={"description": "Changed by the run."}, expect=200)
    read, listed = api.call("GET", path, expect=200), api.listed("/v2/app_clients", limit=100)
    assert client["id"] in {one["id"] for one in listed}
    assert not any(client["client_secret"] in seen for seen in (changed.text, read.text, str(listed)))

"""The life of a session."""

from contracts.client import Api, events_path, message
from contracts.dialects.spoken import Speaks
from contracts.dialects.table import METADATA_PATCH
from contracts.promises import keeps
from contracts.world import RunWorld

METADATA = {"user_role": "premium", "nested": {"tags": ["a", "ü", ""], "level": 3, "on": True, "none": None}, "π": 3.5}
PAGED = 25


@keeps("SC201")
def test_a_session_is_read_back_with_what_was_sent(world: RunWorld, api: Api):
    sent = {"name": "Customer support", "description": "Help with password reset", "metadata": METADATA, "tti_minutes": 60}
    created = world.session(world.agent(), **sent)
    read = api.session(created["agent_key"], created["key"])
    assert {name: read.get(name) for name in sent} == sent
    assert read == created


@keeps("SC202")
def test_a_session_without_a_key_gets_one_of_its_own(world: RunWorld, api: Api):
    agent = world.agent()
    first, second = (api.create_session(agent["key"]) for _ in range(2))
    assert first["key"] != second["key"]
    assert first["name"]
    assert {session["key"] for session in api.sessions(agent["key"])} == {first["key"], second["key"]}


@keeps("SC203")
def test_a_taken_key_is_refused_and_changes_nothing(world: RunWorld, api: Api):
    created = world.session(world.agent(), metadata=METADATA)
    again = {"key": created["key"], "name": "Another", "metadata": {}}
    api.call("POST", f"/v2/agents/{created['agent_key']}/sessions", json=again, expect={400, 409})
    assert api.session(created["agent_key"], created["key"]) == created


@keeps("SC204")
def test_a_patch_changes_what_it_names_and_nothing_else(world: RunWorld, api: Api, speaks: Speaks):
    kept = METADATA if speaks(METADATA_PATCH, "merges") else {}
    before = world.session(world.agent(), description="Before", metadata=METADATA, tti_minutes=60)
    answered = api.update_session(before["agent_key"], before["key"], metadata={"tier": 2})
    after = api.session(before["agent_key"], before["key"])
    assert after == before | {"metadata": kept | {"tier": 2}}
    assert answered == after


@keeps("SC205")
def test_a_deleted_session_is_gone(world: RunWorld, api: Api):
    agent = world.agent()
    doomed, kept = world.session(agent), world.session(agent)
    event = api.say(doomed, "Hello, is anybody there?")[0]
    path = f"/v2/agents/{agent['key']}/sessions/{doomed['key']}"
    assert api.call("DELETE", path, expect=204).content == b""
    api.call("GET", path, expect=404)
    api.call("PATCH", path, json={"name": "Back"}, expect=404)
    api.call("GET", f"{path}/events", expect=404)
    api.call("GET", f"{path}/events/{event['id']}", expect=404)
    api.call("DELETE", path, expect=404)
    assert [session["key"] for session in api.sessions(agent["key"])] == [kept["key"]]


@keeps("SC206")
def test_the_pages_of_a_listing_are_every_session_once(world: RunWorld, api: Api):
    agent = world.agent()
    made = [world.session(agent)["key"] for _ in range(PAGED)]
    for limit in (1, 10, PAGED, 100):
        listed = [session["key"] for session in api.sessions(agent["key"], limit=limit)]
        assert sorted(listed) == sorted(made), f"with limit {limit}"


@keeps("SC207")
def test_what_does_not_exist_is_named(world: RunWorld, api: Api):
    session = world.session(world.agent())
    agents = "/v2/agents"
    for path, missing in (
        (f"{agents}/sc-nobody", "sc-nobody"),
        (f"{agents}/{session['agent_key']}/sessions/sc-none", "sc-none"),
        (f"{events_path(session)}/aev_none", "aev_none"),
    ):
        body = api.call("GET", path, expect=404).json()
        assert body["id"] == missing
        assert body["messages"]


@keeps("SC208")
def test_metadata_of_one_session_never_shows_in_another(world: RunWorld, api: Api, speaks: Speaks):
    given = {"owner": "first", "only_first": "canary-first"}
    kept = given if speaks(METADATA_PATCH, "merges") else {}
    agent = world.agent()
    first = world.session(agent, metadata=given)
    second = world.session(agent, metadata={"owner": "second"})
    api.update_session(agent["key"], first["key"], metadata={"owner": "first, changed", "more": "canary-more"})
    assert api.session(agent["key"], second["key"]) == second
    assert api.session(agent["key"], first["key"])["metadata"] == kept | {"owner": "first, changed", "more": "canary-more"}


@keeps("SC209")
def test_a_filter_gives_what_it_finds_and_nothing_else(world: RunWorld, api: Api):
    agent = world.agent()
    by_name = world.session(agent, name="Invoice question")
    by_description = world.session(agent, name="Other", description="about an Invoice")
    world.session(agent, name="Password question")
    found = {session["key"] for session in api.sessions(agent["key"], filter="Invoice")}
    assert found == {by_name["key"], by_description["key"]}


@keeps("SC801")
def test_a_refused_request_stores_nothing(world: RunWorld, api: Api):
    agent = world.agent()
    session = world.session(agent, metadata=METADATA)
    sessions, events = f"/v2/agents/{agent['key']}/sessions", events_path(session)
    for path, body in (
        (sessions, {"key": "not a key!", "metadata": {}}),
        (sessions, {"key": "sc-refused", "metadata": "text"}),
        (sessions, {"key": "k" * 51}),
        (events, {"type": "no_such_input"}),
        (events, {"type": "input_message", "messages": []}),
        (events, {"type": "input_message", "messages": [{"type": "text"}]}),
    ):
        api.call("POST", path, json=body, expect=400)
    api.call("PATCH", f"{sessions}/{session['key']}", json={"name": 7, "metadata": {}}, expect=400)
    broken = b'{"metadata": {"user_role": "premium", "language": "en",}}'
    api.call("POST", sessions, content=broken, headers={"content-type": "application/json"}, expect=400)
    assert [listed["key"] for listed in api.sessions(agent["key"])] == [session["key"]]
    assert api.session(agent["key"], session["key"]) == session
    assert api.events(session) == []


@keeps("SC701")
def test_without_a_known_credential_nothing_is_answered(world: RunWorld, api: Api):
    session = world.session(world.agent(), metadata={"canary": "canary-401"})
    path = f"/v2/agents/{session['agent_key']}/sessions/{session['key']}"
    for caller in (api.as_(None), api.as_("no-such-key-000")):
        for method, where, options in (
            ("GET", "/v2/agents", {}),
            ("GET", path, {}),
            ("PATCH", path, {"json": {"name": "Taken over"}}),
            ("DELETE", path, {}),
            ("POST", f"{path}/events", {"json": message("Hello")}),
        ):
            assert "canary-401" not in caller.call(method, where, expect=401, **options).text
    assert api.session(session["agent_key"], session["key"]) == session

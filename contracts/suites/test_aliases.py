"""Aliases: which agent a new session belongs to, and by which routes it is found (api-facts §2.11)."""

import pytest

from contracts.client import Api, Json, message, of_type, session_path
from contracts.promises import keeps
from contracts.world import RunWorld

TIER = "get('$.session.metadata.tier')"
TO_GOLD, TO_BIG, TO_REST = f"{TIER} == 'gold'", "get('$.session.metadata.seats') >= 100", None


def _rule(match: str | None, agent: Json) -> Json:
    return ({} if match is None else {"match": match}) | {"targets": {"type": "single", "agent_key": agent["key"]}}


def _routed_path(alias: Json, session: Json) -> str:
    return f"/v2/agent_aliases/{alias['key']}/sessions/{session['key']}"


@keeps("SC211")
@pytest.mark.parametrize(
    ("metadata", "place"),
    [
        ({"tier": "gold"}, 0),
        ({"tier": "gold", "seats": 200}, 0),
        ({"tier": "basic", "seats": 100}, 1),
        ({"seats": 99}, 2),
        ({"tier": "GOLD"}, 2),
        ({}, 2),
    ],
)
def test_a_session_belongs_to_the_agent_of_the_first_rule_that_is_true(world: RunWorld, api: Api, metadata: Json, place: int):
    agents = [world.agent() for _ in range(3)]
    alias = world.alias([_rule(match, agent) for match, agent in zip((TO_GOLD, TO_BIG, TO_REST), agents, strict=True)])
    session = world.routed_session(alias, metadata=metadata)
    assert (session["agent_key"], session["alias_key"]) == (agents[place]["key"], alias["key"])
    assert [[one["key"] for one in api.sessions(agent["key"])] for agent in agents] == [
        [session["key"]] if number == place else [] for number in range(3)
    ]


@keeps("SC211")
def test_a_session_that_no_rule_takes_is_refused(world: RunWorld, api: Api):
    agent = world.agent()
    alias = world.alias([_rule(TO_GOLD, agent)])
    path = f"/v2/agent_aliases/{alias['key']}/sessions"
    api.call("POST", path, json={"metadata": {"tier": "basic"}}, expect=400)
    assert api.routed_sessions(alias["key"]) == []
    assert api.sessions(agent["key"]) == []


@keeps("SC211")
def test_a_session_stays_with_its_agent_when_the_rules_change(world: RunWorld, api: Api):
    before, after = world.agent(), world.agent()
    alias = world.alias([_rule(None, before)])
    session = world.routed_session(alias)
    policy = {"policy": {"type": "routed", "rules": [_rule(None, after)]}}
    api.call("PUT", f"/v2/agent_aliases/{alias['key']}/policy", json=policy, expect=200)
    assert api.call("GET", _routed_path(alias, session), expect=200).json()["agent_key"] == before["key"]
    assert world.routed_session(alias)["agent_key"] == after["key"]


@keeps("SC212")
def test_a_session_of_an_alias_is_the_same_by_both_routes(world: RunWorld, api: Api):
    alias = world.alias([_rule(None, world.agent())])
    session = world.routed_session(alias, metadata={"tier": "gold"})
    routed, direct = _routed_path(alias, session), session_path(session)
    said = api.call("POST", f"{routed}/events", json=message("Hello there!"), expect=201).json()["events"]
    said += api.say(session, "Thank you!")
    assert len(of_type(said, "input_message")) == 2
    assert _all_by(api, routed) == _all_by(api, direct)
    api.call("PATCH", routed, json={"name": "Renamed", "metadata": {"tier": "basic"}}, expect=200)
    read = api.call("GET", routed, expect=200).json()
    assert (read["name"], read["metadata"]) == ("Renamed", {"tier": "basic"})
    assert _all_by(api, routed) == _all_by(api, direct)
    assert api.routed_sessions(alias["key"]) == api.sessions(session["agent_key"]) == [read]
    api.call("DELETE", routed, expect=204)
    api.call("GET", direct, expect=404)


def _all_by(api: Api, path: str) -> list[Json]:
    """Return the session at a path, its events and its files."""
    read = [api.call("GET", f"{path}{part}", expect=200).json() for part in ("", "/events?limit=100", "/artifacts")]
    return [read[0], read[1]["events"], read[2]["artifacts"]]


@keeps("SC212")
def test_no_other_alias_has_the_session(world: RunWorld, api: Api):
    agent = world.agent()
    own, other = (world.alias([_rule(None, agent)]) for _ in range(2))
    session, others, direct = world.routed_session(own), world.routed_session(other), world.session(agent)
    assert direct.get("alias_key") is None
    for alias, wrong in ((other, session), (own, others), (own, direct)):
        path = _routed_path(alias, wrong)
        api.call("GET", path, expect=404)
        api.call("GET", f"{path}/events", expect=404)
        api.call("POST", f"{path}/events", json=message("Hello there!"), expect=404)
        api.call("PATCH", path, json={"name": "Taken over"}, expect=404)
        api.call("DELETE", path, expect=404)
    assert [one["key"] for one in api.routed_sessions(own["key"])] == [session["key"]]
    assert [one["key"] for one in api.routed_sessions(other["key"])] == [others["key"]]
    for one in (session, others, direct):
        assert api.session(agent["key"], one["key"]) == one
        assert api.events(one) == []

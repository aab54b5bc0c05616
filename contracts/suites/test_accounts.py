"""Two accounts on one deployment: nothing of the one shows in the other, whatever is asked or written there."""

import json

import pytest

from contracts.asking import ask_of
from contracts.client import Api
from contracts.credentials import Credentials, UnavailableError
from contracts.identities import Identities, Standing
from contracts.operations import operations
from contracts.places import Places
from contracts.promises import keeps
from contracts.snapshot import changes, snapshot
from contracts.target import Target
from contracts.traces import traces
from contracts.world import RunWorld, name_for


@pytest.fixture
def other(api: Api, target: Target, credentials: Credentials) -> Api:
    """The API as the administrator of another account."""
    if credentials.no_other_account:
        pytest.skip(credentials.no_other_account)
    return api.as_(target.other_api_key)


def _lists() -> list[str]:
    return [operation.path for operation in operations() if not operation.writes and not operation.parameters]


@keeps("SC713")
def test_no_listing_of_another_account_is_touched(other: Api, places: Places):
    before = {path: _seen(other, path) for path in _lists()}
    places.make_all()
    assert {path: _seen(other, path) for path in _lists()} == before


def _seen(caller: Api, path: str) -> list[object]:
    """Read a listing in several ways: rows, counts and page keys alike."""
    answers = [caller.ask("GET", path, params=parameters) for parameters in ({}, {"limit": 1}, {"filter": "sc-"})]
    return [(answer.status_code, answer.text if answer.is_success else "") for answer in answers]


@keeps("SC713")
def test_no_answer_in_another_account_tells_of_an_object(other: Api, api: Api, places: Places, identities: Identities):
    assert other is not api
    told = list(traces(api, places, identities.of(Standing.OTHER_ACCOUNT), asked=operations()))
    assert not told, "\n".join(told[:10])


@keeps("SC713")
def test_nothing_that_is_written_in_another_account_reaches_this_one(other: Api, api: Api, places: Places):
    places.make_all()
    before = snapshot(api, places)
    for operation in operations():
        ask = ask_of(operation)
        if ask is None or not operation.writes or not operation.parameters:
            continue
        try:
            names = places.of(operation)
        except UnavailableError:
            continue
        other.ask(operation.method, operation.at(names), **ask.options(places, names, permitted=False))
    assert changes(before, snapshot(api, places)) == []


@keeps("SC713")
def test_the_same_key_is_another_object_in_another_account(other: Api, api: Api, world: RunWorld, pytestconfig: pytest.Config):
    mine = world.session(world.agent(), metadata={"canary": f"canary-{world.run_id}"})
    key = mine["agent_key"]
    model = {"name": pytestconfig.getoption("--model")}
    steps = {"first_step_name": "conversation", "steps": {"conversation": {}}}
    theirs = other.create_agent(key=key, name=name_for(key), model=model, tool_configurations={}, **steps)
    try:
        assert other.sessions(key) == []
        assert other.listed("/v2/agents", filter=key) == [theirs]
        session = other.create_session(key, key=mine["key"], name="Of another account")
        found = [other.sessions(key), other.sessions(key, metadata_filter="canary IS NOT NULL"), session]
        assert f"canary-{world.run_id}" not in json.dumps(found)
        assert api.session(key, mine["key"]) == mine
        assert [agent["key"] for agent in api.agents(filter=key)] == [key]
    finally:
        other.call("DELETE", f"/v2/agents/{key}", expect={204, 404})
    assert api.session(key, mine["key"]) == mine


@keeps("SC713")
def test_no_object_of_another_account_can_be_referred_to(other: Api, places: Places):
    """What names an object in a body is refused as if there were none, and says no more of it."""
    agent = places.of_root("agent_key")
    missing = f"sc-{places.world.run_id}-missing"
    answers = []
    for agent_key in (agent["agent_key"], missing):
        policy = {"type": "routed", "rules": [{"targets": {"type": "single", "agent_key": agent_key}}]}
        body = {"key": f"{missing}-alias", "name": f"{missing}-alias", "policy": policy}
        refused = other.call("POST", "/v2/agent_aliases", json=body, expect={400, 404})
        told = refused.json()
        answers.append((refused.status_code, json.dumps(told["messages"]).replace(agent_key, "…")))
    assert answers[0] == answers[1]

"""Filters on listings: what they select is what the metadata says."""

import pytest

from contracts.client import Api, Json
from contracts.promises import keeps
from contracts.world import RunWorld

SESSIONS: dict[str, Json] = {
    "ann": {"user": "ann@example.com", "user_role": "premium", "tier": 1, "region": "us", "user_ids": [1, 2]},
    "bob": {"user": "bob@other.org", "user_role": "basic", "tier": 2, "region": "us", "profile": {"country": "US"}},
    "cat": {"user": "cat@example.com", "user_role": "premium", "tier": 3, "region": "eu", "user_ids": [3], "active": True},
    "dan": {"user_role": "O'Brien", "score": -1.5, "active": False, "profile": {"country": "CH"}},
}
SELECTS = {
    "user_role = 'premium'": {"ann", "cat"},
    "user_role != 'premium'": {"bob", "dan"},
    "NOT user_role = 'premium'": {"bob", "dan"},
    "tier >= 2 AND region = 'us'": {"bob"},
    "tier < 2 OR region = 'eu'": {"ann", "cat"},
    "user LIKE '%@example.com'": {"ann", "cat"},
    "tier IN (1, 3)": {"ann", "cat"},
    "user_role IN ('basic', 'nobody')": {"bob"},
    "tier IS NULL": {"dan"},
    "tier IS NOT NULL AND NOT (tier = 1)": {"bob", "cat"},
    "\"profile.country\" = 'US'": {"bob"},
    "1 IN user_ids": {"ann"},
    "user_role = 'O''Brien'": {"dan"},
    "active = true": {"cat"},
    "score < -1": {"dan"},
    "tier * 2 - 1 = 5": {"cat"},
    "tier == 2": {"bob"},
    "tier % 2 = 1": {"ann", "cat"},
    "score / 3 = -0.5": {"dan"},
    "+tier = 1": {"ann"},
    "tier = '1'": set(),
    "missing = 'x'": set(),
    "missing != 'x'": set(),
    "(tier = 1 OR tier = 2) AND region = 'us' AND NOT user LIKE 'bob%'": {"ann"},
}
WRONG = (
    "tier =",
    "tier = 1 OR",
    "user_role = premium'",
    "(tier = 1",
    "tier = 1; DROP TABLE sessions",
    "SELECT 1",
    "tier IN ()",
    "1 +",
)


@pytest.fixture(scope="module")
def agent(world: RunWorld) -> Json:
    made = world.agent()
    for name, metadata in SESSIONS.items():
        world.session(made, name=name, metadata=metadata)
    return made


@keeps("SC210")
@pytest.mark.parametrize("expression", SELECTS)
def test_a_metadata_filter_selects_exactly(agent: Json, api: Api, expression: str):
    found = {session["name"] for session in api.sessions(agent["key"], metadata_filter=expression, limit=2)}
    assert found == SELECTS[expression]


@keeps("SC210")
@pytest.mark.parametrize("expression", WRONG)
def test_a_filter_that_cannot_be_read_is_refused(agent: Json, api: Api, expression: str):
    refused = api.call("GET", f"/v2/agents/{agent['key']}/sessions", params={"metadata_filter": expression}, expect=400)
    assert refused.json()["messages"]

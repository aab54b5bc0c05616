"""What a run makes bears its mark, in its key and, where a test gives it none of its own, in its metadata."""

import pytest

from contracts.client import Api
from contracts.target import open_target
from contracts.world import RunWorld


@pytest.fixture
def world():
    target = open_target(url=None, app="mockserver.app:create_app", api_key="mock-owner")
    with target.http() as http:
        yield RunWorld(Api(http, target.api_key), "0a1b2c3d", model="gpt-4o")


def test_agents_and_sessions_tell_which_run_made_them(world):
    agent = world.agent()
    session = world.session(agent)
    assert [made["metadata"] for made in (agent, session)] == [{"contract_run": "0a1b2c3d"}] * 2
    assert all("0a1b2c3d" in made["key"] for made in (agent, session))


def test_metadata_of_a_test_is_its_own(world):
    assert world.session(world.agent(), metadata={"tier": 2})["metadata"] == {"tier": 2}

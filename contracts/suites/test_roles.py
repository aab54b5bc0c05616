"""Roles: who may read, who may write (api-facts §1.6)."""

import pytest

from contracts.client import Api, events_path, message
from contracts.promises import keeps
from contracts.target import Target
from contracts.world import RunWorld


def _as(api: Api, target: Target, role: str) -> Api:
    if role not in target.role_keys:
        pytest.skip(f"no key of the role {role}; give one with --role-key {role}=KEY")
    return api.as_(target.role_keys[role])


@keeps("SC702")
def test_a_viewer_reads_and_may_not_write(world: RunWorld, api: Api, target: Target):
    viewer = _as(api, target, "agent_viewer")
    session = world.session(world.agent())
    api.say(session, "Hello, who are you?")
    path = f"/v2/agents/{session['agent_key']}/sessions"
    assert viewer.events(session) == api.events(session)
    viewer.call("POST", path, json={}, expect=403)
    viewer.call("PATCH", f"{path}/{session['key']}", json={"metadata": {}}, expect=403)
    viewer.call("DELETE", f"{path}/{session['key']}", expect=403)
    viewer.call("POST", events_path(session), json=message("Let me in."), expect=403)
    assert len(api.sessions(session["agent_key"])) == 1


@keeps("SC702")
def test_a_user_talks_and_may_not_read_the_history(world: RunWorld, api: Api, target: Target):
    user = _as(api, target, "agent_user")
    agent = world.agent()
    session = user.create_session(agent["key"], key=world.key("session"))
    assert user.say(session, "Hello, who are you?")
    user.call("GET", events_path(session), expect=403)
    user.call("GET", f"/v2/agents/{agent['key']}/sessions", expect=403)
    user.call("DELETE", f"/v2/agents/{agent['key']}/sessions/{session['key']}", expect=403)
    assert api.session(agent["key"], session["key"])["key"] == session["key"]

"""The log of a target in this process: no secret gets into it, whatever is asked."""

import logging

import pytest

from contracts.client import Api, events_path, message, session_path
from contracts.promises import keeps
from contracts.target import Target
from contracts.world import RunWorld

QUESTION = "Search the documents: I forgot my password, how is it reset?"
OF_THE_CLIENT = ("httpx", "httpcore")


@keeps("SC610")
def test_no_secret_shows_in_the_log(world: RunWorld, api: Api, target: Target, caplog: pytest.LogCaptureFixture):
    if target.app is None:
        pytest.skip("the log of a deployment is not seen from here; read it after a run, searching for the run's id")
    secrets = {name: f"secret-{world.run_id}-{name}" for name in ("session", "agent", "changed", "refused", "torn", "stranger")}
    with caplog.at_level(logging.DEBUG):
        _use(world, api, secrets)
    told = _told(caplog)
    assert [name for name, secret in secrets.items() if secret in told] == []


def _use(world: RunWorld, api: Api, secrets: dict[str, str]) -> None:
    """Give secrets in every way that is taken, and in some that are refused."""
    agent = world.agent(tools=world.search_tool({"query": {"$ref": "session.secrets.word"}}))
    path = f"/v2/agents/{agent['key']}"
    api.call("PUT", f"{path}/secrets", json={"secrets": {"word": secrets["agent"]}}, expect=200)
    session = world.session(agent, secrets={"word": secrets["session"]})
    api.say(session, QUESTION)
    api.stream(session, QUESTION)
    api.call("PATCH", session_path(session), json={"secrets": {"word": secrets["changed"]}}, expect=200)
    api.ask("PATCH", session_path(session), json={"secrets": {"word": [secrets["refused"]]}})
    torn = f'{{"secrets": {{"word": "{secrets["torn"]}"'
    api.ask("PATCH", session_path(session), content=torn, headers={"content-type": "application/json"})
    api.as_(secrets["stranger"]).ask("POST", events_path(session), json=message(QUESTION))


def _told(caplog: pytest.LogCaptureFixture) -> str:
    """Write all that was logged, traces of exceptions too, but for what the client of the run says itself."""
    formatter = logging.Formatter("%(name)s %(message)s")
    records = [record for record in caplog.records if not record.name.startswith(OF_THE_CLIENT)]
    return "\n".join(formatter.format(record) for record in records)

"""Metadata in the answer: a word of the session's own metadata, which an instruction wants to be said, and of no other's."""

import json

import pytest

from contracts.client import Api, Json, of_type
from contracts.promises import keeps
from contracts.world import RunWorld

WORD = 'Begin every answer with the word "${session.metadata.word}".'
CHOICE = (
    '#if($session.metadata.tier == "gold")Begin every answer with the word "${session.metadata.words.gold}".'
    '#elseif($session.metadata.tier)Begin every answer with the word "${session.metadata.words.other}".'
    '#{else}Begin every answer with the word "$session.metadata.words.none".#end'
)
GREETING = "Hello! Please introduce yourself in one or two sentences."


def _said(api: Api, session: Json, form: str) -> str:
    """Greet the agent; all that the turn let anybody see."""
    if form == "stream":
        _, frames = api.stream(session, GREETING)
        return "".join(frame.data["content"] for frame in frames if frame.data["type"] == "streaming_agent_output")
    return "\n".join(event["content"] for event in of_type(api.say(session, GREETING), "agent_output"))


@keeps("SC513")
@pytest.mark.parametrize("form", ["json", "stream"])
def test_the_answer_has_the_word_of_its_own_session(world: RunWorld, api: Api, form: str):
    agent = world.agent(instructions=[WORD])
    words = [f"{name}{world.run_id}" for name in ("falcon", "walrus", "gecko")]
    sessions = [world.session(agent, metadata={"word": word}) for word in words]
    for session, word in zip(sessions, words, strict=True):
        assert word in _said(api, session, form)
    for session, word in zip(sessions, words, strict=True):
        seen = json.dumps(api.events(session, include_hidden="true"))
        assert [other for other in words if other != word and other in seen] == []


@keeps("SC513")
def test_the_answer_has_the_word_of_the_branch_that_holds(world: RunWorld, api: Api):
    agent = world.agent(instructions=[CHOICE])
    words = {name: f"{word}{world.run_id}" for name, word in (("gold", "otter"), ("other", "heron"), ("none", "lynx"))}
    for tier, branch in (("gold", "gold"), ("basic", "other"), (None, "none")):
        session = world.session(agent, metadata={"words": words} | ({} if tier is None else {"tier": tier}))
        said = _said(api, session, "json")
        assert {name for name, word in words.items() if word in said} == {branch}, said


@keeps("SC513")
def test_the_next_answer_has_the_changed_word(world: RunWorld, api: Api):
    session = world.session(world.agent(instructions=[WORD]), metadata={"word": f"falcon{world.run_id}"})
    _said(api, session, "json")
    for word in (f"walrus{world.run_id}", f"gecko{world.run_id}"):
        api.update_session(session["agent_key"], session["key"], metadata={"word": word})
        assert word in _said(api, session, "stream")

"""Templating: metadata reaches the instructions and the tools, as the seed page says."""

import pytest

from contracts.client import Api, Json, of_type
from contracts.languages import language_of
from contracts.promises import keeps
from contracts.world import LANGUAGE_INSTRUCTION, RunWorld

GREETING = "Hello! Please introduce yourself in one or two sentences."


@keeps("SC501")
@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "ja"])
def test_the_answer_comes_in_the_language_of_the_session(world: RunWorld, api: Api, language: str):
    session = world.session(world.agent(instructions=[LANGUAGE_INSTRUCTION]), metadata={"language": language})
    answer = of_type(api.say(session, GREETING), "agent_output")[-1]["content"]
    assert language_of(answer) == language, answer


@keeps("SC502")
def test_changed_metadata_reaches_the_next_turn(world: RunWorld, api: Api):
    agent = world.agent(instructions=[LANGUAGE_INSTRUCTION])
    session = world.session(agent, metadata={"language": "es"})
    languages = []
    for language in ("es", "de", "fr"):
        api.update_session(agent["key"], session["key"], metadata={"language": language})
        answer = of_type(api.say(session, GREETING), "agent_output")[-1]["content"]
        languages.append(language_of(answer))
    assert languages == ["es", "de", "fr"]


def _resolved(world: RunWorld, api: Api, override: Json, metadata: Json) -> Json:
    session = world.session(world.agent(tools=world.search_tool(override)), metadata=metadata)
    outputs = of_type(api.say(session, "Search the documents: how do I reset my password?"), "tool_output")
    if not outputs:
        pytest.skip("the agent did not call its search tool")
    resolved: Json = outputs[0]["resolved_argument_overrides"]
    return resolved


@keeps("SC503")
@pytest.mark.parametrize("role", ["premium", "O'Brien", "x' OR 'x' = 'x"], ids=["plain", "quote", "break-out"])
def test_a_template_in_an_override_reaches_the_tool(world: RunWorld, api: Api, role: str):
    override = {"metadata_filter": "doc.access_level = '${session.metadata.user_role}'"}
    quoted = role.replace("'", "''")
    assert _resolved(world, api, override, {"user_role": role}) == {"metadata_filter": f"doc.access_level = '{quoted}'"}


@keeps("SC504")
def test_a_reference_in_an_override_reaches_the_tool(world: RunWorld, api: Api):
    override = {"query": {"$ref": "session.metadata.topic.first"}}
    assert _resolved(world, api, override, {"topic": {"first": "password rules"}}) == {"query": "password rules"}

"""Templating: metadata reaches the instructions and the tools, as the seed page says."""

import httpx
import pytest

from contracts.client import Api, Json, events_path, message, of_type
from contracts.dialects.spoken import Speaks
from contracts.dialects.table import OVERRIDE_TEMPLATES, UNRESOLVABLE_REFERENCES
from contracts.languages import language_of
from contracts.promises import keeps
from contracts.templating.forms import CONTEXT, VECTORS
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


SEARCH = "Search the documents: how do I reset my password?"


def _outputs(world: RunWorld, api: Api, override: Json, metadata: Json) -> tuple[Json, Json]:
    """Let the agent search; the tool_input and the tool_output."""
    session = world.session(world.agent(tools=world.search_tool(override)), metadata=metadata)
    events = api.say(session, SEARCH)
    if not of_type(events, "tool_output"):
        pytest.skip("the agent did not call its search tool")
    return of_type(events, "tool_input")[0], of_type(events, "tool_output")[0]


@keeps("SC503")
@pytest.mark.parametrize("role", ["premium", "O'Brien", "x' OR 'x' = 'x"], ids=["plain", "quote", "break-out"])
def test_a_template_in_an_override_reaches_the_tool(world: RunWorld, api: Api, speaks: Speaks, role: str):
    override = {"metadata_filter": "doc.access_level = '${session.metadata.user_role}'"}
    quoted = role.replace("'", "''")
    rendered = {"metadata_filter": f"doc.access_level = '{quoted}'"} if speaks(OVERRIDE_TEMPLATES, "rendered") else override
    _, output = _outputs(world, api, override, {"user_role": role})
    assert output["resolved_argument_overrides"] == rendered


REFERENCES = (
    "session.metadata.topic.first",
    ".session.metadata.topic.first",
    "session.metadata.list[1]",
    "session.metadata.topic[session.metadata.which]",
)


@keeps("SC504")
@pytest.mark.parametrize("reference", REFERENCES)
def test_a_reference_in_an_override_reaches_the_tool(world: RunWorld, api: Api, reference: str):
    metadata = {"topic": {"first": "password rules"}, "which": "first", "list": ["other", "password rules"]}
    _, output = _outputs(world, api, {"query": {"$ref": reference}}, metadata)
    assert output["resolved_argument_overrides"] == {"query": "password rules"}


@keeps("SC505")
def test_a_pinned_argument_is_named_and_not_the_models(world: RunWorld, api: Api):
    override = {"query": "password", "metadata_filter": "doc.access_level = 'premium'"}
    called, output = _outputs(world, api, override, {})
    assert called["tool_input"].keys().isdisjoint(override)
    assert sorted(called["argument_override_paths"]) == ["metadata_filter", "query"]
    assert output["resolved_argument_overrides"] == override


@keeps("SC506")
def test_an_unresolvable_reference_is_refused_by_name_and_stores_nothing(world: RunWorld, api: Api, speaks: Speaks):
    agent = world.agent(tools=world.search_tool({"query": {"$ref": "session.metadata.no_such_field"}}))
    if speaks(UNRESOLVABLE_REFERENCES, "at creation"):
        refused = api.call("POST", f"/v2/agents/{agent['key']}/sessions", json={"metadata": {"other": 1}}, expect=422)
        assert "session.metadata.no_such_field" in refused.text
        assert api.sessions(agent["key"]) == []
        return
    session = world.session(agent, metadata={"other": 1})
    refused = api.call("POST", events_path(session), json=message(SEARCH), expect=422)
    assert "session.metadata.no_such_field" in refused.text
    assert api.events(session) == []
    api.update_session(session["agent_key"], session["key"], metadata={"no_such_field": "password"})
    assert api.say(session, SEARCH)


@keeps("SC507")
@pytest.mark.parametrize(("template", "expected"), VECTORS)
def test_the_documented_forms_of_a_template_render_exactly(world: RunWorld, api: Api, template: str, expected: str):
    assert _rendered(world, api, template) == expected


@keeps("SC508")
@pytest.mark.parametrize(
    "template", ["${session.metadata.probe}", "$!session.metadata.probe", "#if(true)$session.metadata.probe#end"]
)
def test_a_value_is_never_read_as_a_template(world: RunWorld, api: Api, template: str):
    assert _rendered(world, api, template) == CONTEXT["probe"]


PROBES = (
    "$session.class",
    "$session.metadata.name.class.name",
    "$session.metadata.name.getClass().forName('java.lang.Runtime')",
    "$session.metadata.__class__",
    "${session.metadata.name.__class__.__mro__}",
)
SIGNS = ("java.lang.String", "Runtime@", "<class", "object at 0x", "builtins")


@keeps("SC508")
@pytest.mark.parametrize("probe", PROBES)
def test_a_template_reaches_nothing_but_data(world: RunWorld, api: Api, probe: str):
    session = world.session(world.agent(instructions=[probe]), metadata=CONTEXT)
    answer = api.call("POST", events_path(session), json=message(GREETING), expect={201, 422}).text
    body = {"type": "initial", "name": world.key("probe"), "template": probe}
    created = api.call("POST", "/v2/instructions", json=body, expect={201, 400})
    if created.status_code == httpx.codes.CREATED:
        path = f"/v2/instructions/{created.json()['id']}"
        answer += api.call("POST", f"{path}/test", json={"context": CONTEXT}, expect={200, 422}).text
        api.call("DELETE", path, expect=204)
    assert [sign for sign in SIGNS if sign in answer] == []


@keeps("SC509")
@pytest.mark.parametrize("template", ["#if($session.metadata.x)open", "#if(", "#foreach($x in)#end"])
def test_a_template_that_cannot_be_read_is_refused_where_it_is_created(world: RunWorld, api: Api, template: str):
    body = {"type": "initial", "name": world.key("bad"), "template": template}
    assert api.call("POST", "/v2/instructions", json=body, expect=400).json()["messages"]
    session = world.session(world.agent(instructions=[template]))
    api.call("POST", events_path(session), json=message("Hello!"), expect=422)
    assert api.events(session) == []


@keeps("SC510")
def test_an_agent_uses_the_version_of_an_instruction_that_it_names(world: RunWorld, api: Api):
    instruction = world.instruction("Always respond in Spanish.")
    path = f"/v2/instructions/{instruction['id']}"
    changed = api.call("PATCH", path, json={"type": "initial", "template": "Always respond in German."}, expect=200).json()
    assert (instruction["version"], changed["version"]) == (1, 2)
    latest = {"type": "reference", "id": instruction["id"]}
    languages = []
    for reference in (latest | {"version": 1}, latest):
        session = world.session(world.agent(instructions=[reference]))
        languages.append(language_of(of_type(api.say(session, GREETING), "agent_output")[-1]["content"]))
    assert languages == ["es", "de"]


def _rendered(world: RunWorld, api: Api, template: str) -> str:
    path = f"/v2/instructions/{world.instruction(template)['id']}/test"
    text: str = api.call("POST", path, json={"context": CONTEXT}, expect=200).json()["rendered_instruction"]
    return text

"""What the model was told and which filters were in force, for people to look at; and how templates are rendered."""

import pytest

from tests.arrange import Api, assert_refused, of_type, search_tool

QUESTION = "I forgot my password. Can you help?"
ROLE_FILTER = "doc.access_level = '${session.metadata.user_role}'"
EVERY_VARIABLE = "$agent.name|$agent.key|$agent.metadata.team|$session.key|$session.metadata.x|$currentDate|$tools"


@pytest.fixture
def api(app):
    return Api(app)


def steps(*instructions, **more):
    told = [{"type": "inline", "name": f"I{number}", "template": text} for number, text in enumerate(instructions)]
    return {"talk": {"instructions": told, **more}}


def reminder(template, **more):
    return {"type": "templated", "template": template, "hooks": ["input_message"], **more}


def told(api, session, text="Hello!"):
    api.turn(session, text)
    return api.context(session).json


def texts(parts):
    return [part["text"] for part in parts]


def test_the_context_of_a_turn_says_why_the_agent_answered_so(api):
    session = api.session(metadata={"user_role": "premium", "language": "es"})
    events = api.turn(session, QUESTION)

    context = api.context(session).json

    language = context["instructions"][1]["text"]
    assert language.startswith("Always respond to the user in their preferred language: es.")
    assert [one["name"] for one in context["instructions"]] == ["Persona", "Language preference"]
    assert (context["turn"], context["language"], context["reminders"]) == (1, "es", [])
    assert context["tools"] == [{"name": "knowledge_search", "description": ""}]
    overrides = of_type(events, "tool_output")[0]["resolved_argument_overrides"]
    assert overrides == {"metadata_filter": "doc.access_level = 'premium'"}
    assert context["tool_calls"] == [
        {
            "tool_configuration_name": "knowledge_search",
            "arguments": {"query": QUESTION},
            "resolved_argument_overrides": overrides,
            "effective_filters": {"company-docs": "doc.access_level = 'premium'"},
            "error": False,
        }
    ]


def test_the_effective_filter_is_that_of_the_tool_and_of_the_corpus_together(api):
    corpus = {"corpus_key": "company-docs", "metadata_filter": "doc.year = 2024 OR doc.year = 2025"}
    agent = api.agent(tools={"search": search_tool(corpus, override={"metadata_filter": ROLE_FILTER})})

    (call,) = told(api, api.session(agent, metadata={"user_role": "basic"}), QUESTION)["tool_calls"]

    both = "doc.access_level = 'basic' AND (doc.year = 2024 OR doc.year = 2025)"
    assert call["effective_filters"] == {"company-docs": both}


def test_a_failed_call_is_told_with_its_overrides_and_no_filter(api):
    agent = api.agent(tools={"search": search_tool(override={"metadata_filter": "doc.zz = 1"})})

    (call,) = told(api, api.session(agent), QUESTION)["tool_calls"]

    assert (call["error"], call["effective_filters"]) == (True, {})
    assert call["resolved_argument_overrides"] == {"metadata_filter": "doc.zz = 1"}


def test_the_context_is_that_of_the_latest_turn(api):
    session = api.session(metadata={"user_role": "premium"})
    told(api, session, QUESTION)
    api.call("PATCH", session, {"metadata": {"user_role": "basic", "language": "fr"}})

    context = told(api, session, "Hello!")

    assert (context["turn"], context["language"], context["tool_calls"]) == (2, "fr", [])


def test_a_streamed_turn_is_noted_too(api):
    session = api.session(metadata={"user_role": "premium"})
    assert api.say(session, QUESTION, stream_response=True).data

    (call,) = api.context(session).json["tool_calls"]

    assert call["effective_filters"] == {"company-docs": "doc.access_level = 'premium'"}


def test_a_refused_turn_leaves_the_context_of_the_one_before(api):
    session = api.session(metadata={"user_role": "premium"})
    before = told(api, session, QUESTION)
    override = {"query": {"$ref": "session.metadata.gone"}}
    api.call("PATCH", "/v2/agents/support-agent", {"tool_configurations": {"more": search_tool(override=override)}})

    assert_refused(api.say(session), 422, "SM402")

    assert api.context(session).json == before


def assert_nothing_there(response):
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"
    assert (response.json["title"], response.json["status"]) == ("Not found", 404)


@pytest.mark.parametrize("path", ["nobody/s1", "support-agent/nothing", "support-agent/fresh"])
def test_without_a_turn_there_is_no_context(api, path):
    api.session(key="fresh")

    response = api.get(f"/__admin/sessions/{path}/context")

    assert_nothing_there(response)
    assert repr(path.split("/")[1]) in response.json["detail"]


@pytest.mark.parametrize("how", ["reset", "delete session", "delete agent"])
def test_a_context_goes_with_its_session(api, how):
    session = api.session(api.agent("a1"), key="s1")
    told(api, session)
    if how == "reset":
        api.reset()
    else:
        api.call("DELETE", session if how == "delete session" else "/v2/agents/a1")
    if how != "delete session":
        api.agent("a1")
    api.session("/v2/agents/a1", key="s1")

    assert_nothing_there(api.context(session))


def test_an_instruction_sees_every_variable_but_no_secret(api):
    session = api.session(
        api.agent(steps=steps(EVERY_VARIABLE, "$session.secrets.t ${agent.secrets}"), metadata={"team": "care"}),
        key="s1",
        metadata={"x": 1},
        secrets={"t": "t0p-s3cret"},
    )

    first, second = texts(told(api, session)["instructions"])

    assert first == "Agent a1|a1|care|s1|1|2026-01-15T12:00:00.000Z|[]"
    assert second == "$session.secrets.t ${agent.secrets}"


def test_a_description_sees_neither_the_agents_key_nor_the_tools(api):
    tool = {**search_tool(), "description_template": EVERY_VARIABLE}
    session = api.session(api.agent(tools={"search": tool}, metadata={"team": "care"}), key="s1", metadata={"x": 1})

    (described,) = told(api, session)["tools"]

    text = "Agent a1|$agent.key|care|s1|1|2026-01-15T12:00:00.000Z|$tools"
    assert described == {"name": "search", "description": text}


def test_an_instruction_lists_the_tools_of_its_step_with_their_rendered_descriptions(api):
    tools = {
        "one": {**search_tool(), "description_template": "For $session.metadata.team."},
        "two": search_tool(),
        "hidden": {**search_tool(), "description_template": "Never."},
    }
    text = "#foreach($tool in $tools)$tool.name=$tool.description#if($foreach.hasNext);#end#end"
    agent = api.agent(tools=tools, steps=steps(text, allowed_tools=["one", "two"]))

    context = told(api, api.session(agent, metadata={"team": "care"}))

    assert texts(context["instructions"]) == ["one=For care.;two="]


def test_disabled_instructions_are_not_told(api):
    instructions = [
        {"type": "inline", "name": "Off", "template": "x", "enabled": False},
        {"type": "inline", "name": "On", "template": "y"},
    ]

    context = told(api, api.session(api.agent(steps={"talk": {"instructions": instructions}})))

    assert context["instructions"] == [{"name": "On", "text": "y"}]


def test_reminders_are_rendered_in_the_first_turn_and_kept(api):
    agent = api.agent(
        steps=steps(
            "Now $session.metadata.x.", reminders=[reminder("Then $session.metadata.x."), reminder("$x", template_type="text")]
        )
    )
    session = api.session(agent, metadata={"x": "first"})
    before = told(api, session)

    api.call("PATCH", session, {"metadata": {"x": "second"}})
    after = told(api, session)

    assert (texts(before["instructions"]), texts(after["instructions"])) == (["Now first."], ["Now second."])
    assert texts(before["reminders"]) == texts(after["reminders"]) == ["Then first.", "$x"]
    assert before["reminders"][0]["hooks"] == ["input_message"]


def test_each_session_has_reminders_of_its_own(api):
    agent = api.agent(steps=steps("x", reminders=[reminder("For $session.metadata.x.")]))
    one, two = (api.session(agent, metadata={"x": name}) for name in ("one", "two"))

    assert [texts(told(api, session)["reminders"]) for session in (one, two)] == [["For one."], ["For two."]]


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        pytest.param({"steps": steps("Be kind.\n#if($x) y")}, "Instruction 'I0'", id="instruction"),
        pytest.param({"tools": {"t": {**search_tool(), "description_template": "a\n#if("}}}, "tool 't'", id="tool"),
        pytest.param({"steps": steps("x", reminders=[reminder("a\n#end")])}, "reminder 1", id="reminder"),
        pytest.param({"tools": {"t": search_tool(override={"query": "a\n#if($x) y"})}}, "override", id="override"),
    ],
)
def test_a_template_that_cannot_be_read_is_named_with_its_place_and_nothing_is_stored(api, broken, named):
    session = api.session(api.agent(**broken))
    before = api.state()

    response = api.say(session)

    assert_refused(response, 422, "SM401")
    assert named in response.json["messages"][0]
    assert "line 2, column " in response.json["messages"][0]
    assert api.state() == before

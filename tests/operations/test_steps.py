"""Steps: which follows which, what a step is told, where the next message goes on."""

import pytest

from mockserver.app import create_app
from mockserver.settings import Settings
from tests.arrange import Api, assert_refused, of_type

INTENT = {
    "type": "structured",
    "json_schema": {
        "name": "intent",
        "schema": {"type": "object", "properties": {"intent": {"enum": ["billing", "technical"]}}, "required": ["intent"]},
    },
}
TRIAGE = {
    "triage": {
        "output_parser": INTENT,
        "next_steps": [
            {"step_name": "money", "condition": "get('$.output.intent') == 'billing'"},
            {"step_name": "machines", "condition": "get('$.output.intent') == 'technical'"},
        ],
    },
    "money": {"instructions": [{"type": "inline", "name": "L", "template": "Answer in Spanish."}], "reentry_step": "money"},
    "machines": {"instructions": [{"type": "inline", "name": "L", "template": "Answer in German."}], "reentry_step": "triage"},
}


@pytest.fixture
def api(app):
    return Api(app)


def agent(api, steps, **more):
    return api.agent("a1", first_step_name=next(iter(steps)), steps=steps, **more)


def kinds(events):
    return [event["type"] for event in events]


@pytest.mark.parametrize(
    ("text", "step", "says"), [("I have a billing problem.", "money", "Hola"), ("A technical problem!", "machines", "Guten")]
)
def test_the_first_condition_that_holds_decides(api, text, step, says):
    session = api.session(agent(api, TRIAGE))

    events = api.turn(session, text)

    assert kinds(events) == ["input_message", "structured_output", "step_transition", "agent_output"]
    (transition,) = of_type(events, "step_transition")
    assert (transition["from_step"], transition["to_step"]) == ("triage", step)
    assert of_type(events, "structured_output")[0]["schema_name"] == "intent"
    assert transition["content"] == '{"intent": "' + ("billing" if step == "money" else "technical") + '"}'


def test_a_message_goes_on_in_the_reentry_step(api):
    session = api.session(agent(api, TRIAGE))
    assert "current_step_name" not in api.get(session).json

    api.turn(session, "I have a billing problem.")

    assert api.get(session).json["current_step_name"] == "money"
    assert kinds(api.turn(session, "Hello!")) == ["input_message", "agent_output"]
    other = api.session(f"{session.rsplit('/', 2)[0]}")
    api.turn(other, "A technical problem!")
    assert api.get(other).json["current_step_name"] == "triage"


def test_without_a_condition_that_holds_the_turn_ends_there(api):
    steps = {"one": {"next_steps": [{"step_name": "two", "condition": "get('$.output.text') == 'never'"}]}, "two": {}}
    session = api.session(agent(api, steps))

    assert kinds(api.turn(session, "Hello!")) == ["input_message", "agent_output"]
    assert api.get(session).json["current_step_name"] == "one"


@pytest.mark.parametrize(
    ("condition", "goes_on"),
    [
        (None, True),
        ("get('$.session.metadata.tier') >= 2", True),
        ("get('$.session.metadata.tier') >= 3", False),
        ("get('$.agent.name') == 'Agent a1' && get('$.session.key') == 's1'", True),
        ("get('$.tools.find.outputs.latest.search_results[0].document_id') == 'doc-basic-shipping'", True),
        ("get('$.output.text', 'x') == 'x'", False),
        ("get('$.currentDate') == '2026-01-15T12:00:00.000Z'", True),
    ],
)
def test_conditions_see_agent_session_tools_date_and_output(api, condition, goes_on):
    search = {"type": "corpora_search", "query_configuration": {"search": {"corpora": [{"corpus_key": "company-docs"}]}}}
    following = {"step_name": "two"} if condition is None else {"step_name": "two", "condition": condition}
    steps = {"one": {"next_steps": [following]}, "two": {"allowed_tools": []}}
    session = api.session(agent(api, steps, tools={"find": search}), key="s1", metadata={"tier": 2})

    events = api.turn(session, "How long does delivery take?")

    assert ("step_transition" in kinds(events)) is goes_on


def test_a_circle_of_steps_comes_to_the_limit(clock):
    api = Api(create_app(Settings(transition_limit=7), clock=clock))
    steps = {"one": {"next_steps": [{"step_name": "two"}]}, "two": {"next_steps": [{"step_name": "one"}]}}
    session = api.session(agent(api, steps))

    events = api.turn(session, "Hello!")

    assert kinds(events).count("step_transition") == 7
    assert events[-1]["type"] == "step_transition_limit_exceeded"
    assert events[-1]["transition_limit"] == 7
    assert "7" in events[-1]["message"]
    assert "step_transition_limit_exceeded" not in kinds(api.events(session))
    assert api.get(session).json["status"] == "stopped"


def test_a_condition_that_cannot_be_read_is_refused_where_it_is_written(api):
    steps = {"one": {"instructions": [], "next_steps": [{"step_name": "one", "condition": "get('$.a') =="}]}}
    body = {"key": "a2", "name": "A2", "model": {"name": "m"}, "first_step_name": "one", "steps": steps}

    refused = api.call("POST", "/v2/agents", body)

    assert_refused(refused, 400, "SM330")
    assert list(refused.json["field_errors"]) == ["/steps/one/next_steps/0/condition"]


def test_a_structured_output_that_nothing_can_fit_is_refused_and_stores_nothing(api):
    schema = {"type": "integer", "minimum": 3, "maximum": 2}
    parser = {"type": "structured", "json_schema": {"name": "n", "schema": schema}}
    session = api.session(agent(api, {"one": {"output_parser": parser}}))
    before = api.state()

    refused = api.say(session, "Hello!")

    assert_refused(refused, 422, "SM411")
    assert api.state() == before

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.app import create_app
from mockserver.domain.errors import Refused
from mockserver.domain.rendering import template_context
from mockserver.domain.secrecy import NO_SECRETS
from mockserver.domain.simulator.intent import Intent, intent_of
from mockserver.domain.simulator.plan import Surroundings, plan_turn, skill_loads
from mockserver.domain.simulator.prose import PHRASES
from mockserver.domain.templating.dialect import DIALECT
from mockserver.settings import Settings
from tests.arrange import NOON, SEARCH, Api, a_session, an_agent, answer, examples, frames, of_type, shared_api

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def plan(*, agent=None, session=None):
    return plan_turn(
        agent or an_agent(tools={"search": SEARCH}),
        session or a_session(metadata={"user_role": "premium"}),
        Surroundings(NOON, lambda _: None, DIALECT, NO_SECRETS),
    )


def api_with(clock, **settings_):
    return Api(create_app(Settings(**settings_), clock=clock))


def found_documents(events):
    (output,) = of_type(events, "tool_output")
    return {hit["document_metadata"]["access_level"] for hit in output["tool_output"]["search_results"]}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Hello!", Intent.SMALL_TALK),
        ("thanks", Intent.SMALL_TALK),
        ("¡Hola, buenos días!", Intent.SMALL_TALK),
        ("Guten Morgen", Intent.SMALL_TALK),
        ("...", Intent.SMALL_TALK),
        ("I forgot my password", Intent.KNOWLEDGE),
        ("How long does delivery take?", Intent.KNOWLEDGE),
        ("What did I ask you?", Intent.RECALL),
        ("Do you remember my order number?", Intent.RECALL),
        ("What is my name?", Intent.RECALL),
        ("¿Qué te dije?", Intent.RECALL),
        ("Was habe ich gefragt?", Intent.RECALL),
        ("さっき何と言いましたか", Intent.RECALL),
    ],
)
def test_a_message_is_knowledge_recall_or_small_talk(text, intent):
    assert intent_of(text) is intent


@pytest.mark.parametrize(
    "text",
    ["what " * 50_000, "who did " * 50_000, "a" * 500_000, "remind me? " * 20_000],
    ids=["what", "who did", "one word", "questions"],
)
def test_a_long_message_is_understood_in_time_that_grows_with_its_length(text):
    started = time.process_time()

    intent_of(text)

    assert time.process_time() - started < 3


def test_a_tools_pinned_arguments_are_resolved_before_the_turn():
    tool = plan().steps["talk"].tools["search"]

    assert tool.overrides.value == {"metadata_filter": "doc.access_level = 'premium'"}
    assert tool.override_paths == ("metadata_filter",)


def test_a_step_offers_the_tools_that_it_allows():
    agent = an_agent(tools={"search": SEARCH}, steps={"talk": {"allowed_tools": []}})

    assert plan(agent=agent).steps["talk"].tools == {}


def test_all_steps_that_a_turn_may_reach_are_planned():
    steps = {
        "talk": {"next_steps": [{"step_name": "b"}, {"step_name": "c"}]},
        "b": {"next_steps": [{"step_name": "talk"}]},
        "c": {},
        "d": {},
    }

    assert list(plan(agent=an_agent(steps=steps)).steps) == ["talk", "b", "c"]
    assert list(plan(agent=an_agent(steps=steps), session=a_session(current_step="c")).steps) == ["c"]
    assert plan(agent=an_agent(steps=steps), session=a_session(current_step="gone")).start == "talk"


def test_a_step_that_cannot_be_rendered_is_refused_before_the_turn_comes_to_it():
    broken = {"instructions": [{"type": "inline", "name": "Rule", "template": "#if($x)"}]}
    agent = an_agent(steps={"talk": {"next_steps": [{"step_name": "b"}]}, "b": broken})

    with pytest.raises(Refused) as caught:
        plan(agent=agent)

    assert caught.value.refusal.code == "SM401"


def test_no_secret_is_in_a_templates_reach():
    session = a_session(secrets={"token": "t0p-s3cret"}, metadata={"a": 1})
    agent = an_agent(template="$session.secrets.token ${session.secrets} $agent.secrets.x")

    context = template_context(agent, session, NOON)

    assert "t0p-s3cret" not in repr(context)
    assert "t0p-s3cret" not in plan(agent=agent, session=session).steps["talk"].told.text


def test_an_unknown_skill_is_refused():
    with pytest.raises(Refused) as caught:
        skill_loads(an_agent(), [{"type": "skill", "skill_name": "z"}])

    assert (caught.value.refusal.code, set(caught.value.fields)) == ("SM403", {"/messages/0/skill_name"})


@pytest.mark.parametrize(
    ("language", "sign"), [("en", "According"), ("es", "Según"), ("fr", "D'après"), ("de", "Laut"), ("ja", "資料")]
)
def test_the_seeds_agent_answers_in_the_sessions_language(client, language, sign):
    api = Api(client.application)
    session = api.session(metadata={"user_role": "premium", "language": language})

    assert answer(api.turn(session)).startswith(sign)


def test_the_seeds_agent_answers_in_english_without_metadata(client):
    api = Api(client.application)

    assert answer(api.turn(api.session())) == PHRASES["en"].nothing


def test_a_changed_language_counts_from_the_next_turn(client):
    api = Api(client.application)
    session = api.session(metadata={"user_role": "basic", "language": "en"})
    api.turn(session)

    api.call("PATCH", session, {"metadata": {"user_role": "basic", "language": "es"}})

    assert answer(api.turn(session)).startswith("Según")


def test_a_premium_user_finds_only_premium_documents(client):
    api = Api(client.application)
    events = api.turn(api.session(metadata={"user_role": "premium"}))

    assert found_documents(events) == {"premium"}
    assert of_type(events, "tool_output")[0]["resolved_argument_overrides"] == {"metadata_filter": "doc.access_level = 'premium'"}


roles = st.one_of(
    texts,
    st.sampled_from(
        [
            "' OR 'x' = 'x",
            "basic' OR doc.access_level = 'premium",
            "Premium",
            "premium ",
            "premium''",
            "'premium'",
            "premium\0",
            "",
        ]
    ),
    st.lists(st.sampled_from(["premium", "'", '"', "\\", " OR ", "=", "doc.access_level", "$", "(", ")", "basic"])).map("".join),
).filter(lambda role: role != "premium")


@examples(500)
@example("' OR 'x' = 'x")
@example("basic' OR doc.access_level = 'premium")
@given(roles)
def test_no_other_role_ever_sees_a_premium_document(role):
    api = shared_api()
    api.reset()
    events = api.turn(api.session(metadata={"user_role": role}), "How do premium members reset a forgotten password?")

    assert "premium" not in found_documents(events)
    assert of_type(events, "tool_output")[0]["error"] is False


@pytest.mark.parametrize("role", [None, ["premium"], {"premium": 1}, 1, True], ids=repr)
def test_a_role_that_is_no_text_sees_no_premium_document(client, role):
    api = Api(client.application)

    assert found_documents(api.turn(api.session(metadata={"user_role": role}))) <= set()


@pytest.mark.parametrize(
    ("value", "kind"),
    [(None, "null"), (True, "a boolean"), (1, "a number"), (0.5, "a number"), ([], "a list"), ({}, "an object")],
    ids=repr,
)
def test_a_filter_that_refers_to_no_text_admits_nothing(client, value, kind):
    api = Api(client.application)
    tool = {**SEARCH, "argument_override": {"metadata_filter": {"$ref": "session.metadata.filter"}}}
    session = api.session(api.agent(tools={"search": tool}), metadata={"filter": value})

    (output,) = of_type(api.turn(session), "tool_output")

    assert output["error"] is True
    assert output["tool_output"] == {"error": f"INVALID_ARGUMENT: metadata_filter must be a text, not {kind}"}


@pytest.mark.parametrize(
    ("override", "says"),
    [
        pytest.param("doc.a = 'x'", "Unrecognized references: doc.a", id="undeclared"),
        pytest.param("level = 'x'", "", id="no doc. and no part."),
        pytest.param("doc.year >", "", id="cut off"),
        pytest.param("doc.topic = ${session.metadata.gone}", "has no meaning here", id="missing outside quotes"),
        pytest.param("doc.year = " + "1" * 5000, "more than 40 digits", id="huge number"),
    ],
)
def test_a_filter_that_cannot_be_used_is_the_tools_error(client, override, says):
    api = Api(client.application)
    session = api.session(api.agent(tools={"search": {**SEARCH, "argument_override": {"metadata_filter": override}}}))

    events = api.turn(session)
    (output,) = of_type(events, "tool_output")

    assert output["error"] is True
    assert says in output["tool_output"]["error"]
    assert answer(events) == PHRASES["en"].failed


def test_every_filter_given_must_admit_a_passage(client):
    api = Api(client.application)
    corpora = [{"corpus_key": "company-docs", "metadata_filter": "doc.access_level = 'internal'"}]
    tool = {**SEARCH, "query_configuration": {"search": {"corpora": corpora}}}
    session = api.session(api.agent(tools={"search": tool}), metadata={"user_role": "premium"})

    assert found_documents(api.turn(session)) == set()


@pytest.mark.parametrize(("field", "value"), [("limit", 1.0), ("offset", 1.0)])
def test_a_whole_number_with_a_point_is_a_whole_number(client, field, value):
    api = Api(client.application)
    search = {"corpora": [{"corpus_key": "company-docs"}], field: value}
    session = api.session(api.agent(tools={"search": {"type": "corpora_search", "query_configuration": {"search": search}}}))

    (output,) = of_type(api.turn(session), "tool_output")

    assert output["error"] is False


def test_an_output_follows_its_input_with_the_same_id(client):
    api = Api(client.application)
    events = api.turn(api.session())

    kinds = [event["type"] for event in events]
    (called,), (returned,) = of_type(events, "tool_input"), of_type(events, "tool_output")

    assert kinds == ["input_message", "thinking", "tool_input", "tool_output", "agent_output"]
    assert called["tool_call_id"] == returned["tool_call_id"]
    assert called["tool_input"] == {"query": "I forgot my password. Can you help?"}


def conversation(api):
    session = api.session(key="s1", metadata={"user_role": "basic"})
    return [
        api.call("POST", f"{session}/events", {"messages": [{"type": "text", "content": text}]}).data
        for text in ("Hello!", "How long does delivery take?", "What did I ask?")
    ]


def test_the_same_seed_gives_the_same_bytes(clock):
    assert conversation(api_with(clock, seed=7)) == conversation(api_with(clock, seed=7))


def test_another_seed_gives_other_ids(clock):
    assert conversation(api_with(clock, seed=7)) != conversation(api_with(clock, seed=8))


def test_sessions_do_not_disturb_each_other(clock):
    busy = api_with(clock)
    other = busy.session(key="s2", metadata={"user_role": "premium"})
    busy.turn(other)

    assert conversation(busy) == conversation(api_with(clock))


def test_an_earlier_message_of_this_session_is_quoted(client):
    api = Api(client.application)
    session = api.session()
    api.turn(session, "My order number is 4711.")

    assert answer(api.turn(session, "What was my order number, do you remember?")) == PHRASES["en"].recalled.format(
        quote="My order number is 4711."
    )


def test_a_first_message_has_nothing_before_it(client):
    api = Api(client.application)

    assert answer(api.turn(api.session(), "What did I say before?")) == PHRASES["en"].blank


def test_another_session_is_never_quoted(client):
    api = Api(client.application)
    api.turn(api.session(), "My order number is 4711.")

    assert answer(api.turn(api.session(), "What was my order number, do you remember?")) == PHRASES["en"].blank


def test_a_hidden_message_is_not_quoted(client):
    api = Api(client.application)
    session = api.session()
    message = api.turn(session, "My order number is 4711.")[0]

    api.call("POST", f"{session}/events/{message['id']}/hide")

    assert answer(api.turn(session, "What was my order number, do you remember?")) == PHRASES["en"].blank


@given(texts, st.sampled_from(sorted(PHRASES)))
def test_every_answer_says_something(text, language):
    api = shared_api()
    api.reset()
    session = api.session(metadata={"user_role": "basic", "language": language})

    assert len(answer(api.turn(session, text))) > 20


@given(texts)
def test_any_text_streams_what_json_would_answer(text):
    api = shared_api()
    api.reset()
    whole = answer(api.turn(api.session(key="s1"), text))
    api.reset()
    streamed = frames(api.say(api.session(key="s1"), text, stream_response=True).data)

    assert "".join(frame["content"] for frame in of_type(streamed, "streaming_agent_output")) == whole
    assert streamed[-1] == {"type": "end"}

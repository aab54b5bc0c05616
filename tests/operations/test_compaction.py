"""Compaction: on demand and by itself, what it hides, what it keeps, what the agent still knows."""

import pytest

from tests.arrange import Api, answer, assert_refused, frames, of_type

WINDOW = {"name": "gpt-4o", "parameters": {"context_window": 400}}


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def session(api):
    session = api.session(api.agent("a1"), key="s1")
    for text in ("My order number is 4711.", "Hello!", "Thanks!"):
        api.turn(session, text)
    return session


def compact(api, session, **more):
    return api.call("POST", f"{session}/events", {"type": "compact", **more})


def kinds(events):
    return [event["type"] for event in events]


def test_a_summary_takes_the_place_of_all_but_the_newest_input(api, session):
    before = api.events(session)

    (compaction,) = compact(api, session).json["events"]

    assert (compaction["type"], compaction["turns_compacted"], compaction["events_compacted"]) == ("compaction", 2, 4)
    assert compaction["summary_key"].startswith("sum_")
    assert "My order number is 4711." in compaction["summary_text"]
    assert api.events(session) == [*before[4:], compaction]
    assert api.events(session, include_hidden="true") == [*before, compaction]
    assert api.get(session).json["status"] == "stopped"


def test_a_compaction_is_streamed_with_its_beginning(api, session):
    streamed = frames(compact(api, session, stream_response=True).data)

    assert kinds(streamed) == ["compaction_started", "compaction", "end"]
    assert streamed[0]["session_key"] == "s1"
    assert streamed[0]["id"] != streamed[1]["id"]
    assert streamed[1] == api.events(session)[-1]


def test_an_anchor_is_compacted_with_all_before_it_whatever_is_to_be_kept(api, session):
    before = api.events(session)

    (compaction,) = compact(api, session, compact_up_to_event_id=before[-1]["id"]).json["events"]

    assert compaction["events_compacted"] == len(before)
    assert api.events(session) == [compaction]


def test_the_agents_settings_say_how_many_inputs_are_kept(api):
    session = api.session(api.agent("a1", compaction={"keep_recent_inputs": 2}), key="s1")
    for text in ("One", "Two", "Three"):
        api.turn(session, text)

    (compaction,) = compact(api, session).json["events"]

    assert compaction["turns_compacted"] == 1


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "json"])
def test_with_nothing_to_compact_nothing_happens(api, stream):
    session = api.session(api.agent("a1"), key="s1")
    api.turn(session, "Hello!")
    before = api.events(session)

    response = compact(api, session, stream_response=stream)

    assert response.status_code == 201
    assert (frames(response.data) if stream else response.json["events"]) == ([{"type": "end"}] if stream else [])
    assert api.events(session, include_hidden="true") == before


def test_an_anchor_that_is_hidden_already_is_refused(api, session):
    first = api.events(session)[0]["id"]
    compact(api, session)
    before = api.state()

    assert_refused(compact(api, session, compact_up_to_event_id=first), 400, "SM410")

    assert api.state() == before


def test_the_agent_remembers_what_was_compacted_by_its_summary(api, session):
    compact(api, session)

    assert "4711" in answer(api.turn(session, "What was my order number, do you remember?"))


def test_a_later_summary_takes_in_the_one_before(api, session):
    compact(api, session)
    api.turn(session, "Bye!")
    last = api.events(session)[-1]["id"]

    (again,) = compact(api, session, compact_up_to_event_id=last).json["events"]

    assert "4711" in again["summary_text"]
    assert api.events(session) == [again]


@pytest.mark.parametrize(
    ("policy", "holds_input", "holds_output"),
    [("exclude", False, False), ("include_outputs", False, True), ("include_all", True, True)],
)
def test_the_policy_says_which_tool_events_a_summary_draws_on(api, policy, holds_input, holds_output):
    search = {"type": "corpora_search", "query_configuration": {"search": {"corpora": [{"corpus_key": "company-docs"}]}}}
    session = api.session(api.agent("a1", tools={"find": search}, compaction={"tool_event_policy": policy}), key="s1")
    last = api.turn(session, "How long does delivery take?")[-1]["id"]

    (compaction,) = compact(api, session, compact_up_to_event_id=last).json["events"]

    assert ("The agent called corpora_search" in compaction["summary_text"]) is holds_input
    assert ("corpora_search returned" in compaction["summary_text"]) is holds_output


def test_the_wish_for_a_summary_is_its_title(api, session):
    (compaction,) = compact(api, session, compaction_message="Keep the order numbers").json["events"]

    assert compaction["summary_text"].startswith("Keep the order numbers:\n")


def test_a_long_conversation_is_compacted_by_itself(api):
    session = api.session(api.agent("a1", model=WINDOW), key="s1")
    long = "Please tell me about delivery. " * 20
    first = frames(api.say(session, long, stream_response=True).data)
    assert "compaction" not in kinds(first)

    second = frames(api.say(session, long, stream_response=True).data)

    assert kinds(second)[:3] == ["input_message", "compaction_started", "compaction"]
    assert kinds(second)[-2:] == ["context_consumed", "end"]
    assert kinds(api.events(session)) == ["input_message", "compaction", "agent_output"]


def test_a_conversation_that_is_not_compacted_comes_to_its_limit(api):
    session = api.session(api.agent("a1", model=WINDOW, compaction={"enabled": False}), key="s1")

    events = api.turn(session, "word " * 400)

    assert kinds(events) == ["input_message", "context_limit_exceeded"]
    assert events[1]["context_limit"] == 400
    assert events[1]["actual_tokens"] == 500 + 2
    assert "500" not in events[1]["message"]
    assert kinds(api.events(session)) == ["input_message"]
    assert api.get(session).json["status"] == "stopped"


def test_an_input_that_is_too_long_alone_comes_to_the_limit_though_all_else_is_compacted(api):
    session = api.session(api.agent("a1", model=WINDOW), key="s1")
    api.turn(session, "Hello!")

    streamed = frames(api.say(session, "word " * 500, stream_response=True).data)

    assert kinds(streamed) == ["input_message", "compaction_started", "compaction", "context_limit_exceeded", "end"]


def test_the_usage_counts_what_the_model_reads(api, session):
    before = api.get(session).json["session_context_usage"]["input_tokens"]["count"]
    compact(api, session, compact_up_to_event_id=api.events(session)[-1]["id"])
    usage = frames(api.say(session, "Hello!", stream_response=True).data)[-2]["session_context_usage"]

    assert usage["model_context_window"] == 200_000
    assert api.get(session).json["session_context_usage"] == usage
    assert before != usage["input_tokens"]["count"]


@pytest.mark.parametrize("structured", [False, True], ids=["words", "JSON"])
def test_an_answer_is_no_part_of_what_the_model_read_for_it(api, structured):
    schema = {"type": "object", "properties": {"text": {"const": "word " * 40}}, "required": ["text"]}
    parser = {"type": "structured", "json_schema": {"name": "x", "schema": schema}} if structured else {"type": "default"}
    session = api.session(api.agent("a1", steps={"talk": {"instructions": [], "output_parser": parser}}), key="s1")

    (usage,) = [api.turn(session, "Hello!") and api.get(session).json["session_context_usage"]]

    assert usage["input_tokens"]["count"] == 2
    assert usage["output_tokens"]["count"] > 10


def test_a_session_keeps_the_settings_that_it_was_created_with(api):
    agent = api.agent("a1", compaction={"keep_recent_inputs": 2})
    session = api.session(agent, key="s1")
    api.call("PATCH", agent, {"compaction": {"keep_recent_inputs": 1}})
    for text in ("One", "Two"):
        api.turn(session, text)

    assert compact(api, session).json["events"] == []


def test_a_compaction_waits_behind_a_running_turn(api, session):
    response = api.open_stream(session, "Hello again!")
    next(response.response)

    (compaction,) = compact(api, session).json["events"]

    assert compaction["turns_compacted"] == 3
    assert kinds(api.events(session)) == ["input_message", "agent_output", "compaction"]
    response.close()
    assert of_type(api.events(session), "compaction") == [compaction]

"""Inputs that meet a running turn: refused, queued, steering, interrupting; readers that come late or leave early."""

import pytest

from mockserver.app import create_app
from mockserver.settings import Settings
from tests.arrange import Api, answer, assert_refused, frames, of_type

QUESTION = "I forgot my password. Can you help?"


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def session(api):
    return api.session(key="s1", metadata={"user_role": "premium", "language": "en"})


def opened(api, session, text=QUESTION, *, read=1, **more):
    """Open a stream and read some of its frames."""
    response = api.open_stream(session, text, **more)
    assert response.status_code == 201, response.text
    return response, [frame for _ in range(read) for frame in frames(next(response.response))]


def rest(response):
    found = frames(b"".join(response.response))
    response.close()
    return found


def kinds(events):
    return list(dict.fromkeys(event["type"] for event in events))


def texts(events):
    return [event["messages"][0]["content"] for event in of_type(events, "input_message")]


def test_a_running_session_refuses_an_input_without_since(api, session):
    response, _ = opened(api, session)

    assert_refused(api.say(session), 409, "SM320")

    assert texts(api.events(session)) == [QUESTION]
    response.close()


def test_a_follow_up_waits_for_the_turn_and_answers_with_everything_since(api, session):
    response, first = opened(api, session, read=4)

    answered = api.say(session, "Hello!", since="start").json["events"]

    assert texts(answered) == [QUESTION, "Hello!"]
    assert answered == api.events(session)
    assert len(of_type(answered, "agent_output")) == 2
    seen = first + rest(response)
    assert texts(seen) == [QUESTION]
    assert kinds(seen)[-3:] == ["streaming_agent_output_end", "context_consumed", "end"]
    assert api.get(session).json["status"] == "stopped"


def test_follow_ups_are_taken_one_at_a_time_in_their_order(api, session):
    response, _ = opened(api, session)
    waiting = [api.open_stream(session, text, since="start") for text in ("One?", "Two?", "Three?")]

    received = [rest(one) for one in waiting]

    assert texts(api.events(session)) == [QUESTION, "One?", "Two?", "Three?"]
    for number, frames_ in enumerate(received, 2):
        assert texts(frames_) == [QUESTION, "One?", "Two?", "Three?"][:number]
        assert frames_[-1] == {"type": "end"}
    response.close()


def test_a_steering_input_joins_the_turn_at_its_next_iteration(api, session):
    response, _ = opened(api, session)
    steering = api.open_stream(session, "Hello!", since="start", behavior="steer")

    seen = rest(response)

    assert texts(seen) == ["Hello!"]
    assert kinds(seen)[-2:] == ["context_consumed", "end"]
    assert texts(rest(steering)) == [QUESTION, "Hello!"]
    assert texts(api.events(session)) == [QUESTION, "Hello!"]
    ends = [event["type"] for event in api.events(session)]
    assert ends.count("agent_output") == 1
    assert ends.index("tool_output") < [place for place, kind in enumerate(ends) if kind == "input_message"][1]


def test_a_steering_input_that_comes_during_the_answer_gets_one_of_its_own(api, session):
    response, seen = opened(api, session, "Hello!", read=4)
    assert seen[-1]["type"] == "streaming_agent_output"
    steering = api.open_stream(session, "Thanks!", since="start", behavior="steer")

    seen += rest(response)

    assert texts(seen) == ["Hello!", "Thanks!"]
    assert [event["type"] for event in api.events(session)] == ["input_message", "agent_output"] * 2
    assert texts(rest(steering)) == ["Hello!", "Thanks!"]


@pytest.mark.parametrize("read", range(1, 30, 3))
def test_whoever_joins_gets_every_event_once_whenever_it_comes(api, session, read):
    response, _ = opened(api, session, read=read)
    joined = rest(api.open_stream(session, "Hello!", since="start"))

    stored = api.events(session)
    whole = [frame["id"] for frame in joined if "id" in frame]
    assert whole == [event["id"] for event in stored if event["type"] not in ("agent_output", "thinking")]
    spoken, current = [], ""
    for frame in joined:
        if frame["type"] == "streaming_agent_output":
            current += frame["content"]
        elif frame["type"] == "streaming_agent_output_end":
            spoken.append((frame["event_id"], current))
            current = ""
    assert spoken == [(event["id"], event["content"]) for event in of_type(stored, "agent_output")]
    response.close()


def test_an_answers_id_serves_as_cursor(api, session):
    streamed = frames(api.say(session, stream_response=True).data)
    cursor = of_type(streamed, "streaming_agent_output_end")[0]["event_id"]

    again = api.say(session, "Hello!", since=cursor).json["events"]

    assert texts(again) == ["Hello!"]
    assert [event["type"] for event in again] == ["input_message", "agent_output"]


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "json"])
def test_an_interrupt_breaks_the_sentence_off_and_what_was_said_is_stored(api, session, stream):
    response, seen = opened(api, session, "Hello!", read=4)

    interrupt = api.call("POST", f"{session}/events", {"type": "interrupt", "stream_response": stream})

    assert interrupt.status_code == 201
    assert (frames(interrupt.data) if stream else interrupt.json) == (
        [{"type": "end"}] if stream else {"events": [], "session_key": "s1"}
    )
    assert api.get(session).json["status"] == "stopped"
    seen += rest(response)
    assert [frame["type"] for frame in seen[-3:]] == ["streaming_agent_output_end", "session_interrupted", "end"]
    said = "".join(frame["content"] for frame in of_type(seen, "streaming_agent_output"))
    assert [event["type"] for event in api.events(session)] == ["input_message", "agent_output"]
    assert answer(api.events(session)) == said
    assert len(of_type(seen, "streaming_agent_output")) == 3


def test_an_interrupted_session_takes_the_next_input(api, session):
    response, _ = opened(api, session, read=2)
    api.call("POST", f"{session}/events", {"type": "interrupt"})
    response.close()

    assert answer(api.turn(session))


def test_what_waits_behind_an_interrupted_turn_is_not_lost(api, session):
    response, _ = opened(api, session, read=2)
    waiting = api.open_stream(session, "Hello!", since="start")

    api.call("POST", f"{session}/events", {"type": "interrupt"})

    received = rest(waiting)
    assert texts(received) == [QUESTION, "Hello!"]
    assert "session_interrupted" in kinds(received)
    assert received[-1] == {"type": "end"}
    assert [frame["type"] for frame in rest(response)[-2:]] == ["session_interrupted", "end"]


def test_a_waiting_input_goes_on_when_both_readers_leave(api, session):
    response, _ = opened(api, session, read=2)
    waiting = api.open_stream(session, "Hello!", since="start")

    response.close()
    assert texts(api.events(session)) == [QUESTION]
    waiting.close()

    assert texts(api.events(session)) == [QUESTION, "Hello!"]
    assert len(of_type(api.events(session), "agent_output")) == 2
    assert api.get(session).json["status"] == "stopped"


def test_a_waiting_input_that_cannot_be_taken_any_more_ends_with_an_error(api):
    session = api.session(api.agent("a1"), key="s1")
    response, _ = opened(api, session, "Hello!", read=2)
    waiting = api.open_stream(session, "Hello again!", since="start")
    api.call("PATCH", session, {"enabled": False})

    received = rest(waiting)

    assert [frame["type"] for frame in received[-2:]] == ["error", "end"]
    assert "disabled" in received[-2]["messages"][0]
    assert texts(api.events(session)) == ["Hello!"]
    response.close()


def test_a_reset_ends_what_runs_and_nothing_of_it_is_left(api, session):
    response, _ = opened(api, session, read=3)
    waiting = api.open_stream(session, "Hello!", since="start")
    api.reset()
    later = api.session(key="s1")

    assert [frame["type"] for frame in rest(response)[-2:]] == ["error", "end"]
    assert [frame["type"] for frame in rest(waiting)[-2:]] == ["error", "end"]
    assert api.events(later) == []
    assert api.get(later).json["status"] == "unstarted"


@pytest.mark.parametrize(
    ("physics", "seconds"),
    [("instant", 0), ("first_token_ms=1000", 3), ("first_token_ms=1000, tokens_per_second=4", None)],
)
def test_a_turn_takes_as_long_as_its_pace_says(api, session, clock, physics, seconds):
    started = clock.now()

    events = api.turn(session, headers={"X-Mock-Physics": physics})

    took = (clock.now() - started).total_seconds()
    if seconds is None:
        pieces = sum(len(event["content"].split()) for event in events if event["type"] in ("agent_output", "thinking"))
        seconds = 3 + pieces / 4
    assert took == pytest.approx(seconds)


def test_events_are_stamped_when_they_happen(api, session):
    events = api.turn(session, headers={"X-Mock-Physics": "first_token_ms=1000"})

    times = [event["created_at"][17:19] for event in events]
    assert times == ["00", "01", "01", "02", "03"]


def test_the_pace_of_settings_is_that_of_every_turn(clock):
    api = Api(create_app(Settings(physics="realistic"), clock=clock))
    started = clock.now()

    api.turn(api.session(), "Hello!")

    assert 0.3 < (clock.now() - started).total_seconds() < 2

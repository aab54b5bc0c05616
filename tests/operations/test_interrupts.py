"""What an interrupt breaks off, and what it leaves alone: what the caller sent, and a turn that is at its end."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from mockserver.app import create_app, create_pipeline
from mockserver.domain.events import type_of
from mockserver.domain.simulator.stage import Input
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from mockserver.web.face import create_face
from tests.arrange import NOON, Api, HaltingClock, answer, assert_refused, frames, of_type

QUESTION = "I forgot my password. Can you help?"
TOOL = {"type": "client", "tool_id": "tol_get_location"}
INTERRUPT = {"type": "interrupt"}


@pytest.fixture
def api(app):
    return Api(app)


@pytest.fixture
def session(api):
    return api.session(key="s1", metadata={"user_role": "premium", "language": "en"})


def opened(api, session, text=QUESTION, *, until=None, **more):
    """Open a stream and read it up to the first frame of a type."""
    response = api.open_stream(session, text, **more)
    assert response.status_code == 201, response.text
    seen = []
    while until and (not seen or seen[-1]["type"] != until):
        seen += frames(next(response.response))
    return response, seen


def rest(response):
    found = frames(b"".join(response.response))
    response.close()
    return found


def interrupt(api, session):
    response = api.call("POST", f"{session}/events", INTERRUPT)
    assert response.status_code == 201, response.text
    return response.json["events"]


def kinds(events):
    return [event["type"] for event in events]


def texts(events):
    return [event["messages"][0]["content"] for event in of_type(events, "input_message")]


def test_what_was_sent_is_stored_though_the_interrupt_comes_at_once(api, session):
    response, _ = opened(api, session)

    interrupt(api, session)

    assert kinds(rest(response)) == ["input_message", "session_interrupted", "end"]
    assert texts(api.events(session)) == [QUESTION]


def test_a_turn_that_has_nothing_left_to_do_ends_as_if_there_had_been_no_interrupt(api, session):
    response, _ = opened(api, session, until="context_consumed")

    assert interrupt(api, session) == []

    assert kinds(rest(response)) == ["end"]
    assert api.get(session).json["status"] == "stopped"


def test_an_answer_that_was_said_to_its_end_is_not_interrupted_any_more(api, session):
    response, _ = opened(api, session, "Hello!", until="streaming_agent_output_end")

    interrupt(api, session)

    assert kinds(rest(response)) == ["context_consumed", "end"]


@pytest.mark.parametrize("until", ["input_message", "streaming_thinking_end", "tool_input", "tool_output"])
def test_a_steering_input_is_stored_once_wherever_the_interrupt_comes(api, session, until):
    response, _ = opened(api, session, until=until)
    steering = [api.open_stream(session, text, since="start", behavior="steer") for text in ("Hello!", "Thanks!")]

    interrupt(api, session)

    received = [rest(one) for one in (response, *steering)]
    assert texts(api.events(session)) == [QUESTION, "Hello!", "Thanks!"]
    assert [of_type(one, "session_interrupted") != [] for one in received] == [True] * 3
    assert api.get(session).json["status"] == "stopped"


def test_steering_inputs_that_have_begun_to_join_are_stored_once(api, session):
    response, _ = opened(api, session, until="tool_output")
    steering = [api.open_stream(session, text, since="start", behavior="steer") for text in ("Hello!", "Thanks!", "Bye!")]
    while frames(next(response.response))[0]["type"] != "input_message":
        pass

    interrupt(api, session)

    for one in (response, *steering):
        assert rest(one)[-1] == {"type": "end"}
    assert texts(api.events(session)) == [QUESTION, "Hello!", "Thanks!", "Bye!"]


def test_no_tool_is_run_for_an_interrupted_turn(api):
    agent = api.agent(
        "a1", tools={"ask_helper": {"type": "sub_agent", "sub_agent_configuration": {"agent_key": "support-agent"}}}
    )
    session = api.session(agent, key="s1")
    response, _ = opened(api, session, "Ask helper: hello?", until="tool_input")

    interrupt(api, session)

    assert kinds(rest(response)) == ["session_interrupted", "end"]
    assert api.get("/v2/agents/support-agent/sessions").json["sessions"] == []


def test_the_outputs_of_client_tools_are_all_stored_before_the_turn_breaks_off(api):
    agent = api.agent("a1", tools={"get_location": TOOL, "get_place": TOOL})
    session = api.session(agent, key="s1")
    calls = api.turn(session, "Get location and get place, please.")[-1]["pending_calls"]
    outputs = [{"type": "error", "event_id": call["event_id"], "error": "no"} for call in calls]
    body = {"type": "tool_output", "tool_outputs": outputs, "stream_response": True}
    response = api.call("POST", f"{session}/events", body, buffered=False)
    assert kinds(frames(next(response.response))) == ["tool_output"]

    assert interrupt(api, session) == []

    assert kinds(rest(response)) == ["tool_output", "session_interrupted", "end"]
    assert api.get(f"{session}/outstanding_client_tool_calls").json["client_tool_calls"] == []


def test_a_turn_that_waits_by_itself_just_then_is_given_up(api):
    session = api.session(api.agent("a1", tools={"get_location": TOOL}), key="s1")
    response, _ = opened(api, session, "Get location, please.", until="client_tool_pending")

    assert kinds(interrupt(api, session)) == ["session_interrupted"]

    assert kinds(rest(response)) == ["end"]
    assert api.get(f"{session}/outstanding_client_tool_calls").json["client_tool_calls"] == []


def test_an_interrupted_compaction_leaves_what_is_waited_for():
    pipeline = create_pipeline(Settings(), clock=FixedClock(NOON))
    api, services = Api(create_face(pipeline)), pipeline.services
    path = api.session(api.agent("a1", tools={"get_location": TOOL}), key="s1")
    waiting = api.turn(path, "Get location, please.")[-1]["pending_calls"]
    session = services.store.session("a1", "s1")
    reader = services.runs.submit(session, Input("compact", anchor=api.events(path)[0]["id"]), since=None, steers=False)
    assert api.get(f"{path}/outstanding_client_tool_calls").json["client_tool_calls"] == waiting

    assert interrupt(api, path) == []

    assert [type_of(frame.event.body) for frame in reader] == ["session_interrupted"]
    assert api.get(f"{path}/outstanding_client_tool_calls").json["client_tool_calls"] == waiting
    assert len(services.runs) == 0


def test_two_interrupts_are_one(api, session):
    response, _ = opened(api, session, until="input_message")

    assert [interrupt(api, session), interrupt(api, session)] == [[], []]

    assert kinds(rest(response)) == ["session_interrupted", "end"]


def asking(api):
    """Make an agent that asks another, and let its turn come to where that one speaks."""
    api.agent("helper")
    helper = {"type": "sub_agent", "sub_agent_configuration": {"agent_key": "helper"}}
    session = api.session(api.agent("a1", tools={"ask_helper": helper}), key="s1")
    response, _ = opened(api, session, "Ask helper: hello?", until="tool_activity")
    (child,) = api.get("/v2/agents/helper/sessions").json["sessions"]
    return session, response, f"/v2/agents/helper/sessions/{child['key']}"


def test_an_interrupt_of_an_agent_that_is_asked_is_a_failure_of_the_tool(api):
    session, response, child = asking(api)
    assert api.get(child).json["status"] == "running"

    assert interrupt(api, child) == []

    assert api.get(child).json["status"] == "stopped"
    seen = rest(response)
    assert [one["agent_event"]["type"] for one in of_type(seen, "tool_activity")] == ["session_interrupted"]
    (output,) = of_type(seen, "tool_output")
    assert (output["error"], output["tool_output"]) == (True, {"error": "ABORTED: the other agent was interrupted"})
    assert answer(api.events(session))
    assert kinds(seen)[-1] == "end"


def test_a_session_in_which_another_agents_call_runs_takes_no_input(api):
    _, response, child = asking(api)

    assert_refused(api.say(child, "Hello!", since="start"), 409, "SM320")

    rest(response)
    assert answer(api.turn(child, "Hello!"))


def test_an_interrupt_of_the_agent_that_asks_breaks_both_turns_off(api):
    session, response, child = asking(api)

    interrupt(api, session)

    assert kinds(rest(response)) == ["session_interrupted", "end"]
    assert [api.get(one).json["status"] for one in (session, child)] == ["stopped", "stopped"]


def test_what_an_agent_that_is_asked_has_said_is_stored_when_both_turns_break_off():
    clock = HaltingClock(NOON)
    api = Api(create_app(Settings(physics="tokens_per_second=10"), clock=clock))
    with ThreadPoolExecutor(1) as pool:
        session, response, child = asking(api)
        clock.halt_after(4)
        seen = pool.submit(rest, response)
        assert clock.has_halted.wait(10)

        interrupt(api, session)

        assert kinds(seen.result()) == ["session_interrupted", "end"]
    assert kinds(api.events(child)) == ["input_message", "agent_output"]
    assert answer(api.events(child)) == "I am sorry, I "
    assert api.get(child).json["status"] == "stopped"

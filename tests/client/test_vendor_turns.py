"""What users of the vendor's client do with turns: come back, queue, steer, interrupt, compact, fork, answer client tools."""

from threading import Event, Thread

import pytest
from vectara.agent_events import (
    CreateAgentEventsRequestBody_Compact,
    CreateAgentEventsRequestBody_InputMessage,
    CreateAgentEventsRequestBody_Interrupt,
    CreateAgentEventsStreamRequestBody_Compact,
    CreateAgentEventsStreamRequestBody_Interrupt,
)
from vectara.agent_sessions import CreateAgentSessionRequestFromSession
from vectara.core.parse_error import ParsingError
from vectara.errors import BadRequestError, ConflictError
from vectara.types import AgentInput_Skill

from tests.client.vendor import AGENT, ONCE, WORKBENCH, connected, new_session, prefer, say, say_streamed

LONGEST_WAIT = 10.0
SLOW = 'physics="first_token_ms=30000"'


class Reading(Thread):
    """Reads a stream beside the test. `begun` is set with the first event."""

    def __init__(self, mock, key, text, request_options=ONCE, **more):
        super().__init__()
        self.begun, self.events = Event(), []
        self._mock, self._key, self._options = mock, key, request_options
        self._request = say_streamed(text, **more)
        self.start()
        assert self.begun.wait(LONGEST_WAIT)

    def run(self):
        with connected(self._mock) as client:
            for event in client.agent_events.create_stream(
                AGENT, self._key, request=self._request, request_options=self._options
            ):
                self.events.append(event)
                self.begun.set()

    def types(self):
        """Wait for the end of the stream; return the types of what came, pieces left out."""
        self.join(LONGEST_WAIT)
        assert not self.is_alive()
        return [event.type for event in self.events if event.type != "streaming_agent_output"]


def types(events):
    return [event.type for event in events]


def texts(events):
    return [event.messages[0].content for event in events if event.type == "input_message"]


def test_an_input_to_a_running_session_is_a_conflict_unless_it_is_queued(fast, fast_mock):
    key = new_session(fast)
    reading = Reading(fast_mock, key, "One", prefer('scenario=agent_output, physics="first_token_ms=2500"'))

    with pytest.raises(ConflictError) as caught:
        fast.agent_events.create(AGENT, key, request=say("Two"), request_options=ONCE)
    queued = fast.agent_events.create(AGENT, key, request=say("Three", since="start", behavior="follow_up"), request_options=ONCE)

    assert caught.value.body.messages[0].endswith("is running a turn; wait for its end, or send `since` to queue the input.")
    assert reading.types() == ["input_message", "streaming_agent_output_end", "context_consumed", "end"]
    assert texts(queued.events) == ["One", "Three"]
    assert queued.events == list(fast.agent_events.list(AGENT, key))


def test_an_input_steers_the_running_turn(fast, fast_mock):
    key = new_session(fast)
    reading = Reading(fast_mock, key, "I forgot my password", prefer('physics="first_token_ms=1500"'))

    steering = fast.agent_events.create(AGENT, key, request=say("Hello!", since="start", behavior="steer"), request_options=ONCE)

    assert texts(steering.events) == ["I forgot my password", "Hello!"]
    assert types(steering.events).count("agent_output") == 1
    assert reading.types().count("input_message") == 2


def test_a_client_comes_back_with_the_event_that_it_saw_last(fast):
    key = new_session(fast)
    seen = list(fast.agent_events.create_stream(AGENT, key, request=say_streamed("One"), request_options=ONCE))
    (cursor,) = [event.event_id for event in seen if event.type == "streaming_agent_output_end"]

    after = fast.agent_events.create(AGENT, key, request=say("Two", since=cursor), request_options=ONCE)

    assert texts(after.events) == ["Two"]
    with pytest.raises(BadRequestError) as caught:
        fast.agent_events.create(AGENT, key, request=say("Three", since="aev_unknown"), request_options=ONCE)
    assert caught.value.body["field_errors"] == {"/since": "must be start or the id of an event of this session"}


def test_an_interrupt_ends_a_slow_turn_at_once(fast, fast_mock):
    key = new_session(fast)
    reading = Reading(fast_mock, key, "One", prefer(SLOW))

    answer = fast.agent_events.create(AGENT, key, request=CreateAgentEventsRequestBody_Interrupt(), request_options=ONCE)

    assert (answer.events, answer.session_key) == ([], key)
    assert reading.types() == ["input_message", "session_interrupted", "end"]


def test_an_interrupt_of_an_idle_session_is_an_empty_stream(fast):
    request = CreateAgentEventsStreamRequestBody_Interrupt()

    assert types(fast.agent_events.create_stream(AGENT, new_session(fast), request=request, request_options=ONCE)) == ["end"]


def test_a_session_is_compacted_on_demand(fast):
    key = new_session(fast)
    for text in ("One", "Two", "Three"):
        fast.agent_events.create(AGENT, key, request=say(text), request_options=ONCE)
    first = next(iter(fast.agent_events.list(AGENT, key)))

    request = CreateAgentEventsRequestBody_Compact(compact_up_to_event_id=first.id, compaction_message="In short")
    (compaction,) = fast.agent_events.create(AGENT, key, request=request, request_options=ONCE).events
    request = CreateAgentEventsStreamRequestBody_Compact()
    streamed = list(fast.agent_events.create_stream(AGENT, key, request=request, request_options=ONCE))

    assert (compaction.type, compaction.events_compacted) == ("compaction", 1)
    assert compaction.summary_text == "In short:\n- The user wrote: One"
    assert types(streamed) == ["compaction_started", "compaction", "end"]
    assert texts(fast.agent_events.list(AGENT, key)) == ["Three"]
    assert texts(fast.agent_events.list(AGENT, key, include_hidden=True)) == ["One", "Two", "Three"]


@pytest.mark.parametrize("how", ["whole", "up to an event", "compacted"])
def test_a_session_is_forked(fast, how):
    key = new_session(fast)
    fast.agent_events.create(AGENT, key, request=say("One"), request_options=ONCE)
    fast.agent_events.create(AGENT, key, request=say("Two"), request_options=ONCE)
    source = list(fast.agent_events.list(AGENT, key))
    cut = {"up to an event": {"include_up_to_event_id": source[1].id}, "compacted": {"compact_up_to_event_id": source[1].id}}

    fork = new_session(fast, from_session=CreateAgentSessionRequestFromSession(session_key=key, **cut.get(how, {})))

    forked = list(fast.agent_events.list(AGENT, fork))
    expected = {"whole": types(source), "up to an event": types(source[:2]), "compacted": ["compaction", *types(source[2:])]}
    assert sorted(types(forked)) == sorted(expected[how])
    assert not {event.id for event in forked} & {event.id for event in source}


def test_a_skill_is_asked_for_by_its_name(fast):
    key = new_session(fast, WORKBENCH)
    request = CreateAgentEventsRequestBody_InputMessage(messages=[AgentInput_Skill(skill_name="tea-ceremony")])

    events = fast.agent_events.create(WORKBENCH, key, request=request, request_options=ONCE).events

    assert types(events)[:2] == ["input_message", "skill_load"]
    assert events[1].skill_name == "tea-ceremony"
    assert events[1].content.startswith("Warm the pot")


@pytest.fixture(scope="module")
def browser(fast_mock):
    """An agent with a tool that the caller runs; return its key."""
    tool = {"type": "client", "tool_id": "tol_get_location"}
    body = {"key": "browser", "name": "Browser", "model": {"name": "m"}, "first_step": {}}
    with fast_mock.client() as client:
        created = client.post("/v2/agents", json={**body, "tool_configurations": {"get_location": tool}})
    return created.raise_for_status().json()["key"]


def test_a_turn_that_waits_for_a_client_tool_is_a_parsing_error_with_the_answer_in_it(fast, browser):
    key = new_session(fast, browser)

    with pytest.raises(ParsingError) as caught:
        fast.agent_events.create(browser, key, request=say("Get location"), request_options=ONCE)

    assert caught.value.status_code == 201
    (pending,) = caught.value.body["events"][-1]["pending_calls"]
    calls = [event for event in fast.agent_events.list(browser, key) if event.type == "tool_input"]
    assert pending["event_id"] in [call.id for call in calls]


@pytest.mark.parametrize("streams", [False, True], ids=["json", "stream"])
def test_the_output_of_a_client_tool_is_posted_as_a_plain_object(fast, browser, streams):
    key = new_session(fast, browser)
    list(fast.agent_events.create_stream(browser, key, request=say_streamed("Get location"), request_options=ONCE))
    call = next(event for event in fast.agent_events.list(browser, key) if getattr(event, "tool_name", "") == "get_location")

    outputs = [{"type": "success", "event_id": call.id, "output": {"latitude": 48, "longitude": 11}}]
    request = {"type": "tool_output", "tool_outputs": outputs, "stream_response": streams}
    create = fast.agent_events.create_stream if streams else fast.agent_events.create
    answer = create(browser, key, request=request, request_options=ONCE)

    events = list(answer if streams else answer.events)
    assert (events[0].type, events[0].tool_call_id, events[0].error) == ("tool_output", call.tool_call_id, False)
    assert list(fast.agent_events.list(browser, key))[-1].type == "agent_output"

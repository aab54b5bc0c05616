"""Inputs that come while a turn runs, readers that come late or leave early, interrupts (api-facts §4.3)."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager

import pytest

from contracts.checks.holding import hold_stream, hold_to_store, hold_turn
from contracts.client import Api, Json, Stream, events_path, message, of_type
from contracts.dialects.spoken import Speaks
from contracts.dialects.table import IDLE_SINCE
from contracts.document import EventOrder, event_order
from contracts.promises import keeps
from contracts.target import Target
from contracts.world import RunWorld

LONG = "Please write the numbers from one to one hundred in words, each on a line of its own."
SHORT = ("Hello there!", "I forgot my password. Can you help?", "Thank you!")
PIECE = "streaming_agent_output"
PATIENCE_SECONDS, REST_WITHIN_SECONDS, BETWEEN_LOOKS_SECONDS = 2.0, 60.0, 0.02
Running = Callable[[Json], AbstractContextManager[Stream]]


@pytest.fixture(scope="module")
def order() -> EventOrder:
    return event_order()


@pytest.fixture
def session(world: RunWorld) -> Json:
    return world.session(world.agent())


@pytest.fixture
def running(api: Api, target: Target) -> Running:
    """Begin a long turn in a session and read its stream up to the first words."""

    @contextmanager
    def begun(session: Json) -> Iterator[Stream]:
        with api.open(session, message(LONG), headers=target.unhurried) as stream:
            stream.until(PIECE)
            if not _runs(api, session):
                pytest.skip("not testable here: the turn was over before anything could be sent to it")
            yield stream

    return begun


def _runs(api: Api, session: Json) -> bool:
    return bool(api.session(session["agent_key"], session["key"])["status"] == "running")


def _texts(events: list[Json]) -> list[str]:
    return [part["content"] for event in of_type(events, "input_message") for part in event["messages"]]


def _turns(events: list[Json]) -> list[list[Json]]:
    """Divide stored events into turns, each of which begins with a message."""
    turns: list[list[Json]] = []
    for event in events:
        if event["type"] == "input_message":
            turns.append([])
        turns[-1].append(event)
    return turns


@keeps("SC307")
@pytest.mark.parametrize("form", ["json", "stream"])
@pytest.mark.parametrize("share", [None, 0.0, 0.6, 1.0], ids=["start", "first", "midway", "last"])
def test_since_is_answered_with_all_behind_the_cursor(
    world: RunWorld, api: Api, order: EventOrder, speaks: Speaks, share: float | None, form: str
):
    speaks.need(IDLE_SINCE, "events since and the turn")
    session = world.session(world.agent(tools=world.search_tool(None)))
    api.say(session, SHORT[0])
    hidden = api.events(session)[-1]
    api.call("POST", f"{events_path(session)}/{hidden['id']}/hide", expect=200)
    api.say(session, SHORT[1])
    before = api.events(session)
    behind = 0 if share is None else int(share * (len(before) - 1)) + 1
    given = message(SHORT[2]) | {"since": before[behind - 1]["id"] if behind else "start"}
    if form == "json":
        answer = api.give(session, given)
        hold_turn(answer, order, since=True)
    else:
        with api.open(session, given) as stream:
            answer = stream.rest()
        hold_stream(answer, order, since=True)
    stored = api.events(session)
    hold_to_store(answer, stored[behind:], order)
    assert _texts(answer)[-1:] == [SHORT[2]]
    assert stored[: len(before)] == before


@keeps("SC308")
def test_a_running_session_refuses_an_input_without_since(session: Json, api: Api, order: EventOrder, running: Running):
    with running(session) as stream:
        api.call("POST", events_path(session), json=message(SHORT[0]), expect=409)
        stream.rest()
    stored = api.events(session, include_hidden="true")
    assert _texts(stored) == [LONG]
    hold_stream(stream.data, order)
    hold_to_store(stream.data, stored, order)


@keeps("SC309")
def test_inputs_with_since_wait_behind_the_running_turn(session: Json, api: Api, order: EventOrder, running: Running):
    api.say(session, SHORT[0])
    before = api.events(session)
    since = {"since": before[-1]["id"]}
    with running(session) as first, api.open(session, message(SHORT[1]) | since) as second, ThreadPoolExecutor(1) as other:
        third = other.submit(api.give, session, message(SHORT[2]) | since)
        wait([third], timeout=PATIENCE_SECONDS)  # whoever needs the first reader to read on is answered then
        first.rest()
        second.rest()
        answer = third.result()
    stored = api.events(session)[len(before) :]
    turns = _turns(stored)
    assert _texts(stored) == [LONG, *SHORT[1:]]
    hold_to_store(first.data, turns[0], order)
    hold_to_store(second.data, turns[0] + turns[1], order)
    hold_to_store(answer, stored, order)
    hold_stream(second.data, order, since=True)
    hold_turn(answer, order, since=True)


@keeps("SC309")
def test_a_steering_input_is_answered_with_all_behind_the_cursor(session: Json, api: Api, order: EventOrder, running: Running):
    given = message(SHORT[1]) | {"since": "start", "behavior": "steer"}
    with running(session) as first, api.open(session, given) as second:
        first.rest()
        second.rest()
    stored = api.events(session)
    assert _texts(stored) == [LONG, SHORT[1]]
    assert stored[-1]["type"] == "agent_output"
    hold_to_store(second.data, stored, order)
    hold_stream(first.data, order)
    hold_stream(second.data, order, since=True)


@keeps("SC310")
def test_a_turn_goes_on_without_its_client(session: Json, api: Api, order: EventOrder, running: Running):
    with running(session) as stream:
        heard = "".join(frame["content"] for frame in of_type(stream.data, PIECE))
    _rest(api, session)
    stored = api.events(session)
    said = of_type(stored, "agent_output")[0]["content"]
    hold_turn(stored, order)
    assert said.startswith(heard)
    assert len(said) > len(heard), "only what the client heard was said"
    assert api.give(session, message(SHORT[0]) | {"since": "start"})[: len(stored)] == stored


def _rest(api: Api, session: Json) -> None:
    """Wait until no turn runs."""
    for _ in range(int(REST_WITHIN_SECONDS / BETWEEN_LOOKS_SECONDS)):
        if not _runs(api, session):
            return
        time.sleep(BETWEEN_LOOKS_SECONDS)
    raise AssertionError(f"session {session['key']} still runs after {REST_WITHIN_SECONDS} s")


@keeps("SC311")
def test_an_interrupt_ends_the_running_turn(session: Json, api: Api, order: EventOrder, running: Running):
    with running(session) as stream:
        api.give(session, {"type": "interrupt"})
        frames = stream.rest()
    stored = api.events(session, include_hidden="true")
    endings = [frame["type"] for frame in frames if frame["type"] not in order.passing]
    assert endings[-2:] == ["session_interrupted", order.terminator]
    hold_stream(frames, order)
    hold_to_store(frames, stored, order)
    assert of_type(api.say(session, SHORT[0]), "agent_output")
    assert _texts(api.events(session)) == [LONG, SHORT[0]]

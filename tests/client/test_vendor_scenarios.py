"""The vendor's client reads every built-in scenario, as a stream and as JSON; `scenarios.yaml` pins what it makes of each."""

import logging
from functools import partial
from itertools import groupby
from pathlib import Path
from threading import Thread

import httpx
import pytest
import yaml
from hypothesis import settings
from vectara.core.api_error import ApiError
from vectara.core.parse_error import ParsingError
from vectara.types import AgentEvent, AgentStreamedResponse

from tests.client.vendor import AGENT, ONCE, PREMIUM, branches, connected, new_session, prefer, say, say_streamed

PINNED = yaml.safe_load(Path(__file__).with_name("scenarios.yaml").read_text("utf-8"))
LONG = ("long_answer", "ten_thousand_events")
PAIR = ["tool_input", "tool_output"] * 5000
WAYS = ["stream", "json"]


def in_parallel(work, names):
    """Do the work for all names at once, each in a thread of its name: much of it is waiting."""
    done = {}
    threads = [Thread(name=name, target=lambda name=name: done.update({name: work(name)})) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def taken(mock, way, name):
    """Take a turn: as a stream in a session that is marked with the scenario, or as JSON with a header that wishes for it."""
    with connected(mock) as client:
        if way == "stream":
            key = new_session(client, key=f"stream_{name}", metadata={**PREMIUM, "mock": {"scenario": name}})
            return read(
                partial(client.agent_events.create_stream, AGENT, key, request=say_streamed("Hello!")), AgentStreamedResponse
            )
        key, options = new_session(client, key=f"json_{name}"), prefer(f"scenario={name}")
        turn = partial(client.agent_events.create, AGENT, key, request=say("Hello!"), request_options=options)
        return read(lambda: turn().events, AgentEvent)


def read(turn, union):
    """Read events to their end; write down what came, and what ended it where that is an exception."""
    types, end = [], []
    try:
        for event in turn():
            assert isinstance(event, branches(union))
            types.append(event.type)
    except (ApiError, ParsingError, httpx.TransportError) as error:
        status = getattr(error, "status_code", None)
        end = ["raises", type(error).__name__, *([] if status is None else [str(status)])]
    return " ".join([*runs(types), *end])


def runs(types):
    """Write `a a b` as `a*2 b`."""
    for place in range(len(types) - len(PAIR) + 1):
        if types[place : place + len(PAIR)] == PAIR:
            return [*runs(types[:place]), "(tool_input tool_output)*5000", *runs(types[place + len(PAIR) :])]
    counted = [(kind, len(list(same))) for kind, same in groupby(types)]
    return [kind if number == 1 else f"{kind}*{number}" for kind, number in counted]


def with_what_was_skipped(found, records):
    """Put behind what came the types that the reading thread left out with a warning in the client's log."""
    told = dict(found)
    for name in found:
        logged = [record.getMessage() for record in records if record.threadName == name and record.levelno >= logging.WARNING]
        assert all(message.startswith("Skipping SSE event due to model construction error") for message in logged)
        types = [message.partition("sse: ServerSentEvent(event='")[2].partition("'")[0] for message in logged]
        if types:
            told[name] += " ".join([" skipped", *runs(types)])
    return told


def spoken(client, key, **more):
    """Stream a turn; return the pieces of what was said, joined."""
    events = client.agent_events.create_stream(AGENT, key, **more)
    return "".join(event.content for event in events if event.type == "streaming_agent_output")


def stored(client, key):
    return "".join(event.content for event in client.agent_events.list(AGENT, key) if event.type == "agent_output")


def break_once(mock, key, **faults):
    """Let faults fall on the next request for the events of a session."""
    rule = {**faults, "match": {"path": f"/sessions/{key}/events$"}, "times": 1}
    httpx.put(f"{mock.url}/__admin/chaos", json={"rules": [rule]}).raise_for_status()


def test_every_scenario_is_pinned(fast_mock):
    scenarios = httpx.get(f"{fast_mock.url}/__admin/scenarios").json()["scenarios"]
    assert sorted(PINNED) == sorted(row["name"] for row in scenarios)


@pytest.mark.parametrize("way", WAYS)
def test_a_scenario_is_read_to_its_end(fast_mock, caplog, way):
    names = [name for name in PINNED if name not in LONG]
    found = with_what_was_skipped(in_parallel(partial(taken, fast_mock, way), names), caplog.records)
    assert found == {name: PINNED[name][way] for name in names}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", LONG)
def test_a_long_scenario_is_read_to_its_end(fast_mock, way, name):
    if settings.default.max_examples <= 100 and PINNED[name][way] != "input_message agent_output":
        pytest.skip("the client takes milliseconds for each of its thousands of events; --hypothesis-profile=long reads them")
    assert taken(fast_mock, way, name) == PINNED[name][way]


@pytest.mark.parametrize("name", ["long_answer", "markdown", "unicode", "hostile_text", "empty_answer", "fault_heartbeat"])
def test_the_pieces_of_an_answer_make_the_text_that_is_stored(fast, name):
    key = new_session(fast)
    options = prefer(f'scenario={name}, physics="chunk_tokens=100"')
    said = spoken(fast, key, request=say_streamed("Hello!"), request_options=options)
    assert said == stored(fast, key)


@pytest.mark.parametrize("name", ["fault_duplicate", "fault_reorder"])
def test_the_client_does_not_notice_pieces_that_come_twice_or_out_of_order(fast, name):
    key = new_session(fast, key=f"unnoticed_{name}")
    said = spoken(fast, key, request=say_streamed("Hello!"), request_options=prefer(f"scenario={name}"))
    assert sorted(set(said.split())) == sorted(set(stored(fast, key).split()))
    assert said != stored(fast, key)


def test_an_input_whose_answer_breaks_is_sent_again_by_the_client(fast, fast_mock):
    key = new_session(fast)
    break_once(fast_mock, key, reset="before_body")
    answer = fast.agent_events.create(AGENT, key, request=say("Hello!"), request_options={"max_retries": 1})
    assert answer.events[-1].type == "agent_output"
    assert [event.type for event in fast.agent_events.list(AGENT, key)] == ["input_message", "agent_output"] * 2


def test_an_error_of_the_service_is_retried_by_the_client_and_stores_nothing(fast, fast_mock):
    key = new_session(fast)
    break_once(fast_mock, key, status=503)
    answer = fast.agent_events.create(AGENT, key, request=say("Hello!"), request_options={"max_retries": 1})
    assert fast.agent_events.list(AGENT, key, request_options=ONCE).items == answer.events

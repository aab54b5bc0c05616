"""Many clients on one session: each is refused or has its turn; no event is lost, none comes twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from mockserver.app import create_app
from mockserver.settings import Settings
from tests.arrange import Api, assert_refused, frames, of_type

CLIENTS = 50


@pytest.fixture
def api():
    """Give a mock of its own, whose clock is the machine's: turns go on in threads."""
    return Api(create_app(Settings(physics="tokens_per_second=2000")))


def ids(events):
    return [event["id"] for event in events if "id" in event]


def texts(events):
    return [event["messages"][0]["content"] for event in of_type(events, "input_message")]


def read(response):
    """Read an answer where it is asked for: a stream that nobody reads waits for its reader."""
    assert response.data
    return response


def at_once(work):
    """Let all clients begin together; return what each got."""
    together = Barrier(CLIENTS)

    def client(number):
        together.wait()
        return work(number)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(client, range(CLIENTS)))


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "json"])
def test_fifty_clients_each_get_a_place_or_a_conflict(api, stream):
    session = api.session(api.agent("a1"), key="s1")

    def work(number):
        more = {} if number % 2 else {"since": "start"}
        behavior = {"behavior": "steer"} if number % 4 == 0 else {}
        return number, read(api.say(session, f"Hello {number}", stream_response=stream, **more, **behavior))

    answers = at_once(work)

    taken = [(number, response) for number, response in answers if response.status_code == 201]
    for _, response in answers:
        if response.status_code != 201:
            assert_refused(response, 409, "SM320")
    stored = api.events(session)
    assert Counter(texts(stored)) == Counter(f"Hello {number}" for number, _ in taken)
    assert len(taken) >= CLIENTS // 2
    assert len(set(ids(stored))) == len(stored)
    assert api.get(session).json["status"] == "stopped"
    for number, response in taken:
        events = frames(response.data) if stream else response.json["events"]
        assert texts(events).count(f"Hello {number}") == 1
        if number % 2 == 0:
            assert max(Counter(ids(events)).values()) == 1


def test_all_readers_of_a_turn_get_the_same(api):
    session = api.session(api.agent("a1"), key="s1")

    answers = at_once(lambda number: read(api.say(session, f"Hello {number}", since="start", stream_response=True)))

    stored = [event["id"] for event in api.events(session)]
    for response in answers:
        received = frames(response.data)
        named = [frame.get("event_id") or frame.get("id") for frame in received]
        found = [event_id for event_id in named if event_id]
        assert found == stored[: len(found)]
        assert received[-1] == {"type": "end"}
    assert len(of_type(api.events(session), "agent_output")) == CLIENTS


def test_of_many_interrupts_and_inputs_none_leaves_the_session_running(api):
    session = api.session(api.agent("a1"), key="s1")

    def work(number):
        if number % 5 == 0:
            return api.call("POST", f"{session}/events", {"type": "interrupt"})
        return api.say(session, f"Hello {number}", since="start")

    answers = at_once(work)

    assert {response.status_code for response in answers} == {201}
    assert api.get(session).json["status"] == "stopped"
    assert Counter(texts(api.events(session))) == Counter(f"Hello {n}" for n in range(CLIENTS) if n % 5)


def test_a_reset_amid_fifty_clients_leaves_a_clean_world(api):
    session = api.session(api.agent("a1"), key="s1")

    def work(number):
        return api.reset() if number == CLIENTS // 2 else api.say(session, f"Hello {number}", since="start")

    at_once(work)

    assert api.get("/v2/agents/a1").status_code == 404
    again = api.session(api.agent("a1"), key="s1")
    assert api.events(again) == []
    assert api.get(again).json["status"] == "unstarted"

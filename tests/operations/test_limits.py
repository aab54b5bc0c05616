"""What the mock takes on: headers, objects of a world, streams and requests of a credential, each by its setting."""

import math
import re
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

import openapi
from mockserver.app import create_app, create_pipeline
from mockserver.domain.chaos import BrokenTransferError
from mockserver.limits import Requests, Streams
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from mockserver.spec.document import load
from mockserver.spec.operations import Operations
from mockserver.stores.memory import MemoryStore
from mockserver.web.face import create_face
from tests.arrange import NOON, Api, answer, assert_refused, contents, examples, frames
from tests.spec.samples import SAMPLES

AGENTS = "/v2/agents"
OPERATIONS = list(Operations(load(openapi.DOCUMENT)).by_id.values())


def limited(**settings):
    """A mock with these limits whose world holds the owner's key and the agent a1."""
    clock = FixedClock(NOON)
    return Api(create_app(Settings(**settings), clock=clock)), clock


def small(max_objects):
    return Api(create_app(Settings(max_objects=max_objects), store=MemoryStore(contents()), clock=FixedClock(NOON)))


# Headers


def test_every_operation_declares_what_a_limit_answers():
    assert [
        operation.id for operation in OPERATIONS if not operation.statuses >= {413 if operation.body else 431, 429, 431}
    ] == []


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-Fern-Language": "x" * 400}, id="a long value"),
        pytest.param({"x-" + "n" * 400: "v"}, id="a long name"),
        pytest.param({f"x-{n}": "v" * 20 for n in range(20)}, id="many"),
    ],
)
@pytest.mark.parametrize("path", [AGENTS, "/v2/agents/nobody/sessions", "/v2/nothing"])
def test_headers_over_the_limit_are_refused_by_size_before_anything_else(headers, path):
    api = Api(_with_small_headers())
    refused = api.call("GET", path, headers=headers)
    assert_refused(refused, 431, "SM240")
    assert refused.json["messages"][0].endswith("at most 400 (setting max_header_bytes).")


@lru_cache(maxsize=1)
def _with_small_headers():
    return create_app(Settings(max_header_bytes=400), clock=FixedClock(NOON))


def test_headers_up_to_the_limit_pass():
    app = _with_small_headers()
    fixed = {"x-api-key": "mock-owner", "Host": "localhost", "User-Agent": "test"}
    size = sum(len(name) + len(value) for name, value in fixed.items())
    for length, status in ((400 - size - 1, 200), (400 - size, 431)):
        sent = app.test_client().get(AGENTS, headers={**fixed, "x": "v" * length})
        assert sent.status_code == status, length


# Objects of a world


def test_a_full_world_takes_nothing_more_until_something_goes():
    api = small(max_objects=4)
    first, second = api.session("/v2/agents/a1"), api.session("/v2/agents/a1")
    refused = api.call("POST", "/v2/agents/a1/sessions", {})
    assert_refused(refused, 429, "SM243")
    assert refused.json["messages"] == ["The world holds 4 objects, which is the most (setting max_objects); delete some."]
    assert "Retry-After" not in refused.headers, "no waiting helps"
    assert {session["key"] for session in api.get("/v2/agents/a1/sessions").json["sessions"]} == {
        first.rpartition("/")[2],
        second.rpartition("/")[2],
    }
    assert api.call("DELETE", first).status_code == 204
    assert api.call("POST", "/v2/agents/a1/sessions", {}).status_code == 201


CREATING = [operation for operation in OPERATIONS if operation.creates]


@pytest.mark.parametrize("operation", CREATING, ids=[operation.id for operation in CREATING])
def test_nothing_can_be_made_in_a_full_world(operation):
    api, path = Api(_full()), re.sub(r"\{\w+\}", "a1", operation.path)
    before = api.state()
    assert_refused(api.call("POST", path, SAMPLES[operation.id][0]), 429, "SM243")
    assert api.state() == before


def test_what_makes_something_is_all_that_is_refused():
    assert {operation.method for operation in CREATING} == {"POST"}
    assert {operation.id for operation in CREATING} >= {"createAgent", "createAgentSession", "createAgentInput", "createCorpus"}


@lru_cache(maxsize=1)
def _full():
    return small(max_objects=2).app


def test_a_full_world_can_still_be_read_changed_and_searched():
    api = Api(_full())
    assert api.get("/v2/agents/a1").status_code == 200
    assert api.call("PATCH", "/v2/agents/a1", {"description": "full"}).status_code == 200


def test_a_turn_that_has_begun_is_finished_and_the_next_one_refused():
    api = small(max_objects=4)
    session = api.session("/v2/agents/a1")
    assert answer(api.turn(session, "Hello!"))
    stored = api.events(session)
    assert len(stored) > 1, "the world had room for one event"
    assert_refused(api.say(session, "And again?"), 429, "SM243")
    assert_refused(api.say(session, "And again?", stream_response=True), 429, "SM243")
    assert api.events(session) == stored


def test_a_turn_in_a_full_world_can_be_stopped():
    api = small(max_objects=3)
    session = api.session("/v2/agents/a1")
    assert api.call("POST", f"{session}/events", {"type": "interrupt"}).status_code == 201


def test_a_test_has_a_world_of_its_own_to_fill():
    api = small(max_objects=3)
    api.session("/v2/agents/a1")
    assert api.call("POST", "/v2/agents/a1/sessions", {}).status_code == 429
    assert api.call("POST", "/v2/agents/a1/sessions", {}, headers={"X-Test-Id": "t"}).status_code == 201


# Streams of a key


@pytest.fixture
def two_streams():
    """A mock that lets each key have two streams, with its pipeline's count of them."""
    made = create_pipeline(Settings(streams_per_key=2), clock=FixedClock(NOON))
    return Api(create_face(made)), made.limits.streams


def test_a_key_has_so_many_streams_open_and_no_more(two_streams):
    api, _ = two_streams
    paths = [api.session() for _ in range(3)]
    first, second = (api.open_stream(path) for path in paths[:2])
    refused = api.say(paths[2], stream_response=True)
    assert_refused(refused, 429, "SM242")
    assert refused.headers["Retry-After"] == "1"
    assert api.events(paths[2]) == []
    assert api.say(paths[2]).status_code == 201, "what is no stream needs no place"
    first.close()
    second.close()


@pytest.mark.parametrize("way", ["read to its end", "left at once", "left in the middle"])
def test_a_stream_that_is_over_gives_its_place_back(way, two_streams):
    api, streams = two_streams
    session = api.session()
    for _ in range(5):
        stream = api.open_stream(session, since="start")
        if way == "read to its end":
            assert frames(stream.data)[-1] == {"type": "end"}
        if way == "left in the middle":
            next(stream.response)
        assert len(streams) == 1
        stream.close()
        assert len(streams) == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"X-Mock-Chaos-Cut": "frame", "X-Mock-Chaos-Seed": "1"}, 201, id="cut"),
        pytest.param({"X-Mock-Chaos-Reset": "before_body"}, 201, id="reset"),
        pytest.param({"Prefer": "scenario=fault_status"}, 503, id="an error before the stream"),
        pytest.param({"Prefer": "scenario=stream_error"}, 201, id="a turn that breaks off"),
        pytest.param({"Prefer": "scenario=nothing"}, 400, id="refused"),
    ],
)
def test_a_stream_that_goes_wrong_gives_its_place_back(headers, status, two_streams):
    api, streams = two_streams
    session = api.session()
    for _ in range(3):
        path, body = f"{session}/events", {"messages": [{"type": "text", "content": "Hi"}], "stream_response": True}
        with suppress(BrokenTransferError):
            stream = api.call("POST", path, body, headers=headers, buffered=False)
            assert stream.status_code == status
            stream.close()
        assert len(streams) == 0


def test_a_handler_that_fails_gives_the_place_back(two_streams):
    api, streams = two_streams
    missing = api.say("/v2/agents/support-agent/sessions/nobody", stream_response=True)
    assert_refused(missing, 404, "SM302")
    assert len(streams) == 0


def test_the_streams_of_one_key_take_no_place_of_another_nor_those_of_a_test(two_streams):
    api, streams = two_streams
    opened = [api.open_stream(api.session()) for _ in range(2)]
    user = Api(api.app, key="mock-agent-user")
    opened.append(user.open_stream(api.session()))
    test = Api(api.app, headers={"X-Test-Id": "t"})
    opened.append(test.open_stream(test.session()))
    assert [stream.status_code for stream in opened] == [201] * 4
    for stream in opened:
        stream.close()
    assert len(streams) == 0


def test_a_place_is_given_back_once_however_often_it_is_left():
    streams = Streams(1)
    leave = streams.opened("key")
    leave()
    leave()
    again = streams.opened("key")
    leave()
    with pytest.raises(Exception, match="1 streams open"):
        streams.opened("key")
    again()


# Requests of a key


def test_requests_over_the_rate_are_refused_until_the_time_they_are_told():
    api, clock = limited(requests_per_second=3)
    assert [api.get(AGENTS).status_code for _ in range(3)] == [200] * 3
    refused = api.get(AGENTS)
    assert_refused(refused, 429, "SM241")
    assert refused.json["messages"] == ["Wait for 0.333333 s: at most 3 requests in a second (setting requests_per_second)."]
    clock.sleep(int(refused.headers["Retry-After"]))
    assert [api.get(AGENTS).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_what_is_refused_is_in_the_journal_and_does_nothing():
    api, clock = limited(requests_per_second=1)
    assert api.call("DELETE", "/v2/agents/support-agent").status_code == 204
    assert api.call("DELETE", "/v2/agents/workbench-agent").status_code == 429
    last = api.get("/__admin/requests").json["requests"][-1]
    assert (last["status"], last["code"]) == (429, "SM241")
    clock.sleep(1)
    assert api.get("/v2/agents/workbench-agent").status_code == 200


def test_every_request_of_a_key_counts_whatever_it_asks():
    api, _ = limited(requests_per_second=4)
    paths = ("/v2/nothing", "/v2/agents/nobody", f"{AGENTS}?limit=0", AGENTS, AGENTS)
    codes = [api.call("GET", path).status_code for path in paths]
    assert codes == [404, 404, 400, 200, 429]


def test_a_key_feels_nothing_of_another_nor_of_a_test_nor_of_callers_without_one():
    api, _ = limited(requests_per_second=2)
    assert [api.get(AGENTS).status_code for _ in range(5)] == [200, 200, 429, 429, 429]
    assert [Api(api.app, key="unknown").get(AGENTS).status_code for _ in range(4)] == [401] * 4
    for other in (Api(api.app, key="mock-viewer"), Api(api.app, headers={"X-Test-Id": "t"})):
        assert [other.get(AGENTS).status_code for _ in range(3)] == [200, 200, 429]


def test_a_tenant_feels_nothing_of_another_whose_key_has_the_same_id(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).write_text(
            f"tenant: {name}\napi_keys: [{{key: {name}, api_roles: [owner]}}]\ncorpora: []\nagents: []\n"
        )
    world = f"{tmp_path / 'one'}, {tmp_path / 'two'}"
    app = create_app(Settings(world=world, requests_per_second=1, streams_per_key=1), clock=FixedClock(NOON))
    assert [Api(app, key=key).get(AGENTS).status_code for key in ("one", "one", "two", "two")] == [200, 429, 200, 429]


def test_the_mocks_own_endpoints_are_not_limited():
    api, _ = limited(requests_per_second=1)
    paths = ("/health", "/__admin/state", "/__admin/requests")
    assert {api.get(path).status_code for path in paths for _ in range(3)} == {200}


def test_without_the_setting_nothing_is_limited():
    api, _ = limited()
    assert {api.get("/v2/agents/support-agent").status_code for _ in range(300)} == {200}


@lru_cache(maxsize=4)
def _at(rate):
    return limited(requests_per_second=rate)


@examples(30)
@given(st.sampled_from([1, 2, 7, 50]), st.lists(st.integers(0, 1500), max_size=40))
def test_who_waits_as_long_as_it_is_told_passes(rate, pauses):
    api, clock = _at(rate)
    clock.sleep(2)
    for milliseconds in pauses:
        clock.sleep(milliseconds / 1000)
        for _ in range(3):
            given_back = api.get("/v2/agents/support-agent")
            if given_back.status_code == 429:
                clock.sleep(int(given_back.headers["Retry-After"]))
                assert api.get("/v2/agents/support-agent").status_code == 200


@given(st.integers(1, 100), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 400)), max_size=80))
def test_the_requests_of_some_keys_change_nothing_for_the_others(rate, program):
    """What one key is answered among others is what it is answered alone."""
    together, alone = {}, {}
    for who in (None, *range(6)):
        clock = FixedClock(NOON)
        requests = Requests(rate, clock)
        for key, milliseconds in program:
            clock.sleep(milliseconds / 1000)
            if who in (None, key):
                (together if who is None else alone).setdefault(key, []).append(_taken(requests, key))
    assert together == alone


def _taken(requests, key):
    try:
        requests.take(key)
    except Exception as refused:  # noqa: BLE001 - compared by what it says
        return str(refused)
    return "taken"


def test_keys_that_rest_are_forgotten():
    clock = FixedClock(NOON)
    requests = Requests(5, clock)
    for number in range(50_000):
        requests.take(number)
        if number % 100 == 0:
            clock.sleep(0.1)
    assert len(requests) < 4000, "about as many as come in two seconds"
    assert math.isclose((clock.now() - NOON) / timedelta(seconds=1), 50, rel_tol=0.01)

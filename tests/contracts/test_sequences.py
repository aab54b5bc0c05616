"""How a sequence of requests is kept, completed, written as curl, and compared with another time."""

import json
import subprocess

import httpx
import pytest

from contracts.document import event_order
from contracts.sequences.comparing import first_difference
from contracts.sequences.curl import script
from contracts.sequences.forms import Form, Part
from contracts.sequences.reproduction import Outcome, Reproduction
from contracts.sequences.selecting import whole
from contracts.sequences.steps import Known
from contracts.sequences.texts import Variable
from contracts.sequences.writer import steps_of
from contracts.wire.exchange import Exchange
from contracts.wire.recorder import MOST_BYTES, Recorder
from contracts.wire.wire import Wire

RUN = "0123abcd"
KEY = "zqt_0123456789abcdef"
KNOWN = Known(RUN, "", {"API_KEY": (KEY, "the key")}, frozenset({"no-such-key"}))


def exchange(method, path, sent=None, answer=None, status=200, *, key=KEY, at=0.0, **more):
    headers = {"x-api-key": key, "content-type": "application/json", "host": "mock.test"}
    body = json.dumps(sent).encode() if sent is not None else b""
    told = {"answer_headers": {"content-type": "application/json"}, "began": at, "ended": at}
    told["answer"] = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Exchange(method, path, headers, body, status, **(told | more))


def stream(*frames):
    text = "".join(f"event: {frame['type']}\ndata: {json.dumps(frame)}\n\n" for frame in frames)
    head = {"content-type": "text/event-stream"}
    return exchange("POST", "/v2/agents/a/sessions/s/events", {}, status=201, answer_headers=head, answer=text.encode())


def agent(number, at=0.0):
    key = f"sc-{RUN}-agent-{number}"
    return exchange("POST", "/v2/agents", {"key": key}, {"key": key}, 201, at=at)


def recorded(wire_answer=lambda _: httpx.Response(201, json={"key": "k1"}), example=lambda: None):
    recorder = Recorder(example)
    wire = Wire(httpx.MockTransport(wire_answer), "mock.test")
    wire.recorder = recorder
    return httpx.Client(transport=wire, base_url="http://mock.test"), wire, recorder


def paths(exchanges):
    return [one.path for one in exchanges]


def test_a_test_begins_with_an_empty_page_and_keeps_earlier_writes():
    http, _, recorder = recorded()
    http.post("/v2/agents", json={})
    http.get("/v2/agents")
    recorder.begin()
    http.get("/v2/agents/k1")
    assert paths(recorder.now) == ["/v2/agents/k1"]
    assert paths(recorder.before) == ["/v2/agents"]


def test_of_several_examples_the_latest_is_kept_and_the_writes_before_it():
    running = [None]
    http, _, recorder = recorded(example=lambda: running[0])
    for running[0], method, path in [
        (None, "POST", "/setup"),
        (None, "GET", "/setup"),
        ("one", "POST", "/1"),
        ("one", "GET", "/2"),
        ("two", "GET", "/3"),
        (None, "GET", "/4"),
    ]:
        http.request(method, path)
    assert paths(recorder.now) == ["/3", "/4"]
    assert sorted(paths(recorder.before)) == ["/1", "/setup"]


def test_what_is_kept_of_answers_is_bounded_and_said_to_be_lost():
    http, _, recorder = recorded(lambda _: httpx.Response(200, content=b"x" * (MOST_BYTES // 10)))
    for _ in range(60):
        http.get("/")
    assert sum(len(one.answer) for one in recorder.now) <= 3 * MOST_BYTES
    assert not recorder.now[0].is_kept
    assert recorder.now[-1].is_kept


def test_what_cleaning_up_removes_is_forgotten():
    http, wire, recorder = recorded(lambda request: httpx.Response(204 if request.method == "DELETE" else 201, json={}))
    for path in ("/v2/agents/k1/sessions", "/v2/agents/k2/sessions"):
        http.post(path, json={})
    recorder.begin()
    with wire.budget.cleaning():
        http.delete("/v2/agents/k1")
    assert paths(recorder.before) == ["/v2/agents/k2/sessions"]
    assert recorder.now == []


def test_an_answer_is_heard_as_far_as_it_was_read():
    http, _, recorder = recorded(lambda _: httpx.Response(200, content=iter([b"one\n", b"two\n", b"three\n"])))
    with http.stream("GET", "/") as response:
        next(response.iter_raw())
    (told,) = recorder.now
    assert (told.answer, told.is_whole) == (b"one\n", False)
    assert told.ended is not None


def test_a_sequence_has_what_made_the_objects_that_it_names_and_nothing_else():
    first, second = agent(1, 1.0), agent(2, 2.0)
    session = exchange("POST", f"/v2/agents/sc-{RUN}-agent-1/sessions", {"name": "S"}, {"key": "ase_0001"}, 201, at=3.0)
    other = exchange("POST", f"/v2/agents/sc-{RUN}-agent-2/sessions", {"name": "S"}, {"key": "ase_0002"}, 201, at=4.0)
    patch = exchange("PATCH", f"/v2/agents/sc-{RUN}-agent-1/sessions/ase_0001", {"name": "T"}, {"key": "ase_0001"}, at=5.0)
    now = [exchange("GET", f"/v2/agents/sc-{RUN}-agent-1/sessions/ase_0001", at=6.0)]
    assert whole([first, second, session, other, patch], now) == [first, session, patch, *now]


def test_a_word_of_a_path_is_no_object():
    clients = [exchange("POST", "/v2/app_clients", {}, {"id": f"app_000{number}"}, 201, at=number) for number in (1, 2)]
    patch = exchange("PATCH", "/v2/app_clients/app_0001", {"enabled": False}, {"id": "app_0001"}, at=3.0)
    now = [exchange("GET", "/v2/app_clients/app_0001", at=4.0)]
    assert whole([*clients, patch], now) == [clients[0], patch, *now]


def test_what_the_server_made_is_captured_and_what_the_run_chose_bears_its_id():
    created = exchange("POST", f"/v2/agents/sc-{RUN}-agent-1/sessions", {}, {"key": "ase_0001", "name": "ase_0009"}, 201)
    read = exchange("GET", f"/v2/agents/sc-{RUN}-agent-1/sessions/ase_0001?since=ase_0001")
    steps = steps_of([created, read], KNOWN).steps
    assert [(one.name, one.at) for one in steps[0].captures] == [("SESSION_KEY", ("key",))]
    key = Variable("SESSION_KEY", is_escaped=True)
    assert steps[1].target == ("/v2/agents/sc-", Variable("RUN"), "-agent-1/sessions/", key, "?since=", key)
    assert steps[1].captures == ()


def test_a_name_of_short_words_is_captured_like_any_that_the_server_made():
    place = f"/v2/agents/sc-{RUN}-agent-1/sessions/ase_0001"
    sent = exchange("POST", f"{place}/events", {}, {"artifacts": [{"artifact_id": "art_ox_elk_ant"}]}, 201)
    steps = steps_of([sent, exchange("GET", f"{place}/artifacts/art_ox_elk_ant")], KNOWN).steps
    assert [(one.name, one.at) for one in steps[0].captures] == [("ARTIFACT_ID", ("artifacts", 0, "artifact_id"))]
    assert steps[1].target[-1] == Variable("ARTIFACT_ID", is_escaped=True)


def test_a_credential_is_never_written_in_clear():
    made = exchange("POST", "/v2/api_keys", {"name": f"sc-{RUN}-key-1"}, {"id": "aky_0001", "secret_key": "s3cret-of-a-key"}, 201)
    calls = [
        made,
        exchange("GET", "/v2/agents", key="s3cret-of-a-key", answer={"seen": [KEY, "s3cret-of-a-key"]}),
        exchange("GET", "/v2/agents", key="no-such-key"),
        exchange("GET", "/v2/agents", key="of-somebody-else-1"),
    ]
    written = script(steps_of(calls, KNOWN), "http://mock.test", ["a failure"])
    assert not [secret for secret in (KEY, "s3cret-of-a-key", "of-somebody-else-1") if secret in written]
    assert "'x-api-key: '\"$SECRET_KEY\"" in written
    assert "'x-api-key: no-such-key'" in written
    assert "'x-api-key: '\"$CREDENTIAL\"" in written
    assert ': "${CREDENTIAL:?' in written


def test_a_terminal_shows_no_script_of_very_many_requests():
    few, many = (Reproduction(Outcome.REPRODUCES, "", requests, "curl …") for requests in (100, 101))
    assert few.shown == "curl …"
    assert "--report json,html has them" in many.shown
    assert "curl" not in many.shown


HOSTILE = "it's $HOME `id` $(id) \\ \" \n {} * ! é 🙂"


def test_a_shell_sends_what_was_sent(tmp_path):
    sent = exchange("POST", f"/v2/agents/sc-{RUN}-agent-1/sessions", {"name": HOSTILE, "metadata": {f"sc-{RUN}": 1}})
    written = script(steps_of([sent], KNOWN), "http://mock.test", [HOSTILE])
    (tmp_path / "curl").write_text('#!/bin/sh\nfor given in "$@"; do printf "%s\\0" "$given"; done\n')
    (tmp_path / "curl").chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "API_KEY": KEY, "RUN": RUN}
    ran = subprocess.run(["bash", "-u"], input=written, env=environment, capture_output=True, text=True, check=True)
    given = ran.stdout.split("\0")
    assert given[given.index("--data-raw") + 1] == sent.body.decode()
    assert f"http://mock.test{sent.path}" in given
    assert f"x-api-key: {KEY}" in given


def test_a_form_is_written_as_its_parts():
    given = {"message": "Hello!", "other": "x" * 3}
    files = [("files", ("Übersicht 概要.csv", b"\x00\xff\r\n", "text/csv")), ("files", ("b.txt", b"plain", None))]
    request = httpx.Request("POST", "http://mock.test/", data=given, files=files)
    request.read()
    sent = exchange("POST", "/v2/agents/a/sessions/s/events")
    form = Exchange("POST", sent.path, dict(request.headers), request.content, 201, {}, b"")
    (step,) = steps_of([form], KNOWN).steps
    assert step.body == Form(
        (
            Part("message", ("Hello!",), None, None),
            Part("other", ("xxx",), None, None),
            Part("files", b"\x00\xff\r\n", "Übersicht 概要.csv", "text/csv"),
            Part("files", ("plain",), "b.txt", "text/plain"),
        )
    )
    assert "content-type" not in dict(step.headers)


TOLD = {"id": "aev_0001", "created_at": "2026-01-01T00:00:00.000Z", "type": "agent_output", "content": "Hello."}
AGAIN = {"id": "aev_0007", "created_at": "2026-02-02T00:00:00.123Z", "type": "agent_output", "content": "Good day."}
PIECES = [
    {"type": "streaming_agent_output", "content": "Hel"},
    {"type": "streaming_agent_output", "content": "lo."},
    {"type": "streaming_agent_output_end", "event_id": "aev_0001"},
]
PIECE = [{"type": "streaming_agent_output", "content": "Hi."}, {"type": "streaming_agent_output_end", "event_id": "aev_0007"}]
SAME = {
    "ids, times and words": ([{"events": [TOLD]}, TOLD], [{"events": [AGAIN]}, AGAIN]),
    "names in texts": ([{"about": "aev_0001 is gone", "id": "aev_0001"}], [{"about": "aev_0007 is gone", "id": "aev_0007"}]),
    "names of a few short words": ([{"artifact_id": "art_ox_elk_ant"}], [{"artifact_id": "art_plum_moss_quill"}]),
    "counts of tokens": ([{"input_tokens": {"count": 7}}], [{"input_tokens": {"count": 9}}]),
}
OTHER = {
    "status": ([{}], [exchange("GET", "/", answer={}, status=404)]),
    "words that changed": ([TOLD, TOLD], [AGAIN, AGAIN | {"content": "Bye."}]),
    "ids that were equal": ([TOLD, TOLD], [AGAIN, AGAIN | {"id": "aev_0008"}]),
    "values": ([{"metadata": {"tier": 1}}], [{"metadata": {"tier": 2}}]),
    "a field": ([TOLD], [{**AGAIN, "hidden": True}]),
}


def told(answers):
    return [each if isinstance(each, Exchange) else exchange("GET", "/v2/x", answer=each) for each in answers]


def compared(one, other):
    return first_difference(list(zip(told(one), told(other), strict=True)), {}, {})


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_what_is_drawn_anew_makes_no_difference(one, other):
    assert compared(one, other) == ""


@pytest.mark.parametrize(("one", "other"), OTHER.values(), ids=OTHER)
def test_what_is_said_makes_a_difference(one, other):
    assert compared(one, other).startswith(f"request {len(one)} (GET /v2/x) was answered" if one != [{}] else "request 1")


def test_where_a_stream_cuts_a_text_makes_no_difference():
    assert set(event_order().streamed_as) == {"agent_output", "thinking"}
    assert compared([stream(*PIECES), TOLD], [stream(*PIECE), AGAIN | {"content": "Hi."}]) == ""
    assert compared([stream(*PIECES), TOLD], [stream(*PIECE), AGAIN]).startswith("request 2")
    assert compared([stream(*PIECES)], [stream(*PIECE, {"type": "end"})]).startswith("request 1")


def nested(depth):
    return json.loads('{"metadata": ' * depth + '{"key": "ase_0001"}' + "}" * depth)


def test_what_is_nested_very_deeply_is_looked_through():
    deep = exchange("POST", f"/v2/agents/sc-{RUN}-agent-1/sessions", {}, nested(900), 201)
    (made, _) = steps_of([deep, exchange("GET", "/v2/agents/a/sessions/ase_0001")], KNOWN).steps
    assert [len(one.at) for one in made.captures] == [901]


def test_in_the_listings_of_an_account_only_what_a_sequence_made_counts():
    def listing(*keys):
        return exchange("GET", "/v2/agents?limit=1", answer={"agents": [{"key": key} for key in keys], "metadata": {}})

    mine = agent(1)
    assert compared([mine, listing("x-1", f"sc-{RUN}-agent-1")], [mine, listing(f"sc-{RUN}-agent-1", "y-1", "z-1")]) == ""
    assert compared([mine, listing("x-1", f"sc-{RUN}-agent-1")], [mine, listing("x-1")]).startswith("request 2")

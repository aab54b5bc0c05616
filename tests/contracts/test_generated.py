"""Generated requests take the wire like all others, and what they make bears the run's id."""

import copy
import re
from itertools import count

import httpx
import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.errors import UnsatisfiedAssumption
from schemathesis.transport.serialization import Binary
from werkzeug.test import Client

import openapi
from contracts.generated.marks import marked, with_secrets_of_the_run
from contracts.generated.objects import is_text_in_the_end
from contracts.journal import Journal
from contracts.operations import operations
from contracts.schemas import body_of
from contracts.wire.budget import Budget, Limits, NotSentError
from contracts.wire.gateway import REFUSABLE, Gateway
from contracts.wire.in_process import InProcess
from contracts.wire.wire import Wire
from tests.contracts.running import contracts, verdicts

RUN = "0123abcd"
BY_ID = {operation.id: operation for operation in operations()}
MADE = ("createAgent", "createCorpus", "createTool", "createInstruction", "createAgentAlias", "createApiKey", "createAppClient")
HOST = "http://target.example"


def keys():
    numbers = count(1)
    return lambda what: f"sc-{RUN}-{what}-{next(numbers)}"


def generating(answer, *, requests=None):
    """A client of the gateway to a target that gives these answers; and its wire."""
    wire = Wire(httpx.MockTransport(answer), "target.example", budget=Budget(Limits(requests=requests)))
    return Client(Gateway(wire, timeout_seconds=5), use_cookies=False), wire


@given(st.just("x" * 70_000))
def test_an_address_that_no_client_sends_is_given_up_and_not_held_against_the_target(text):
    got = []
    client, _ = generating(lambda request: got.append(request) or httpx.Response(500))
    with pytest.raises(UnsatisfiedAssumption):
        client.get("/v2/agents", base_url=HOST, query_string=f"filter={text}")
    assert got == []


def test_a_generated_request_arrives_as_it_was_sent():
    got = []

    def answer(request):
        got.append(request)
        return httpx.Response(200)

    client, _ = generating(answer)
    headers = {"X-Api-Key": "key", "X-Empty": "", "X-Latin": "caf\xe9", "Content-Type": "application/json"}
    client.post("/v2/a%2Fb/%FF", base_url=HOST, query_string="page_key=a%26b", data=b"\x00\xff{", headers=headers)
    (request,) = got
    assert request.extensions["target"] == b"/v2/a%2Fb/%FF?page_key=a%26b"
    assert request.content == b"\x00\xff{"
    assert [request.headers[name] for name in ("x-api-key", "x-empty", "x-latin")] == ["key", "", "caf\xe9"]
    assert request.extensions["timeout"]["read"] == 5


def test_an_answer_comes_back_as_it_is():
    answer = httpx.Response(418, headers=[("set-cookie", "a=1"), ("set-cookie", "b=2")], content=b"\xff")
    client, _ = generating(lambda _: answer)
    response = client.get("/v2/agents", base_url=HOST)
    assert (response.status_code, response.data) == (418, b"\xff")
    assert response.headers.getlist("set-cookie") == ["a=1", "b=2"]


def test_a_stream_is_read_as_it_comes():
    made = []

    def endless():
        for number in count():
            made.append(number)
            yield b"data: {}\n\n"

    answer = httpx.Response(201, headers={"content-type": "text/event-stream"}, content=endless())
    client, _ = generating(lambda _: answer)
    response = client.post("/v2/agents/a/sessions/s/events", base_url=HOST)
    pieces = iter(response.response)
    assert [next(pieces) for _ in range(3)] == 3 * [b"data: {}\n\n"]
    assert len(made) < 6


def test_generated_requests_count_against_the_budget_and_go_to_the_one_host():
    client, wire = generating(lambda _: httpx.Response(200), requests=1)
    client.get("/v2/agents", base_url=HOST)
    with pytest.raises(NotSentError, match="the budget of 1 requests is spent"):
        client.get("/v2/agents", base_url=HOST)
    with pytest.raises(NotSentError, match=r"nothing is sent to another\.example"):
        client.get("/v2/agents", base_url="http://another.example")
    assert wire.budget.requests == 1


def test_only_what_has_to_be_refused_may_lack_the_runs_id(tmp_path):
    client, wire = generating(lambda _: httpx.Response(400))
    wire.journal = Journal(tmp_path, HOST, RUN)
    sent = {"base_url": HOST, "json": {"name": "Mine"}}
    with pytest.raises(NotSentError, match="without the run's id in its name"):
        client.post("/v2/tools", **sent)
    assert client.post("/v2/tools", **sent, environ_overrides={REFUSABLE: True}).status_code == 400


def test_an_application_in_this_process_gets_the_bytes_of_the_path():
    seen = []

    def app(environ, start_response):
        seen.append((environ["PATH_INFO"].encode("latin-1"), environ["QUERY_STRING"], environ["HTTP_X_LATIN"]))
        start_response("299 Odd", [("x-latin", "caf\xe9")])
        return [b"a", b"b"]

    with httpx.Client(transport=InProcess(app), base_url=HOST) as http:
        answer = http.get("/v2/\u00e9%FF", params={"q": "\u00e9"}, headers=[(b"x-latin", "caf\xe9".encode("latin-1"))])
    assert seen == [(b"/v2/\xc3\xa9\xff", "q=%C3%A9", "caf\xe9")]
    assert (answer.status_code, answer.reason_phrase, answer.headers["x-latin"], answer.content) == (299, "Odd", "caf\xe9", b"ab")


TYPES = st.sampled_from(["client", "initial", "client_credentials"])
TEXTS = st.text(max_size=300) | st.from_regex(r"[a-z][a-z0-9_-]{0,60}", fullmatch=True)
BODIES = st.fixed_dictionaries(
    {},
    optional={"key": TEXTS, "name": TEXTS | st.integers(), "type": st.sampled_from(["client", "initial", "client_credentials"])},
)


@pytest.mark.parametrize("name", MADE)
@given(body=BODIES)
def test_a_mark_neither_spoils_a_body_nor_mends_one(name, body):
    operation = BY_ID[name]
    changed = marked(operation, body, keys())
    assert body_of(operation).is_valid(changed) == body_of(operation).is_valid(body)
    assert changed.keys() == body.keys()
    assert {field for field in body if changed[field] != body[field]} <= {"key", "name"}


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("createCorpus", {"key": "a" * 50}, {"key": f"sc-{RUN}-corpora-1" + "a" * 29}),
        ("createCorpus", {"key": "a"}, {"key": f"sc-{RUN}-corpora-1-a"}),
        ("createCorpus", {"key": ""}, {"key": ""}),
        ("createCorpus", {"key": "!"}, {"key": f"sc-{RUN}-corpora-1-!"}),
        ("createCorpus", [], []),
        ("updateTool", {"type": "client", "name": "a"}, {"type": "client", "name": f"sc-{RUN}-tools-1-a"}),
        ("updateAgentSession", {"name": "a"}, {"name": "a"}),
        ("createAgentSession", {"name": "a", "key": "a"}, {"name": "a", "key": "a"}),
    ],
)
def test_what_was_generated_is_kept_behind_the_mark(name, body, expected):
    assert marked(BY_ID[name], body, keys()) == expected


SECRETS = st.dictionaries(
    st.sampled_from(["API_KEY", "a b"]), st.none() | st.just("session") | st.text(max_size=5) | st.just("a" * 5000)
)


@given(secrets=SECRETS | st.text())
def test_the_runs_id_in_secrets_neither_spoils_a_body_nor_mends_one(secrets):
    operation, body = BY_ID["updateAgentSecrets"], {"secrets": secrets}
    changed = with_secrets_of_the_run(operation, body, keys())
    assert body_of(operation).is_valid(changed) == body_of(operation).is_valid(body)
    assert changed.keys() == body.keys()


def test_a_generated_secret_in_a_form_is_no_word_either():
    body = {"grant_type": "client_credentials", "client_id": "session", "client_secret": "session"}
    for media_type in ("application/json", "application/x-www-form-urlencoded"):
        changed = with_secrets_of_the_run(BY_ID["getOAuth2Token"], body, keys(), media_type)
        assert changed == body | {"client_secret": f"sc-{RUN}-secret-1-session"}


def an_agent_that_gets_pages(headers, token):
    tool = {"type": "web_get", "argument_override": {"headers": headers, "auth": {"type": "bearer", "token": token}}}
    steps = {"a": {"instructions": [], "output_parser": {"type": "default"}}}
    return {"name": "A", "model": {"name": "m"}, "first_step_name": "a", "steps": steps, "tool_configurations": {"a/b~c": tool}}


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("updateAgentSecrets", {"secrets": {"A": "session"}}, {"secrets": {"A": f"sc-{RUN}-secret-1-session"}}),
        ("updateAgentSecrets", {"secrets": {"A": None, "B": "****"}}, {"secrets": {"A": None, "B": "****"}}),
        ("createAgentSession", {"name": "name", "secrets": {"A": ""}}, {"name": "name", "secrets": {"A": ""}}),
        (
            "createAgent",
            an_agent_that_gets_pages({"Accept": "text", "Cookie": "metadata"}, {"$ref": "session.metadata.token"}),
            an_agent_that_gets_pages(
                {"Accept": "text", "Cookie": f"sc-{RUN}-secret-1-metadata"}, {"$ref": "session.metadata.token"}
            ),
        ),
        (
            "createAgent",
            an_agent_that_gets_pages({}, "metadata"),
            an_agent_that_gets_pages({}, f"sc-{RUN}-secret-1-metadata"),
        ),
        ("updateAgentSecrets", [], []),
        ("getAgent", None, None),
    ],
)
def test_a_generated_secret_is_no_word_that_a_refusal_needs(name, body, expected):
    given = copy.deepcopy(body)
    assert with_secrets_of_the_run(BY_ID[name], body, keys()) == expected
    assert body == given


def test_everything_that_generated_requests_make_bears_the_runs_id():
    generating = ("--promises", "SC1", "--max-examples", "3", "--phases", "fuzzing,stateful")
    run = contracts("run", "--app", "tests.contracts.watched:create_watched_app", *generating)
    assert set(verdicts(run).values()) <= {"kept", "not"}, run.stdout[-3000:]
    made, unmarked, left = max(
        tuple(map(int, told)) for told in re.findall(r"made (\d+), unmarked (\d+), left (\d+)", run.stdout)
    )
    assert made > 300
    assert (unmarked, left) == (0, 0)


def test_a_run_of_generated_requests_within_a_budget_says_what_it_could_not_test():
    app = ("--app", "mockserver.app:create_app", "--phases", "fuzzing", "--max-examples", "2", "--max-requests", "60")
    run = contracts("run", *app, "--promises", "SC101")
    assert verdicts(run) == {"SC101": "kept"}
    assert "the budget of 60 requests is spent (--max-requests)" in run.stdout


EVENTS = schemathesis.openapi.from_path(openapi.DOCUMENT)["/v2/agents/{agent_key}/sessions/{session_key}/events"]["POST"]


@pytest.mark.parametrize(
    ("body", "excused"),
    [
        ({"message": 5}, True),
        ({"message": 0.5, "files": [Binary(b"x")], "stream_response": True}, True),
        ({"message": "Hello!", "unknown": 5}, False),
        ({"message": 5, "since": "no event"}, False),
        ({"message": "Hello!", "since": 5}, False),
        ({"message": "Hello!", "stream_response": 5}, False),
        ({"message": True}, False),
        ({"messages": [5]}, False),
        ([5], False),
    ],
    ids=str,
)
def test_a_number_in_a_form_is_excused_only_where_it_is_all_that_is_wrong(body, excused):
    form = EVENTS.Case(body=body, media_type="multipart/form-data")
    assert is_text_in_the_end(form) is excused
    assert not is_text_in_the_end(EVENTS.Case(body=body, media_type="application/json"))

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.app import create_app
from mockserver.settings import Settings
from tests.arrange import Api, agent_body, assert_refused, examples, shared_api

AGENT = "/v2/agents/support-agent"
EVENTS = f"{AGENT}/sessions/s1/events"
CORPUS = "/v2/corpora/company-docs"
PLANTED = "t0p-s3cret-value"


@pytest.fixture
def api(app):
    api = Api(app)
    api.session(key="s1")
    return api


def post(api, path, raw, content_type="application/json"):
    return api.call("POST", path, data=raw, headers={"Content-Type": content_type} if content_type else {})


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        pytest.param(f"{AGENT}/sessions", {"name": 5}, {"/name": "must be of type string"}, id="number for a text"),
        pytest.param(f"{AGENT}/sessions", {"metadata": []}, {"/metadata": "must be of type object"}, id="list for an object"),
        pytest.param(f"{AGENT}/sessions", {"metadata": None}, {"/metadata": "must be of type object"}, id="null for an object"),
        pytest.param(f"{AGENT}/sessions", {"enabled": "yes"}, {"/enabled": "must be of type boolean"}, id="text for a boolean"),
        pytest.param(f"{AGENT}/sessions", {"tti_minutes": -1}, {"/tti_minutes": "must be at least 0"}, id="negative"),
        pytest.param(f"{AGENT}/sessions", {"tti_minutes": 1.5}, {"/tti_minutes": "must be of type integer"}, id="fraction"),
        pytest.param(
            f"{AGENT}/sessions", {"tti_minutes": 2**63}, {"/tti_minutes": f"must be at most {2**63 - 1}"}, id="huge number"
        ),
        pytest.param(f"{AGENT}/sessions", {"key": "x" * 51}, {"/key": "must have at most 50 characters"}, id="key too long"),
        pytest.param(f"{AGENT}/sessions", {"key": ""}, None, id="key empty"),
        pytest.param(f"{AGENT}/sessions", {"key": "a b"}, {"/key": "must match ^[0-9a-zA-Z_-]+$"}, id="key with a space"),
        pytest.param(f"{AGENT}/sessions", {"key": "a\n"}, {"/key": "must match ^[0-9a-zA-Z_-]+$"}, id="key with a line end"),
        pytest.param(f"{AGENT}/sessions", {"secrets": {"a": ""}}, {"/secrets/a": "must have at least 1 character"}, id="secret"),
        pytest.param(f"{AGENT}/sessions", [], {"/": "must be of type object"}, id="a list"),
        pytest.param(f"{AGENT}/sessions", None, {"/": "must be of type object"}, id="null"),
        pytest.param("/v2/agents", {}, {"/model": "is required", "/name": "is required"}, id="nothing of an agent"),
        pytest.param("/v2/agents", agent_body(name="x" * 51), {"/name": "must have at most 50 characters"}, id="name too long"),
        pytest.param(
            "/v2/agents",
            agent_body(tools={"t": {"type": "telepathy"}}),
            None,
            id="unknown tool",
        ),
        pytest.param(
            EVENTS,
            {"type": "shout"},
            {"/type": "must be one of 'input_message', 'interrupt', 'compact', 'tool_output'"},
            id="unknown type",
        ),
        pytest.param(EVENTS, {}, {"/messages": "is required"}, id="no messages"),
        pytest.param(EVENTS, {"messages": []}, {"/messages": "must have at least 1 entry"}, id="empty messages"),
        pytest.param(EVENTS, {"messages": [{"type": "text"}]}, {"/messages/0/content": "is required"}, id="no content"),
        pytest.param(
            EVENTS, {"messages": [{"type": "image"}]}, {"/messages/0/type": "must be one of 'text', 'skill'"}, id="unknown part"
        ),
        pytest.param(EVENTS, {"messages": [{"content": "x"}]}, {"/messages/0/type": "is required"}, id="part without type"),
        pytest.param(
            EVENTS,
            {"messages": [{"type": "text", "content": "x"}], "stream_response": "yes"},
            {"/stream_response": "must be of type boolean"},
            id="stream",
        ),
    ],
)
def test_a_body_that_does_not_fit_is_refused_by_field_and_stores_nothing(api, path, body, fields):
    before = api.state()

    response = post(api, path, json.dumps(body))

    assert_refused(response, 400, "SM203")
    assert fields is None or response.json["field_errors"] == fields
    assert api.state() == before


def test_an_unknown_tool_type_names_the_known_ones(api):
    response = post(api, "/v2/agents", json.dumps(agent_body(tools={"t": {"type": "telepathy"}})))

    ((field, reason),) = response.json["field_errors"].items()
    assert field == "/tool_configurations/t/type"
    assert "'corpora_search'" in reason


@pytest.mark.parametrize(
    ("raw", "place", "says"),
    [
        pytest.param(b'{\n  "name": "x",\n}', "line 2, column 14", "trailing comma", id="trailing comma"),
        pytest.param(b'{"name": "x"', "line 1, column 13", "", id="cut off"),
        pytest.param(b"{'name': 'x'}", "line 1, column 2", "", id="single quotes"),
        pytest.param(b'{"tti_minutes": NaN}', "line 1, column 17", "", id="NaN"),
        pytest.param(b'{"tti_minutes": -Infinity}', "line 1, column 18", "", id="infinity"),
        pytest.param(b'{"tti_minutes": 1e999}', "line 1, column 17", "", id="beyond all numbers"),
        pytest.param(b'{"name": "\\ud800"}', "line 1, column", "", id="lone surrogate"),
        pytest.param(b'{"name": "\xff"}', "line 1, column", "", id="no UTF-8"),
        pytest.param(b"hello", "line 1, column 1", "", id="words"),
        pytest.param(b"\0", "line 1, column 1", "", id="a null byte"),
        pytest.param(b" ", "line 1, column", "", id="a space"),
        pytest.param(b"{} {}", "line 1, column 4", "", id="two values"),
    ],
)
def test_broken_json_is_refused_with_its_place_and_stores_nothing(api, raw, place, says):
    before = api.state()

    response = post(api, f"{AGENT}/sessions", raw)

    assert_refused(response, 400, "SM201")
    assert place in response.json["messages"][0]
    assert says in response.json["messages"][0]
    assert response.json["field_errors"].keys() == {"/"}
    assert api.state() == before


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 50_000, b'{"metadata":' + b"[" * 200 + b"]" * 200 + b"}"])
def test_deep_nesting_is_refused(api, raw):
    response = post(api, f"{AGENT}/sessions", raw)

    assert_refused(response, 400, "SM201", field_errors={"/": "is nested too deeply"})


def test_brackets_in_a_text_are_not_nesting(api):
    assert post(api, f"{AGENT}/sessions", json.dumps({"name": '[{"' * 200})).status_code == 201


@pytest.mark.parametrize(("depth", "status"), [(50, 201), (97, 422)])
def test_metadata_reaches_a_template_up_to_its_depth_and_is_refused_beyond(api, depth, status):
    metadata = {"deep": json.loads("[" * depth + "]" * depth)}
    session = api.session(api.agent("a1", template="$session.metadata"), metadata=metadata)

    response = api.say(session)

    assert response.status_code == status
    if status == 422:
        assert_refused(response, 422, "SM401")
        assert "nested deeper than 60" in response.json["messages"][0]


def test_metadata_as_deep_as_a_body_may_be_reaches_a_reference(api):
    metadata = {"deep": json.loads("[" * 97 + "]" * 97)}
    tool = {"type": "lambda", "tool_id": "tol_1", "argument_override": {"x": {"$ref": "session.metadata.deep"}}}
    session = api.session(api.agent("a1", tools={"code": tool}), metadata=metadata)

    assert api.say(session).status_code == 201


def test_a_missing_body_is_refused(api):
    response = api.call("POST", f"{AGENT}/sessions")

    assert_refused(response, 400, "SM202", field_errors={"/": "is required"})


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
def test_another_media_type_is_refused(api, content_type):
    before = api.state()

    response = post(api, f"{AGENT}/sessions", b"{}", content_type)

    assert_refused(response, 415, "SM205")
    assert "application/json" in response.json["messages"][0]
    assert api.state() == before


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_parameters_and_case_of_the_media_type_do_not_matter(api, content_type):
    assert post(api, f"{AGENT}/sessions", b"{}", content_type).status_code == 201


@pytest.mark.parametrize(("size", "status"), [(200, 201), (201, 413)])
def test_the_body_may_be_as_large_as_the_limit(clock, size, status):
    api = Api(create_app(Settings(max_body_bytes=200), clock=clock))
    body = json.dumps({"name": ""})

    response = post(api, f"{AGENT}/sessions", json.dumps({"name": "x" * (size - len(body))}))

    assert response.status_code == status
    if status == 413:
        assert_refused(response, 413, "SM206")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("limit=0", {"limit": "must be at least 1"}),
        ("limit=101", {"limit": "must be at most 100"}),
        ("limit=-1", {"limit": "must be at least 1"}),
        ("limit=abc", {"limit": "must be of type integer"}),
        ("limit=", {"limit": "must be of type integer"}),
        ("limit=1.5", {"limit": "must be of type integer"}),
        ("limit=99999999999999999999", {"limit": "must be of type integer"}),
        ("limit=%D9%A3", {"limit": "must be of type integer"}),
        ("limit=1_0", {"limit": "must be of type integer"}),
        ("filter=" + "x" * 1001, {"filter": "must have at most 1000 characters"}),
        ("limit=0&filter=" + "x" * 1001, {"filter": "must have at most 1000 characters", "limit": "must be at least 1"}),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_a_parameter_that_does_not_fit_is_refused_by_name(api, query, fields):
    assert_refused(api.call("GET", f"{AGENT}/sessions?{query}"), 400, "SM204", field_errors=fields)


@pytest.mark.parametrize("limit", [1, 100])
def test_the_bounds_of_the_limit_are_allowed(api, limit):
    assert api.get(f"{AGENT}/sessions", limit=limit).status_code == 200


@pytest.mark.parametrize("page_key", ["", "x", "AAAAAAAAAAAAAAAAAAAAAA", "%00", "💥", "a" * 5000])
def test_an_unknown_page_key_is_refused(api, page_key):
    response = api.get(f"{AGENT}/sessions", page_key=page_key)

    assert_refused(response, 400, "SM209")
    assert response.json["field_errors"].keys() == {"page_key"}


def test_a_parameter_given_twice_is_refused(api):
    response = api.call("GET", f"{AGENT}/sessions?limit=1&limit=2")

    assert_refused(response, 400, "SM211", field_errors={"limit": "takes one value"})


def test_an_unknown_parameter_is_ignored(api):
    assert api.call("GET", f"{AGENT}/sessions?surprise=1&surprise=2").status_code == 200


@pytest.mark.parametrize("value", ["yes", "1", "", "nope"])
def test_a_boolean_parameter_takes_only_true_and_false(api, value):
    response = api.get(EVENTS, include_hidden=value)

    assert_refused(response, 400, "SM204", field_errors={"include_hidden": "must be of type boolean"})


@pytest.mark.parametrize(
    ("path", "field"),
    [
        pytest.param("/v2/agents/" + "x" * 51, "agent_key", id="agent key too long"),
        pytest.param("/v2/agents/a%20b", "agent_key", id="agent key with a space"),
        pytest.param("/v2/agents/a%0A", "agent_key", id="agent key with a line end"),
        pytest.param("/v2/agents/%F0%9F%92%A5", "agent_key", id="agent key of a symbol"),
        pytest.param("/v2/agents/%FF", "agent_key", id="agent key that is no text"),
        pytest.param("/v2/agents/", "agent_key", id="agent key empty"),
        pytest.param(f"{AGENT}/sessions/" + "x" * 51, "session_key", id="session key too long"),
        pytest.param(f"{EVENTS}/nope", "event_id", id="event id of another form"),
    ],
)
def test_a_path_that_does_not_fit_is_refused_by_name(api, path, field):
    response = api.call("GET", path)

    assert_refused(response, 400, "SM204")
    assert response.json["field_errors"].keys() == {field}


@pytest.mark.parametrize("path", ["/", "/v1/agents", "/v2/agents/a/b", f"{EVENTS}/aev_1/hide/x", "/v2//agents", "/V2/agents"])
def test_an_unknown_path_is_not_found(api, path):
    assert_refused(api.call("GET", path), 404, "SM207", id=path)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v2/agents", "GET, POST"),
        ("POST", AGENT, "DELETE, GET, PATCH, PUT"),
        ("PUT", f"{AGENT}/sessions", "GET, POST"),
        ("PUT", f"{AGENT}/sessions/s1", "DELETE, GET, PATCH"),
        ("PATCH", f"{EVENTS}/aev_1", "DELETE, GET"),
        ("GET", f"{EVENTS}/aev_1/hide", "POST"),
        ("OPTIONS", "/v2/agents", "GET, POST"),
        ("TRACE", "/v2/agents", "GET, POST"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(api, method, path, allowed):
    response = api.call(method, path)

    assert_refused(response, 405, "SM208")
    assert response.headers["Allow"] == allowed


@pytest.mark.parametrize("value", ["0", "x", "-1", "1.5"])
@pytest.mark.parametrize("name", ["Request-Timeout", "Request-Timeout-Millis"])
def test_a_timeout_that_does_not_fit_is_refused_by_name(api, name, value):
    response = api.call("GET", AGENT, headers={name: value})

    assert_refused(response, 400, "SM204")
    assert response.json["field_errors"].keys() == {name}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"{AGENT}/sessions", {"secrets": {"token": PLANTED}, "name": 5}),
        ("POST", f"{AGENT}/sessions", {"secrets": {"token": [PLANTED]}}),
        ("POST", f"{AGENT}/sessions", {"secrets": PLANTED}),
        ("POST", f"{AGENT}/sessions", {"secrets": {"bad name!": PLANTED}}),
        ("POST", f"{AGENT}/sessions", {"secrets": {"token": PLANTED * 300}}),
        (
            "POST",
            f"{AGENT}/sessions",
            {"secrets": {"token": PLANTED}, "from_session": {"session_key": "s1", "compact_up_to_event_id": "e"}},
        ),
        ("POST", f"{AGENT}/sessions", {"secrets": {"token": PLANTED}, "key": "s1"}),
        ("POST", f"{AGENT}/sessions", {"secrets": {"token": PLANTED}, "key": PLANTED + "!"}),
        ("POST", f"{AGENT}/sessions", {"tti_minutes": PLANTED, "enabled": PLANTED, "metadata": PLANTED}),
        ("PATCH", f"{AGENT}/sessions/s1", {"secrets": {"token": PLANTED, "other": 5}}),
        ("POST", "/v2/agents", agent_body(tools={"t": {"type": PLANTED}})),
        ("POST", "/v2/agents", agent_body(tools={"t": {"type": "web_get", "argument_override": {"url": [PLANTED]}}})),
        ("POST", EVENTS, {"type": PLANTED}),
        ("POST", EVENTS, {"messages": [{"type": PLANTED}]}),
        ("POST", EVENTS, {"messages": PLANTED}),
    ],
)
def test_no_refusal_repeats_a_secret(api, method, path, body):
    response = api.call(method, path, body)

    assert response.status_code in {400, 409}, response.text
    assert PLANTED not in response.text


@pytest.mark.parametrize(
    "raw", [f'{{"secrets": {{"a": "{PLANTED}",}}}}', f'{{"secrets": "{PLANTED}', f'{{"a": {PLANTED}}}', PLANTED]
)
def test_no_report_of_broken_json_repeats_a_secret(api, raw):
    response = post(api, f"{AGENT}/sessions", raw)

    assert_refused(response, 400, "SM201")
    assert PLANTED not in response.text


def test_a_stored_secret_is_nowhere_to_be_read(api):
    session = api.session(
        api.agent("a1", template="$session.secrets.token $session $agent"), key="s9", secrets={"token": PLANTED}
    )
    seen = [
        api.get(session).text,
        api.get("/v2/agents/a1/sessions").text,
        api.say(session).text,
        api.get(f"{session}/events").text,
        api.get("/__admin/state").text,
        api.get("/__admin/requests").text,
    ]

    assert not [text for text in seen if PLANTED in text]


WRITES = [
    ("POST", "/v2/agents"),
    ("PATCH", AGENT),
    ("PUT", AGENT),
    ("POST", f"{AGENT}/sessions"),
    ("PATCH", f"{AGENT}/sessions/s1"),
    ("POST", EVENTS),
    ("POST", "/v2/corpora"),
    ("PATCH", CORPUS),
    ("POST", f"{CORPUS}/documents"),
    ("POST", f"{CORPUS}/query"),
    ("POST", "/v2/instructions"),
    ("PATCH", "/v2/instructions/ins_1"),
    ("POST", "/v2/instructions/ins_1/test"),
    ("POST", "/v2/tools"),
    ("PATCH", "/v2/tools/tol_get_location"),
    ("PATCH", f"{AGENT}/identity"),
    ("PATCH", f"{AGENT}/secrets"),
    ("PUT", f"{AGENT}/secrets"),
    ("POST", f"{EVENTS}/aev_1/hide"),
    ("POST", f"{EVENTS}/aev_1/unhide"),
]
PLAUSIBLE = {
    "/v2/tools": {"type": "client", "name": "n", "description": "d"},
    "/v2/tools/tol_get_location": {"type": "client"},
    "/v2/corpora": {"key": "c1"},
    f"{CORPUS}/documents": {"type": "core", "id": "d1", "document_parts": [{"text": "password"}]},
    f"{CORPUS}/query": {"query": "password"},
    "/v2/instructions": {"type": "initial", "name": "n", "template": "t"},
    "/v2/instructions/ins_1": {"type": "initial"},
}
FIELDS = [
    "key", "name", "description", "metadata", "enabled", "tti_minutes", "secrets", "from_session", "session_key", "model", "type",
    "tool_configurations", "skills", "first_step", "first_step_name", "steps", "compaction", "tool_output_offloading", "messages",
    "content", "since", "behavior", "stream_response", "tool_outputs", "event_id", "output", "instructions", "template",
    "argument_override", "query_configuration", "search", "corpora", "corpus_key", "limit", "offset", "metadata_filter", "query",
    "filter_attributes", "document_parts", "sections", "text", "title", "id", "context", "tools", "template_type", "generation",
    "reminders", "next_steps", "step_name", "allowed_tools", "reentry_step", "output_parser", "skill_name", "$ref", "hooks",
    "input_schema", "output_schema", "properties", "items", "required", "mode", "api_roles", "corpus_roles", "agent_roles",
]  # fmt: skip
WORDS = [
    "input_message", "interrupt", "compact", "tool_output", "text", "skill", "inline", "reference", "velocity", "default", "s1",
    "corpora_search", "lambda", "web_get", "sub_agent", "company-docs", "first_step", "session.metadata.x",
    "core", "structured", "initial", "text", "doc.year = 1 AND", "${session.metadata.x}", "#if($x)", "start", "aev_1",
    "doc.year = 1",
]  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(WORDS)
scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | texts
bodies = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | texts, inner, max_size=4),
    max_leaves=12,
)
plausible_agents = st.fixed_dictionaries(
    {"name": texts, "model": st.just({"name": "m"}), "first_step_name": st.just("a")},
    optional={
        "steps": st.fixed_dictionaries(
            {"a": st.fixed_dictionaries({}, optional=dict.fromkeys(("instructions", "next_steps", "name", "reminders"), bodies))}
        ),
        "tool_configurations": st.dictionaries(
            texts,
            st.fixed_dictionaries(
                {"type": st.sampled_from(["corpora_search", "lambda", "web_get", "client"])},
                optional={"argument_override": bodies, "query_configuration": bodies},
            ),
            max_size=2,
        ),
        "metadata": bodies,
        "enabled": st.booleans() | st.none(),
    },
)


def never_a_defect(method, path, raw):
    api = shared_api()
    api.reset()
    api.session(key="s1")

    response = api.call(method, path, data=raw, headers={"Content-Type": "application/json"})

    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert_refused(response, response.status_code, response.headers["X-Mock-Code"])
    assert api.get(f"{AGENT}/sessions").status_code == 200
    if api.get(AGENT).json["enabled"]:
        assert api.say(f"{AGENT}/sessions/s1").status_code < 500


@examples(30)
@pytest.mark.parametrize(("method", "path"), WRITES)
@given(raw=st.binary() | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_arbitrary_bytes_are_never_a_defect(method, path, raw):
    never_a_defect(method, path, raw)


@examples(50)
@pytest.mark.parametrize(("method", "path"), WRITES[:-2])
@given(body=st.dictionaries(st.sampled_from(FIELDS), bodies, max_size=5) | bodies, is_plausible=st.booleans())
def test_arbitrary_json_is_never_a_defect(method, path, body, is_plausible):
    if is_plausible and isinstance(body, dict):
        body = {**body, **PLAUSIBLE.get(path, {})}
    never_a_defect(method, path, json.dumps(body))


@examples(80)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@given(body=plausible_agents)
def test_a_plausible_agent_is_never_a_defect(method, body):
    never_a_defect(method, AGENT, json.dumps(body))


@examples(100)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.sampled_from(["filter", "page_key", "limit", "metadata_filter", "corpus_id", "query", "offset", "version", "type"]),
    st.sampled_from(
        [f"{AGENT}/sessions", "/v2/corpora", f"{CORPUS}/documents", f"{CORPUS}/query", "/v2/instructions", "/v2/tools"]
    ),
)
def test_any_query_is_never_a_defect(text, name, path):
    response = shared_api().get(path, **{name: text})

    assert response.status_code in {200, 400}


@examples(100)
@given(st.binary(min_size=1, max_size=12))
def test_any_path_is_never_a_defect(raw):
    path = "/v2/agents/" + "".join(f"%{byte:02X}" for byte in raw)

    assert shared_api().call("GET", path).status_code in {400, 404}


@pytest.mark.parametrize("text", ["what " * 50_000, "respond " * 50_000, "my " * 100_000], ids=["what", "respond", "my"])
def test_a_long_message_is_answered_soon(api, text):
    started = time.process_time()

    assert api.say(f"{AGENT}/sessions/s1", text).status_code == 201
    assert time.process_time() - started < 5

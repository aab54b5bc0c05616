"""What a refusal says: where the fault is, by JSON pointer, and what was expected, never what was sent."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.errors import Refused
from mockserver.spec.requests import BodyLimits, RawRequest, validated
from tests.spec.drawing import found, places, put
from tests.spec.samples import SAMPLES

AGENT = {"name": "a", "model": {"name": "m"}}
TOOL_TYPES = (
    "'reference', 'dynamic_vectara', 'mcp', 'corpora_search', 'web_search', 'web_get', 'lambda', 'client', 'sub_agent', "
    "'artifact_read', 'artifact_grep', 'image_read', 'document_conversion', 'get_document_text'"
)
TEXT = {"type": "text", "content": "x"}


def tool(**fields):
    return {**AGENT, "tool_configurations": {"t": fields}}


def overriding(kind, **arguments):
    return tool(type=kind, argument_override=arguments)


CASES = {
    "a missing field": ("createAgent", {"name": "a"}, {"/model": "is required"}),
    "a wrong type": ("createAgent", {**AGENT, "enabled": "yes"}, {"/enabled": "must be of type boolean"}),
    "no object": ("createAgent", [], {"/": "must be of type object"}),
    "two faults at once": (
        "createAgent",
        {"name": "", "model": {}},
        {"/model/name": "is required", "/name": "must have at least 1 character"},
    ),
    "a text too long": ("createAgent", {**AGENT, "name": "x" * 51}, {"/name": "must have at most 50 characters"}),
    "a pattern": ("createAgent", {**AGENT, "key": "a b"}, {"/key": "must match ^[0-9a-zA-Z_-]+$"}),
    "a least number": (
        "createAgent",
        {**AGENT, "compaction": {"threshold_percent": 49}},
        {"/compaction/threshold_percent": "must be at least 50"},
    ),
    "a greatest number": (
        "createAgent",
        {**AGENT, "model": {"name": "m", "retry_configuration": {"max_retries": 11}}},
        {"/model/retry_configuration/max_retries": "must be at most 10"},
    ),
    "an integer format": ("createAgentSession", {"tti_minutes": 2**63}, {"/tti_minutes": f"must be at most {2**63 - 1}"}),
    "an enumeration": (
        "createAgent",
        {**AGENT, "compaction": {"tool_event_policy": "some"}},
        {"/compaction/tool_event_policy": "must be one of 'exclude', 'include_outputs', 'include_all'"},
    ),
    "too few entries": ("createAgentInput", {"messages": []}, {"/messages": "must have at least 1 entry"}),
    "a name of a map": (
        "createAgentSession",
        {"secrets": {"a b": "x"}},
        {"/secrets": "has a name that is not allowed: must match ^[A-Za-z0-9_-]+$"},
    ),
    "a pointer with a slash and a tilde": (
        "createAgent",
        {**AGENT, "skills": {"a/b~c": 1}},
        {"/skills/a~1b~0c": "must be of type object or null"},
    ),
    "a closed object": (
        "createAgent",
        overriding("web_search", colour="x"),
        {"/tool_configurations/t/argument_override/colour": "is not a field that may stand here"},
    ),
    "a field of the branch that type chose": (
        "createAgent",
        tool(type="client"),
        {"/tool_configurations/t/tool_id": "is required"},
    ),
    "a pattern in the branch that type chose": (
        "createAgent",
        tool(type="client", tool_id="x"),
        {"/tool_configurations/t/tool_id": "must match ^tol_.*$"},
    ),
    "an unknown type": ("createAgent", tool(type="teleport"), {"/tool_configurations/t/type": f"must be one of {TOOL_TYPES}"}),
    "no type": ("createAgent", tool(), {"/tool_configurations/t/type": "is required"}),
    "a union in a list": (
        "createAgentInput",
        {"messages": [TEXT, {"type": "skill"}]},
        {"/messages/1/skill_name": "is required"},
    ),
    "a union in a union": (
        "createAgentInput",
        {"type": "tool_output", "tool_outputs": [{"type": "success", "event_id": "aev_1"}]},
        {"/tool_outputs/0/output": "is required"},
    ),
    "a type left out where it has a default": (
        "createAgentInput",
        {"messages": [{"type": "text"}]},
        {"/messages/0/content": "is required"},
    ),
    "an unknown input": (
        "createAgentInput",
        {"type": "shout"},
        {"/type": "must be one of 'input_message', 'interrupt', 'compact', 'tool_output'"},
    ),
    "neither a text nor a reference": (
        "createAgent",
        overriding("web_get", url=5),
        {"/tool_configurations/t/argument_override/url": "must be of type string or object"},
    ),
    "a reference that is empty": (
        "createAgent",
        overriding("web_get", url={"$ref": ""}),
        {"/tool_configurations/t/argument_override/url/$ref": "must have at least 1 character"},
    ),
    "a number that may be a reference, out of bounds": (
        "createAgent",
        overriding("web_search", limit=21),
        {"/tool_configurations/t/argument_override/limit": "must be at most 20"},
    ),
    "a list that may be a reference, with a wrong entry": (
        "createAgent",
        overriding("web_search", include_domains=["a", 3]),
        {"/tool_configurations/t/argument_override/include_domains/1": "must be of type string or object"},
    ),
    "a map and a reference in one": (
        "createAgent",
        overriding("web_get", headers={"$ref": "a", "b": "c"}),
        {
            "/tool_configurations/t/argument_override/headers": "has a name that is not allowed: must not be '$ref'",
            "/tool_configurations/t/argument_override/headers/b": "is not a field that may stand here",
        },
    ),
    "a format": (
        "createAgent",
        tool(type="lambda", created_at="yesterday"),
        {"/tool_configurations/t/created_at": "must be a date-time"},
    ),
    "a value that may be null": (
        "updateAgent",
        {"compaction": {"threshold_percent": 1}},
        {"/compaction/threshold_percent": "must be at least 50"},
    ),
}


@pytest.fixture(scope="session")
def problems(operations):
    return lambda operation_id, body: operations.by_id[operation_id].body.validator.problems(body)


@pytest.fixture(scope="session")
def refused(operations):
    def send(operation_id, *, query="", path="/v2/agents", raw=b"", headers=None):
        request = RawRequest(
            operations.by_id[operation_id].method, path, query, headers or {"content-type": "application/json"}, raw
        )
        with pytest.raises(Refused) as caught:
            validated(operations.route(request.method, path), request, BodyLimits(1000, 1000))
        return caught.value

    return send


@pytest.mark.parametrize(("operation_id", "body", "expected"), CASES.values(), ids=CASES)
def test_a_fault_is_named_with_its_place(operation_id, body, expected, problems):
    assert problems(operation_id, body) == expected


def test_several_wrong_parameters_are_named_together(refused):
    refusal = refused("listAgents", query="limit=101&enabled=maybe", headers={"request-timeout": "0"})
    assert refusal.refusal.code == "SM204"
    assert refusal.fields == {
        "Request-Timeout": "must be at least 1",
        "enabled": "must be of type boolean",
        "limit": "must be at most 100",
    }


@pytest.mark.parametrize(
    ("code", "message", "request_parts"),
    [
        pytest.param(
            "SM201",
            "The body is not valid JSON at line 1, column 11: trailing comma is not allowed.",
            {"raw": b'{"name": 1,}'},
            id="a comma too many",
        ),
        pytest.param("SM201", "The body is nested deeper than 100 levels.", {"raw": b"[" * 101 + b"]" * 101}, id="deep"),
        pytest.param("SM202", "The request needs a body: a JSON object, {} at the least.", {}, id="none"),
        pytest.param(
            "SM205",
            "The media type of the body is text/plain; send Content-Type: application/json.",
            {"raw": b"{}", "headers": {"content-type": "text/plain"}},
            id="another media type",
        ),
        pytest.param(
            "SM205",
            "The media type of the body is not stated; send Content-Type: application/json.",
            {"raw": b"{}", "headers": {"accept": "*/*"}},
            id="no media type",
        ),
        pytest.param(
            "SM206", "The body is over the limit of 1000 bytes (setting max_body_bytes).", {"raw": b" " * 1001}, id="large"
        ),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_by_code(code, message, request_parts, refused):
    refusal = refused("createAgent", **request_parts)
    assert refusal.refusal.code == code
    assert refusal.message.startswith(message)


def test_a_message_lists_five_faults_and_counts_the_rest(refused):
    body = {"enabled": 1, "metadata": 1, "steps": 1, "skills": 1, "description": 1}
    message = refused("createAgent", raw=json.dumps(body).encode()).message
    assert message.startswith("The body does not fit the operation: /description must be of type string; ")
    assert message.endswith("; and 2 more.")


PLANTED = "hunter2-correct-horse"
BODIES = [(operation_id, body) for operation_id, bodies in SAMPLES.items() for body in bodies]


@given(st.data())
def test_no_problem_quotes_a_value(operations, data):
    operation_id, sample = data.draw(st.sampled_from(BODIES))
    body = copy.deepcopy(sample)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.sampled_from(list(places(body))))
        planted = data.draw(
            st.sampled_from((PLANTED, [PLANTED], {"type": PLANTED}, {"$ref": [PLANTED]}, f"{PLANTED}\n", PLANTED * 500))
        )
        body = put(
            body,
            at,
            {**found(body, at), "type": PLANTED} if isinstance(found(body, at), dict) and data.draw(st.booleans()) else planted,
        )
    told = operations.by_id[operation_id].body.validator.problems(body)
    assert PLANTED not in json.dumps(told)
    assert not any("none of the" in reason for reason in told.values())


@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_body_that_is_no_json_is_not_quoted(operations, before, after):
    raw = f'{{"secrets": {{"a": {before}{PLANTED}{after}'.encode("utf-8", "replace")
    request = RawRequest("POST", "/v2/agents", "", {"content-type": "application/json"}, raw)
    with pytest.raises(Refused) as caught:
        validated(operations.route("POST", "/v2/agents"), request, BodyLimits(10_000, 10_000))
    assert PLANTED not in caught.value.message + json.dumps(dict(caught.value.fields))

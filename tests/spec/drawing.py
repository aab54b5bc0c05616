"""Requests for every operation: valid ones drawn from the document, and the same with a fault or an oddity in them."""

import copy
import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import schemathesis
from hypothesis import strategies as st

import openapi
from mockserver.spec.requests import RawRequest

JSON = "application/json"


@dataclass(frozen=True)
class Sent:
    """A request by its parts, before anything is encoded into a path or a query."""

    method: str
    template: str
    path: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    media_type: str | None = None

    @property
    def target(self):
        target = self.template
        for name, text in self.path:
            target = target.replace(f"{{{name}}}", quote(text, safe=""))
        return target

    def raw(self):
        headers = {name.lower(): text for name, text in self.headers}
        if self.media_type is not None:
            headers["content-type"] = self.media_type
        return RawRequest(self.method, self.target, urlencode(self.query), headers, self.body)

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def __str__(self):
        return f"{self.method} {self.target}?{urlencode(self.query)} {dict(self.headers)} {self.media_type} {self.body[:2000]!r}"


KEYS = ("support-agent", "a", "A_b-9", "x" * 50)
WRONG_KEYS = ("", "x" * 51, "!!! abc", "a b", "a.b", "ä", "a/b", "a%2Fb", "a?b", "🦉", "-" * 60, "a\nb", "abc\n")
PATHS = {
    "agent_key": (KEYS, WRONG_KEYS),
    "alias_key": (KEYS, WRONG_KEYS),
    "session_key": (KEYS, WRONG_KEYS),
    "schedule_key": (KEYS, WRONG_KEYS),
    "event_id": (
        ("aev_1", "aev_A-b_2", "aev_" + "x" * 124),
        ("", "aev_", "ev_1", "aev_ä", "aev_" + "x" * 125, "xaev_1", "aev_1 "),
    ),
    "artifact_id": (("art_1", "art_a_b-2"), ("", "art_", "at_1", "art_A", "art_ä", "xart_1", "art_1 ")),
    "corpus_key": (("company-docs", "a", "A_b-9=", "x" * 50), ("", "x" * 51, "a b", "a.b", "ä", "a/b", "a\nb", "abc\n")),
    "document_id": (("doc-basic-password", "a b", "ä/🦉", "x" * 200), ("",)),
    "instruction_id": (("ins_1", "ins_A-b_2"), ("", "ins_", "in_1", "ins_ä", "xins_1", "ins_1 ")),
    "tool_id": (("tol_1", "tol_get_location", "tol_", "tol_ä b"), ("", "tol", "xtol_1", "TOL_1", "to_1")),
    "api_key_id": (("aky_1", "aky_", "aky_ä b"), ("", "aky", "xaky_1", "AKY_1")),
    "app_client_id": (("app_1", "app_ä b"), ("", "app_", "xapp_1", "APP_1")),
    "version": (("1", "42", "2147483648"), ("0", "-1", "1.0", "one", "latest", "+1")),
}
QUERIES = {
    "corpus_key": (KEYS, WRONG_KEYS),
    "api_key_role": (("serving", "serving_and_indexing", "personal"), ("Serving", "", "owner")),
    "query": (("password", "ä=&", "x" * 5000), ("x" * 5001, "")),
    "offset": (("0", "10", "2147483648"), ("-1", "1.5", "none", "")),
    "save_history": (("true", "false"), ("yes", "0", "")),
    "intelligent_query_rewriting": (("true", "false"), ("2", "wahr")),
    "wait_for": (("searchable", "indexed"), ("Searchable", "", "later")),
    "type": (("initial", "client"), ("Initial", "", "final")),
    "corpus_id": (("crp_1", "crp_007"), ("1", "crp_", "CRP_1", "crp_1,crp_2", "")),
    "version": (("1", "42"), ("0", "-1", "1.0", "latest")),
    "limit": (
        ("1", "10", "100", "007", "42"),
        ("0", "101", "-1", "1.0", "1e1", "ten", "", "+5", "1_0", "2147483648", "null", "1,2"),
    ),
    "enabled": (("true", "false"), ("yes", "0", "null", "tru", "true,false", " true", "")),
    "aliased_agent_key": (KEYS, WRONG_KEYS),
    "include_hidden": (("true", "false"), ("2", "wahr", "[]", "")),
    "sort_by": (("created_at", "updated_at"), ("name", "", "Created_at")),
    "order_by": (("asc", "desc"), ("up", "", "ASC")),
    "filter": (("support.*", "x" * 1000, "ä", "(", " "), ("x" * 1001, "")),
    "metadata_filter": (("user_role = 'premium'", "'" * 8000), ("'" * 8001,)),
    "page_key": (("abc", "ä=&", "0"), ()),
}
HEADERS = {
    "Request-Timeout": (("1", "30", "2147483648"), ("0", "-1", "1.5", "soon", "1s", "true")),
    "Request-Timeout-Millis": (("1", "30000", "0001"), ("0", "-30", "3e4", "null")),
}
POOLS = {"path": PATHS, "query": QUERIES, "header": HEADERS}
UNKNOWN = (("query", "colour", "blue"), ("header", "X-Colour", "blue"), ("query", "Limit", "0"), ("query", "limit[]", "x"))

SCALARS = (
    None, True, False, "true", 0, 1, -1, 2, 1.0, 1.5, -0.0, 0.005, 49, 51, 95, 96, 100, 101, 256, 2**31 - 1, 2**31, -(2**31) - 1,
    2**53, 2**63 - 1, "", " ", "a", "x" * 50, "x" * 51, "x" * 255, "x" * 256, "x" * 501, "x" * 4097, "!!! abc", "a\n",
    "aev_1", "start",    "tol_1", "art_1", "ins_1", "gpt-4o", "2024-01-15T10:30:00Z", "é", "🦉" * 50, "🦉" * 51,
)  # fmt: skip
COMPOUNDS = (
    [], {}, [None], [[]], {"a": None}, {"": ""}, {"type": "text"}, {"type": "text", "content": "x"}, {"type": 1}, {"type": None},
    {"$ref": "session.metadata.x"}, {"$ref": ""}, {"$ref": "a", "b": 1}, {"$ref": {"type": "string"}}, ["a", "a"], [1, 2.5],
)  # fmt: skip
STRANGE_TYPES = ("", "text ", "Text", "unknown", None, 0, True, [], {}, ["text"])


@cache
def document():
    return schemathesis.openapi.from_path(openapi.DOCUMENT)


@cache
def drawn(template, method):
    """Valid requests as Schemathesis draws them, with JSON in their bodies; forms have a test of their own."""
    return document()[template][method.lower()].as_strategy().filter(lambda case: case.media_type in {JSON, None})


@st.composite
def parameters(draw, operation, *, wrong):
    """Texts for the operation's parameters; with `wrong`, one of them may be a wrong one."""
    chosen = {"path": [], "query": [], "header": []}
    spoilt = draw(st.sampled_from([p.name for p in operation.parameters])) if wrong and operation.parameters else None
    for parameter in operation.parameters:
        good, bad = POOLS[parameter.location][parameter.name]
        pool = bad if parameter.name == spoilt and bad else good
        left_out = parameter.location == "query" and parameter.name == spoilt and draw(st.booleans())
        if (parameter.required and not left_out) or parameter.name == spoilt or draw(st.booleans()):
            times = draw(st.integers(1, 3)) if parameter.type == "array" else 1
            texts = [draw(st.sampled_from(pool)) for _ in range(times)]
            chosen[parameter.location] += [(parameter.name, text) for text in texts]
    if draw(st.integers(0, 4)) == 0:
        where, name, text = draw(st.sampled_from(UNKNOWN))
        chosen[where].append((name, text))
    return {"path": tuple(chosen["path"]), "query": tuple(chosen["query"]), "headers": tuple(chosen["header"])}


def places(value, at=()):
    """Every place in a JSON value, as a path of names and indices."""
    yield at
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*at, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*at, index))


def found(value, at):
    for step in at:
        value = value[step]
    return value


def put(value, at, new):
    """Return `value` with `new` at a place."""
    if not at:
        return new
    changed = copy.deepcopy(value)
    found(changed, at[:-1])[at[-1]] = new
    return changed


def without(value, at):
    changed = copy.deepcopy(value)
    del found(changed, at[:-1])[at[-1]]
    return changed


@st.composite
def mutated(draw, body, kinds, names):
    """Change a JSON value in one place."""
    at = draw(st.sampled_from(list(places(body))))
    old = found(body, at)
    changes = [lambda: put(body, at, draw(st.sampled_from(SCALARS))), lambda: put(body, at, draw(st.sampled_from(COMPOUNDS)))]
    changes.append(lambda: put(body, at, nudged(draw, old)))
    changes.append(lambda: put(body, at, draw(st.sampled_from(([old], {"value": old}, str(old))))))
    if at:
        changes.append(lambda: without(body, at))
    if isinstance(old, dict):
        name, new = draw(st.sampled_from((*names, "unknown", "x" * 60, "a b"))), draw(st.sampled_from((*SCALARS, *COMPOUNDS)))
        changes.append(lambda: put(body, (*at, name), new))
    if isinstance(old, list):
        changes.append(lambda: put(body, at, old * draw(st.sampled_from((0, 2, 51)))))
    if typed := [place for place in places(body) if place and place[-1] == "type"]:
        retyped = lambda: put(body, draw(st.sampled_from(typed)), draw(st.sampled_from((*kinds, *STRANGE_TYPES))))  # noqa: E731
        changes += [retyped, retyped]
    return draw(st.sampled_from(changes))()


def nudged(draw, old: Any):
    """Move a number by one, a text by one character."""
    if isinstance(old, bool) or old is None:
        return draw(st.sampled_from((0, 1, "true", "False")))
    if isinstance(old, int | float):
        return old + draw(st.sampled_from((-1, 1, 0.5, 0.0)))
    if isinstance(old, str):
        return draw(st.sampled_from((old[:-1], old + "x", old * 50, f" {old}", old.upper(), f"{old}!")))
    return draw(st.sampled_from(SCALARS))


def texts_near(raw):
    """The text of a body changed, rather than its meaning."""
    return (
        raw[:-1],
        raw + b",",
        raw.replace(b"}", b",}", 1),
        raw.replace(b'"', b"'", 2),
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"\xff" + raw,
        raw.replace(b"{", b'{"name": 0, ', 1),
        raw.replace(b"{", b'{"name": "first", ', 1),
        raw.replace(b"{", b"{ \n\t", 1),
    )


MEDIA_TYPES = ("text/plain", f"{JSON}; charset=utf-8", "application/JSON", f"{JSON} ;q=1", f"{JSON}+x", "multipart/form-data")


@st.composite
def requests(draw, operation, samples, kinds, names):
    """A request for the operation: valid, or with a fault in its parameters, its media type, or one or two in its body."""
    if operation.body is None:
        return Sent(operation.method, operation.path, **draw(parameters(operation, wrong=draw(st.booleans()))))
    fault = draw(st.sampled_from(("none", "parameter", "media type", "text", *["body"] * 8)))
    from_schema = draw(st.integers(0, 2)) == 0
    body = draw(drawn(operation.path, operation.method)).body if from_schema else draw(st.sampled_from(samples))
    if fault == "body":
        for _ in range(draw(st.integers(1, 2))):
            body = draw(mutated(body, kinds, names))
    raw = json.dumps(body).encode()
    return Sent(
        operation.method,
        operation.path,
        **draw(parameters(operation, wrong=fault == "parameter")),
        body=draw(st.sampled_from(texts_near(raw))) if fault == "text" else raw,
        media_type=draw(st.sampled_from(MEDIA_TYPES)) if fault == "media type" else JSON,
    )

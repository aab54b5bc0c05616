"""Where the mock and openapi-core judge a request differently on purpose, each with its reason and an example."""

import json
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from mockserver.spec.bodies import DEEPEST_BODY
from tests.spec.drawing import JSON, Sent

LARGEST_BODY = 1_048_576
AGENT = (("agent_key", "a"),)


@dataclass(frozen=True)
class Difference:
    """`applies` says whether a request shows it; `mock_allows` who is the more lenient."""

    applies: Callable[[Sent], bool]
    mock_allows: bool
    reason: str
    example: Sent


def listing(*query):
    return Sent("GET", "/v2/agents", query=query)


def timed(text):
    return Sent("GET", "/v2/agents", headers=(("Request-Timeout", text),))


def session(body, media_type=JSON):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Sent("POST", "/v2/agents/{agent_key}/sessions", AGENT, body=raw, media_type=media_type)


def agent_with(tool):
    body = {"name": "a", "model": {"name": "m"}, "tool_configurations": {"t": tool}}
    return Sent("POST", "/v2/agents", body=json.dumps(body).encode(), media_type=JSON)


def parts(value):
    """Every name and value in a JSON value."""
    yield value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from parts(inner)


def texts(sent):
    yield from (text for _, text in sent.path)
    yield from (part for part in parts(sent.json) if isinstance(part, str))


def numbers(sent):
    return (part for part in parts(sent.json) if isinstance(part, int | float) and not isinstance(part, bool))


def values_of(sent, *names):
    return (part[name] for part in parts(sent.json) if isinstance(part, dict) for name in names if name in part)


def texts_of(sent, *names):
    return (value for value in values_of(sent, *names) if isinstance(value, str))


def wide(value):
    return isinstance(value, float) and math.isfinite(value) and value.is_integer() and abs(value) >= 2**31


def integers(sent):
    """Texts given for parameters that are whole numbers."""
    names = {"limit", "offset", "version", "Request-Timeout", "Request-Timeout-Millis"}
    return [text for name, text in (*sent.path, *sent.query, *sent.headers) if name in names]


def plain(text):
    return text.isascii() and text.removeprefix("-").isdigit()


def read_by_python(text):
    try:
        int(text)
    except ValueError:
        return False
    return True


def depth(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def no_uri(text):
    return not urlsplit(text).scheme or not text.isascii() or any(character.isspace() for character in text)


SIZED = (
    "tti_minutes", "session_tti_minutes", "limit", "offset", "start_line", "end_line", "fire_every", "skip_first",
    "max_threshold_bytes", "min_threshold_bytes", "sentences_before", "sentences_after", "characters_before", "characters_after",
    "max_used_search_results", "max_response_characters", "max_lines", "max_size_bytes", "max_tokens",
    "max_chars_per_chunk", "id", "max_executions_to_keep", "stall_timeout_seconds",
)  # fmt: skip
SWITCHES = {"enabled", "include_hidden", "save_history", "intelligent_query_rewriting"}
BOOLEANS = {"y", "yes", "t", "on", "1", "n", "no", "f", "off", "0"}
OAUTH = {
    "type": "oauth_refresh_token",
    "client_id": "x",
    "client_secret": "x",
    "refresh_token": "x",
    "token_endpoint": "somewhere",
}

DIFFERENCES = {
    "boolean by another word": Difference(
        lambda sent: any(n in SWITCHES and text.lower() in BOOLEANS for n, text in sent.query),
        mock_allows=False,
        reason="openapi-core reads yes, on, 1 and the like as booleans; the document means true and false, in any case",
        example=listing(("enabled", "yes")),
    ),
    "empty text in the query": Difference(
        lambda sent: any(n in {"filter", "metadata_filter", "page_key", "query"} and not text for n, text in sent.query),
        mock_allows=True,
        reason="openapi-core wants allowEmptyValue, which 3.1 deprecates; an empty text is a text, and the schema allows it",
        example=listing(("filter", "")),
    ),
    "parameter given twice": Difference(
        lambda sent: any(count > 1 for name, count in Counter(name for name, _ in sent.query).items() if name != "corpus_id"),
        mock_allows=False,
        reason="openapi-core looks at the first value only; the mock says that it cannot know which is meant (SM211)",
        example=listing(("limit", "1"), ("limit", "2")),
    ),
    "whole number in Python's spelling": Difference(
        lambda sent: any(read_by_python(text) and not plain(text) for text in integers(sent)),
        mock_allows=False,
        reason="openapi-core calls int(), which reads +5, 1_0, blanks and the digits of other scripts",
        example=listing(("limit", "+5")),
    ),
    "whole number of twenty digits": Difference(
        lambda sent: any(plain(text) and len(text) >= 20 for text in integers(sent)),
        mock_allows=False,
        reason="a timeout of 20 digits outlives the sun; the mock does not read longer numbers",
        example=timed("1" * 20),
    ),
    "newline at the end of a text": Difference(
        lambda sent: any(text.endswith("\n") for text in texts(sent)),
        mock_allows=False,
        reason="`$` of Python's re also stands before a last newline, that of ECMA 262, which JSON Schema means, does not",
        example=Sent("GET", "/v2/agents/{agent_key}", (("agent_key", "abc\n"),)),
    ),
    "large whole number with a point": Difference(
        lambda sent: any(map(wide, values_of(sent, *SIZED))),
        mock_allows=False,
        reason="1e30 is a whole number to JSON Schema; openapi-core's int32 and int64 look at Python's int only",
        example=session(b'{"tti_minutes": 1e30}'),
    ),
    "number that is none in JSON, or too large for a double": Difference(
        lambda sent: any((isinstance(n, float) and not math.isfinite(n)) or abs(n) >= 2**1024 for n in numbers(sent)),
        mock_allows=False,
        reason="Python's json reads NaN, Infinity and integers of any length; RFC 8259 has no NaN and advises doubles",
        example=session(b'{"metadata": {"a": NaN}}'),
    ),
    "half of a surrogate pair": Difference(
        lambda sent: any("\ud800" <= character <= "\udfff" for text in texts(sent) for character in text),
        mock_allows=False,
        reason="it is no character and cannot be sent back as UTF-8",
        example=session(b'{"name": "\\ud800"}'),
    ),
    "body that is not plain UTF-8": Difference(
        lambda sent: bool(sent.body) and json.detect_encoding(sent.body) != "utf-8",
        mock_allows=False,
        reason="RFC 8259 §8.1: JSON is sent as UTF-8 without a byte order mark; Python's json guesses",
        example=session("{}".encode("utf-16")),
    ),
    "nesting deeper than the limit": Difference(
        lambda sent: depth(sent.json) > DEEPEST_BODY,
        mock_allows=False,
        reason="a limit of the mock, so that no body can exhaust a stack",
        example=session(b'{"metadata": {"a": %s}}' % (b"[" * 99 + b"]" * 99)),
    ),
    "body over the limit": Difference(
        lambda sent: len(sent.body) > LARGEST_BODY,
        mock_allows=False,
        reason="the setting max_body_bytes (SM206)",
        example=session({"metadata": {"a": "x" * LARGEST_BODY}}),
    ),
    "text that is no URI": Difference(
        lambda sent: any(no_uri(text) for text in texts_of(sent, "token_endpoint")),
        mock_allows=False,
        reason="openapi-core does not check the format uri, the mock does",
        example=agent_with({"type": "web_get", "argument_override": {"auth": OAUTH}}),
    ),
    "leap second": Difference(
        lambda sent: any(":60" in text for text in texts_of(sent, "created_at", "updated_at")),
        mock_allows=True,
        reason="RFC 3339 has leap seconds, Python's datetime has none",
        example=agent_with({"type": "lambda", "created_at": "2016-12-31T23:59:60Z"}),
    ),
    "no media type": Difference(
        lambda sent: bool(sent.body) and not sent.media_type,
        mock_allows=False,
        reason="openapi-core takes the only one that the document names; the mock asks for it (SM205)",
        example=session(b"{}", media_type=None),
    ),
    "media type behind a blank": Difference(
        lambda sent: bool(sent.media_type) and sent.media_type != sent.media_type.lstrip(),
        mock_allows=True,
        reason="blanks around a header's value are not part of it (RFC 9110 §5.5)",
        example=session(b"{}", media_type=f" {JSON}"),
    ),
    "media type with a parameter that has no value": Difference(
        lambda sent: any("=" not in part for part in (sent.media_type or "").split(";")[1:]),
        mock_allows=True,
        reason="openapi-core breaks off with a ValueError; the mock reads the media type and leaves its parameters alone",
        example=session(b"{}", media_type=f"{JSON};"),
    ),
}

"""How a body is read, by media type: what a reader returns, and the reader of JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from mockserver.domain.artifacts import Upload
from mockserver.domain.errors import Refused

JSON, MULTIPART, URLENCODED = "application/json", "multipart/form-data", "application/x-www-form-urlencoded"
DEEPEST_BODY = 100
_OPENERS = (b"{", b"[")
_QUOTE, _BACKSLASH = b'"\\'


@dataclass(frozen=True, slots=True)
class Content:
    """What a body says: a value for its schema, and the files that came with it."""

    value: Any
    files: tuple[Upload, ...] = ()


Reader: TypeAlias = Callable[[bytes, str], Content]
"""Reads the bytes of a body with the whole header Content-Type, or raises Refused."""


def read_json(raw: bytes, content_type: str) -> Content:  # noqa: ARG001 - JSON has no parameters; every reader gets them
    """Read a JSON body. Raises Refused SM201."""
    return Content(decoded(raw))


def decoded(raw: bytes, *, what: str = "The body", field: str = "/") -> Any:
    """Read JSON; `what` and `field` name it in a refusal. Raises Refused SM201."""
    if sum(map(raw.count, _OPENERS)) > DEEPEST_BODY and _depth(raw) > DEEPEST_BODY:
        raise Refused("SM201", f"{what} is nested deeper than {DEEPEST_BODY} levels.", fields={field: "is nested too deeply"})
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        message = f"{what} is not valid JSON at {place}: {error.msg.rstrip('.')}."
        raise Refused("SM201", message, fields={field: f"is not valid JSON at {place}"}) from error


def _depth(raw: bytes) -> int:
    """Count the deepest nesting, strings left out; runs only for bodies with many brackets."""
    deepest = depth = 0
    in_string = escaped = False
    for byte in raw:
        if in_string:
            escaped, in_string = (not escaped and byte == _BACKSLASH), (byte != _QUOTE or escaped)
        elif byte == _QUOTE:
            in_string = True
        elif byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest

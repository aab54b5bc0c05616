"""Read a request's raw parts as the document says: cast, validate, name every fault at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from mockserver.domain.errors import Refused
from mockserver.domain.values import JsonObject
from mockserver.spec.operations import BodySpec, Operation, Parameter, Route

DEEPEST_BODY = 100
_OPENERS = (b"{", b"[")
_QUOTE, _BACKSLASH = b'"\\'
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request as it came: header names in lower case, the path without its query, the body whole."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class ValidRequest:
    """A request that the document allows: parameters by name with their defaults, the body decoded."""

    operation: Operation
    parameters: Mapping[str, Any]
    body: JsonObject


def validated(route: Route, request: RawRequest, *, max_body_bytes: int) -> ValidRequest:
    """Hold a request against the document. Raises Refused SM201 to SM206 and SM211, naming the fields."""
    parameters = _parameters(route, request)
    body = {} if route.operation.body is None else _body(route.operation.body, request, max_body_bytes)
    return ValidRequest(route.operation, parameters, body)


def _parameters(route: Route, request: RawRequest) -> dict[str, Any]:
    given = {
        "path": {name: unquote(text) for name, text in route.path_parameters.items()},
        "query": _query(request.query, route.operation),
        "header": request.headers,
    }
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for parameter in route.operation.parameters:
        name = parameter.name.lower() if parameter.location == "header" else parameter.name
        text = given[parameter.location].get(name)
        if text is None:
            values[parameter.name] = parameter.default
            wrong |= {parameter.name: "is required"} if parameter.required else {}
            continue
        value = _cast(text, parameter)
        if problems := parameter.validator.problems(value):
            wrong[parameter.name] = next(iter(problems.values()))
        values[parameter.name] = value
    if wrong:
        raise Refused("SM204", _told("The request has invalid parameters", wrong), fields=wrong)
    return values


def _query(query: str, operation: Operation) -> dict[str, Any]:
    """Read the query: a list for a parameter that is an array (given once for each entry), one text for any other."""
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    values: dict[str, Any] = {}
    for parameter in operation.parameters:
        given = [value for name, value in pairs if name == parameter.name]
        if parameter.location != "query" or not given:
            continue
        if parameter.type == "array":
            values[parameter.name] = given
        elif len(given) > 1:
            raise Refused("SM211", f"{parameter.name} is given more than once.", fields={parameter.name: "takes one value"})
        else:
            values[parameter.name] = given[0]
    return values


def _cast(text: Any, parameter: Parameter) -> Any:
    """Read the text as the parameter's type; left as it is where it does not fit, for the validator to say so."""
    if parameter.type == "array":
        return text
    if parameter.type == "integer" and text.isascii() and text.removeprefix("-").isdigit() and len(text) < 20:  # noqa: PLR2004
        return int(text)
    if parameter.type == "boolean":
        return _BOOLEANS.get(text.lower(), text)
    return text


def _body(spec: BodySpec, request: RawRequest, max_body_bytes: int) -> JsonObject:
    if len(request.body) > max_body_bytes:
        message = f"The body is over the limit of {max_body_bytes} bytes (setting max_body_bytes)."
        raise Refused("SM206", message)
    if not request.body and spec.required:
        raise Refused("SM202", "The request needs a body: a JSON object, {} at the least.", fields={"/": "is required"})
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in spec.media_types:
        accepted = ", ".join(sorted(spec.media_types))
        sent = f"is {media_type}" if media_type else "is not stated"
        raise Refused("SM205", f"The media type of the body {sent}; send Content-Type: {accepted}.")
    body: JsonObject = _decoded(request.body)
    if wrong := spec.validator.problems(body):
        raise Refused("SM203", _told("The body does not fit the operation", wrong), fields=wrong)
    pruned: JsonObject = spec.prune(body)
    return pruned


def _decoded(raw: bytes) -> Any:
    if sum(map(raw.count, _OPENERS)) > DEEPEST_BODY and _depth(raw) > DEEPEST_BODY:
        raise Refused("SM201", f"The body is nested deeper than {DEEPEST_BODY} levels.", fields={"/": "is nested too deeply"})
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        message = f"The body is not valid JSON at {place}: {error.msg.rstrip('.')}."
        raise Refused("SM201", message, fields={"/": f"is not valid JSON at {place}"}) from error


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


def _told(opening: str, wrong: Mapping[str, str]) -> str:
    listed = "; ".join(f"{field} {reason}" for field, reason in list(wrong.items())[:5])
    more = f"; and {len(wrong) - 5} more" if len(wrong) > 5 else ""  # noqa: PLR2004 - as many as a person reads
    return f"{opening}: {listed}{more}."

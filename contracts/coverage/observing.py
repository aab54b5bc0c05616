"""What an exchange covers."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import httpx

from contracts.coverage.callers import Callers
from contracts.coverage.dimensions import EVENT, FORM, OPERATION, OPERATOR, ROLE
from contracts.coverage.filter_language import operators_of
from contracts.operations import operations
from contracts.sequences.names import frames_of
from contracts.templating.forms import forms_of, override_forms_of
from contracts.wire.exchange import Exchange

Place = tuple[str, str]
_FILTER, _TEMPLATE, _OVERRIDE = "metadata_filter", "template", "argument_override"


def covered(exchange: Exchange, callers: Callers) -> Iterator[Place]:
    """Name what an exchange covers, by dimension and place. What the target failed at, or did not let in, covers nothing."""
    if exchange.status is None or httpx.codes.is_server_error(exchange.status):
        return
    if exchange.status != httpx.codes.UNAUTHORIZED and (role := callers.role(exchange)):
        yield ROLE, role
    if not exchange.succeeded:
        return
    if name := operation_of(exchange.method, exchange.place):
        yield OPERATION, name
    yield from ((EVENT, kind) for kind in _events(exchange))
    sent = exchange.sent_json
    query = parse_qsl(exchange.path.partition("?")[2])
    for expression in [value for name, value in query if name == _FILTER] + list(_texts(sent, _FILTER)):
        yield from ((OPERATOR, name) for name in operators_of(expression))
    for template in _texts(sent, _TEMPLATE):
        yield from ((FORM, name) for name in forms_of(template))
    for override in _values(sent, _OVERRIDE):
        yield from ((FORM, name) for name in override_forms_of(override))


@cache
def _patterns() -> Mapping[str, list[tuple[str, re.Pattern[str]]]]:
    """The operations by method; a path with more words of its own before one with more parameters."""
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for operation in sorted(operations(), key=lambda one: len(one.parameters)):
        pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(operation.path)))
        found.setdefault(operation.method, []).append((operation.id, pattern))
    return found


def operation_of(method: str, path: str) -> str:
    """Return the operation of a request, nothing for one that the document does not have."""
    return next((name for name, pattern in _patterns().get(method, ()) if pattern.fullmatch(path)), "")


def _events(exchange: Exchange) -> Iterator[str]:
    """Name the types of events and frames in an answer."""
    if exchange.media_type == "text/event-stream":
        yield from (str(frame["type"]) for frame in frames_of(exchange.answer))
    elif "/events" in exchange.place:
        body = exchange.json
        listed = body.get("events", [body]) if isinstance(body, dict) else []
        yield from (str(event["type"]) for event in listed if isinstance(event, dict) and "type" in event)


def _texts(body: Any, field: str) -> Iterator[str]:
    return (value for value in _values(body, field) if isinstance(value, str))


def _values(body: Any, field: str) -> Iterator[Any]:
    """Find the values of a field, wherever it stands and however deep."""
    left = [body]
    while left:
        value = left.pop()
        if isinstance(value, Mapping):
            if field in value:
                yield value[field]
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)

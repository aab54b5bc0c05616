"""What answers consist of, by operation and status: which members of which types, without their values."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import yaml

import openapi
from contracts.coverage.observing import operation_of
from contracts.sequences.names import frames_of
from contracts.wire.exchange import Exchange

Answers = Mapping[str, frozenset[str]]
_TYPES: Mapping[type, str] = {bool: "boolean", int: "number", float: "number", str: "string", type(None): "null"}
_STREAM = "text/event-stream"


def answers_of(exchanges: Iterable[Exchange]) -> Answers:
    """Return the members of answers by `OPERATION STATUS`. Of a request that was repeated only the latest answer counts.

    That one is what a client waits for who asks again until something is there.
    """
    latest = {(one.method, one.path, one.body): one for one in exchanges}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for exchange in latest.values():
        if exchange.status is not None and (name := operation_of(exchange.method, exchange.place)):
            found[f"{name} {exchange.status}"].update(_members(exchange))
    return {name: frozenset(members) for name, members in found.items()}


def _members(exchange: Exchange) -> Iterator[str]:
    if exchange.media_type == _STREAM:
        for frame in frames_of(exchange.answer):
            yield from members_of(frame, f"<{frame.get('type')}>")
    elif exchange.is_kept and exchange.json is not None:
        yield from members_of(exchange.json, "")


def members_of(value: Any, where: str) -> Iterator[str]:
    """Name the members of a JSON value with their types; nothing is said of what is inside of names that are free."""
    if isinstance(value, dict):
        if not value.keys() <= declared():
            yield f"{where}: object"
            return
        for name, inside in value.items():
            yield from members_of(inside, f"{where}.{name}" if where else name)
    elif isinstance(value, list):
        for inside in value:
            kind = f"<{inside['type']}>" if isinstance(inside, dict) and isinstance(inside.get("type"), str) else ""
            yield from members_of(inside, f"{where}[]{kind}")
    else:
        yield f"{where}: {_TYPES[type(value)]}"


@cache
def declared() -> frozenset[str]:
    """Return every name of a member that the document declares anywhere."""
    files = sorted(openapi.DOCUMENT.parent.rglob("*.yaml"))
    return frozenset(name for file in files for name in _names(yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)))


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(properties := node.get("properties"), dict):
            yield from map(str, properties)
        for inside in node.values():
            yield from _names(inside)
    elif isinstance(node, list):
        for inside in node:
            yield from _names(inside)

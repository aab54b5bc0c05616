"""Texts that the document marks as secret (`x-sensitive`, see `openapi/README.md`), found in a JSON value by its schema."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from contracts.pointers import below
from contracts.schemas import Place, at

_MARK = "x-sensitive"
MASK = "****"
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key"})
_UNIONS = ("oneOf", "anyOf", "allOf")


def secrets_in(value: Any, schema: Place | None, where: str = "") -> Iterator[tuple[str, str]]:
    """Return the place (a pointer) and text of each secret that stands there in clear; null, references and masks are none."""
    node = schema.node if schema else None
    if schema is None or not isinstance(node, dict) or not isinstance(value, dict | list | str) or not _MAY_SHOW.any_in(schema):
        return
    if node.get(_MARK) is True:
        yield from _texts(value, where)
        return
    if isinstance(node.get("$ref"), str):
        yield from secrets_in(value, at(urljoin(schema.uri, node["$ref"])), where)
    for branch in _branches(value, schema):
        yield from secrets_in(value, branch, where)
    if isinstance(value, dict):
        yield from _in_object(value, schema, where)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from secrets_in(item, schema.child(node.get("items")), f"{where}/{index}")


class _Known:
    """Which schemas a secret can stand in a value of: most answers have none, and need not be looked through."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int], tuple[Any, bool]] = {}  # with the node, whose id is nobody else's while it is kept

    def any_in(self, schema: Place) -> bool:
        """Say whether a mark can be reached from a schema."""
        key = schema.uri, id(schema.node)
        if key not in self._seen:
            self._seen[key] = schema.node, self._reaches(schema)
        return self._seen[key][1]

    def _reaches(self, schema: Place) -> bool:
        waiting, met = [schema], set[tuple[str, int]]()
        while waiting:
            place = waiting.pop()
            if (place.uri, id(place.node)) in met:
                continue
            met.add((place.uri, id(place.node)))
            if isinstance(place.node, dict):
                if place.node.get(_MARK):
                    return True
                waiting += _below(place)
            elif isinstance(place.node, list):
                waiting += map(place.child, place.node)
        return False


def _below(place: Place) -> Iterator[Place]:
    """Return everything that a node holds or refers to, whatever it stands for there."""
    for name, inner in place.node.items():
        if name == "$ref" and isinstance(inner, str):
            yield at(urljoin(place.uri, inner))
        elif name == "mapping" and isinstance(inner, dict):
            yield from (at(urljoin(place.uri, address)) for address in inner.values() if isinstance(address, str))
        elif isinstance(inner, dict | list):
            yield place.child(inner)


_MAY_SHOW = _Known()


def _in_object(value: dict[str, Any], schema: Place, where: str) -> Iterator[tuple[str, str]]:
    node, own = schema.node, schema.node.get("properties", {})
    for name, inner in value.items():
        if node.get(_MARK) == "headers" and name.lower() in _CREDENTIALS:
            yield from _texts(inner, below(where, name))
        yield from secrets_in(inner, schema.child(own.get(name, node.get("additionalProperties"))), below(where, name))


def _branches(value: Any, schema: Place) -> Iterator[Place]:
    """Return the schemas that hold as well: of those that a discriminator chooses from, the one chosen."""
    choice = schema.node.get("discriminator") or schema.node.get("x-discriminator")
    if choice and isinstance(value, dict):
        named = value.get(choice["propertyName"], choice.get("default"))
        if chosen := choice["mapping"].get(str(named)):
            yield at(urljoin(schema.uri, chosen))
        return
    for word in _UNIONS:
        yield from map(schema.child, schema.node.get(word, ()))


def _texts(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and value != MASK:
        yield where, value
    elif isinstance(value, dict) and value.keys() != {"$ref"}:
        for name, inner in value.items():
            yield from _texts(inner, below(where, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{where}/{index}")

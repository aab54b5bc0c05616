"""Drop from a valid body the fields that the document does not know: they are ignored, and never sent back (design §6)."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import urljoin

from mockserver.spec.document import Document, Place

Pruner: TypeAlias = Callable[[Any], Any]


class Pruners:
    """Makes a pruner for each schema once; schemas may refer to themselves."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._made: dict[str, Pruner] = {}

    def of(self, place: Place) -> Pruner:
        """Return what prunes values of the schema at a place."""
        node = place.node
        if not isinstance(node, dict):
            return _kept
        if isinstance(node.get("$ref"), str):
            return self._referred(urljoin(place.uri, node["$ref"]))
        if "allOf" in node:
            return self._joined(place)
        if "oneOf" in node or "anyOf" in node:
            return self._union(place)
        if isinstance(node.get("items"), dict):
            item = self.of(Place(place.uri, node["items"]))
            return lambda value: [item(entry) for entry in value] if isinstance(value, list) else value
        return self._object(place)

    def _referred(self, address: str) -> Pruner:
        if address not in self._made:
            self._made[address] = self._later(address)
            self._made[address] = self.of(self._document.at(address))
        return self._later(address)

    def _later(self, address: str) -> Pruner:
        """Look the pruner up when it is used: while a schema that refers to itself is read, it does not exist yet."""

        def prune(value: Any) -> Any:
            return self._made[address](value)

        return prune

    def _union(self, place: Place) -> Pruner:
        node = place.node
        choice = node.get("discriminator") or node.get("x-discriminator")
        if choice is None and "properties" in node:
            return self._object(place)  # its branches only say which of them are needed
        if choice is None:
            branches = [self.of(Place(place.uri, branch)) for branch in node.get("oneOf", node.get("anyOf", ()))]
            return _one_after_another(branches) if _has_null(node) else _kept
        by_value = {value: self._referred(urljoin(place.uri, ref)) for value, ref in choice["mapping"].items()}
        name, default = choice["propertyName"], choice.get("default")
        return lambda value: by_value[value.get(name, default)](value) if isinstance(value, Mapping) else value

    def _joined(self, place: Place) -> Pruner:
        """Prune what is described by several parts together: a field is known if any part knows it."""
        fields: dict[str, list[Pruner]] = {}
        unions: list[Pruner] = []
        self._gather(place, fields, unions)
        return _one_after_another(unions) if unions else _fields({name: _one_after_another(of) for name, of in fields.items()})

    def _gather(self, place: Place, fields: dict[str, list[Pruner]], unions: list[Pruner]) -> None:
        place = self._document.follow(place)
        if "oneOf" in place.node or "anyOf" in place.node:
            unions.append(self.of(place))
        for name, node in place.node.get("properties", {}).items():
            fields.setdefault(name, []).append(self.of(Place(place.uri, node)))
        for part in place.node.get("allOf", ()):
            self._gather(Place(place.uri, part), fields, unions)

    def _object(self, place: Place) -> Pruner:
        node = place.node
        others = node.get("additionalProperties")
        if "properties" in node and others is None:
            return _fields({name: self.of(Place(place.uri, child)) for name, child in node["properties"].items()})
        if "properties" not in node and isinstance(others, dict):
            prune = self.of(Place(place.uri, others))
            return lambda value: {name: prune(item) for name, item in value.items()} if isinstance(value, Mapping) else value
        return _kept


def _fields(pruners: Mapping[str, Pruner]) -> Pruner:
    def prune(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {name: pruners[name](item) for name, item in value.items() if name in pruners}

    return prune


def _kept(value: Any) -> Any:
    return value


def _has_null(node: Mapping[str, Any]) -> bool:
    """Say whether the union is "this or null": then whatever is not null is of the one other branch."""
    branches = node.get("oneOf", node.get("anyOf", ()))
    return any(branch.get("type") == "null" for branch in branches)


def _one_after_another(pruners: list[Pruner]) -> Pruner:
    def prune(value: Any) -> Any:
        for pruner in pruners:
            value = pruner(value)
        return value

    return prune

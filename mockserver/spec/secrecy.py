"""The registry of what is secret: the document's marks `x-sensitive`, read once as the shapes of requests and answers.

`openapi/README.md` explains the marks. Whoever marks a property needs to change nothing here.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from mockserver.domain.secrecy import NO_SECRETS, SENSITIVE_HEADERS, Shape, joined
from mockserver.spec.document import Document, Place

MARK = "x-sensitive"
_UNIONS = ("oneOf", "anyOf", "allOf")


class Shapes:
    """Reads the shape of each schema once. Schemas may refer to themselves, but not have a secret where they do."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._headers = SENSITIVE_HEADERS | _headers_of(document)
        self._made: dict[str, Shape | None] = {}
        self._repeated: set[str] = set()

    def of_body(self, content: Place) -> Shape:
        """Return the shape of what a request body or an answer, at this place, says as JSON; without JSON there is no secret."""
        place = self._document.follow(content)
        media = place.node.get("content", {}).get("application/json", {})
        return self.of(Place(place.uri, media["schema"])) if "schema" in media else NO_SECRETS

    def of_answers(self, responses: Place) -> Shape:
        """Return the shape of the answers of an operation that succeed, as one."""
        good = [node for status, node in responses.node.items() if status.startswith("2")]
        return joined(*(self.of_body(Place(responses.uri, node)) for node in good))

    def of(self, place: Place) -> Shape:
        """Return the shape of a schema. Raises ValueError for a mark that has no meaning, or stands where schemas repeat."""
        node = place.node
        if not isinstance(node, dict):
            return NO_SECRETS
        parts = [self._own(place), *self._branches(place)]
        if isinstance(node.get("$ref"), str):
            parts.append(self._referred(urljoin(place.uri, node["$ref"])))
        return joined(*parts)

    def _own(self, place: Place) -> Shape:
        node = place.node
        mark = node.get(MARK, False)
        if mark not in (True, False, "headers"):
            raise ValueError(f"{MARK} in {place.uri} must be true or headers, not {mark!r}")
        inner = {name: self.of(Place(place.uri, child)) for name, child in node.get("properties", {}).items()}
        return Shape(
            is_secret=mark is True,
            headers=self._headers if mark == "headers" else frozenset(),
            fields={name: shape for name, shape in inner.items() if shape},
            others=self.of(Place(place.uri, node.get("additionalProperties"))) or None,
            items=self.of(Place(place.uri, node.get("items"))) or None,
        )

    def _branches(self, place: Place) -> Iterator[Shape]:
        """Return the parts that a schema is put together of; those that a discriminator chooses from as one."""
        node = place.node
        choice = node.get("discriminator") or node.get("x-discriminator")
        if choice is not None and "mapping" in choice:
            found = {value: self._referred(urljoin(place.uri, ref)) for value, ref in choice["mapping"].items()}
            if "default" in choice:
                found[None] = found[choice["default"]]
            kept = {value: shape for value, shape in found.items() if shape}
            yield Shape(choice=choice["propertyName"], branches=kept) if kept else NO_SECRETS
            return
        for word in _UNIONS:
            for part in node.get(word, ()):
                yield self.of(Place(place.uri, part))

    def _referred(self, address: str) -> Shape:
        if address in self._made:
            made = self._made[address]
            if made is None:
                self._repeated.add(address)
            return made or NO_SECRETS
        self._made[address] = None
        shape = self.of(self._document.at(address))
        if shape and address in self._repeated:
            raise ValueError(f"{address} refers to itself and has secrets: {MARK} cannot stand there")
        self._made[address] = shape
        return shape


def _headers_of(document: Document) -> frozenset[str]:
    """Return the headers that carry a credential by the document's security schemes."""
    schemes: Mapping[str, Any] = document.files[document.root].get("components", {}).get("securitySchemes", {})
    return frozenset(scheme["name"].lower() for scheme in schemes.values() if scheme.get("in") == "header")

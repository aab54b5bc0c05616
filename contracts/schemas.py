"""The schemas of the document: whether a body is one that an operation describes, and where each schema is."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urldefrag, urljoin

import jsonschema_rs
import yaml
from jsonschema_rs import Draft202012Validator, Registry

import openapi
from contracts.operations import Operation
from contracts.pointers import follow, steps_to

_BASE = "sessions:///"
JSON, FORM = "application/json", "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the document and the address of the file that it stands in, from which its references start."""

    uri: str
    node: Any

    def child(self, node: Any) -> "Place":
        """Return a node of the same file."""
        return Place(self.uri, node)

    @property
    def followed(self) -> "Place":
        """Follow `$ref` until something else stands there."""
        place = self
        while isinstance(place.node, dict) and isinstance(place.node.get("$ref"), str):
            place = at(urljoin(place.uri, place.node["$ref"]))
        return place


@cache
def at(address: str) -> Place:
    """Return what stands at `FILE#/JSON/POINTER`, from the document's folder. Raises KeyError where nothing does."""
    uri, pointer = urldefrag(urljoin(_BASE, address))
    file = files()[uri]
    return Place(uri, follow(steps_to(pointer, file), file))


@cache
def body_of(operation: Operation, media_type: str = JSON) -> Draft202012Validator:
    """Return the validator of an operation's bodies of a media type that the document gives it."""
    place = f"{operation.request_body}/content/{media_type.replace('/', '~1')}/schema"
    return Draft202012Validator({"$ref": urljoin(_BASE, place)}, registry=_registry())


def asked(operation: Operation, media_type: str = JSON) -> Place | None:
    """Return the schema of an operation's bodies of a media type, if it has such."""
    return _content(at(operation.request_body).followed, media_type) if operation.request_body else None


@cache
def answered(operation: Operation, status: int) -> Place | None:
    """Return the schema of an operation's JSON answers of a status, if it has such."""
    response = at(f"{operation.place}/responses").node.get(str(int(status)))
    return _content(at(operation.place).child(response).followed) if response else None


def _content(place: Place, media_type: str = JSON) -> Place | None:
    schema = place.node.get("content", {}).get(media_type, {}).get("schema")
    return None if schema is None else place.child(schema)


@cache
def files() -> Mapping[str, Any]:
    """Return all files of the document by their addresses."""
    folder = openapi.DOCUMENT.parent
    return {
        urljoin(_BASE, file.relative_to(folder).as_posix()): yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
        for file in sorted(folder.rglob("*.yaml"))
    }


@cache
def _registry() -> Registry:
    return Registry(list(files().items()), draft=jsonschema_rs.Draft202012)

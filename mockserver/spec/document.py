"""Load the document: several YAML files that refer to each other by relative paths."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import yaml

_BASE = "sessions:///"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the document and the address of the file it stands in, from which its references start."""

    uri: str
    node: Any


@dataclass(frozen=True, slots=True)
class Document:
    """The document's files by address; `root` is the address of `openapi.yaml`."""

    files: dict[str, Any]
    root: str

    def follow(self, place: Place) -> Place:
        """Follow `$ref` from a place until something else stands there."""
        while isinstance(place.node, dict) and isinstance(place.node.get("$ref"), str):
            place = self.at(urljoin(place.uri, place.node["$ref"]))
        return place

    def at(self, address: str) -> Place:
        """Return what stands at `FILE#/JSON/POINTER`."""
        uri, pointer = urldefrag(address)
        node = self.files[uri]
        for step in pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            node = node[int(name)] if isinstance(node, list) else node[name]
        return Place(uri, node)

    def paths(self) -> Iterator[tuple[str, Place]]:
        """Return every path template with its path item."""
        for template, item in self.files[self.root]["paths"].items():
            yield template, self.follow(Place(self.root, item))


def load(path: Path) -> Document:
    """Read the document whose root file is `path`, with every YAML file beside and below it."""
    folder = path.parent
    files = {
        urljoin(_BASE, file.relative_to(folder).as_posix()): yaml.load(file.read_text("utf-8"), Loader=_LOADER)  # noqa: S506
        for file in sorted(folder.rglob("*.yaml"))
    }
    return Document(files, urljoin(_BASE, path.name))

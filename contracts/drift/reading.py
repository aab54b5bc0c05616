"""OpenAPI documents in one file or several, 3.0 or 3.1, as places that know where they stand; references are followed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

METHODS = ("get", "put", "post", "patch", "delete")
ROLES = "x-required-roles"
_LONGEST_CHAIN = 50


class DocumentError(Exception):
    """The document cannot be read; says where and why."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node of a document: in which file it stands, at which JSON pointer, and what is there."""

    file: Path
    pointer: str
    node: Any = field(compare=False, repr=False)

    def at(self, *names: str | int) -> "Place":
        """Return the place of something inside. Raises KeyError, IndexError or TypeError where nothing is there."""
        node, pointer = self.node, self.pointer
        for name in names:
            node, pointer = node[name], f"{pointer}/{_escaped(str(name))}"
        return Place(self.file, pointer, node)

    def get(self, name: str) -> "Place | None":
        """Return the place of a member, None where there is none."""
        return self.at(name) if isinstance(self.node, dict) and name in self.node else None


class Document:
    """A document and the files that it refers to."""

    def __init__(self, file: Path) -> None:
        self._files: dict[Path, Any] = {}
        self.file = file.resolve()
        root = self._loaded(self.file)
        if not isinstance(root, dict) or not isinstance(root.get("paths"), dict):
            raise DocumentError(f"{file} is no OpenAPI document: it has no `paths`")
        self.root = Place(self.file, "", root)

    @cached_property
    def operations(self) -> Mapping[tuple[str, str], tuple[Place, Place]]:
        """Every operation by method and path, with the path's own place, which may have parameters for all."""
        return dict(self._operations())

    @cached_property
    def tells_roles(self) -> bool:
        """Say whether any operation says who may call it."""
        return any(ROLES in operation.node for _, operation in self.operations.values())

    def follow(self, place: Place) -> Place:
        """Return what a place refers to, or itself. Raises DocumentError where a reference leads nowhere or round in a circle."""
        for _ in range(_LONGEST_CHAIN):
            reference = place.node.get("$ref") if isinstance(place.node, dict) else None
            if not isinstance(reference, str):
                return place
            place = self._referred(place, reference)
        raise DocumentError(f"{place.file.name}#{place.pointer}: the references go round in a circle")

    def all_meant(self, places: tuple[Place, ...]) -> tuple[Place, ...]:
        """Follow the references that nothing stands beside: so two references to one schema are the same."""
        return tuple(
            self.follow(place) if isinstance(place.node, dict) and place.node.keys() == {"$ref"} else place for place in places
        )

    def siblings(self, place: Place) -> Place | None:
        """Return what stands beside a reference, which counts as well (3.1); None where nothing does."""
        beside = {name: value for name, value in place.node.items() if name != "$ref"}
        return Place(place.file, f"{place.pointer}/", beside) if beside else None

    def named(self, place: Place, reference: str) -> Place:
        """Return what a reference in a discriminator's mapping means: a name of a schema stands for it (OpenAPI 3.1 §4.8.25)."""
        is_name = "#" not in reference and "/" not in reference and "." not in reference
        return self._referred(place, f"#/components/schemas/{reference}" if is_name else reference)

    def _operations(self) -> Iterator[tuple[tuple[str, str], tuple[Place, Place]]]:
        paths = self.root.at("paths")
        for path in paths.node:
            item = self.follow(paths.at(path))
            for method in METHODS:
                if operation := item.get(method):
                    yield (method.upper(), path), (item, operation)

    def _referred(self, place: Place, reference: str) -> Place:
        name, _, pointer = reference.partition("#")
        file = (place.file.parent / name).resolve() if name else place.file
        found = Place(file, "", self._loaded(file))
        try:
            for part in filter(None, pointer.split("/")):
                step = part.replace("~1", "/").replace("~0", "~")
                found = found.at(int(step) if isinstance(found.node, list) else step)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise DocumentError(f"{place.file.name}#{place.pointer}: {reference} leads nowhere") from error
        return found

    def _loaded(self, file: Path) -> Any:
        if file not in self._files:
            try:
                self._files[file] = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
            except (OSError, UnicodeDecodeError) as error:
                raise DocumentError(f"{file} cannot be read: {error}") from error
            except yaml.YAMLError as error:
                raise DocumentError(f"{file} is no YAML: {error}") from error
        return self._files[file]


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")

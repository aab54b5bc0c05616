"""The operations of the document: where each is, and which roles permit it (`x-required-roles`)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import urljoin

import yaml

import openapi

METHODS = ("get", "put", "post", "patch", "delete")
_KINDS = {"api": "ApiRole", "agent": "AgentRole", "corpus": "CorpusRole"}


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation. One role of any kind permits it: on the account, on the agent or on the corpus of its path.

    `place` and `request_body` are where the document describes it and its body, from the document's folder: `FILE#/POINTER`.
    `shows_secrets` says that it is there to hand a secret out.
    """

    id: str
    method: str
    path: str
    api_roles: frozenset[str]
    agent_roles: frozenset[str]
    corpus_roles: frozenset[str]
    is_public: bool
    place: str = ""
    request_body: str = ""
    shows_secrets: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of what its path names, outermost first."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.path) if name)

    @property
    def writes(self) -> bool:
        """Whether it is there to change something."""
        return self.method != "GET"

    @property
    def collection(self) -> str:
        """The kind of object that its path begins with, `agents` for one."""
        return self.path.removeprefix("/v2/").split("/")[0]

    def at(self, names: Mapping[str, Any]) -> str:
        """Return its path with these names filled in. Raises KeyError for one that is missing."""
        return self.path.format_map(names)


@cache
def operations() -> tuple[Operation, ...]:
    """Read all operations from the document, in its order."""
    root = _read(openapi.DOCUMENT)
    return tuple(_operations(root["paths"]))


def roles_of_kind(kind: str) -> tuple[str, ...]:
    """Return all roles of a kind that the document knows: `api`, `agent` or `corpus`."""
    schemas = _read(openapi.DOCUMENT.parent / "schemas" / "roles.yaml")
    schema = schemas[_KINDS[kind]]
    return tuple(schema["enum"] if kind == "api" else schema["properties"]["role"]["enum"])


def _operations(paths: Mapping[str, Any]) -> Iterator[Operation]:
    for path, reference in paths.items():
        item = _read(openapi.DOCUMENT.parent / reference["$ref"])
        for method in METHODS:
            if method in item:
                yield _operation(path, method, item[method], reference["$ref"])


def _operation(path: str, method: str, node: Mapping[str, Any], file: str) -> Operation:
    body = node.get("requestBody", {})
    written_at = urljoin(file, body.get("$ref", f"#/{method}/requestBody"))
    required = node.get("x-required-roles", ())
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path,
        api_roles=_roles(required, "api"),
        agent_roles=_roles(required, "agent"),
        corpus_roles=_roles(required, "corpus"),
        is_public=node.get("security") == [],
        place=f"{file}#/{method}",
        request_body=written_at if body else "",
        shows_secrets=node.get("x-shows-secrets", False),
    )


def _roles(required: Iterable[Mapping[str, Any]], kind: str) -> frozenset[str]:
    return frozenset(role for entry in required if entry["type"] == _KINDS[kind] for role in entry["roles"])


def _read(file: Path) -> Any:
    return yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)

"""World files: the API keys, corpora and agents that a mock starts with (`fixtures/seed/world.yaml` is the default one)."""

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from mockserver.domain.access import Principal
from mockserver.domain.corpora import Corpus, Document, FilterAttribute, Part
from mockserver.domain.values import JsonObject

_PARTS = {"api_keys", "corpora", "agents"}


class WorldError(ValueError):
    """A world file cannot be used; says where and why."""


@dataclass(frozen=True, slots=True)
class World:
    """What a world file holds: whom each API key belongs to, the corpora by key, create requests for agents."""

    principals: dict[str, Principal]
    corpora: dict[str, Corpus]
    agents: tuple[JsonObject, ...]


def load_world(path: Path | None) -> World:
    """Read a world file, the default one without a path. Raises WorldError for a file that is not one."""
    try:
        text = path.read_text("utf-8") if path else (files("fixtures") / "seed" / "world.yaml").read_text("utf-8")
        raw = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both loaders are safe
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WorldError(f"The world file {path or 'of the package'} cannot be read: {error}") from error
    try:
        return _world(raw)
    except (KeyError, TypeError, AttributeError) as error:
        problem = f"misses {error}" if isinstance(error, KeyError) else str(error)
        raise WorldError(f"{path or 'The default world'} is not a world file: an entry {problem}.") from error


def _world(raw: Any) -> World:
    if unknown := sorted(raw.keys() - _PARTS):
        raise TypeError(f"named {unknown[0]!r} is unknown; the parts are {', '.join(sorted(_PARTS))}")
    json.dumps(raw)  # a TypeError names what JSON does not have, an unquoted date for one
    return World(
        principals={entry["key"]: _principal(entry) for entry in raw["api_keys"]},
        corpora={entry["key"]: _corpus(entry) for entry in raw["corpora"]},
        agents=tuple(raw["agents"]),
    )


def _principal(entry: JsonObject) -> Principal:
    roles: dict[str, set[str]] = {}
    for held in entry.get("agent_roles", ()):
        roles.setdefault(held["agent_key"], set()).add(held["role"])
    return Principal(
        name=entry.get("name", entry["key"]),
        api_roles=frozenset(entry.get("api_roles", ())),
        agent_roles={agent_key: frozenset(names) for agent_key, names in roles.items()},
    )


def _corpus(entry: JsonObject) -> Corpus:
    return Corpus(
        key=entry["key"],
        name=entry.get("name", entry["key"]),
        filter_attributes=tuple(
            FilterAttribute(attribute["name"], attribute["level"], attribute["type"])
            for attribute in entry.get("filter_attributes", ())
        ),
        documents=tuple(
            Document(
                id=document["id"],
                metadata=document.get("metadata", {}),
                parts=tuple(Part(part["text"], part.get("metadata", {})) for part in document["document_parts"]),
            )
            for document in entry.get("documents", ())
        ),
    )

"""World files: the API keys, corpora, tools, agents, aliases and scenarios of a mock.

`fixtures/seed/world.yaml` is the default one.
"""

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from mockserver.domain.access import Principal
from mockserver.domain.values import JsonObject

_PARTS = {"api_keys", "corpora", "agents"}
_OPTIONAL = {"aliases", "tools", "scenarios", "scenario_files"}


class WorldError(ValueError):
    """A world file cannot be used; says where and why."""


@dataclass(frozen=True, slots=True)
class World:
    """What a world file holds: whom each API key belongs to, and the create requests of all the rest.

    `scenarios` says where scenarios are: files, each with the name of the part that holds them, None for all of it.
    """

    principals: dict[str, Principal]
    corpora: tuple[tuple[JsonObject, tuple[JsonObject, ...]], ...]
    tools: tuple[JsonObject, ...]
    agents: tuple[JsonObject, ...]
    aliases: tuple[JsonObject, ...]
    scenarios: tuple[tuple[Path, str | None], ...]


def load_world(path: Path | None) -> World:
    """Read a world file, the default one without a path. Raises WorldError for a file that is not one."""
    file = path or Path(str(files("fixtures") / "seed" / "world.yaml"))
    try:
        text = file.read_text("utf-8")
        raw = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both loaders are safe
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WorldError(f"The world file {path or 'of the package'} cannot be read: {error}") from error
    try:
        return _world(raw, file)
    except (KeyError, TypeError, AttributeError) as error:
        problem = f"misses {error}" if isinstance(error, KeyError) else str(error)
        raise WorldError(f"{path or 'The default world'} is not a world file: an entry {problem}.") from error


def _world(raw: Any, file: Path) -> World:
    if unknown := sorted(raw.keys() - _PARTS - _OPTIONAL):
        raise TypeError(f"named {unknown[0]!r} is unknown; the parts are {', '.join(sorted(_PARTS | _OPTIONAL))}")
    json.dumps(raw)  # a TypeError names what JSON does not have, an unquoted date for one
    return World(
        principals={entry["key"]: _principal(entry) for entry in raw["api_keys"]},
        corpora=tuple(_corpus(entry) for entry in raw["corpora"]),
        tools=_requests("tools", raw.get("tools", ())),
        agents=_requests("agents", raw["agents"]),
        aliases=_requests("aliases", raw.get("aliases", ())),
        scenarios=(
            *(((file, "scenarios"),) if "scenarios" in raw else ()),
            *((file.parent / name, None) for name in _names(raw.get("scenario_files", []))),
        ),
    )


def _names(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise TypeError("named 'scenario_files' must be a list of paths")
    return value


def _requests(part: str, entries: Any) -> tuple[JsonObject, ...]:
    if not all(isinstance(entry, dict) for entry in entries):
        raise TypeError(f"of {part} is not a mapping")
    return tuple(entries)


def _principal(entry: JsonObject) -> Principal:
    return Principal(
        name=entry.get("name", entry["key"]),
        api_roles=frozenset(entry.get("api_roles", ())),
        agent_roles=_roles_on("agent_key", entry.get("agent_roles", ())),
        corpus_roles=_roles_on("corpus_key", entry.get("corpus_roles", ())),
    )


def _roles_on(object_key: str, held: Any) -> dict[str, frozenset[str]]:
    roles: dict[str, set[str]] = {}
    for entry in held:
        roles.setdefault(entry[object_key], set()).add(entry["role"])
    return {key: frozenset(names) for key, names in roles.items()}


def _corpus(entry: JsonObject) -> tuple[JsonObject, tuple[JsonObject, ...]]:
    """Take the documents out of a corpus's entry."""
    return {name: value for name, value in entry.items() if name != "documents"}, tuple(entry.get("documents", ()))

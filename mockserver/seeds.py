"""World files: the API keys, corpora, tools, agents, aliases and scenarios of a mock.

`fixtures/seed/world.yaml` is the default one, with `neighbour.yaml` beside it for a second tenant.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from mockserver.domain.credentials import ApiKey, AppClient, new_api_key, new_app_client
from mockserver.domain.values import JsonObject
from mockserver.snapshots import STATE

DEFAULT_TENANT = "default"
_PARTS = {"api_keys", "corpora", "agents"}
_SEEDS = Path(str(files("fixtures") / "seed"))
_OPTIONAL = {"tenant", "app_clients", "aliases", "tools", "scenarios", "scenario_files"}


class WorldError(ValueError):
    """A world file cannot be used; says where and why."""


@dataclass(frozen=True, slots=True)
class World:
    """What a world file holds: the tenant, its API keys and app clients, and the create requests of all the rest.

    `keys` are the API keys in clear behind the roles of each, for people to read. `scenarios` says where scenarios are: files,
    each with the name of the part that holds them, None for all of it. `state` is all that a mock held, in place of the rest.
    """

    tenant: str
    api_keys: tuple[ApiKey, ...]
    app_clients: tuple[AppClient, ...]
    keys: tuple[tuple[str, str], ...]
    corpora: tuple[tuple[JsonObject, tuple[JsonObject, ...]], ...]
    tools: tuple[JsonObject, ...]
    agents: tuple[JsonObject, ...]
    aliases: tuple[JsonObject, ...]
    scenarios: tuple[tuple[Path, str | None], ...]
    state: Any = None


def default_worlds() -> list[World]:
    """Read the worlds of the package: that of the default tenant, and a small one of another."""
    return [load_world(None), load_world(_SEEDS / "neighbour.yaml")]


def load_world(path: Path | None) -> World:
    """Read a world file, the default one without a path. Raises WorldError for a file that is not one."""
    file = path or _SEEDS / "world.yaml"
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
    if unknown := sorted(raw.keys() - _PARTS - _OPTIONAL - {STATE}):
        raise TypeError(f"named {unknown[0]!r} is unknown; the parts are {', '.join(sorted(_PARTS | _OPTIONAL | {STATE}))}")
    if STATE in raw:
        raw = _with_state(raw)
    json.dumps(raw)  # a TypeError names what JSON does not have, an unquoted date for one
    return World(
        tenant=_tenant(raw.get("tenant", DEFAULT_TENANT)),
        api_keys=tuple(_api_key(number, entry) for number, entry in enumerate(raw["api_keys"], 1)),
        app_clients=tuple(_app_client(number, entry) for number, entry in enumerate(raw.get("app_clients", ()), 1)),
        keys=(
            *((", ".join(entry.get("api_roles", ())) or "roles on objects", entry["key"]) for entry in raw["api_keys"]),
            *(_well_known_keys(raw[STATE]) if STATE in raw else ()),
        ),
        corpora=tuple(_corpus(entry) for entry in raw["corpora"]),
        tools=_requests("tools", raw.get("tools", ())),
        agents=_requests("agents", raw["agents"]),
        aliases=_requests("aliases", raw.get("aliases", ())),
        scenarios=(
            *(((file, "scenarios"),) if "scenarios" in raw else ()),
            *((file.parent / name, None) for name in _names(raw.get("scenario_files", []))),
        ),
        state=raw.get(STATE),
    )


def _with_state(raw: JsonObject) -> JsonObject:
    """Give a file that holds a whole state the parts that it has in there."""
    if beside := sorted(raw.keys() & (_PARTS | {"app_clients", "aliases", "tools"})):
        raise TypeError(f"named {beside[0]!r} is in the way: with {STATE!r} everything is in there")
    return {**raw, **{part: [] for part in _PARTS}}


def _well_known_keys(state: Any) -> Iterator[tuple[str, str]]:
    """Return the keys of the package's worlds that a state has, which keeps digests alone."""
    rows = state.get("api_keys") if isinstance(state, dict) else None
    digests = {row.get("digest") for row in rows if isinstance(row, dict)} if isinstance(rows, list) else set()
    for world in default_worlds():
        yield from (shown for api_key, shown in zip(world.api_keys, world.keys, strict=True) if api_key.digest in digests)


def _tenant(name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise TypeError("named 'tenant' must be a name")
    return name


def _names(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise TypeError("named 'scenario_files' must be a list of paths")
    return value


def _requests(part: str, entries: Any) -> tuple[JsonObject, ...]:
    if not all(isinstance(entry, dict) for entry in entries):
        raise TypeError(f"of {part} is not a mapping")
    return tuple(entries)


def _api_key(number: int, entry: JsonObject) -> ApiKey:
    body = {"name": f"API key {number}", **entry}
    return new_api_key(body, key_id=f"aky_{number}", secret=entry["key"], creator=None)


def _app_client(number: int, entry: JsonObject) -> AppClient:
    body = {"name": f"App client {number}", **entry}
    return new_app_client(body, app_id=f"app_{number}", client_id=entry["client_id"], secret=entry["client_secret"])


def _corpus(entry: JsonObject) -> tuple[JsonObject, tuple[JsonObject, ...]]:
    """Take the documents out of a corpus's entry."""
    return {name: value for name, value in entry.items() if name != "documents"}, tuple(entry.get("documents", ()))

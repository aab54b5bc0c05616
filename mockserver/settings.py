"""Settings: flag > environment `SESSIONSUITE_*` > `[tool.sessionsuite]` or `sessionsuite.toml`. Nothing else reads either."""

import difflib
import operator
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from mockserver.domain.origins import origins_of

PREFIX = "SESSIONSUITE_"
CONTRACTS_PREFIX = "SESSIONSUITE_CONTRACTS_"


class SettingsError(ValueError):
    """A setting is unknown or has an impossible value; says which, where it came from, and what was expected."""


def _setting(
    default: Any,
    meaning: str,
    *,
    least: int | None = None,
    most: int | None = None,
    choices: tuple[str, ...] = (),
    read: Callable[[str], object] = str,
    secret: bool = False,
) -> Any:
    """Make a row; `read` raises ValueError for a text that cannot be used."""
    metadata = {"meaning": meaning, "least": least, "most": most, "choices": choices, "read": read}
    return field(default=default, repr=not secret, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, with its default; the table in README is made from these rows."""

    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _setting(4010, "port to listen on; 0 lets the system choose", least=0, most=65535)
    admin_token: str = _setting(
        "", "token that the admin API asks for; empty for none on loopback, and a new one at each start elsewhere", secret=True
    )
    cors_origins: str = _setting(
        "http://localhost:*, http://127.0.0.1:*",
        "origins whose pages may call the API, separated by commas: `SCHEME://HOST:PORT`, `*` for any port, `*` alone for all",
        read=origins_of,
    )
    seed: int = _setting(0, "seed of ids, names and everything random")
    world: str = _setting(
        "", "world files to start with, separated by commas, one for each tenant; empty for the two of the package"
    )
    scenarios: str = _setting("", "scenario files besides the built-in ones, separated by commas; the last weighs most")
    replay: str = _setting("", "folder of a recording (`sessions-mock proxy --record`) that answers, instead of the simulation")
    speed: int = _setting(
        1, "how many times as fast a recording is replayed as it was recorded; 0 for at once", least=0, most=10_000
    )
    unmatched: str = _setting(
        "404", "what is answered to requests that are not in the recording: 404, or simulate", choices=("404", "simulate")
    )
    threads: int = _setting(64, "requests and streams served at once", least=1, most=1024)
    max_body_bytes: int = _setting(1_048_576, "largest JSON body, in bytes", least=1)
    max_upload_bytes: int = _setting(10_485_760, "largest multipart body, in bytes, files included", least=1)
    max_header_bytes: int = _setting(65_536, "largest headers of a request, names and values together", least=1)
    max_objects: int = _setting(1_000_000, "most objects of a world, events and files included", least=1)
    streams_per_key: int = _setting(0, "most streams that a key has open at once; 0 for any number", least=0)
    requests_per_second: int = _setting(0, "most requests of a key in a second; 0 for any number", least=0, most=1_000_000)
    physics: str = _setting(
        "instant", "pace of the model: instant, realistic or slow, or `first_token_ms=…, tokens_per_second=…`"
    )
    context_window: int = _setting(
        200_000, "tokens that a model holds, where the agent's `context_window` parameter says no other", least=1
    )
    transition_limit: int = _setting(500, "most step transitions of one turn", least=1, most=10_000)
    template_truthiness: str = _setting("1.7", "which Velocity decides what is true: 1.7 or 2.x", choices=("1.7", "2.x"))
    template_iterations: int = _setting(10_000, "most turns of all loops in one rendering", least=1, most=1_000_000)
    template_characters: int = _setting(1_000_000, "longest text that one rendering builds", least=1, most=10_000_000)
    template_depth: int = _setting(60, "deepest nesting of directives, macros and values", least=1, most=60)
    foreign_objects: str = _setting(
        "403",
        "what callers hear of agents and corpora on which they have no role: 403 or 404, whether these are there or not, or told",
        choices=("403", "404", "told"),
    )
    token_seconds: int = _setting(1800, "how long a token of an app client is good, in seconds", least=1, most=86_400)
    test_worlds: int = _setting(200, "most worlds of tests (`X-Test-Id`) that a tenant has at once", least=1, most=10_000)
    journal_size: int = _setting(1000, "requests kept for /__admin/requests", least=0, most=100_000)


def resolve(flags: Mapping[str, Any], *, folder: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Put the settings together. `flags` are those given on the command line; None means not given. Raises SettingsError."""
    environment = os.environ if environment is None else environment  # noqa: TID251 - the only reader of the environment
    given = {
        **_from_files(folder),
        **_from_environment(environment),
        **{name: value for name, value in flags.items() if value is not None},
    }
    return Settings(**{name: _checked(name, value) for name, value in given.items()})


def _from_files(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, table in (("pyproject.toml", ("tool", "sessionsuite")), ("sessionsuite.toml", ())):
        path = folder / name
        if path.is_file():
            try:
                values: Any = tomllib.loads(path.read_text("utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise SettingsError(f"{name} is not TOML: {error}") from error
            for part in table:
                values = values.get(part, {}) if isinstance(values, dict) else values
            if not isinstance(values, dict):
                raise SettingsError(f"{name}: [{'.'.join(table)}] must be a table")
            found |= {_known(key, name): value for key, value in values.items() if key != "contracts"}
    return found


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    return {
        _known(name.removeprefix(PREFIX).lower(), f"environment variable {name}"): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and not name.startswith(CONTRACTS_PREFIX)
    }


def _known(name: str, source: str) -> str:
    names = [row.name for row in fields(Settings)]
    if name in names:
        return name
    close = difflib.get_close_matches(name, names, n=1)
    advice = f"did you mean {close[0]!r}?" if close else f"known settings are {', '.join(names)}."
    raise SettingsError(f"{source}: there is no setting {name!r}; {advice}")


def _checked(name: str, value: Any) -> Any:
    row = next(row for row in fields(Settings) if row.name == name)
    if isinstance(row.default, str):
        if not isinstance(value, str):
            raise SettingsError(f"setting {name!r} must be a text, not {value!r}")
        if row.metadata["choices"] and value not in row.metadata["choices"]:
            raise SettingsError(f"setting {name!r} must be {' or '.join(row.metadata['choices'])}, not {value!r}")
        _try(name, row.metadata["read"], value)
        return value
    return _number(name, value, least=row.metadata["least"], most=row.metadata["most"])


def _try(name: str, read: Callable[[str], object], value: str) -> None:
    try:
        read(value)
    except ValueError as error:
        raise SettingsError(f"setting {name!r}: {error}") from error


def _number(name: str, value: Any, *, least: int | None, most: int | None) -> int:
    try:
        number = int(value) if isinstance(value, str) else operator.index(value)
    except (TypeError, ValueError):
        raise SettingsError(f"setting {name!r} must be a whole number, not {value!r}") from None
    if isinstance(value, bool):
        raise SettingsError(f"setting {name!r} must be a whole number, not {value!r}")
    if (least is not None and number < least) or (most is not None and number > most):
        bounds = f"at least {least}" if most is None else f"between {least} and {most}"
        raise SettingsError(f"setting {name!r} must be {bounds}, not {number}")
    return number


def rows() -> list[tuple[str, Any, str]]:
    """Return name, default and meaning of every setting, for the README and for `--help`."""
    return [(row.name, row.default, row.metadata["meaning"]) for row in fields(Settings) if row.default is not MISSING]

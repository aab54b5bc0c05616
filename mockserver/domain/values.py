"""Values that every part of the domain shares: JSON, times, slugs."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

JsonObject: TypeAlias = Mapping[str, Any]
"""A decoded JSON object. Its shape is what the OpenAPI document promises for the place where it stands."""

MISSING: Any = type("Missing", (), {"__repr__": lambda _: "MISSING", "__bool__": lambda _: False})()
"""Stands for "there is no such value", where None would be JSON null."""


def timestamp(moment: datetime) -> str:
    """Write a time as the API does: RFC 3339, UTC, milliseconds, `Z` (api-facts §3.1)."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def slug(name: str, *, longest: int) -> str:
    """Lower-case `name`, put `_` for what a key cannot hold, cut to `longest` characters (api-facts §2.3)."""
    return re.sub(r"[^a-z0-9_-]", "_", name.lower())[:longest] or "unnamed"


def look_up(value: Any, path: list[str] | tuple[str, ...]) -> Any:
    """Follow `path` through nested JSON objects; MISSING where it leads nowhere. Reaches nothing but plain data."""
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            return MISSING
        value = value[name]
    return value

"""Arguments of tools: the pinned ones merged over the model's, each read as what it must be."""

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.domain.simulator.calls import ToolFailure
from mockserver.domain.values import JsonObject


def merged(arguments: JsonObject, overrides: JsonObject) -> dict[str, Any]:
    """Put the pinned arguments over the model's; a dotted name (`headers.Authorization`) pins that leaf only (api-facts §2.8)."""
    whole = dict(arguments)
    for name, value in overrides.items():
        _put(whole, name.split(".") if "." in name.strip(".") else [name], value)
    return whole


def _put(arguments: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for name in path[:-1]:
        inner = arguments.get(name)
        arguments[name] = dict(inner) if isinstance(inner, Mapping) else {}
        arguments = arguments[name]
    arguments[path[-1]] = value


def text(arguments: JsonObject, name: str) -> str:
    """Return a text that is not empty. Raises ToolFailure for another value and where it is missing."""
    value = arguments.get(name)
    if value is None:
        raise ToolFailure(f"INVALID_ARGUMENT: {name} is missing; it must be a text")
    if not isinstance(value, str) or not value:
        raise ToolFailure(f"INVALID_ARGUMENT: {name} must be a text, not {'an empty one' if value == '' else kind(value)}")
    return value


def one_of(arguments: JsonObject, name: str, choices: Sequence[str], default: str) -> str:
    """Return one of the choices. Raises ToolFailure for another value."""
    value = arguments.get(name, default)
    if value not in choices:
        raise ToolFailure(f"INVALID_ARGUMENT: {name} must be one of {', '.join(choices)}")
    return str(value)


def number(arguments: JsonObject, name: str, *, least: int, most: int | None = None) -> int | None:
    """Return an integer, None where it is missing. Raises ToolFailure for another value and for one out of bounds."""
    value = arguments.get(name)
    if value is None:
        return None
    bounds = f"an integer of at least {least}" if most is None else f"an integer from {least} to {most}"
    if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 != 0:
        raise ToolFailure(f"INVALID_ARGUMENT: {name} must be {bounds}, not {kind(value)}")
    if value < least or (most is not None and value > most):
        raise ToolFailure(f"INVALID_ARGUMENT: {name} must be {bounds}, not {int(value)}")
    return int(value)


def texts(arguments: JsonObject, name: str, *, most: int) -> list[str]:
    """Return a list of texts, empty where it is missing. Raises ToolFailure for another value and for too long a list."""
    value = arguments.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ToolFailure(f"INVALID_ARGUMENT: {name} must be a list of texts")
    if len(value) > most:
        raise ToolFailure(f"INVALID_ARGUMENT: {name} may have {most} entries, it has {len(value)}")
    return value


def check_kind(arguments: JsonObject, name: str, wanted: type | tuple[type, ...], words: str) -> None:
    """Do nothing for an argument that is missing or of the kind wanted. Raises ToolFailure for another."""
    value = arguments.get(name)
    if value is not None and not isinstance(value, wanted):
        raise ToolFailure(f"INVALID_ARGUMENT: {name} must be {words}, not {kind(value)}")


def kind(value: Any) -> str:
    """Name the kind of a JSON value."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "a boolean"
    if isinstance(value, str):
        return "a text"
    return "an object" if isinstance(value, Mapping) else "a list" if isinstance(value, list) else "a number"

"""The texts of acts: all are Velocity templates, save names, keys and media types."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mockserver.domain.simulator.acts import Act, acts_of, as_json
from mockserver.domain.values import JsonObject

Pointer: TypeAlias = tuple[str | int, ...]
_CALL_TEXTS = frozenset({"input", "output", "error", "activity"})
_TEMPLATES: Mapping[str, frozenset[str]] = {
    "call": _CALL_TEXTS,
    "parallel": _CALL_TEXTS,
    "client": frozenset({"input"}),
    "structured": frozenset({"content"}),
    "skill": frozenset({"content"}),
    "artifact": frozenset({"filename", "content", "description"}),
    "sub_agent": frozenset({"message", "answer"}),
    "transition": frozenset({"content"}),
    "compact": frozenset({"summary"}),
}
_ALL_TEMPLATE = frozenset({"think", "say", "fail"})


def rendered(act: Act, render: Callable[[str], str]) -> Act:
    """Return the act with its templates rendered. Those in a `repeat` wait until it is performed."""
    (raw,) = as_json([act])
    return acts_of([with_texts(raw, lambda _, text: render(text))])[0]


def with_texts(raw: JsonObject, change: Callable[[Pointer, str], str]) -> JsonObject:
    """Return an act's JSON with every template changed; `change` is told where it stands, such as ("call", "input", "query")."""
    ((kind, value),) = raw.items()
    if kind in _ALL_TEMPLATE:
        return {kind: change((kind,), value)}
    templates = _TEMPLATES.get(kind, frozenset())
    if isinstance(value, list):
        return {kind: [_fields_changed(item, (kind, index), templates, change) for index, item in enumerate(value)]}
    return {kind: _fields_changed(value, (kind,), templates, change)}


def _fields_changed(value: Any, path: Pointer, templates: frozenset[str], change: Callable[[Pointer, str], str]) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {name: _changed(part, (*path, name), change) if name in templates else part for name, part in value.items()}


def _changed(value: Any, path: Pointer, change: Callable[[Pointer, str], str]) -> Any:
    if isinstance(value, str):
        return change(path, value)
    if isinstance(value, Mapping):
        return {name: _changed(part, (*path, name), change) for name, part in value.items()}
    if isinstance(value, list):
        return [_changed(part, (*path, index), change) for index, part in enumerate(value)]
    return value

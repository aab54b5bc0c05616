"""References inside a tool's overrides: `{"$ref": "session.metadata.x"}` gives a value, `${…}` in a string gives text.

Both follow the seed page; a `metadata_filter` is filled so that no value can change the filter's shape (design §5).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.domain.errors import Refused
from mockserver.domain.filters import fill
from mockserver.domain.templating import TemplateError, parse, render
from mockserver.domain.values import MISSING, JsonObject, look_up

FILTER_FIELD = "metadata_filter"
_ROOTS = ("session.metadata", "session.key", "agent.metadata", "currentDate")


def resolved(value: Any, context: JsonObject, *, tool: str, templates: bool) -> Any:
    """Return `value` with every reference in it resolved and, with `templates`, every `${…}` in its strings filled.

    Raises Refused SM402 naming each reference that leads nowhere, SM401 where a string is not a template.
    """
    lost: list[str] = []
    result = _Resolver(context, lost, templates=templates).resolve(value, field="")
    if lost:
        paths = ", ".join(lost)
        message = f"Failed to resolve eager references: tool {tool!r}: unresolved refs [{paths}]. Roots are {', '.join(_ROOTS)}."
        raise Refused("SM402", message)
    return result


@dataclass(frozen=True, slots=True)
class _Resolver:
    context: JsonObject
    lost: list[str]
    templates: bool

    def resolve(self, value: Any, *, field: str) -> Any:
        if isinstance(value, str):
            return self.filled(value, field) if self.templates and "$" in value else value
        if isinstance(value, Mapping):
            if value.keys() == {"$ref"}:
                return self.referred(str(value["$ref"]))
            return {name: self.resolve(item, field=name) for name, item in value.items()}
        if isinstance(value, Sequence):
            return [self.resolve(item, field=field) for item in value]
        return value

    def referred(self, reference: str) -> Any:
        path = reference.removeprefix(".").split(".")
        found = look_up(self.context, path) if _is_rooted(path) else MISSING
        if found is MISSING:
            self.lost.append(reference)
        return found

    def filled(self, text: str, field: str) -> str:
        into: Callable[..., str] = fill if field == FILTER_FIELD else render
        try:
            return into(parse(text), self.context)
        except TemplateError as error:
            raise Refused("SM401", f"The override {text!r} cannot be rendered: {error}") from error


def _is_rooted(path: Sequence[str]) -> bool:
    return any(path[: len(root)] == root for root in (name.split(".") for name in _ROOTS))


def leaf_paths(value: JsonObject, prefix: str = "") -> tuple[str, ...]:
    """Name the leaves of an override as `argument_override_paths` does: `a.b`, `items[0]` (api-facts §2.8)."""
    paths: list[str] = []
    for name, item in value.items():
        path = f"{prefix}{name}"
        if isinstance(item, Mapping) and item and item.keys() != {"$ref"}:
            paths.extend(leaf_paths(item, f"{path}."))
        elif isinstance(item, list) and item:
            paths.extend(f"{path}[{index}]" for index in range(len(item)))
        else:
            paths.append(path)
    return tuple(paths)

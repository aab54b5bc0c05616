"""References inside a tool's configuration: `{"$ref": "session.metadata.x"}` gives a value, `${…}` in a string gives text.

Roots, indexes and escapes are those of api-facts §2.8; `${…}` is the seed page's form. A `metadata_filter` is filled so that no
value can change its shape (design §5). References to `tools.*` stay open until the tool that they name has run.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockserver.domain.errors import Refused
from mockserver.domain.filters import fill
from mockserver.domain.sessions import MASK
from mockserver.domain.templating import TemplateError, parse
from mockserver.domain.templating.dialect import Dialect
from mockserver.domain.values import MISSING, JsonObject

FILTER_FIELD = "metadata_filter"
REFERENCE, LITERAL_REFERENCE = "$ref", "$$ref"
ROOTS = ("session.metadata", "session.secrets", "session.key", "agent.metadata", "agent.secrets", "tools", "currentDate")
_ROOT_PATHS = tuple(tuple(root.split(".")) for root in ROOTS)
_TEMPLATED = re.compile(r"\$!?\{?[a-zA-Z]")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]|\[\$?([^\[\]]+)\]")


@dataclass(frozen=True, slots=True)
class Open:
    """A reference to `tools.*`: what it names comes later."""

    path: str


@dataclass(frozen=True, slots=True)
class Roots:
    """What references can reach: `values` with the secrets, `shown` with the same in masks, `templates` for `${…}`.

    Where there are no secrets `shown` is `values` itself.
    """

    values: JsonObject
    shown: JsonObject
    templates: JsonObject
    dialect: Dialect


def roots_of(
    templates: JsonObject, dialect: Dialect, *, session_secrets: Mapping[str, str], agent_secrets: Mapping[str, str]
) -> Roots:
    """Put the roots together; secrets come only here, templates do not see them."""

    def with_secrets(session: Mapping[str, str], agent: Mapping[str, str]) -> JsonObject:
        return {
            **templates,
            "session": {**templates["session"], "secrets": session},
            "agent": {**templates["agent"], "secrets": agent},
        }

    values = with_secrets(session_secrets, agent_secrets)
    if not session_secrets and not agent_secrets:
        return Roots(values, values, templates, dialect)
    masked = (dict.fromkeys(secrets, MASK) for secrets in (session_secrets, agent_secrets))
    return Roots(values, with_secrets(*masked), templates, dialect)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A value with its references resolved, the same with secrets masked, as events show it, and what leads nowhere.

    `open` are the references in it that wait for the output of a tool.
    """

    value: Any
    shown: Any
    lost: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def awaited(self) -> set[str]:
        """The names of the tools whose outputs it waits for."""
        return {name for path in self.open for kind, name in _steps(path.removeprefix("."))[1:2] if kind == "name"}


def resolved(value: Any, roots: Roots, *, templates: bool) -> Resolved:
    """Resolve every reference in `value` and, with `templates`, fill every `${…}` in its strings.

    Raises Refused SM401 where a string is not a template. What is lost is for `refuse_lost` to say, of all tools at once.
    """
    seen = roots.templates if templates else None
    resolver = _Resolver(roots.values, seen, roots.dialect)
    real = shown = resolver.resolve(value, field="")
    if roots.shown is not roots.values:
        shown = _Resolver(roots.shown, seen, roots.dialect).resolve(value, field="")
    return Resolved(real, shown, tuple(resolver.lost), tuple(resolver.open))


def has_references(value: Any) -> bool:
    """Say whether there is anything in `value` to resolve or to unescape, templates left aside."""
    if isinstance(value, Mapping):
        return any(name in {REFERENCE, LITERAL_REFERENCE} or has_references(item) for name, item in value.items())
    return isinstance(value, list | tuple) and any(map(has_references, value))


def refuse_lost(lost: Mapping[str, Sequence[str]]) -> None:
    """Raise Refused SM402 naming, by tool, each reference that leads nowhere; do nothing where there is none."""
    named = "; ".join(f"tool {tool!r}: unresolved refs [{', '.join(paths)}]" for tool, paths in lost.items() if paths)
    if named:
        raise Refused("SM402", f"Failed to resolve eager references: {named}. Roots are {', '.join(ROOTS)}.")


def settled(value: Any, outputs: JsonObject) -> tuple[Any, list[str]]:
    """Resolve what stayed open, from the outputs of tools; return the value and the references that lead nowhere."""
    lost: list[str] = []
    return _settle(value, outputs, lost), lost


def _settle(value: Any, outputs: JsonObject, lost: list[str]) -> Any:
    if isinstance(value, Open):
        found = follow({"tools": outputs}, value.path)
        if found is MISSING:
            lost.append(value.path)
        return found
    if isinstance(value, Mapping):
        return {name: _settle(item, outputs, lost) for name, item in value.items()}
    if isinstance(value, list):
        return [_settle(item, outputs, lost) for item in value]
    return value


@dataclass(frozen=True, slots=True)
class _Resolver:
    values: JsonObject
    templates: JsonObject | None
    dialect: Dialect
    lost: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def resolve(self, value: Any, *, field: str) -> Any:
        """Resolve a value that stands under the name `field`."""
        if isinstance(value, str):
            return self.filled(value, self.templates, field) if self.templates is not None and _TEMPLATED.search(value) else value
        if isinstance(value, Mapping):
            if value.keys() == {REFERENCE}:
                return self.referred(str(value[REFERENCE]))
            return {_unescaped(name): self.resolve(item, field=name) for name, item in value.items()}
        if isinstance(value, Sequence):
            return [self.resolve(item, field=field) for item in value]
        return value

    def referred(self, reference: str) -> Any:
        if reference.removeprefix(".").split(".")[0] == "tools":
            self.open.append(reference)
            return Open(reference)
        found = follow(self.values, reference)
        if found is MISSING:
            self.lost.append(reference)
            return MASK
        return found

    def filled(self, text: str, context: JsonObject, field: str) -> str:
        try:
            template = parse(text)
            if field == FILTER_FIELD:
                return fill(template, context, self.dialect)
            return self.dialect.render(template, context)
        except TemplateError as error:
            raise Refused("SM401", f"The override {text!r} cannot be rendered: {error}") from error


def _unescaped(name: str) -> str:
    return REFERENCE if name == LITERAL_REFERENCE else name


def follow(values: JsonObject, reference: str) -> Any:
    """Return what a reference names, MISSING where it leads nowhere, is no path, or does not begin at a root.

    An index in brackets is a number, or a reference itself, whose value is the key: `agent.secrets[session.metadata.user_id]`.
    """
    steps = _steps(reference.removeprefix("."))
    names = tuple(step for kind, step in steps if kind == "name")
    if not any(names[: len(root)] == root for root in _ROOT_PATHS):
        return MISSING
    found: Any = values
    for kind, step in steps:
        found = _taken(found, follow(values, step) if kind == "inner" else step)
        if found is MISSING:
            return MISSING
    return found


def _steps(path: str) -> list[tuple[str, Any]]:
    steps: list[tuple[str, Any]] = []
    at = 0
    if path.startswith("."):
        return []
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            return []
        name, number, inner = match.groups()
        steps.append(("name", name) if name is not None else ("index", int(number)) if number else ("inner", inner))
        at = match.end()
    return steps


def _taken(value: Any, key: Any) -> Any:
    if isinstance(value, Mapping):
        return value.get(str(key), MISSING) if isinstance(key, str | int) else MISSING
    if isinstance(value, list | tuple) and isinstance(key, int):
        return value[key] if 0 <= key < len(value) else MISSING
    return MISSING


def leaf_paths(value: JsonObject, prefix: str = "") -> tuple[str, ...]:
    """Name the leaves of an override as `argument_override_paths` does: `a.b`, `items[0]` (api-facts §2.8)."""
    paths: list[str] = []
    for name, item in value.items():
        paths.extend(_leaves(item, f"{prefix}{_unescaped(name)}"))
    return tuple(paths)


def _leaves(item: Any, path: str) -> Sequence[str]:
    if isinstance(item, Mapping) and item and item.keys() != {REFERENCE}:
        return leaf_paths(item, f"{path}.")
    if isinstance(item, list) and item:
        return [leaf for index, entry in enumerate(item) for leaf in _leaves(entry, f"{path}[{index}]")]
    return [path]

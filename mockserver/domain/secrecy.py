"""Which fields are secret, and what is done with them: masked, collected, put back in the place of their masks.

A `Shape` says where the values of one schema have secrets; `mockserver/spec/secrecy.py` reads it from the document's marks.
What stands in texts is the subject of `redaction`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from mockserver.domain.sessions import MASK

SENSITIVE_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie", "x-admin-token", "x-api-key"})
_REFERENCE = frozenset({"$ref"})

Path: TypeAlias = tuple[str | int, ...]
_Change: TypeAlias = Callable[[Path, Any], Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a value has secrets: it is one, or its fields do, those without a name of their own, or the entries of a list.

    `headers` are the names, in lower case, whose values are secret in a map of headers. `choice` is the field that says which of
    `branches` counts besides.
    """

    is_secret: bool = False
    headers: frozenset[str] = frozenset()
    fields: Mapping[str, "Shape"] = field(default_factory=dict)
    others: "Shape | None" = None
    items: "Shape | None" = None
    choice: str | None = None
    branches: Mapping[str | None, "Shape"] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Say whether there is any secret."""
        return bool(self.is_secret or self.fields or self.others or self.headers or self.items or self.branches)

    def of(self, name: str) -> "Shape":
        """Return the shape of a field."""
        if self.is_secret:
            return self
        return _SECRET if name.lower() in self.headers else self.fields.get(name) or self.others or NO_SECRETS


NO_SECRETS, _SECRET = Shape(), Shape(is_secret=True)


def redacted(value: Any, shape: Shape) -> Any:
    """Return the value with `****` in the place of every secret; all else, references (`$ref`) and nulls too, is as it was."""
    return _changed(value, shape, (), lambda _, __: MASK)


def secrets_in(value: Any, shape: Shape) -> Iterator[str]:
    """Return the secrets of a value that are texts and not masked; of a header `Bearer TOKEN` the token too."""
    for secret in _leaves(value, shape).values():
        if isinstance(secret, str) and secret != MASK:
            yield secret
            scheme, _, credential = secret.partition(" ")
            if credential and scheme.isalpha():
                yield credential


def restored(value: Any, before: Any, shape: Shape) -> Any:
    """Return the value with the secrets of `before` where it has `****` in their places: what was read may be sent back."""
    known = _leaves(before, shape)
    return _changed(value, shape, (), lambda path, secret: known.get(path, secret) if secret == MASK else secret)


def _leaves(value: Any, shape: Shape) -> dict[Path, Any]:
    found: dict[Path, Any] = {}
    _changed(value, shape, (), found.setdefault)
    return found


def _changed(value: Any, shape: Shape, path: Path, change: _Change) -> Any:
    """Rebuild a value with each secret in it changed."""
    if value is None or not shape:
        return value
    if isinstance(value, Mapping):
        return value if value.keys() == _REFERENCE else _changed_fields(value, shape, path, change)
    if isinstance(value, list | tuple):
        inner = shape if shape.is_secret else shape.items or NO_SECRETS
        return [_changed(item, inner, (*path, index), change) for index, item in enumerate(value)]
    return change(path, value) if shape.is_secret else value


def _changed_fields(value: Mapping[str, Any], shape: Shape, path: Path, change: _Change) -> Mapping[str, Any]:
    changed = value
    chosen = value.get(shape.choice) if shape.choice else None
    if isinstance(chosen, str | None) and chosen in shape.branches:
        changed = _changed_fields(value, shape.branches[chosen], path, change)
    several = shape.is_secret or shape.others or shape.headers
    names = value if several else shape.fields.keys() & value.keys()
    if not names:
        return changed
    return {**changed, **{name: _changed(changed[name], shape.of(name), (*path, name), change) for name in names}}


def joined(*shapes: Shape) -> Shape:
    """Return what has secrets wherever one of the shapes has. Raises ValueError for two that choose by different fields."""
    first, *rest = (shape for shape in shapes if shape) if any(shapes) else (NO_SECRETS,)
    for shape in rest:
        if first.choice and shape.choice and first.choice != shape.choice:
            raise ValueError(f"{first.choice} and {shape.choice} cannot both choose")
        first = Shape(
            is_secret=first.is_secret or shape.is_secret,
            headers=first.headers | shape.headers,
            fields=_both(first.fields, shape.fields),
            others=_either(first.others, shape.others),
            items=_either(first.items, shape.items),
            choice=first.choice or shape.choice,
            branches=_both(first.branches, shape.branches),
        )
    return first


def _both(one: Mapping[Any, Shape], other: Mapping[Any, Shape]) -> dict[Any, Shape]:
    return {name: joined(one.get(name, NO_SECRETS), other.get(name, NO_SECRETS)) for name in {**one, **other}}


def _either(one: Shape | None, other: Shape | None) -> Shape | None:
    return joined(one or NO_SECRETS, other or NO_SECRETS) or None

"""What a schema says, however it is written: `allOf` is joined, the two ways to allow null are one, unions go by names."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.drift.reading import Document, Place

Places = tuple[Place, ...]
LOWER = ("minimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "maxLength", "maxItems", "maxProperties")
OTHER = ("pattern", "format", "multipleOf", "uniqueItems")
_OF_KIND = {
    "object": ("properties", "additionalProperties", "required", "minProperties", "maxProperties", "propertyNames"),
    "array": ("items", "minItems", "maxItems", "uniqueItems"),
}
_JSON_TYPES: Mapping[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


@dataclass(slots=True)
class Shape:
    """What a schema allows. None, or an empty mapping, says nothing of that kind.

    `values` are the enum's as JSON texts; `bounds` are by their names, exclusive ones as pairs with True; a member, an item or a
    variant is one schema or several that all count.
    """

    types: frozenset[str] | None = None
    is_nullable: bool = False
    values: frozenset[str] | None = None
    bounds: dict[str, Any] = field(default_factory=dict)
    members: dict[str, Places] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: Places = ()
    extra: Places = ()
    is_closed: bool = False
    discriminator: str = ""
    variants: dict[str, Places] = field(default_factory=dict)


def shape_of(document: Document, places: Places) -> Shape:
    """Join what several schemas say that all count."""
    shape = Shape()
    said = list(_said(document, places))
    for place in said:
        _join(shape, document, place)
    nullable = [_allows_null(document, place) for place in said if _restricts(place)]
    shape.is_nullable = bool(nullable) and all(nullable)
    if shape.types is None and shape.variants:
        branches = [shape_of(document, branch).types for branch in shape.variants.values()]
        shape.types = frozenset().union(*(types for types in branches if types)) if all(branches) else None
    return shape


def _said(document: Document, places: Iterable[Place]) -> Iterator[Place]:
    """Give every schema that counts: behind references, beside them, in `allOf`, and the only branch of a union but null."""
    for place in places:
        node = place.node
        if not isinstance(node, dict):
            continue
        if isinstance(node.get("$ref"), str):
            beside = document.siblings(place)
            yield from _said(document, [document.follow(place), *([beside] if beside else [])])
            continue
        yield place
        yield from _said(document, [place.at("allOf", number) for number in range(len(node.get("allOf", ())))])
        branches = list(_branches(document, place))
        if len(branches) == 1 and not _discriminator(node):
            yield from _said(document, branches)


def _branches(document: Document, place: Place) -> Iterator[Place]:
    """Give the branches of a union that are more than null."""
    for word in ("oneOf", "anyOf"):
        for number in range(len(place.node.get(word, ()))):
            branch = place.at(word, number)
            followed = document.follow(branch)
            if not (isinstance(followed.node, dict) and followed.node.get("type") == "null"):
                yield branch


def _restricts(place: Place) -> bool:
    """Whether a schema says anything of its own that null could be against."""
    return any(word in place.node for word in ("type", "enum", "const", "oneOf", "anyOf", "nullable", "properties"))


def _allows_null(document: Document, place: Place) -> bool:
    node = place.node
    if node.get("nullable") is True or None in node.get("enum", ()):
        return True
    types = node.get("type")
    if isinstance(types, list):
        return "null" in types
    union = [*node.get("oneOf", ()), *node.get("anyOf", ())]
    return types is None and bool(union) and len(list(_branches(document, place))) < len(union)


def _join(shape: Shape, document: Document, place: Place) -> None:
    node = place.node
    types = _types(node)
    if types:
        shape.types = types if shape.types is None else shape.types & types or types
    if (values := _values(node)) is not None:
        shape.values = values if shape.values is None else shape.values & values
    shape.bounds |= _bounds(node)
    shape.required |= frozenset(node.get("required", ()))
    for name in node.get("properties", ()):
        shape.members[name] = (*shape.members.get(name, ()), place.at("properties", name))
    if items := place.get("items"):
        shape.items = (*shape.items, items)
    extra = node.get("additionalProperties")
    shape.is_closed = shape.is_closed or extra is False
    if isinstance(extra, dict):
        shape.extra = (*shape.extra, place.at("additionalProperties"))
    branches = list(_branches(document, place))
    if len(branches) > 1 or _discriminator(node):
        shape.discriminator, shape.variants = _union(document, place, branches)


def _types(node: Mapping[str, Any]) -> frozenset[str]:
    given = node.get("type")
    if given is not None:
        return frozenset(given if isinstance(given, list) else [given]) - {"null"}
    if "const" in node:
        return frozenset([_JSON_TYPES.get(type(node["const"]), "null")]) - {"null"}
    return frozenset(kind for kind, words in _OF_KIND.items() if any(word in node for word in words))


def _values(node: Mapping[str, Any]) -> frozenset[str] | None:
    given = [node["const"]] if "const" in node else node.get("enum")
    return None if given is None else frozenset(json.dumps(value, sort_keys=True) for value in given if value is not None)


def _bounds(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bounds. An exclusive one is a flag beside the bound in 3.0, and a bound of its own in 3.1."""
    bounds = {name: node[name] for name in (*LOWER, *UPPER, *OTHER) if name in node}
    for name, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        given = node.get(exclusive)
        if given is True and name in node:
            bounds[name] = (node[name], True)
        elif isinstance(given, int | float) and not isinstance(given, bool):
            bounds[name] = (given, True)
    return bounds


def _discriminator(node: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = node.get("discriminator") or node.get("x-discriminator") or {}
    return found


def _union(document: Document, place: Place, branches: list[Place]) -> tuple[str, dict[str, Places]]:
    """Name the branches: by the discriminator's mapping, else by the one value of a member, else by the schema's own name."""
    discriminator = _discriminator(place.node)
    name = str(discriminator.get("propertyName", ""))
    if mapping := discriminator.get("mapping"):
        return name, {value: (document.named(place, reference),) for value, reference in mapping.items()}
    name = name or "type"
    named = [_tag(document, branch, name) for branch in branches]
    if all(named) and len(set(named)) == len(named):
        return name, {str(tag): (branch,) for tag, branch in zip(named, branches, strict=True)}
    return "", {_own_name(document, branch, number): (branch,) for number, branch in enumerate(branches)}


def _tag(document: Document, branch: Place, name: str) -> str | None:
    """Return the one value that a branch gives a member."""
    members = shape_of(document, (branch,)).members.get(name, ())
    values = shape_of(document, members).values
    return json.loads(next(iter(values))) if values and len(values) == 1 else None


def _own_name(document: Document, branch: Place, number: int) -> str:
    reference = branch.node.get("$ref")
    if isinstance(reference, str):
        return reference.rpartition("/")[2]
    return "/".join(sorted(shape_of(document, (branch,)).types or ())) or str(number)

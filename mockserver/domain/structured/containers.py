"""Objects and arrays, whose properties and items are made by the `make` that is passed in."""

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

from mockserver.domain.structured.keywords import Part, Unsatisfiable, item_of, property_of
from mockserver.domain.structured.measures import canonical
from mockserver.domain.structured.place import Make, Means, Parts, Place, bound
from mockserver.domain.values import MISSING

LARGEST = 10_000
_USUAL = 0.8
_FEW = 3


def an_object(means: Means, place: Place, parts: Parts, make: Make) -> dict[str, Any]:
    """Make an object: all that is required, most of what is optional. Raises Unsatisfiable for what is required and cannot be."""
    least, most = bound(parts, "minProperties", "maxProperties", largest=LARGEST)
    required = dict.fromkeys(name for part in parts for name in part.words.get("required", ()))
    declared = dict.fromkeys(name for part in parts for name in part.words.get("properties", {}))
    if len(required) > most:
        raise Unsatisfiable(f"{place.pointer}/required", f"more than the {most} properties that there may be")
    optional = [name for name in declared if name not in required]
    usual = [] if means.is_deep(place) else [name for name in optional if means.random.random() < _USUAL]
    made = {name: make(_property(place, parts, name)) for name in required}
    for names, enough in ((usual, most), ([*optional, *(f"field_{number + 1}" for number in range(least))], least)):
        for name in names:
            if len(made) < enough and name not in made:
                made |= _tried(make, place, parts, name)
    if len(made) < least:
        raise Unsatisfiable(f"{place.pointer}/minProperties", "not as many properties can be made")
    return {name: made[name] for name in (*declared, *made) if name in made}


def _tried(make: Make, place: Place, parts: Parts, name: str) -> dict[str, Any]:
    """Make an optional property; none where it cannot be made."""
    try:
        return {name: make(_property(place, parts, name))}
    except Unsatisfiable:
        return {}


def _property(place: Place, parts: Parts, name: str) -> Place:
    for part in parts:
        if part.words.get("additionalProperties") is False and name not in part.words.get("properties", {}):
            raise Unsatisfiable(f"{part.pointer}/additionalProperties", f"it forbids the property {name!r}, which is required")
    return _inside(place, tuple(below for part in parts for below in property_of(part, name)), name)


def _inside(place: Place, schemas: Parts, name: str) -> Place:
    return Place(schemas or (Part(schema=True, pointer=place.pointer),), name, place.depth + 1)


def an_array(means: Means, place: Place, parts: Parts, make: Make) -> list[Any]:
    """Make an array of items that differ where they can. Raises Unsatisfiable where there cannot be as many as there must be."""
    least, most = bound(parts, "minItems", "maxItems", largest=LARGEST)
    first = max(len(part.words.get("prefixItems", ())) for part in parts)
    usual = 0 if means.is_deep(place) else min(max(first, means.random.randint(1, _FEW)), most)
    is_unique = any(part.words.get("uniqueItems") for part in parts)
    made: list[Any] = []
    seen: set[Hashable] = set()
    while len(made) < max(least, usual):
        below = _inside(place, tuple(below for part in parts for below in item_of(part, len(made))), place.name)
        item = _item(make, replace(below, taken=seen), is_needed=len(made) < least, is_unique=is_unique)
        if item is MISSING:
            break
        made.append(item)
        seen.add(canonical(item))
    return made


def _item(make: Make, place: Place, *, is_needed: bool, is_unique: bool) -> Any:
    """Make an item that is not there yet; the same again where it is needed and may be; MISSING where it is not needed."""
    try:
        return make(place)
    except Unsatisfiable:
        if is_needed and is_unique:
            raise
    return make(replace(place, taken=frozenset())) if is_needed else MISSING

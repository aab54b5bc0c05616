"""A value for a place: alternatives are chosen, a type is chosen, and what is made is held against the schema."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mockserver.domain.structured.containers import an_array, an_object
from mockserver.domain.structured.keywords import CHOICES, TYPES, Part, Unsatisfiable, lists_of, types_of
from mockserver.domain.structured.place import Means, Parts, Place
from mockserver.domain.structured.scalars import integer, number, text

DEEPEST = 24
MOST_CHOICES = 12
_TRIES = 4
_CONTAINERS = ("object", "array")
_Choices = Sequence[tuple[Part, str]]


def value_at(place: Place, means: Means) -> Any:
    """Make a value that fits a place. Raises Unsatisfiable."""
    if place.depth > DEEPEST:
        raise Unsatisfiable(place.pointer, f"the value is nested deeper than {DEEPEST} levels")
    parts = means.schemas.applying(place.schemas, deep=means.is_deep(place))
    return _chosen(place, means, parts, _choices(parts))


def _choices(parts: Parts) -> _Choices:
    return [(part, keyword) for part in parts for keyword in CHOICES if keyword in part.words]


def _chosen(place: Place, means: Means, parts: Parts, choices: _Choices, taken: int = 0) -> Any:
    """Take the alternatives of the first choice in turn, until a value can be made for one and for the choices behind it."""
    if not choices:
        return _fitting(place, means, parts)
    part, keyword = choices[0]
    if taken == MOST_CHOICES:
        raise Unsatisfiable(f"{part.pointer}/{keyword}", f"more than {MOST_CHOICES} alternatives apply together")
    problem: Unsatisfiable | None = None
    for alternative in _ordered(place, means, part, keyword):
        try:
            more = _joining(place, means, parts, alternative)
            return _chosen(place, means, (*parts, *more), [*choices[1:], *_choices(more)], taken + 1)
        except Unsatisfiable as error:
            problem = problem or error
    reason = f"none of its alternatives can be met ({problem})" if problem else "it has no alternatives"
    raise Unsatisfiable(f"{part.pointer}/{keyword}", reason)


def _joining(place: Place, means: Means, parts: Parts, alternative: Part) -> Parts:
    """Return what applies with an alternative and did not before."""
    applying = means.schemas.applying([alternative], deep=means.is_deep(place))
    known = {id(part.schema) for part in parts}
    return tuple(part for part in applying if id(part.schema) not in known)


def _ordered(place: Place, means: Means, part: Part, keyword: str) -> list[Part]:
    """Return alternatives: what the message names first, null last; where it is deep, the shortest first."""
    alternatives = [part.below(keyword, index) for index in range(len(part.words[keyword]))]
    means.random.shuffle(alternatives)
    is_deep = means.is_deep(place)

    def rank(alternative: Part) -> tuple[float, bool, int]:
        way = means.schemas.way(alternative.schema) if is_deep else 0
        return way, alternative.words.get("type") == "null", -_naming(means, alternative)

    return sorted(alternatives, key=rank)


def _naming(means: Means, alternative: Part) -> int:
    """Say how clearly the message names a value that an alternative lists."""
    try:
        applying = means.schemas.applying([alternative], deep=False)
    except Unsatisfiable:
        return 0
    return max((means.hint.naming(value) for part in applying for _, values in lists_of(part) for value in values), default=0)


def _fitting(place: Place, means: Means, parts: Parts) -> Any:
    for _ in range(_TRIES):
        value = _typed(place, means, parts)
        if means.admits(place, value):
            return value
    raise Unsatisfiable(place.pointer, "none of the values that were tried fits all of it")


def _typed(place: Place, means: Means, parts: Parts) -> Any:
    """Return a listed value, a default that fits, or a value of the first type for which one can be made."""
    defaults = [part.words["default"] for part in parts if "default" in part.words]
    for part in parts:
        for keyword, values in lists_of(part):
            return means.first_admitted(place, _likely(means, values, defaults), f"{part.pointer}/{keyword}")
    for default in defaults:
        if means.admits(place, default):
            return default
    problem: Unsatisfiable | None = None
    for kind in _kinds(place, means, parts):
        try:
            return _MAKERS[kind](means, place, parts)
        except Unsatisfiable as error:
            problem = problem or error
    raise problem or Unsatisfiable(f"{place.pointer}/type", "no type is allowed by all that applies here")


def _likely(means: Means, values: Sequence[Any], defaults: Sequence[Any]) -> list[Any]:
    """Return listed values: what the message names, the default, the rest in any order."""
    named = sorted(filter(means.hint.naming, values), key=means.hint.naming, reverse=True)
    rest = list(values)
    means.random.shuffle(rest)
    return [*named, *defaults, *rest]


def _kinds(place: Place, means: Means, parts: Parts) -> list[str]:
    """Return the types to try: those that are spoken of first, null last; where it is deep, objects and arrays after all."""
    declared = [types_of(part.words) for part in parts if "type" in part.words]
    allowed = [kind for kind in TYPES if all(kind in types or (kind == "integer" and "number" in types) for types in declared)]
    if "number" in allowed:
        allowed.remove("integer")
    spoken = {"integer", *(kind for part in parts for kind in types_of(part.words))}
    if len(spoken) == 1:
        spoken.add("string")
    is_deep = means.is_deep(place)
    means.random.shuffle(allowed)
    return sorted(allowed, key=lambda kind: (is_deep and kind in _CONTAINERS, kind not in spoken, kind == "null"))


def _boolean(means: Means, place: Place, _: Parts) -> Any:
    return means.first_admitted(place, means.random.sample([True, False], 2), place.pointer)


def _null(means: Means, place: Place, _: Parts) -> Any:
    return means.first_admitted(place, [None], place.pointer)


_MAKERS: Mapping[str, Callable[[Means, Place, Parts], Any]] = {
    "string": text,
    "integer": integer,
    "number": number,
    "boolean": _boolean,
    "null": _null,
    "object": lambda means, place, parts: an_object(means, place, parts, lambda below: value_at(below, means)),
    "array": lambda means, place, parts: an_array(means, place, parts, lambda below: value_at(below, means)),
}

"""The keywords of a JSON schema: which are supported, what each must hold, and what they say of types, properties and items.

Keywords that say what a value must not be, or that depend on another keyword's outcome, are beyond what is supported and
refused by name; strict structured outputs have none of them (api-facts §2.6).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from mockserver.domain.values import JsonObject

TYPES = ("string", "integer", "number", "boolean", "object", "array", "null")
SCALARS = frozenset({"string", "integer", "number", "boolean", "null"})
CHOICES = ("anyOf", "oneOf")
_UNSUPPORTED = frozenset(
    """not if then else contains patternProperties propertyNames dependentRequired dependentSchemas dependencies additionalItems
    unevaluatedItems unevaluatedProperties $dynamicRef $recursiveRef""".split()  # noqa: SIM905 - a list of words reads best as text
)


class Unsatisfiable(ValueError):  # noqa: N818 - it says what a schema is, not what went wrong
    """No value fits a schema, or none was found; says where in the schema, as a JSON pointer, and why."""

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(f"{pointer or 'the root'}: {reason}")
        self.pointer = pointer
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Part:
    """A schema, an object or a boolean, and where it stands."""

    schema: Any
    pointer: str

    @property
    def words(self) -> JsonObject:
        """Return its keywords; a boolean has none."""
        return {} if isinstance(self.schema, bool) else self.schema

    def below(self, *steps: str | int) -> "Part":
        """Return the schema that stands under a keyword, or under a name or index there."""
        schema, pointer = self.schema, self.pointer
        for step in steps:
            schema, pointer = schema[step], f"{pointer}/{escaped(str(step))}"
        return Part(schema, pointer)


def escaped(step: str) -> str:
    """Write a name as a step of a JSON pointer."""
    return step.replace("~", "~0").replace("/", "~1")


def is_number(value: object) -> TypeGuard[int | float]:
    """Say whether a value is a JSON number; a boolean is none, nor is what is not finite."""
    return isinstance(value, int | float) and not isinstance(value, bool) and (isinstance(value, int) or math.isfinite(value))


def _is_count(value: Any) -> bool:
    return is_number(value) and value >= 0 and value == int(value)


def _is_schema(value: object) -> bool:
    return isinstance(value, Mapping | bool)


def _is_list_of(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list | tuple) and all(map(fits, value))


def _is_map_of_schemas(value: object) -> bool:
    return isinstance(value, Mapping) and all(map(_is_schema, value.values()))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_SHAPES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), (is_number, "a number")),
    "multipleOf": (lambda value: is_number(value) and value > 0, "a number above 0"),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), (_is_count, "a count")),
    **dict.fromkeys(("pattern", "format", "$ref"), (_is_text, "a text")),
    **dict.fromkeys(("uniqueItems", "nullable"), (lambda value: isinstance(value, bool), "a boolean")),
    **dict.fromkeys(("items", "additionalProperties"), (_is_schema, "a schema")),
    **dict.fromkeys(("anyOf", "oneOf", "allOf", "prefixItems"), (_is_list_of(_is_schema), "a list of schemas")),
    "properties": (_is_map_of_schemas, "an object of schemas"),
    "required": (_is_list_of(_is_text), "a list of names"),
    "enum": (_is_list_of(lambda _: True), "a list"),
    "type": (
        lambda value: value in TYPES or _is_list_of(TYPES.__contains__)(value),
        f"one of {', '.join(TYPES)}, or a list of them",
    ),
}


def check(part: Part) -> None:
    """Raise Unsatisfiable for a keyword that is malformed or not supported, and for `false`."""
    if part.schema is False:
        raise Unsatisfiable(part.pointer, "the schema is false, which no value fits")
    for keyword, value in part.words.items():
        if keyword in _UNSUPPORTED:
            raise Unsatisfiable(f"{part.pointer}/{keyword}", f"{keyword} is not supported")
        fits, expected = _SHAPES.get(keyword, (None, ""))
        if fits is not None and not fits(value):
            raise Unsatisfiable(f"{part.pointer}/{keyword}", f"expected {expected}")


_SPEAKING: Mapping[str, frozenset[str]] = {
    "object": frozenset({"properties", "required", "additionalProperties", "minProperties", "maxProperties"}),
    "array": frozenset({"items", "prefixItems", "minItems", "maxItems", "uniqueItems"}),
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
}


def types_of(keywords: JsonObject) -> Sequence[str]:
    """Return the types that a schema declares; without them, those that its keywords speak of, none where they speak of none."""
    declared = keywords.get("type")
    if declared is not None:
        return (declared,) if isinstance(declared, str) else tuple(declared)
    return tuple(kind for kind, spoken in _SPEAKING.items() if spoken.intersection(keywords))


def lists_of(part: Part) -> Sequence[tuple[str, Sequence[Any]]]:
    """Return the values that a schema lists, by keyword."""
    const = [("const", [part.words["const"]])] if "const" in part.words else []
    return [*const, *([("enum", part.words["enum"])] if "enum" in part.words else [])]


def property_of(part: Part, name: str) -> tuple[Part, ...]:
    """Return what a schema says of a property: one schema, or none where it says nothing."""
    if name in part.words.get("properties", {}):
        return (part.below("properties", name),)
    return (part.below("additionalProperties"),) if "additionalProperties" in part.words else ()


def item_of(part: Part, index: int) -> tuple[Part, ...]:
    """Return what a schema says of the item at an index: one schema, or none where it says nothing."""
    if index < len(part.words.get("prefixItems", ())):
        return (part.below("prefixItems", index),)
    return (part.below("items"),) if "items" in part.words else ()

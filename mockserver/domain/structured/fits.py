"""Whether a value fits a schema, for the keywords that are supported; `format` says how a text is made and refuses none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.domain.structured.keywords import Part, Unsatisfiable, is_number, item_of, property_of, types_of
from mockserver.domain.structured.measures import canonical, exact
from mockserver.domain.structured.patterns import found_in
from mockserver.domain.structured.schemas import Schemas
from mockserver.domain.values import JsonObject

DEEPEST = 80
"""How many schemas may lie inside each other around a value that is checked."""


def fits(value: Any, part: Part, schemas: Schemas) -> bool:
    """Say whether a value fits. Raises Unsatisfiable for a keyword that is malformed or not supported."""
    return _Check(schemas).fits(value, part, 0)


@dataclass(frozen=True, slots=True)
class _Check:
    schemas: Schemas

    def fits(self, value: Any, part: Part, depth: int) -> bool:
        if depth > DEEPEST:
            raise Unsatisfiable(part.pointer, "it refers to itself without an end")
        if part.schema is False:
            return False
        keywords = self.schemas.keywords(part)
        if value is None and keywords.get("nullable"):
            return True
        return (
            _is_of_type(value, keywords)
            and all(canonical(value) in listed for listed in self.schemas.listed(part))
            and self.is_joined(value, part, depth + 1)
            and self.is_of_its_kind(value, part, depth + 1)
        )

    def is_joined(self, value: Any, part: Part, depth: int) -> bool:
        """Say whether a value fits what a schema refers to and what it joins."""
        keywords = part.words

        def fitting(keyword: str) -> int:
            return sum(self.fits(value, part.below(keyword, index), depth) for index in range(len(keywords[keyword])))

        return (
            ("$ref" not in keywords or self.fits(value, self.schemas.target(part), depth))
            and ("allOf" not in keywords or fitting("allOf") == len(keywords["allOf"]))
            and ("anyOf" not in keywords or fitting("anyOf") > 0)
            and ("oneOf" not in keywords or fitting("oneOf") == 1)
        )

    def is_of_its_kind(self, value: Any, part: Part, depth: int) -> bool:
        """Say whether a value holds what the keywords for its type ask."""
        if isinstance(value, Mapping):
            return _is_object(value, part.words) and all(
                self.fits(item, below, depth) for name, item in value.items() for below in property_of(part, name)
            )
        if isinstance(value, list | tuple):
            return _is_array(value, part.words) and all(
                self.fits(item, below, depth) for index, item in enumerate(value) for below in item_of(part, index)
            )
        if isinstance(value, str):
            return _is_string(value, part)
        return not is_number(value) or _is_within(value, part.words)


def _kind(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    if is_number(value):
        return "integer" if value == int(value) else "number"
    return "string" if isinstance(value, str) else "object" if isinstance(value, Mapping) else "array"


def _is_of_type(value: Any, keywords: JsonObject) -> bool:
    if "type" not in keywords:
        return True
    allowed, kind = types_of(keywords), _kind(value)
    return kind in allowed or (kind == "integer" and "number" in allowed)


def _is_counted(number: int, what: str, keywords: JsonObject) -> bool:
    return keywords.get(f"min{what}", number) <= number <= keywords.get(f"max{what}", number)  # type: ignore[no-any-return]


def _is_object(value: Mapping[str, Any], keywords: JsonObject) -> bool:
    return _is_counted(len(value), "Properties", keywords) and all(name in value for name in keywords.get("required", ()))


def _is_array(value: list[Any] | tuple[Any, ...], keywords: JsonObject) -> bool:
    is_unique = not keywords.get("uniqueItems") or len(set(map(canonical, value))) == len(value)
    return is_unique and _is_counted(len(value), "Items", keywords)


def _is_string(value: str, part: Part) -> bool:
    pattern: str | None = part.words.get("pattern")
    return _is_counted(len(value), "Length", part.words) and (
        pattern is None or found_in(value, pattern, f"{part.pointer}/pattern")
    )


_BOUNDS: Mapping[str, Callable[[float, float], bool]] = {
    "minimum": lambda value, bound: value >= bound,
    "maximum": lambda value, bound: value <= bound,
    "exclusiveMinimum": lambda value, bound: value > bound,
    "exclusiveMaximum": lambda value, bound: value < bound,
    "multipleOf": lambda value, step: (exact(value) / exact(step)).denominator == 1,
}


def _is_within(value: float, keywords: JsonObject) -> bool:
    return all(holds(value, keywords[keyword]) for keyword, holds in _BOUNDS.items() if keyword in keywords)

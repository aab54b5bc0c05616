"""A schema as a whole: references into it, what applies together, what comes to an end; and the work that it may make.

What is known of a schema is kept by its identity; all of them live as long as the whole.
"""

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from mockserver.domain.structured.keywords import CHOICES, SCALARS, Part, Unsatisfiable, check, lists_of, types_of
from mockserver.domain.structured.measures import canonical
from mockserver.domain.values import MISSING, JsonObject

MOST_STEPS = 50_000
LONGEST_WAY = 64
DEEPEST = 40
_LONGEST_INDEX = 6
_NULL: JsonObject = {"type": "null"}


class Schemas:
    """A schema with all that stands in it. It counts the steps that are taken and ends what takes too many."""

    def __init__(self, root: JsonObject) -> None:
        """Raises Unsatisfiable where the schema itself is nested too deeply."""
        self.root = root
        self.steps = 0
        self._checked: set[int] = set()
        self._ways: dict[tuple[int, int], float] = {}
        self._listed: dict[int, list[frozenset[Hashable]]] = {}
        _refuse_deep(root)

    def step(self, pointer: str, cost: int = 1) -> None:
        """Count work. Raises Unsatisfiable after more than MOST_STEPS."""
        self.steps += cost
        if self.steps > MOST_STEPS:
            raise Unsatisfiable(pointer, "the schema asks for too large a value, or has too many alternatives")

    def keywords(self, part: Part) -> JsonObject:
        """Return the keywords of a schema. Raises Unsatisfiable for what is malformed or not supported, and for `false`."""
        self.step(part.pointer)
        if id(part.schema) not in self._checked:
            check(part)
            self._checked.add(id(part.schema))
        return part.words

    def listed(self, part: Part) -> list[frozenset[Hashable]]:
        """Return the values that a schema lists, as sets of what is equal to them; each of these sets must hold a value."""
        key = id(part.schema)
        if key not in self._listed:
            self._listed[key] = [frozenset(map(canonical, values)) for _, values in lists_of(part)]
        return self._listed[key]

    def target(self, part: Part) -> Part:
        """Follow `$ref`. Raises Unsatisfiable where it leads out of the schema or to no schema."""
        reference: str = part.words["$ref"]
        found: Any = self.root if reference == "#" or reference.startswith("#/") else MISSING
        for step in reference.split("/")[1:]:
            found = _below(found, unquote(step).replace("~1", "/").replace("~0", "~"))
        if not isinstance(found, Mapping | bool):
            reason = f"{reference!r} names no schema: expected '#' or a pointer into this schema, as '#/$defs/name'"
            raise Unsatisfiable(f"{part.pointer}/$ref", reason)
        return Part(found, reference[1:])

    def applying(self, parts: Iterable[Part], *, deep: bool) -> tuple[Part, ...]:
        """Return all that applies together with these schemas: what they refer to and their allOf.

        Where it is `deep`, null is taken for a nullable schema that would go on. Raises Unsatisfiable for a reference that
        nothing ends.
        """
        found: dict[int, Part] = {}
        waiting = list(parts)[::-1]
        while waiting:
            part = waiting.pop()
            keywords = self.keywords(part)
            if deep and keywords.get("nullable") and self._way(keywords, LONGEST_WAY) > 1:
                part, keywords = Part(_NULL, part.pointer), _NULL
            if id(part.schema) in found:
                continue
            found[id(part.schema)] = part
            waiting += [part.below("allOf", index) for index in range(len(keywords.get("allOf", ())))][::-1]
            if "$ref" in keywords:
                waiting.append(self.target(part))
                if self.way(waiting[-1].schema) == math.inf:
                    raise Unsatisfiable(f"{part.pointer}/$ref", "nothing that it refers to comes to an end, or only too far down")
        return tuple(found.values())

    def way(self, schema: Any, hops: int = LONGEST_WAY) -> float:
        """Return through how many schemas a value must go until it ends; infinity where that is more than `hops`."""
        if isinstance(schema, bool):
            return 1 if schema else math.inf
        if schema.get("nullable") is True:
            return 1
        if hops == 0:
            return math.inf
        key = (id(schema), hops)
        if key not in self._ways:
            self._ways[key] = self._way(schema, hops)
        return self._ways[key]

    def _way(self, schema: JsonObject, hops: int) -> float:
        part = Part(schema, "")
        try:
            keywords = self.keywords(part)
            needed = [*keywords.get("allOf", ()), *([self.target(part).schema] if "$ref" in keywords else [])]
        except Unsatisfiable:
            return math.inf
        if "const" in keywords or "enum" in keywords:
            return 1
        if not SCALARS.intersection(types_of(keywords)):
            needed += _needed(keywords)
        longest = max((self.way(one, hops - 1) for one in needed), default=0)
        for choice in CHOICES:
            if choice in keywords:
                longest = max(longest, min((self.way(one, hops - 1) for one in keywords[choice]), default=math.inf))
        return 1 + longest


def _needed(keywords: JsonObject) -> list[Any]:
    """Return the schemas of what an object or array cannot do without."""
    properties, required = keywords.get("properties", {}), keywords.get("required", ())
    least, first = int(keywords.get("minItems", 0)), list(keywords.get("prefixItems", ()))
    further = [keywords.get("items", True)] if least > len(first) else []
    return [*(properties[name] for name in required if name in properties), *first[:least], *further]


def _below(value: Any, step: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(step, MISSING)
    if isinstance(value, list | tuple) and step.isascii() and step.isdigit() and len(step) <= _LONGEST_INDEX:
        return value[int(step)] if int(step) < len(value) else MISSING
    return MISSING


def _refuse_deep(root: Any) -> None:
    level, depth = [root], 0
    while level:
        if depth > DEEPEST:
            raise Unsatisfiable("", f"the schema is nested deeper than {DEEPEST} levels")
        containers = [value for value in level if isinstance(value, Mapping | list | tuple)]
        level = [item for value in containers for item in (value.values() if isinstance(value, Mapping) else value)]
        depth += 1

"""Validators compiled from the document's schemas, whose problems name the field and say what was expected.

Two rewrites before compiling, neither of which changes what is valid: a union with a discriminator becomes one `if … then` for
each branch, so that a problem is reported in the branch that `type` chose; integer formats become bounds. No value is ever quoted
in a problem: it may be a secret.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jsonschema_rs
from jsonschema_rs import Draft202012Validator, Registry

from mockserver.spec.document import Document, Place

_INTEGER_BOUNDS = {"int32": 2**31, "int64": 2**63}


class Validators:
    """Compiles validators for places in one document; they share the document's rewritten files."""

    def __init__(self, document: Document) -> None:
        self._files = {uri: _rewritten(content) for uri, content in document.files.items()}
        self._registry = Registry(list(self._files.items()), draft=jsonschema_rs.Draft202012)

    def compiled(self, place: Place) -> "Validator":
        """Compile the schema that stands at a place."""
        schema = _absolute(_rewritten(place.node), place.uri)
        return Validator(Draft202012Validator(schema, registry=self._registry, base_uri=place.uri, validate_formats=True))


class Validator:
    """Holds a value against one schema."""

    def __init__(self, compiled: Draft202012Validator) -> None:
        self._compiled = compiled

    def problems(self, value: Any) -> dict[str, str]:
        """Return what is wrong, by JSON pointer; empty for a valid value."""
        if self._compiled.is_valid(value):
            return {}
        found: dict[str, str] = {}
        for error in self._compiled.iter_errors(value):
            for pointer, reason in _reasons(error):
                found.setdefault(pointer, reason)
        return dict(sorted(found.items()))


def _absolute(node: Any, uri: str) -> Any:
    """Let references within the file still lead there when a schema is taken out of it."""
    if isinstance(node, list):
        return [_absolute(item, uri) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        name: uri + value if name == "$ref" and isinstance(value, str) and value.startswith("#") else _absolute(value, uri)
        for name, value in node.items()
    }


def _rewritten(node: Any) -> Any:
    if isinstance(node, list):
        return [_rewritten(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {name: _rewritten(item) for name, item in node.items()}
    discriminator = node.get("discriminator") or node.get("x-discriminator")
    if isinstance(discriminator, dict) and "oneOf" in node:
        return _by_discriminator(result, discriminator)
    if node.get("type") == "integer" and node.get("format") in _INTEGER_BOUNDS:
        bound = _INTEGER_BOUNDS[node["format"]]
        result["minimum"] = max(result.get("minimum", -bound), -bound)
        result["maximum"] = min(result.get("maximum", bound - 1), bound - 1)
    return result


def _by_discriminator(schema: dict[str, Any], discriminator: Mapping[str, Any]) -> dict[str, Any]:
    name, mapping = discriminator["propertyName"], discriminator["mapping"]
    default = discriminator.get("default")
    rest = {key: value for key, value in schema.items() if key not in {"oneOf", "discriminator", "x-discriminator"}}
    branches = [
        {
            "if": {"properties": {name: {"const": value}}, **({} if value == default else {"required": [name]})},
            "then": {"$ref": reference},
        }
        for value, reference in mapping.items()
    ]
    choice: dict[str, Any] = {"type": "object", "properties": {name: {"enum": list(mapping)}}, "allOf": branches}
    if default is None:
        choice["required"] = [name]
    return {"allOf": [rest, choice]} if rest else choice


def pointer_to(error: jsonschema_rs.ValidationError) -> str:
    """Return where a fault is, as a JSON pointer, `/` for the whole value."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in error.instance_path) or "/"


def _reasons(error: jsonschema_rs.ValidationError) -> list[tuple[str, str]]:
    place = pointer_to(error)
    pointer = place if error.instance_path else ""
    facts = error.kind.as_dict()
    name = error.kind.name
    if name == "required":
        return [(f"{pointer}/{facts['property']}", "is required")]
    if name in {"additionalProperties", "unevaluatedProperties"}:
        return [(f"{pointer}/{unknown}", "is not a field that may stand here") for unknown in facts["unexpected"]]
    if name in {"oneOf", "anyOf"}:
        return _union_reasons(error, place)
    if name == "propertyNames":
        return [(place, f"has a name that is not allowed: {_reasons(facts['error'])[0][1]}")]
    wording = _WORDING.get(name)
    return [(place, wording(facts) if wording else f"breaks the rule {name}")]


def _union_reasons(error: jsonschema_rs.ValidationError, pointer: str) -> list[tuple[str, str]]:
    """Report the branches that come nearest: those of the value's own type, and of these the ones with the fewest faults."""
    branches: list[list[jsonschema_rs.ValidationError]] = getattr(error.kind, "context", None) or []
    if not all(branches):
        return [(pointer, "fits more than one of the forms of which one may stand here")]
    types = [_type_faults(branch, error) for branch in branches]
    fitting = [branch for branch, faults in zip(branches, types, strict=True) if not faults]
    if fitting:
        fewest = min(map(len, fitting))
        return [reason for branch in fitting if len(branch) == fewest for one in branch for reason in _reasons(one)]
    expected = dict.fromkeys(name for faults in types for fault in faults for name in fault.kind.as_dict()["types"])
    return [(pointer, f"must be of type {' or '.join(expected)}" if expected else "fits none of the forms that may stand here")]


def _type_faults(
    branch: list[jsonschema_rs.ValidationError], union: jsonschema_rs.ValidationError
) -> list[jsonschema_rs.ValidationError]:
    return [one for one in branch if one.kind.name == "type" and one.instance_path == union.instance_path]


def _listed(values: Any) -> str:
    return ", ".join(map(repr, values))


def _counted(facts: Mapping[str, Any], thing: str) -> str:
    several = {"entry": "entries"}.get(thing, f"{thing}s")
    return f"{facts['limit']} {thing if facts['limit'] == 1 else several}"


def _excluded(schema: Any) -> str:
    if isinstance(schema, dict) and len(schema) == 1 and "const" in schema:
        return f"must not be {schema['const']!r}"
    return "has a form that may not stand here"


_WORDING: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "type": lambda facts: f"must be of type {' or '.join(facts['types'])}",
    "enum": lambda facts: f"must be one of {_listed(facts['options'])}",
    "const": lambda facts: f"must be {facts['expected_value']!r}",
    "pattern": lambda facts: f"must match {facts['pattern']}",
    "minLength": lambda facts: f"must have at least {_counted(facts, 'character')}",
    "maxLength": lambda facts: f"must have at most {_counted(facts, 'character')}",
    "minItems": lambda facts: f"must have at least {_counted(facts, 'entry')}",
    "maxItems": lambda facts: f"must have at most {_counted(facts, 'entry')}",
    "minProperties": lambda facts: f"must have at least {_counted(facts, 'field')}",
    "maxProperties": lambda facts: f"must have at most {_counted(facts, 'field')}",
    "minimum": lambda facts: f"must be at least {facts['limit']}",
    "maximum": lambda facts: f"must be at most {facts['limit']}",
    "exclusiveMinimum": lambda facts: f"must be more than {facts['limit']}",
    "exclusiveMaximum": lambda facts: f"must be less than {facts['limit']}",
    "multipleOf": lambda facts: f"must be a multiple of {facts['multiple_of']}",
    "uniqueItems": lambda _: "must not have the same entry twice",
    "format": lambda facts: f"must be a {facts['format']}",
    "not": lambda facts: _excluded(facts["schema"]),
    "falseSchema": lambda _: "may not stand here",
}

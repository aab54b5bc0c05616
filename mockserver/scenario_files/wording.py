"""What breaks the schema, in words for somebody who writes a scenario: what stands there, what was expected, a near name."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jsonschema_rs

from mockserver.domain.simulator.act_texts import Pointer
from mockserver.domain.simulator.scenarios import did_you_mean
from mockserver.scenario_files.places import Located, Mistake

_TYPES: Mapping[str, str] = {
    "string": "a text",
    "object": "a mapping",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def mistakes_in(
    error: jsonschema_rs.ValidationError, schema: Any, prefix: Pointer, found: Located
) -> Iterator[tuple[Pointer, Mistake]]:
    """Say what a validator's error means, and of which value. `prefix` is where the validated value stands in the file."""
    path: Pointer = (*prefix, *error.instance_path)
    facts = error.kind.as_dict()
    rules = _at(schema, error.schema_path[:-1])
    match error.kind.name:
        case "additionalProperties":
            known = list(rules["properties"])
            for name in facts["unexpected"]:
                advice = did_you_mean(name, known) or f"; here may stand {', '.join(known)}"
                yield (*path, name), Mistake(found.place_of_name((*path, name)), f"{name!r} may not stand here{advice}")
        case "required":
            yield path, Mistake(found.place_of_name(path), f"{_called(path)} needs {facts['property']!r}")
        case "propertyNames":
            name = facts["error"].instance
            yield (*path, name), Mistake(found.place_of_name((*path, name)), rules["patternErrorMessage"])
        case _:
            yield path, Mistake(found.place(path), f"{_called(path)}: {_reason(error, rules)}")


def _at(schema: Any, path: list[str | int]) -> Any:
    for step in path:
        schema = schema[step]
    return schema


def _called(path: Pointer) -> str:
    """Call a value by its name, an entry of a list by its list's."""
    match path:
        case ():
            return "the file"
        case (*_, str() as name):
            return repr(name)
        case (*_, str() as name, int()):
            return f"an entry of {name!r}"
        case _:
            return "this entry"


def _reason(error: jsonschema_rs.ValidationError, rules: Any) -> str:
    name = error.kind.name
    if name in _OF_THE_WHOLE and "errorMessage" in rules:
        return str(rules["errorMessage"])
    wording = _WORDING.get(name)
    return wording(error.kind.as_dict(), error.instance) if wording else f"breaks the rule {name}"


_OF_THE_WHOLE = frozenset({"oneOf", "anyOf", "minProperties", "maxProperties"})


def _type(facts: Mapping[str, Any], value: Any) -> str:
    wanted = " or ".join(_TYPES[name] for name in facts["types"])
    return f"must be {wanted}, not {_kind(value)}"


def _kind(value: Any) -> str:
    """Name the kind of a value. True and false are whole numbers to Python, so they come first."""
    kinds = (
        (bool, "boolean"),
        (str, "string"),
        (int, "integer"),
        (float, "number"),
        (list, "array"),
        (dict, "object"),
    )
    return _TYPES[next((name for kind, name in kinds if isinstance(value, kind)), "null")]


def _enum(facts: Mapping[str, Any], value: Any) -> str:
    return f"must be one of {', '.join(facts['options'])}, not {value!r}{did_you_mean(str(value), facts['options'])}"


_WORDING: Mapping[str, Callable[[Mapping[str, Any], Any], str]] = {
    "type": _type,
    "enum": _enum,
    "contentEncoding": lambda *_: "is not base64",
    "minLength": lambda *_: "must not be empty",
    "minItems": lambda *_: "must not be empty",
    "maxLength": lambda facts, value: f"must have at most {facts['limit']} characters, not {len(value)}",
    "minimum": lambda facts, value: f"must be at least {facts['limit']}, not {value}",
    "maximum": lambda facts, value: f"must be at most {facts['limit']}, not {value}",
}

"""JSON schemas that clients send: whether they can be used, and whether a value fits one.

A client's schema must neither run in circles nor reach for other files nor take exponential time. So references and the keywords
`unevaluated…` are left out, and patterns are those that run in linear time.
"""

from typing import Any

import jsonschema_rs
from jsonschema_rs import Draft202012Validator, RegexOptions

from mockserver.domain.values import JsonObject
from mockserver.spec.schemas import Validator, pointer_to

_LEFT_OUT = ("$ref", "$dynamicRef", "$recursiveRef", "unevaluatedProperties", "unevaluatedItems")
_DIALECT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:sessionsuite:client-schema",
    "$dynamicAnchor": "meta",
    "allOf": [{"$ref": "https://json-schema.org/draft/2020-12/schema"}],
    "properties": dict.fromkeys(_LEFT_OUT, False),
}
_SCHEMAS = Validator(Draft202012Validator(_DIALECT, validate_formats=True))


def schema_problems(schema: JsonObject) -> dict[str, str]:
    """Return what keeps a schema from being used, by JSON pointer into it; empty when nothing does."""
    if problems := _SCHEMAS.problems(schema):
        return problems
    try:
        _compiled(schema)
    except jsonschema_rs.ValidationError as error:
        return {pointer_to(error): "cannot be used: a pattern has no look-around and no back-references, and is not huge"}
    return {}


def problems_of(schema: JsonObject, value: Any) -> dict[str, str]:
    """Return where a value breaks a schema, by JSON pointer into the value; empty when it fits. The value is never quoted.

    The schema is one in which `schema_problems` finds nothing.
    """
    return Validator(_compiled(schema)).problems(value)


def _compiled(schema: JsonObject) -> Draft202012Validator:
    return Draft202012Validator(dict(schema), validate_formats=True, pattern_options=RegexOptions(), offline=True)

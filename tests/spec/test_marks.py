"""The marks `x-sensitive` of a document, read as shapes."""

import pytest

from mockserver.domain.secrecy import SENSITIVE_HEADERS, Shape, redacted
from mockserver.spec.document import Document, Place
from mockserver.spec.secrecy import Shapes

ROOT = "openapi.yaml"
SECRET = Shape(is_secret=True)


def shape_of(schema, **others):
    scheme = {"ApiKey": {"type": "apiKey", "in": "header", "name": "X-Own-Key"}, "Bearer": {"type": "http", "scheme": "bearer"}}
    document = Document({ROOT: {"components": {"securitySchemes": scheme}, **others}}, ROOT)
    return Shapes(document).of(Place(ROOT, schema))


MARKED = {"type": "string", "x-sensitive": True}


@pytest.mark.parametrize(
    ("schema", "shape"),
    [
        ({"type": "string"}, Shape()),
        (MARKED, SECRET),
        ({"x-sensitive": False}, Shape()),
        ({"$ref": "#/Word", "x-sensitive": True}, SECRET),
        ({"$ref": "#/Marked"}, SECRET),
        ({"properties": {"a": MARKED, "b": {"type": "string"}}}, Shape(fields={"a": SECRET})),
        ({"additionalProperties": MARKED}, Shape(others=SECRET)),
        ({"additionalProperties": True}, Shape()),
        ({"items": {"$ref": "#/Marked"}}, Shape(items=SECRET)),
        ({"allOf": [{"properties": {"a": MARKED}}, {"properties": {"b": MARKED}}]}, Shape(fields={"a": SECRET, "b": SECRET})),
        ({"anyOf": [{"type": "null"}, MARKED]}, SECRET),
        ({"oneOf": [{"$ref": "#/Word"}, {"properties": {"a": MARKED}}]}, Shape(fields={"a": SECRET})),
    ],
)
def test_marks_are_found_however_schemas_are_put_together(schema, shape):
    assert shape_of(schema, Word={"type": "string"}, Marked=MARKED) == shape


def test_the_field_that_chooses_a_branch_chooses_its_marks():
    mapping = {"a": "#/A", "b": "#/B"}
    union = {"x-discriminator": {"propertyName": "type", "mapping": mapping, "default": "a"}, "oneOf": [{"$ref": "#/A"}]}
    shape = shape_of(union, A={"properties": {"key": MARKED}}, B={"properties": {"key": {"type": "string"}}})

    assert redacted([{"key": 1}], Shape(items=shape)) == [{"key": "****"}]
    assert redacted({"type": "a", "key": 1}, shape) == {"type": "a", "key": "****"}
    assert redacted({"type": "b", "key": 1}, shape) == {"type": "b", "key": 1}


def test_headers_are_secret_that_carry_credentials_those_of_the_security_schemes_too():
    assert shape_of({"x-sensitive": "headers"}).headers == SENSITIVE_HEADERS | {"x-own-key"}


def test_schemas_may_repeat_where_nothing_is_secret():
    node = {"properties": {"children": {"items": {"$ref": "#/Node"}}}}

    assert shape_of({"$ref": "#/Node"}, Node=node) == Shape()


def test_a_mark_in_a_schema_that_repeats_is_refused():
    node = {"properties": {"children": {"items": {"$ref": "#/Node"}}, "key": MARKED}}

    with pytest.raises(ValueError, match="Node refers to itself and has secrets"):
        shape_of({"$ref": "#/Node"}, Node=node)


@pytest.mark.parametrize("mark", ["yes", 1.5, None, ["headers"]])
def test_a_mark_without_meaning_is_refused(mark):
    with pytest.raises(ValueError, match="must be true or headers"):
        shape_of({"x-sensitive": mark})

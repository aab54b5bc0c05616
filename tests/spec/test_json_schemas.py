"""JSON schemas that clients send: the good ones hold values to what they say, the others do no harm."""

import json
import time

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.spec.json_schemas import problems_of, schema_problems
from tests.arrange import examples

PLANTED = "hunter2-correct-horse"
PLACE = {
    "type": "object",
    "properties": {
        "latitude": {"type": "number", "minimum": -90, "exclusiveMaximum": 90},
        "accuracy": {"enum": ["high", "low"]},
        "seen": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+$"}, "uniqueItems": True, "maxItems": 3},
        "step": {"multipleOf": 5},
        "who": {"oneOf": [{"type": "object", "required": ["name"]}, {"type": "object", "required": ["id"]}]},
        "number": {"oneOf": [{"type": "integer"}, {"minimum": 5}]},
        "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "other": {"not": {"const": 1}},
        "odd": {"not": {"required": ["a"]}},
        "some": {"contains": {"type": "string"}},
    },
    "dependentRequired": {"seen": ["accuracy"]},
    "required": ["latitude"],
    "additionalProperties": False,
}
HERE = {"latitude": 1.5}


@pytest.mark.parametrize(
    ("value", "problems"),
    [
        (HERE, {}),
        ({**HERE, "accuracy": "low", "seen": "2024-01-15T10:30:00Z", "tags": ["a", "b"], "step": 10, "maybe": None}, {}),
        ({**HERE, "who": {"id": 1}, "number": 4, "other": 2, "odd": {}, "some": [1, "a"]}, {}),
        ({}, {"/latitude": "is required"}),
        ([], {"/": "must be of type object"}),
        (None, {"/": "must be of type object"}),
        ({"latitude": "1"}, {"/latitude": "must be of type number"}),
        ({"latitude": -91}, {"/latitude": "must be at least -90"}),
        ({"latitude": 90}, {"/latitude": "must be less than 90"}),
        ({**HERE, "accuracy": "lowest", "a/b": 1}, {
            "/accuracy": "must be one of 'high', 'low'",
            "/a/b": "is not a field that may stand here",
        }),
        ({**HERE, "seen": "today", "accuracy": "low"}, {"/seen": "must be a date-time"}),
        ({**HERE, "seen": "2024-01-15T10:30:00Z"}, {"/accuracy": "is required"}),
        ({**HERE, "tags": ["a", "B"]}, {"/tags/1": "must match ^[a-z]+$"}),
        ({**HERE, "tags": ["a", "a"]}, {"/tags": "must not have the same entry twice"}),
        ({**HERE, "tags": [*"abcd"]}, {"/tags": "must have at most 3 entries"}),
        ({**HERE, "step": 7}, {"/step": "must be a multiple of 5"}),
        ({**HERE, "who": {"name": "a", "id": 1}}, {"/who": "fits more than one of the forms of which one may stand here"}),
        ({**HERE, "number": 5}, {"/number": "fits more than one of the forms of which one may stand here"}),
        ({**HERE, "maybe": "x"}, {"/maybe": "must be of type integer or null"}),
        ({**HERE, "other": 1}, {"/other": "must not be 1"}),
        ({**HERE, "odd": {"a": 1}}, {"/odd": "has a form that may not stand here"}),
        ({**HERE, "some": [1]}, {"/some": "breaks the rule contains"}),
    ],
)  # fmt: skip
def test_a_value_is_held_against_a_schema_and_faults_are_named(value, problems):
    assert schema_problems(PLACE) == {}
    assert problems_of(PLACE, value) == problems


@pytest.mark.parametrize("value", [None, 1, "x", [], {"a": [1]}])
def test_an_empty_schema_fits_everything(value):
    assert schema_problems({}) == {}
    assert problems_of({}, value) == {}


@pytest.mark.parametrize(
    ("schema", "problems"),
    [
        ({"properties": {"a": {"type": "objekt"}}}, {
            "/properties/a/type":
                "must be one of 'array', 'boolean', 'integer', 'null', 'number', 'object', 'string'",
        }),
        ({"required": "a", "minLength": -1}, {"/minLength": "must be at least 0", "/required": "must be of type array"}),
        ({"required": ["a", "a"]}, {"/required": "must not have the same entry twice"}),
        ({"multipleOf": 0}, {"/multipleOf": "must be more than 0"}),
        ({"anyOf": [{}, 5]}, {"/anyOf/1": "must be of type object or boolean"}),
        ({"pattern": "("}, {"/pattern": "must be a regex"}),
        ({"patternProperties": {"(": {}}}, {"/patternProperties": "has a name that is not allowed: must be a regex"}),
        ({"$id": "http://["}, {"/$id": "must be a uri-reference"}),
        ({"$defs": {"a": {}}, "items": {"$ref": "#/$defs/a"}}, {"/items/$ref": "may not stand here"}),
        ({"allOf": [{"unevaluatedProperties": False}]}, {"/allOf/0/unevaluatedProperties": "may not stand here"}),
    ],
)  # fmt: skip
def test_a_schema_that_is_none_is_told_where(schema, problems):
    told = schema_problems(schema)

    assert told.keys() == problems.keys()
    for place, reason in problems.items():
        assert set(told[place].replace(",", "").split()) == set(reason.replace(",", "").split())


@pytest.mark.parametrize("pattern", ["(?=a)b", "(a)\\1", "(((a{0,1000}){0,1000}){0,1000})"])
def test_a_pattern_that_could_run_for_ever_is_not_taken(pattern):
    (told,) = schema_problems({"items": {"pattern": pattern}}).items()

    assert told == ("/items/pattern", "cannot be used: a pattern has no look-around and no back-references, and is not huge")


def test_a_pattern_with_a_thousand_ways_to_match_is_fast():
    schema = {"pattern": "^(a+)+$"}
    begun = time.process_time()

    assert schema_problems(schema) == {}
    assert problems_of(schema, "a" * 100_000 + "b") == {"/": "must match ^(a+)+$"}
    assert time.process_time() - begun < 1


def test_a_property_may_be_named_as_a_keyword_that_is_left_out():
    schema = {"properties": {"$ref": {"type": "string"}}, "enum": [{"$ref": "x"}]}

    assert schema_problems(schema) == {}
    assert problems_of(schema, {"$ref": "x"}) == {}


names = st.sampled_from(["a", "b", "$ref", "type"])
plain = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b", PLANTED])
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=6)
types = st.sampled_from(["object", "array", "string", "number", "integer", "boolean", "null"])
schemas = st.recursive(
    st.booleans()
    | st.fixed_dictionaries(
        {},
        optional={
            "type": types | st.lists(types, min_size=1, unique=True, max_size=3),
            "enum": st.lists(values, max_size=2),
            "const": values,
            "minimum": st.integers(-2, 2),
            "maxLength": st.integers(0, 2),
            "pattern": st.sampled_from(["^a", "b$", "x*"]),
            "required": st.lists(names, unique=True, max_size=2),
            "uniqueItems": st.booleans(),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(names, inner, max_size=2),
            "additionalProperties": inner,
            "propertyNames": inner,
            "items": inner,
            "contains": inner,
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=3),
            "oneOf": st.lists(inner, min_size=1, max_size=3),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
            "if": inner,
            "then": inner,
            "dependentSchemas": st.dictionaries(names, inner, max_size=2),
        },
    ),
    max_leaves=5,
).map(lambda schema: {"allOf": [schema]})


@examples(300)
@given(schemas, values)
def test_a_value_has_problems_exactly_when_the_schema_does_not_allow_it(schema, value):
    assert schema_problems(schema) == {}

    problems = problems_of(schema, value)

    assert (problems == {}) is jsonschema_rs.is_valid(schema, value)
    assert all(place.startswith("/") and reason for place, reason in problems.items())


@examples(100)
@given(schemas.filter(lambda schema: PLANTED not in json.dumps(schema)))
def test_no_problem_quotes_a_value(schema):
    assert PLANTED not in json.dumps(problems_of(schema, PLANTED))
    assert PLANTED not in json.dumps(problems_of(schema, [{"a": PLANTED}, PLANTED]))


keywords = st.sampled_from(
    ["type", "properties", "items", "anyOf", "$ref", "$id", "$anchor", "$dynamicRef", "$defs", "$schema", "pattern", "enum"]
)
nonsense = st.dictionaries(
    keywords, st.recursive(plain, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keywords, inner, max_size=3))
)


@examples(300)
@given(nonsense, values)
def test_whatever_is_sent_as_a_schema_is_told_apart_without_an_accident(schema, value):
    if not schema_problems(schema):
        problems_of(schema, value)

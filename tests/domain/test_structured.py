import time
from contextlib import suppress
from random import Random

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.structured import Unsatisfiable, value_for
from tests.arrange import examples
from tests.domain.json_schemas import FORMATS, PATTERNS, loose, strict, typed, wild

TEXT = {"type": "string"}
SEEDS = st.integers(0, 2**32)


def an_object(**properties):
    return typed("object", properties=properties, required=list(properties), additionalProperties=False)


def made(schema, hint="", seed=1):
    return value_for(schema, Random(seed), hint=hint)  # noqa: S311 - drawn for a test


def assert_fits(value, schema):
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    assert validator.is_valid(value), (value, schema, next(validator.iter_errors(value)).message)


@examples(300)
@given(strict, SEEDS, st.sampled_from(["", "A billing question about my invoice."]))
def test_a_value_fits_a_strict_schema(schema, seed, hint):
    assert_fits(made(schema, hint, seed), schema)


@examples(300)
@given(loose, SEEDS)
def test_a_value_fits_a_loose_schema(schema, seed):
    assert_fits(made(schema, seed=seed), schema)


@examples(200)
@given(wild, SEEDS)
def test_any_schema_has_a_value_that_fits_or_is_unsatisfiable(schema, seed):
    with suppress(Unsatisfiable):
        value = made(schema, seed=seed)
        assert jsonschema_rs.validator_for(schema).is_valid(value), (value, schema)


JUNK = st.sampled_from([None, True, 5, -1, 1.5, "x", [], [1], {}, {"a": 1}, float("nan"), 10**400, "(", "#/a"])
KEYWORDS = st.sampled_from(
    """type enum properties required additionalProperties items prefixItems anyOf oneOf allOf $ref minimum maximum multipleOf
    minLength maxLength minItems uniqueItems pattern format nullable""".split()  # noqa: SIM905 - a list of words reads best as text
)


@examples(300)
@given(st.dictionaries(KEYWORDS, JUNK, min_size=1, max_size=3), SEEDS)
def test_a_malformed_schema_is_unsatisfiable_at_most(schema, seed):
    for whole in (schema, {"properties": {"a": schema}, "required": ["a"]}, {"anyOf": [schema, TEXT]}):
        with suppress(Unsatisfiable):
            made(whole, seed=seed)


@given(strict | loose, SEEDS)
def test_the_same_random_numbers_make_the_same_value(schema, seed):
    assert repr(made(schema, "I was billed twice.", seed)) == repr(made(schema, "I was billed twice.", seed))


def test_other_random_numbers_make_other_values():
    values = {repr(made(an_object(name=TEXT, age={"type": "integer"}), seed=seed)) for seed in range(20)}

    assert len(values) > 10


TRIAGE = an_object(intent=typed("string", enum=["billing", "technical", "refund_request", "general"]))


@pytest.mark.parametrize(
    ("hint", "intent"),
    [
        pytest.param("I have a billing problem", "billing", id="word"),
        pytest.param("TECHNICAL trouble!", "technical", id="case"),
        pytest.param("A refund request, please", "refund_request", id="underscore"),
        pytest.param("a refund-request", "refund_request", id="hyphen"),
        pytest.param("First technical, then billing", "technical", id="the first of two"),
        pytest.param("I want refunds", "refund_request", id="a part of it"),
        pytest.param("A general question about rebilling", "general", id="whole words only"),
    ],
)
def test_a_listed_value_that_the_message_names_is_preferred(hint, intent):
    assert {made(TRIAGE, hint, seed)["intent"] for seed in range(10)} == {intent}


def test_a_message_that_names_nothing_leaves_the_choice_open():
    assert len({made(TRIAGE, "Hello there", seed)["intent"] for seed in range(30)}) == 4


@pytest.mark.parametrize("choice", ["anyOf", "oneOf"])
def test_an_alternative_that_the_message_names_is_preferred(choice):
    schema = {"$defs": {"t": {"const": "technical"}}, choice: [{"const": "billing"}, {"$ref": "#/$defs/t"}, {"enum": ["sales"]}]}

    assert {made(schema, "A technical thing", seed) for seed in range(10)} == {"technical"}
    assert {made(schema, "A sales call", seed) for seed in range(10)} == {"sales"}


def test_a_named_value_is_preferred_to_the_default_and_the_default_to_the_rest():
    schema = typed("string", enum=["billing", "technical", "general"], default="general")

    assert made(schema, "My billing address") == "billing"
    assert {made(schema, "Hello", seed) for seed in range(10)} == {"general"}


def test_texts_speak_of_the_message():
    names = ["message", "query", "title", "summary", "reason", "answer", "user_comment"]
    value = made(an_object(**dict.fromkeys(names, TEXT)), "My router drops the connection. It began on Monday.")

    assert value["message"] == value["user_comment"] == "My router drops the connection."
    assert value["query"] == "router drop connection began monday"
    assert value["title"] == "Router drop connection began monday"
    assert value["summary"] == "The user writes: My router drops the connection."
    assert value["reason"] == "The message speaks of router, drop, connection, began, monday."
    assert value["answer"] == "Here is what I can say about router, drop, connection, began, monday."


def test_a_text_of_the_message_keeps_its_length():
    assert made(an_object(message=typed("string", maxLength=14)), "My router drops the connection.")["message"] == "My router"
    assert made(an_object(message=typed("string", maxLength=4)), "Connections")["message"] == "Conn"
    assert len(made(an_object(message=typed("string", minLength=60)), "Hello.")["message"]) >= 60


def test_texts_without_a_message_are_sensible():
    value = made(
        an_object(email=TEXT, homepageUrl=TEXT, customer_name=TEXT, summary=TEXT, score=typed("number"), count=typed("integer"))
    )

    assert value["email"].endswith("@example.com")
    assert value["homepageUrl"].startswith("https://example.com/")
    assert len(value["customer_name"].split()) == 2
    assert value["summary"].startswith("The user writes: I have a question about the ")
    assert 0 <= value["score"] <= 1
    assert 0 <= value["count"] <= 100


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "none"])
def test_a_text_has_its_format(form):
    for seed in range(20):
        assert_fits(made(typed("string", format=form), seed=seed), typed("string", format=form))


@pytest.mark.parametrize(
    "pattern", [*PATTERNS, "^#[0-9a-fA-F]{6}$", r"^\+?[1-9]\d{1,14}$", "^(a|b(c|d)){2}[.]$", "^a*?$", r"^\x41$"]
)
def test_a_text_has_its_pattern(pattern):
    schema = typed("string", pattern=pattern)

    if pattern == r"^\x41$":
        with pytest.raises(Unsatisfiable, match="no text was found"):
            made(schema)
    else:
        for seed in range(20):
            assert_fits(made(schema, seed=seed), schema)


def test_a_pattern_and_a_length_are_met_together():
    schema = typed("string", pattern="^[a-z]+$", minLength=50, maxLength=52)

    assert_fits(made(schema), schema)


LIST = {"value": {"type": "integer"}, "next": {"anyOf": [{"$ref": "#/$defs/list"}, {"type": "null"}]}}
TREE = typed("object", properties={"name": TEXT, "children": typed("array", items={"$ref": "#"})}, required=["name"])
TERM = {"$ref": "#/$defs/term"}
SUM, NUMBER = an_object(left=TERM, right=TERM), an_object(number={"type": "number"})


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({"$defs": {"list": an_object(**LIST)}, "$ref": "#/$defs/list"}, id="list"),
        pytest.param(TREE, id="tree"),
        pytest.param({"$defs": {"term": {"anyOf": [SUM, NUMBER]}}, **TERM}, id="terms"),
        pytest.param({"$defs": {"term": {"oneOf": [SUM, an_object(difference=TERM), NUMBER]}}, **TERM}, id="terms of one kind"),
        pytest.param(
            {"$defs": {"a/b": an_object(x={"type": ["null", "array"], "items": {"$ref": "#"}})}, "$ref": "#/$defs/a~1b"},
            id="escapes",
        ),
    ],
)
def test_a_recursive_schema_comes_to_an_end(schema):
    for seed in range(30):
        assert_fits(made(schema, seed=seed), schema)


def test_a_nullable_schema_may_end_a_recursion():
    schema = an_object(name=TEXT, parent={"$ref": "#", "nullable": True})
    value, depth = made(schema), 0
    while value["parent"] is not None:
        value, depth = value["parent"], depth + 1

    assert depth == 5
    assert isinstance(made(typed("string", nullable=True)), str)


def test_items_differ_where_they_must():
    assert sorted(made(typed("array", items={"enum": ["a", "b", "c"]}, minItems=3, uniqueItems=True))) == ["a", "b", "c"]
    assert sorted(made(typed("array", items={"type": "boolean"}, minItems=2, uniqueItems=True))) == [False, True]
    assert len(set(made(typed("array", items=typed("integer", minimum=1, maximum=50), minItems=50, uniqueItems=True)))) == 50
    assert made(typed("array", items={"const": 1}, minItems=3, maxItems=3)) == [1, 1, 1]


def test_numbers_are_sensible():
    wide = {"minimum": -(2**63), "maximum": 2**63 - 1}

    assert all(0 <= made(typed("integer"), seed=seed) <= 100 for seed in range(20))
    assert all(0 <= made(typed("integer", **wide), seed=seed) <= 100_000 for seed in range(20))
    assert all(2000 <= made(typed("integer", minimum=2000), seed=seed) <= 2100 for seed in range(20))
    assert all(
        -0.5 < made(typed("number", exclusiveMinimum=-0.5, exclusiveMaximum=-0.499), seed=seed) < -0.499 for seed in range(20)
    )
    assert made(typed("number", minimum=0.123456789, maximum=0.123456789)) == 0.123456789
    assert made({"allOf": [typed("number", minimum=3, multipleOf=2), typed("integer", maximum=11, multipleOf=3)]}) == 6
    assert made(typed("number", maximum=1e308)) <= 100_000
    assert len(set(made(typed("array", items=typed("integer"), minItems=150, uniqueItems=True)))) == 150


def test_an_optional_property_that_cannot_be_made_is_left_out():
    schema = typed("object", properties={"a": {"enum": []}, "b": False, "c": {"not": {}}, "d": TEXT}, required=["d"])

    assert all(made(schema, seed=seed).keys() == {"d"} for seed in range(10))


def test_an_object_has_as_many_properties_as_it_must():
    properties = dict.fromkeys("abcd", TEXT)

    assert len(made(typed("object", properties=properties, minProperties=4))) == 4
    assert all(len(made(typed("object", properties=properties, maxProperties=1), seed=seed)) <= 1 for seed in range(10))
    assert made(typed("object", minProperties=2, additionalProperties={"const": 1})) == {"field_1": 1, "field_2": 1}


@pytest.mark.parametrize(
    ("schema", "pointer", "says"),
    [
        pytest.param(False, "", "the schema is false", id="false"),
        pytest.param(typed("string", enum=[1, 2]), "/enum", "none of its values fits", id="listed values of another type"),
        pytest.param(typed("integer", const="x"), "/const", "none of its values fits", id="constant of another type"),
        pytest.param({"enum": []}, "/enum", "none of its values fits", id="no listed value"),
        pytest.param({"anyOf": []}, "/anyOf", "it has no alternatives", id="no alternative"),
        pytest.param({"anyOf": [{"enum": []}]}, "/anyOf", "none of its alternatives can be met (/anyOf/0/enum", id="no way"),
        pytest.param(
            {"oneOf": [TEXT, TEXT]}, "/oneOf", "none of its alternatives can be met", id="two alternatives that are one"
        ),
        pytest.param({"allOf": [TEXT, {"type": "null"}]}, "/type", "no type is allowed", id="types that exclude each other"),
        pytest.param(an_object(**{"a/b": {"enum": []}}), "/properties/a~1b/enum", "none of its values", id="property"),
        pytest.param(
            typed("object", required=["a"], additionalProperties=False), "/additionalProperties", "forbids", id="forbidden"
        ),
        pytest.param(
            typed("object", required=["a", "b"], maxProperties=1), "/required", "more than the 1", id="too many required"
        ),
        pytest.param(typed("object", minProperties=1, additionalProperties=False), "/minProperties", "not as many", id="too few"),
        pytest.param(typed("array", minItems=3, maxItems=2), "/minItems", "it is above maxItems, 2", id="items"),
        pytest.param(typed("array", minItems=1, items=False), "/items", "the schema is false", id="no items"),
        pytest.param(typed("array", minItems=3, items={"enum": [1, 2]}, uniqueItems=True), "/items/enum", "none of", id="unique"),
        pytest.param(typed("array", minItems=10**9), "/minItems", "more than 10000 are not supported", id="a milliard of items"),
        pytest.param(typed("string", minLength=3, maxLength=2), "/minLength", "it is above maxLength, 2", id="length"),
        pytest.param(typed("string", minLength=10**9), "/minLength", "more than 100000", id="a milliard of characters"),
        pytest.param(typed("string", pattern="^a$", minLength=2), "/pattern", "no text was found", id="pattern and length"),
        pytest.param(typed("string", pattern="(?=a)b"), "/pattern", "is not a regular expression in RE2 syntax", id="lookahead"),
        pytest.param(typed("string", format="uuid", maxLength=5), "/format", "no text was found", id="format and length"),
        pytest.param(typed("integer", minimum=1, exclusiveMaximum=1), "/minimum", "no integer", id="empty range"),
        pytest.param(typed("integer", minimum=1, maximum=2, multipleOf=5), "/minimum", "no integer", id="no multiple"),
        pytest.param(
            typed("integer", minimum=2**60), "/minimum", "no integer was found", id="an integer that JSON may not carry"
        ),
        pytest.param(typed("number", exclusiveMinimum=1, exclusiveMaximum=1), "/exclusiveMinimum", "no number", id="no number"),
        pytest.param(an_object(a={"$ref": "#"}), "/properties/a/$ref", "comes to an end", id="endless"),
        pytest.param({"$ref": "#"}, "/$ref", "comes to an end", id="endless at once"),
        pytest.param(an_object(a={"$ref": "#/$defs/a"}), "/properties/a/$ref", "names no schema", id="reference to nothing"),
        pytest.param({"$ref": "https://example.com/x"}, "/$ref", "names no schema", id="reference to elsewhere"),
        pytest.param(an_object(a={"not": {}}), "/properties/a/not", "not is not supported", id="not supported"),
        pytest.param(typed("string", minLength="x"), "/minLength", "expected a count", id="malformed"),
        pytest.param({"type": "text"}, "/type", "expected one of string, integer", id="unknown type"),
        pytest.param({"items": [TEXT]}, "/items", "expected a schema", id="items of the older drafts"),
    ],
)
def test_what_cannot_be_met_is_named_by_pointer(schema, pointer, says):
    with pytest.raises(Unsatisfiable) as caught:
        made(schema)

    assert caught.value.pointer == pointer
    assert says in caught.value.reason
    assert str(caught.value) == f"{pointer or 'the root'}: {caught.value.reason}"


def nested(levels, around):
    schema = TEXT
    for _ in range(levels):
        schema = around(schema)
    return schema


def chain(links, link):
    return {
        "$defs": {"0": {"enum": []}, **{str(n + 1): link({"$ref": f"#/$defs/{n}"}) for n in range(links)}},
        "$ref": f"#/$defs/{links}",
    }


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param(nested(15, lambda inner: an_object(a=inner)), id="objects"),
        pytest.param(nested(900, lambda inner: an_object(a=inner)), id="objects without end"),
        pytest.param({"const": nested(900, lambda inner: [inner])}, id="constant without end"),
        pytest.param(nested(8, lambda inner: {"anyOf": [inner, inner, inner]}), id="alternatives"),
        pytest.param(chain(20, lambda inner: {"anyOf": [inner, inner, inner]}), id="alternatives that all fail"),
        pytest.param(chain(20, lambda inner: {"oneOf": [inner, inner, TEXT]}), id="alternatives that exclude each other"),
        pytest.param(chain(25, lambda inner: an_object(a=inner, b=inner, c=inner)), id="objects that multiply"),
        pytest.param(
            {"allOf": [{"anyOf": [{"minLength": number}, {"minLength": 1}]} for number in range(500)]}, id="many choices"
        ),
        pytest.param(typed("array", minItems=10_000, items=typed("array", minItems=10_000)), id="items that multiply"),
        pytest.param(
            an_object(**{f"p{n}": typed("string", pattern="^(ab{20,40}){40}$", minLength=9000) for n in range(99)}), id="patterns"
        ),
        pytest.param({"enum": list(range(30_000))}, id="many values"),
        pytest.param({"enum": ["x"] * 30_000, "minLength": 2}, id="many values that do not fit"),
    ],
)
def test_a_hostile_schema_is_made_or_refused_soon(schema):
    started = time.process_time()

    with suppress(Unsatisfiable):
        made(schema, "x")

    assert time.process_time() - started < 5

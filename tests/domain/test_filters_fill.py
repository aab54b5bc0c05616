import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.domain.filters import And, Compare, FilterError, In, Name, Or, Value, fill, matches, parse, parse_scoped
from mockserver.domain.templating import TemplateError
from mockserver.domain.templating import parse as template
from mockserver.domain.values import look_up
from tests.arrange import examples

TEMPLATE = "doc.access_level = '${session.metadata.user_role}'"
LEVEL = Name(("doc", "access_level"))


def filled(text, value):
    return fill(template(text), {"session": {"metadata": {"user_role": value}}})


hostile = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.lists(
        st.sampled_from(
            ["'", '"', "\\", "$", "''", "${session.key}", " OR ", " AND ", "=", "(", ")", "--", "\n", "\0", "é", "😀"]
        ),
        max_size=12,
    ).map("".join),
    st.sampled_from(["' OR 'x' = 'x", "premium' OR doc.access_level = 'internal", "'; DROP", "\\' OR 1=1", "#if(true)", "$x"]),
)


@examples(1500)
@example("' OR 'x' = 'x")
@example("")
@given(hostile)
def test_no_metadata_changes_the_shape_of_a_filter(text):
    assert parse(filled(TEMPLATE, text)) == Compare(LEVEL, "=", Value(text))


@examples(500)
@given(hostile)
def test_a_text_outside_quotes_becomes_one_literal(text):
    assert parse(filled("doc.access_level = ${session.metadata.user_role}", text)) == Compare(LEVEL, "=", Value(text))


@examples(500)
@given(hostile)
def test_a_text_inside_double_quotes_stays_one_name(text):
    assert parse(filled('"${session.metadata.user_role}" = 1', text)) == Compare(Name(tuple(text.split("."))), "=", Value(1))


@examples(300)
@given(hostile, hostile)
def test_two_values_in_one_text_stay_one_text(one, other):
    text = fill(template("a = 'x ${one}-${other}'"), {"one": one, "other": other})

    assert parse(text) == Compare(Name(("a",)), "=", Value(f"x {one}-{other}"))


@examples(300)
@given(hostile)
def test_the_conditions_around_a_value_stay(text):
    node = parse(filled("(doc.a = 'O''Brien' OR doc.b = '${session.metadata.user_role}') AND doc.c = 1", text))

    a, b, c = (Name(("doc", name)) for name in "abc")
    assert node == And((Or((Compare(a, "=", Value("O'Brien")), Compare(b, "=", Value(text)))), Compare(c, "=", Value(1))))


@pytest.mark.parametrize("value", [0, 7, -7, 2.5, -2.5, 1e300, True, False])
def test_a_number_or_boolean_outside_quotes_stays_what_it_is(value):
    assert parse(filled("doc.access_level = ${session.metadata.user_role}", value)) == Compare(LEVEL, "=", Value(value))


@pytest.mark.parametrize(("value", "text"), [(7, "7"), (True, "true"), (["a'b"], "[a'b]"), ({"a": "'"}, "{a='}")])
def test_any_value_inside_quotes_is_text(value, text):
    assert parse(filled(TEMPLATE, value)) == Compare(LEVEL, "=", Value(text))


@pytest.mark.parametrize("value", [["x"], {"a": 1}, [], {}])
def test_a_list_or_object_outside_quotes_is_a_text(value):
    assert isinstance(parse(filled("doc.access_level = ${session.metadata.user_role}", value)).right.value, str)


def test_a_missing_value_leaves_its_source_as_the_text():
    assert parse(fill(template(TEMPLATE), {})) == Compare(LEVEL, "=", Value("${session.metadata.user_role}"))


def test_the_filled_filter_is_bounded():
    with pytest.raises(TemplateError, match="longer than"):
        filled(TEMPLATE, "x" * 200_000)


LEVELS = ["basic", "premium", "internal", "'", "''", "' OR 'x' = 'x", "", "%", "null", "true", "é", 1, True, None, ["premium"]]


@examples(2500)
@given(hostile, st.lists(hostile, max_size=3))
def test_a_hostile_role_sees_exactly_the_documents_of_its_name(role, others):
    levels = [*LEVELS, role, *others]
    tree = parse_scoped(filled(TEMPLATE, role))

    found = [
        level for level in levels if matches(tree, lambda path, level=level: look_up({"doc": {"access_level": level}}, path))
    ]

    assert found == [level for level in levels if isinstance(level, str) and level == role]


numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)


@examples(500)
@example(1e16)
@example(1e-7)
@example(-0.0)
@example(-(2**63))
@given(numbers)
def test_any_number_outside_quotes_is_that_number(number):
    name, value = Name(("a",)), Value(number)

    assert repr(parse(filled("a = ${session.metadata.user_role}", number))) == repr(Compare(name, "=", value))
    assert repr(parse(filled("a IN (1, ${session.metadata.user_role})", number))) == repr(In(name, (Value(1), value)))


@pytest.mark.parametrize("text", ["doc.a > 5 ${session.metadata.user_role}", "doc.a > 5${session.metadata.user_role}"])
@pytest.mark.parametrize("number", [-100, -0.5, -0.0, -1e300])
def test_the_sign_of_a_number_is_never_an_operator(text, number):
    with pytest.raises(FilterError):
        parse(filled(text, number))

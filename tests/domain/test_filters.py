from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.domain.filters import And, Equal, FilterError, Name, Or, Value, fill, matches, names, parse
from mockserver.domain.templating import TemplateError
from mockserver.domain.templating import parse as template
from mockserver.domain.values import MISSING
from tests.arrange import examples

TEMPLATE = "doc.access_level = '${session.metadata.user_role}'"
LEVEL = Name(("doc", "access_level"))


def admits(text, **fields):
    return matches(parse(text), lambda path: fields.get(path[-1], MISSING))


@pytest.mark.parametrize(
    ("text", "node"),
    [
        pytest.param("doc.a = 'x'", Equal(Name(("doc", "a")), Value("x")), id="text"),
        pytest.param("doc.a == 'x'", Equal(Name(("doc", "a")), Value("x")), id="two equals signs"),
        pytest.param("'x' = doc.a", Equal(Value("x"), Name(("doc", "a"))), id="literal first"),
        pytest.param("a = 'O''Brien'", Equal(Name(("a",)), Value("O'Brien")), id="doubled quote"),
        pytest.param("a = ''''", Equal(Name(("a",)), Value("'")), id="only a quote"),
        pytest.param("a = ''", Equal(Name(("a",)), Value("")), id="empty text"),
        pytest.param('"profile.country" = 1', Equal(Name(("profile", "country")), Value(1)), id="quoted name"),
        pytest.param('"a""b" = 1', Equal(Name(('a"b',)), Value(1)), id="quote in a quoted name"),
        pytest.param('"and" = 1', Equal(Name(("and",)), Value(1)), id="a keyword as a name"),
        pytest.param("a = 1.5", Equal(Name(("a",)), Value(1.5)), id="real number"),
        pytest.param("a = TRUE", Equal(Name(("a",)), Value(value=True)), id="true"),
        pytest.param("a = false", Equal(Name(("a",)), Value(value=False)), id="false"),
        pytest.param("a = b", Equal(Name(("a",)), Name(("b",))), id="two fields"),
        pytest.param(" ( a=1 ) ", Equal(Name(("a",)), Value(1)), id="parentheses"),
    ],
)
def test_a_comparison_is_read(text, node):
    assert parse(text) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("a=1 AND b=1 OR c=1", lambda a, b, c: Or(And(a, b), c)),
        ("a=1 OR b=1 AND c=1", lambda a, b, c: Or(a, And(b, c))),
        ("(a=1 OR b=1) AND c=1", lambda a, b, c: And(Or(a, b), c)),
        ("a=1 and b=1 And c=1", lambda a, b, c: And(And(a, b), c)),
    ],
)
def test_and_binds_tighter_than_or(text, node):
    assert parse(text) == node(*(Equal(Name((name,)), Value(1)) for name in "abc"))


@pytest.mark.parametrize(
    ("text", "admitted"),
    [
        pytest.param("gone = 1", False, id="missing is unknown"),
        pytest.param("gone = gone", False, id="missing does not equal itself"),
        pytest.param("gone = 1 OR a = 1", True, id="unknown or true"),
        pytest.param("gone = 1 OR a = 2", False, id="unknown or false"),
        pytest.param("gone = 1 AND a = 1", False, id="unknown and true"),
        pytest.param("null_ = 1", False, id="null is unknown"),
        pytest.param("a = '1'", False, id="a number is not a text"),
        pytest.param("t = 1", False, id="true is not one"),
        pytest.param("t = true", True, id="true is true"),
        pytest.param("a = 1.0", True, id="one is one"),
        pytest.param("l = 'x'", False, id="a list is not its entry"),
        pytest.param("s = 'X'", False, id="case matters"),
    ],
)
def test_a_missing_value_or_another_type_admits_nothing(text, admitted):
    assert admits(text, a=1, t=True, null_=None, l=["x"], s="x") is admitted


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        pytest.param("", 1, "expected a field, a text in single quotes, a number, true or false, the filter ends", id="empty"),
        pytest.param("doc.a", 6, "expected =, the filter ends", id="no comparison"),
        pytest.param("doc.a =", 8, "expected a field", id="no right side"),
        pytest.param("a = 1 b", 7, "expected AND, OR or the end of the filter, got 'b'", id="two words"),
        pytest.param("a = 1 AND", 10, "expected a field", id="and at the end"),
        pytest.param("(a = 1", 7, "expected AND, OR or ), the filter ends", id="unclosed"),
        pytest.param("a = 1)", 6, "expected AND, OR or the end of the filter, got ')'", id="closed too often"),
        pytest.param("a = 'x", 5, "this quote is never closed", id="open quote"),
        pytest.param('"a = 1', 1, "this quote is never closed", id="open name"),
        pytest.param("a = 1 ; b", 7, "';' has no meaning here", id="semicolon"),
        pytest.param("a = " + "1" * 5000, 5, "the number has more than 40 digits", id="huge number"),
        pytest.param("a = 1 OR " * 900, 8001, "the filter is longer than 8000 characters", id="too long"),
        pytest.param("(" * 101 + "a=1" + ")" * 101, 101, "parentheses go deeper than 100", id="too deep"),
    ],
)
def test_an_error_names_its_place_and_what_was_expected(text, position, says):
    with pytest.raises(FilterError) as caught:
        parse(text)

    assert caught.value.position == position
    assert f"character {position}: {says}" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("NOT a = 1", "NOT"),
        ("a IN ('x')", "IN"),
        ("a LIKE 'x%'", "LIKE"),
        ("a IS NULL", "IS"),
        ("a = NULL", "NULL"),
        ("a <> 1", "<>"),
        ("a != 1", "!="),
        ("a < 1", "<"),
        ("a <= 1", "<="),
        ("a > 1", ">"),
        ("a >= 1", ">="),
        ("a = 1 + 1", "+"),
        ("a = -1", "-"),
        ("a * 2 = 1", "*"),
        ("a / 2 = 1", "/"),
        ("a % 2 = 1", "%"),
    ],
)
def test_an_operator_that_is_not_there_yet_is_refused_by_name(text, named):
    with pytest.raises(FilterError) as caught:
        parse(text)

    assert f"{named} is not supported yet; use =, AND, OR and parentheses" in str(caught.value)


@pytest.mark.parametrize("word", ["AND", "OR"])
def test_the_longest_chain_is_evaluated(word):
    text = f" {word} ".join(["a=1"] * 888)

    assert admits(text, a=1) is True
    assert names(parse(text)) == {"a"}


def test_the_deepest_parentheses_are_evaluated():
    assert admits("(" * 100 + "a=1" + ")" * 100, a=1) is True


@given(st.text(alphabet=st.sampled_from("()='\"aAndOr1. <>!+-*/%,;\n")))
def test_any_text_is_a_filter_or_raises_a_filter_error(text):
    with suppress(FilterError):
        assert isinstance(parse(text), Equal | And | Or)


fields = st.sampled_from(["a", "b", "c"])
literals = st.sampled_from(["1", "2", "'x'", "'1'", "true", "b"])


def leaf():
    return st.builds(lambda field, literal: f"{field} = {literal}", fields, literals)


def filters():
    return st.recursive(
        leaf(),
        lambda inner: st.builds(
            lambda left, word, right: f"({left}) {word} ({right})", inner, st.sampled_from(["AND", "OR"]), inner
        ),
        max_leaves=6,
    )


documents = st.fixed_dictionaries({}, optional=dict.fromkeys("abc", st.sampled_from([1, 2, 1.0, "x", "1", True, None, ["x"]])))


@given(filters(), filters(), documents)
def test_and_admits_what_both_sides_admit_and_or_what_either_does(left, right, document):
    one, other = admits(left, **document), admits(right, **document)

    assert admits(f"({left}) AND ({right})", **document) is (one and other)
    assert admits(f"({left}) OR ({right})", **document) is (one or other)


@given(filters(), st.lists(documents, max_size=6), st.randoms(use_true_random=False))
def test_what_is_admitted_does_not_depend_on_the_order_of_documents(text, rows, random):
    shuffled = random.sample(rows, len(rows))

    def admitted(documents_):
        return [row for row in documents_ if admits(text, **row)]

    assert sorted(map(repr, admitted(shuffled))) == sorted(map(repr, admitted(rows)))


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
    assert parse(filled(TEMPLATE, text)) == Equal(LEVEL, Value(text))


@examples(500)
@given(hostile)
def test_a_text_outside_quotes_becomes_one_literal(text):
    assert parse(filled("doc.access_level = ${session.metadata.user_role}", text)) == Equal(LEVEL, Value(text))


@examples(500)
@given(hostile)
def test_a_text_inside_double_quotes_stays_one_name(text):
    assert parse(filled('"${session.metadata.user_role}" = 1', text)) == Equal(Name(tuple(text.split("."))), Value(1))


@examples(300)
@given(hostile, hostile)
def test_two_values_in_one_text_stay_one_text(one, other):
    text = fill(template("a = 'x ${one}-${other}'"), {"one": one, "other": other})

    assert parse(text) == Equal(Name(("a",)), Value(f"x {one}-{other}"))


@examples(300)
@given(hostile)
def test_the_conditions_around_a_value_stay(text):
    node = parse(filled("(doc.a = 'O''Brien' OR doc.b = '${session.metadata.user_role}') AND doc.c = 1", text))

    a, b, c = (Name(("doc", name)) for name in "abc")
    assert node == And(Or(Equal(a, Value("O'Brien")), Equal(b, Value(text))), Equal(c, Value(1)))


@pytest.mark.parametrize("value", [0, 7, 2.5, True, False])
def test_a_number_or_boolean_outside_quotes_stays_what_it_is(value):
    assert parse(filled("doc.access_level = ${session.metadata.user_role}", value)) == Equal(LEVEL, Value(value))


@pytest.mark.parametrize(("value", "text"), [(7, "7"), (True, "true"), (["a'b"], "[a'b]"), ({"a": "'"}, "{a='}")])
def test_any_value_inside_quotes_is_text(value, text):
    assert parse(filled(TEMPLATE, value)) == Equal(LEVEL, Value(text))


@pytest.mark.parametrize("value", [["x"], {"a": 1}, [], {}])
def test_a_list_or_object_outside_quotes_is_a_text(value):
    assert isinstance(parse(filled("doc.access_level = ${session.metadata.user_role}", value)).right.value, str)


def test_a_missing_value_leaves_its_source_as_the_text():
    assert parse(fill(template(TEMPLATE), {})) == Equal(LEVEL, Value("${session.metadata.user_role}"))


def test_the_filled_filter_is_bounded():
    with pytest.raises(TemplateError, match="longer than"):
        filled(TEMPLATE, "x" * 200_000)

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.filters import (
    And,
    Arithmetic,
    Compare,
    FilterError,
    In,
    IsNull,
    Like,
    Name,
    Negative,
    Not,
    Or,
    Value,
    conjunction,
    names,
    parse,
    parse_scoped,
    print_filter,
)
from tests.arrange import examples
from tests.domain.filter_trees import trees, truth_of

A, B, C = (Name((name,)) for name in "abc")
ONE, TWO = Value(1), Value(2)
IS_A, IS_B, IS_C = (Compare(name, "=", ONE) for name in (A, B, C))


def equals(value):
    return Compare(A, "=", Value(value))


def run(first, *steps):
    return Arithmetic(first, tuple(zip(steps[::2], steps[1::2], strict=True)))


@pytest.mark.parametrize(
    ("text", "node"),
    [
        pytest.param("doc.a = 'x'", Compare(Name(("doc", "a")), "=", Value("x")), id="text"),
        pytest.param("a == 1", IS_A, id="two equals signs"),
        pytest.param("a != 1", Compare(A, "<>", ONE), id="not equal, as in C"),
        pytest.param("a <> 1", Compare(A, "<>", ONE), id="not equal, as in SQL"),
        pytest.param("'x' = a", Compare(Value("x"), "=", A), id="literal first"),
        pytest.param("a = 'O''Brien'", equals("O'Brien"), id="doubled quote"),
        pytest.param("a = ''''", equals("'"), id="only a quote"),
        pytest.param("a = ''", equals(""), id="empty text"),
        pytest.param("a = 'it is -- ; fine'", equals("it is -- ; fine"), id="signs in a text"),
        pytest.param('"profile.country" = 1', Compare(Name(("profile", "country")), "=", ONE), id="quoted name"),
        pytest.param('"a""b" = 1', Compare(Name(('a"b',)), "=", ONE), id="quote in a quoted name"),
        pytest.param('"and" = 1', Compare(Name(("and",)), "=", ONE), id="a keyword as a name"),
        pytest.param("größe = 1", Compare(Name(("größe",)), "=", ONE), id="letters of any language"),
        pytest.param("a = 1.5", equals(1.5), id="real"),
        pytest.param("a = 1e3", equals(1000.0), id="real with an exponent"),
        pytest.param("a = -5", equals(-5), id="negative"),
        pytest.param("a = - 5", equals(-5), id="negative, spaced"),
        pytest.param("a = +5", equals(5), id="plus"),
        pytest.param("a = -(5)", Compare(A, "=", Negative(Value(5))), id="the sign of parentheses"),
        pytest.param("a = - -b", Compare(A, "=", Negative(Negative(B))), id="two signs"),
        pytest.param("a = +b", Compare(A, "=", B), id="plus of a field"),
        pytest.param("a = 9223372036854775807", equals(2**63 - 1), id="largest integer"),
        pytest.param("a = -9223372036854775808", equals(-(2**63)), id="smallest integer"),
        pytest.param("a = 9223372036854775808", equals(2.0**63), id="one more is real"),
        pytest.param("a = TRUE", equals(value=True), id="true"),
        pytest.param("a = false", equals(value=False), id="false"),
        pytest.param("a = Null", equals(None), id="null"),
        pytest.param("a-b = 1", Compare(run(A, "-", B), "=", ONE), id="a hyphen is a minus"),
        pytest.param(" ( a=1 ) ", IS_A, id="parentheses"),
        pytest.param("a IN (1, -2, 'x', null, (-3))", In(A, tuple(map(Value, (1, -2, "x", None, -3)))), id="list"),
        pytest.param("1 in a", In(ONE, A), id="array"),
        pytest.param('1 IN "a.b"', In(ONE, Name(("a", "b"))), id="array of a quoted name"),
        pytest.param("a NOT IN (1)", Not(In(A, (ONE,))), id="not in"),
        pytest.param("a LIKE '%x_'", Like(A, "%x_"), id="like"),
        pytest.param("a not like ''", Not(Like(A, "")), id="not like"),
        pytest.param("a IS NULL", IsNull(A), id="is null"),
        pytest.param("a is not null", IsNull(A, negated=True), id="is not null"),
    ],
)
def test_an_expression_is_read(text, node):
    assert repr(parse(text)) == repr(node)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        pytest.param("-a * b = 1", Compare(run(Negative(A), "*", B), "=", ONE), id="1 sign over 2 product"),
        pytest.param("a + b * c = 1", Compare(run(A, "+", run(B, "*", C)), "=", ONE), id="2 product over 3 sum"),
        pytest.param("a * b + c = 1", Compare(run(run(A, "*", B), "+", C), "=", ONE), id="2 product over 3 sum, first"),
        pytest.param("a - b + c = 1", Compare(run(A, "-", B, "+", C), "=", ONE), id="3 from the left"),
        pytest.param("a / b % c * 1 = 1", Compare(run(A, "/", B, "%", C, "*", ONE), "=", ONE), id="2 from the left"),
        pytest.param("a - (b - c) = 1", Compare(run(A, "-", run(B, "-", C)), "=", ONE), id="parentheses on the right"),
        pytest.param("a + 1 < b", Compare(run(A, "+", ONE), "<", B), id="3 sum over 4 order"),
        pytest.param("1 = a + b", Compare(ONE, "=", run(A, "+", B)), id="3 sum over 5 equality"),
        pytest.param("a = b IS NULL", IsNull(Compare(A, "=", B)), id="5 equality over 6 is null"),
        pytest.param("a < b IS NOT NULL", IsNull(Compare(A, "<", B), negated=True), id="4 order over 6 is null"),
        pytest.param("a + b IS NULL", IsNull(run(A, "+", B)), id="3 sum over 6 is null"),
        pytest.param("a * 2 IN (1)", In(run(A, "*", TWO), (ONE,)), id="2 product over 7 in"),
        pytest.param("NOT a = 1", Not(IS_A), id="5 equality over 8 not"),
        pytest.param("NOT a IS NULL", Not(IsNull(A)), id="6 is null over 8 not"),
        pytest.param("NOT a IN (1)", Not(In(A, (ONE,))), id="7 in over 8 not"),
        pytest.param("NOT a LIKE 'x'", Not(Like(A, "x")), id="like over 8 not"),
        pytest.param("NOT a=1 AND b=1", And((Not(IS_A), IS_B)), id="8 not over 9 and"),
        pytest.param("NOT NOT a=1", Not(Not(IS_A)), id="not not"),
        pytest.param("NOT (a=1 AND b=1)", Not(And((IS_A, IS_B))), id="not of parentheses"),
        pytest.param("a=1 AND b=1 OR c=1", Or((And((IS_A, IS_B)), IS_C)), id="9 and over 10 or"),
        pytest.param("a=1 OR b=1 AND c=1", Or((IS_A, And((IS_B, IS_C)))), id="9 and over 10 or, second"),
        pytest.param("(a=1 OR b=1) AND c=1", And((Or((IS_A, IS_B)), IS_C)), id="parentheses over all"),
        pytest.param("a=1 and b=1 And c=1", And((IS_A, IS_B, IS_C)), id="9 in a run"),
        pytest.param("a=1 or NOT b=1 OR c=1", Or((IS_A, Not(IS_B), IS_C)), id="10 in a run"),
    ],
)
def test_operators_bind_as_the_table_of_the_facts_says(text, node):
    assert repr(parse(text)) == repr(node)


AFTER = "AND, OR or the end of the filter"
COMPARISON = "expected a comparison: =, <>, <, <=, >, >=, IN, LIKE or IS NULL"
OPERAND = "expected a field, a text in single quotes, a number, true, false or null"
NO_VALUE = "a condition has no value to compare or calculate with"


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        pytest.param(
            "", 1, "expected a field, a text in single quotes, a number, true, false or null, the filter ends", id="empty"
        ),
        pytest.param("doc.a", 6, f"{COMPARISON}, the filter ends", id="no comparison"),
        pytest.param("NOT a AND b = 1", 7, f"{COMPARISON}, got 'AND'", id="a field is no condition"),
        pytest.param("(a)", 4, f"{COMPARISON}, the filter ends", id="no comparison in parentheses"),
        pytest.param("(a b", 4, "expected a comparison or ), got 'b'", id="two fields"),
        pytest.param("true", 5, f"{COMPARISON}, the filter ends", id="a constant"),
        pytest.param("doc.a =", 8, "expected a field", id="no right side"),
        pytest.param("a = 1 b", 7, f"expected {AFTER}, got 'b'", id="two words"),
        pytest.param("a = 1 AND", 10, "expected a field", id="and at the end"),
        pytest.param("(a = 1", 7, "expected AND, OR or ), the filter ends", id="unclosed"),
        pytest.param("a = 1)", 6, f"expected {AFTER}, got ')'", id="closed too often"),
        pytest.param("a = 'x", 5, "this quote is never closed", id="open quote"),
        pytest.param('"a = 1', 1, "this quote is never closed", id="open name"),
        pytest.param("a = 1 ; b", 7, "a filter is one condition, and ; ends a statement", id="semicolon"),
        pytest.param("a = 1 -- b", 7, "a filter has no comments", id="comment"),
        pytest.param("a = 1 /* b */", 7, "a filter has no comments", id="long comment"),
        pytest.param("a = 1 && b = 1", 7, "&& is not part of the filter language; write AND", id="and, as in C"),
        pytest.param("a = 1 || b = 1", 7, "|| is not part of the filter language; write OR", id="or, as in C"),
        pytest.param("!(a = 1)", 1, "! is not part of the filter language; write NOT", id="not, as in C"),
        pytest.param("a = $x", 5, "'$' has no meaning here", id="a sign of no meaning"),
        pytest.param("a = b = c", 7, NO_VALUE, id="chain"),
        pytest.param("1 < a < 3", 7, NO_VALUE, id="range"),
        pytest.param("a = (b = c)", 5, NO_VALUE, id="condition on the right"),
        pytest.param("a = b < c", 5, NO_VALUE, id="order on the right"),
        pytest.param("(a = 1) + 1 = 2", 9, NO_VALUE, id="calculation with a condition"),
        pytest.param("-(a = 1) = 2", 2, NO_VALUE, id="sign of a condition"),
        pytest.param("a = 1 IN (1)", 7, NO_VALUE, id="membership of a condition"),
        pytest.param("a IS NULL IS NULL", 11, f"expected {AFTER}, got 'IS'", id="is null twice"),
        pytest.param("a IS 1", 6, "expected NULL or NOT NULL, got '1'", id="is one"),
        pytest.param("a IS NOT 1", 10, "expected NULL, got '1'", id="is not one"),
        pytest.param("a NOT = 1", 7, "expected IN or LIKE, got '='", id="not equals"),
        pytest.param("a IN 1", 6, "expected a list in parentheses or an array field, got '1'", id="in a number"),
        pytest.param("a IN ()", 7, "expected a text in single quotes, a number", id="empty list"),
        pytest.param("a IN (b)", 7, "expected a text in single quotes, a number (an array field", id="field in a list"),
        pytest.param("a IN (1 2)", 9, "expected , or ), got '2'", id="list without commas"),
        pytest.param("a IN ((1, 2))", 9, "expected ), got ','", id="list in a list"),
        pytest.param("a LIKE b", 8, "expected a pattern in single quotes, got 'b'", id="pattern of a field"),
        pytest.param("a LIKE 'x' ESCAPE '!'", 12, "ESCAPE is not part of the filter language", id="escape"),
        pytest.param("a BETWEEN 1 AND 2", 3, "BETWEEN is not part of the filter language", id="between"),
        pytest.param("lower(a) = 'x'", 1, "the filter language has no functions, and so no lower()", id="function"),
        pytest.param("a = lower('x')", 5, "the filter language has no functions, and so no lower()", id="function on the right"),
        pytest.param("a IN (SELECT b FROM c)", 7, "SELECT is not part of the filter language", id="subquery"),
        pytest.param("a = (select b)", 6, "select is not part of the filter language", id="scalar subquery"),
        pytest.param("EXISTS (SELECT 1)", 1, "EXISTS is not part of the filter language", id="exists"),
        pytest.param("a = " + "1" * 5000, 5, "the number has more than 40 digits", id="huge number"),
        pytest.param("a = 1e400", 5, "the number is too large", id="infinite number"),
        pytest.param("a = 1 OR " * 900, 8001, "the filter is longer than 8000 characters", id="too long"),
    ],
)
def test_an_error_names_its_place_and_what_was_expected(text, position, says):
    with pytest.raises(FilterError) as caught:
        parse(text)

    assert caught.value.position == position
    assert str(caught.value).startswith(f"character {position}: {says}")


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        pytest.param("doc.a = 1 AND level = 2", 15, "the field 'level' has no scope: expected doc.… or part.…", id="bare"),
        pytest.param("doc.a = 1 AND docs.level = 2", 15, "the field 'docs.level' has no scope", id="another scope"),
        pytest.param("doc = 1", 1, "the field 'doc' has no scope", id="only the scope"),
        pytest.param('doc.a = "mary"', 9, "the field 'mary' has no scope", id="double quotes are no text"),
        pytest.param("1 IN tags", 6, "the field 'tags' has no scope", id="array"),
        pytest.param("doc.a LIKE 'x%'", 7, "LIKE is for sessions only", id="like"),
        pytest.param("doc.a NOT LIKE 'x%'", 11, "LIKE is for sessions only", id="not like"),
    ],
)
def test_a_filter_on_a_corpus_needs_scopes_and_has_no_like(text, position, says):
    with pytest.raises(FilterError) as caught:
        parse_scoped(text)

    assert caught.value.position == position
    assert f"character {position}: {says}" in str(caught.value)
    assert parse(text)


def test_scoped_names_are_read_in_a_filter_on_a_corpus():
    text = "doc.a = 1 AND 'x' IN part.tags OR \"doc.b c\" IS NULL"

    assert parse_scoped(text) == parse(text)


def test_the_fields_that_a_filter_reads_are_named():
    text = "NOT a = 1 AND (b + -c * 2 < 1 OR 1 IN d.e) AND \"f g\" LIKE 'x' AND h IN (1) AND (i = j) IS NULL AND 'k' = 'l'"

    assert names(parse(text)) == {"a", "b", "c", "d.e", "f g", "h", "i", "j"}


def test_several_filters_become_one():
    one, other = parse("a = 1 OR b = 1"), parse("c = 1")

    assert conjunction([None, None]) is None
    assert conjunction([None, one]) is one
    assert print_filter(conjunction([one, None, other])) == "(a = 1 OR b = 1) AND c = 1"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("((a=1)) or ((b == 2) And (c!=3))", "a = 1 OR b = 2 AND c <> 3"),
        ("not(a in('x'))", "NOT a IN ('x')"),
        ("a NOT IN (1)", "NOT a IN (1)"),
        ("NOT (a = 1 AND b = 1)", "NOT (a = 1 AND b = 1)"),
        ("(a+b)*c-(d-e) = - - 1", "(a + b) * c - (d - e) = -(-1)"),
        ("(a = 1) is null", "a = 1 IS NULL"),
        ("(1 in a) is not null", "(1 IN a) IS NOT NULL"),
        ("(a is null) is null", "(a IS NULL) IS NULL"),
        ("\"a\" = 'it''s' OR \"a b\" = TRUE", "a = 'it''s' OR \"a b\" = true"),
        ("a = -(5)", "a = -(5)"),
        ("(a = 1 AND b = 1) AND c = 1", "(a = 1 AND b = 1) AND c = 1"),
    ],
)
def test_a_filter_is_written_in_one_spelling(text, written):
    assert print_filter(parse(text)) == written


@examples(1000)
@given(trees())
def test_a_tree_that_is_written_is_read_back(tree):
    assert repr(parse(print_filter(tree))) == repr(tree)


WORDS = ["a", "b.c", '"d e"', "1", "-2", "0.5", "'x'", "''", "(", ")", ",", "=", "<>", "<", "+", "-", "*", "/", "%", "true"]
SIGNS = ["null", "AND", "or", "NOT", "IN", "LIKE", "IS", "IS NULL", "a = 1", "(1)", ";", "--", '"', "'", "select", "é", "\0"]


@examples(1000)
@given(st.lists(st.sampled_from(WORDS + SIGNS), max_size=12).map(" ".join) | st.text())
def test_any_text_is_a_filter_or_raises_a_filter_error(text):
    with suppress(FilterError):
        tree = parse(text)
        assert repr(parse(print_filter(tree))) == repr(tree)


def test_the_longest_filter_is_read_and_one_character_more_is_not():
    longest = "a = '" + "x" * 7994 + "'"

    assert len(longest) == 8000
    assert parse(longest)
    with pytest.raises(FilterError, match="longer than 8000 characters"):
        parse(longest + " ")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" AND ".join(["a=1"] * 888), id="and"),
        pytest.param(" OR ".join(["a=1"] * 999), id="or"),
        pytest.param("+".join(["1"] * 3990) + "=a", id="sum"),
        pytest.param("*".join(["1"] * 3990) + "=a", id="product"),
        pytest.param("a IN (" + ",".join("1" * 3990) + ")", id="list"),
        pytest.param(" AND ".join(["a=1 OR NOT b+1<c*2"] * 340), id="mixed"),
        pytest.param("(" * 99 + "a=1" + ")" * 99, id="deepest"),
    ],
)
def test_a_long_filter_is_not_a_deep_one(text):
    tree = parse(text)

    assert print_filter(tree)
    assert names(tree) >= {"a"}
    assert truth_of(tree, {"a": 1, "b": 1, "c": 1}) in {True, False}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("(" * 101 + "a=1" + ")" * 101, id="parentheses"),
        pytest.param("(" * 8000, id="only opened"),
        pytest.param("NOT " * 1990 + "a=1", id="not"),
        pytest.param("- " * 3990 + "a=1", id="signs"),
        pytest.param("NOT(" * 1500 + "a=1", id="not and parentheses"),
        pytest.param("a=1 OR b=1 AND NOT c=1+1*-(" * 290, id="every rank"),
        pytest.param("a IN (" + "(" * 7000, id="list"),
        pytest.param("a IS NULL " * 800, id="is null"),
    ],
)
def test_a_deep_filter_is_refused_soon(text):
    started = time.process_time()

    with pytest.raises(FilterError):
        parse(text)

    assert time.process_time() - started < 2

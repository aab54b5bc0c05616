import re
import time
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.domain.conditions import And, ConditionError, Get, Literal, Negative, Not, Operation, Or, holds, parse, value_of
from tests.arrange import examples
from tests.domain.condition_trees import contexts, trees, written

A, B, C = (Get((name,)) for name in "abc")
ONE, TWO = Literal(1), Literal(2)
CONTEXT = {
    "session": {"key": "s1", "metadata": {"tier": "gold", "level": 3, "beta": True, "tags": ["x", "y"], "a.b": 1, "none": None}},
    "agent": {"name": "Support", "metadata": {}},
    "output": {"intent": "billing", "score": 0.75},
    "tools": {"web-search": {"outputs": {"latest": {"hits": [{"title": "T"}]}}}},
    "currentDate": "2026-01-15T12:00:00.000Z",
}


def run(first, *steps):
    return Operation(first, tuple(zip(steps[::2], steps[1::2], strict=True)))


def short(text):
    """Write `a` for `get('$.a')`."""
    return re.sub(r"\b[abc]\b", r"get('$.\g<0>')", text)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        pytest.param("get('$')", Get(()), id="the whole context"),
        pytest.param("get('$.a.b-c.d e')", Get(("a", "b-c", "d e")), id="names"),
        pytest.param("get('$.a[0][12].b')", Get(("a", 0, 12, "b")), id="indexes"),
        pytest.param("get('$[''a.b''].c')", Get(("a.b", "c")), id="a name in doubled quotes"),
        pytest.param(r"get('$[\'a\'][ \'b\' ]')", Get(("a", "b")), id="a name in escaped quotes"),
        pytest.param("get(\"$['a'].c\")", Get(("a", "c")), id="double quotes around single ones"),
        pytest.param("get('$[\"a\"]')", Get(("a",)), id="single quotes around double ones"),
        pytest.param("GET ( '$.a' , 1 )", Get(("a",), ONE), id="default"),
        pytest.param(
            "get('$.a', get('$.b', 1 + 2))", Get(("a",), Get(("b",), run(ONE, "+", TWO))), id="default that is calculated"
        ),
        pytest.param("1", ONE, id="integer"),
        pytest.param("1.5", Literal(1.5), id="real"),
        pytest.param(".5", Literal(0.5), id="real without a first digit"),
        pytest.param("1e3", Literal(1000.0), id="real with an exponent"),
        pytest.param("9223372036854775807", Literal(2**63 - 1), id="largest integer"),
        pytest.param("9223372036854775808", Literal(2.0**63), id="one more is real"),
        pytest.param("'x'", Literal("x"), id="text"),
        pytest.param('"x"', Literal("x"), id="text in double quotes"),
        pytest.param("''", Literal(""), id="empty text"),
        pytest.param("'O''Brien'", Literal("O'Brien"), id="doubled quote"),
        pytest.param('"a""b"', Literal('a"b'), id="doubled double quote"),
        pytest.param("'say \"\"'", Literal('say ""'), id="other quotes stay"),
        pytest.param(r"'O\'Brien'", Literal("O'Brien"), id="escaped quote"),
        pytest.param(r"'a\\b\n\t\r\/'", Literal("a\\b\n\t\r/"), id="escapes"),
        pytest.param("TRUE", Literal(value=True), id="true"),
        pytest.param("false", Literal(value=False), id="false"),
        pytest.param("Null", Literal(None), id="null"),
        pytest.param("((1))", ONE, id="parentheses"),
        pytest.param("-1", Negative(ONE), id="minus"),
        pytest.param("--1", Negative(Negative(ONE)), id="two signs"),
    ],
)
def test_an_expression_is_read(text, tree):
    assert repr(parse(text)) == repr(tree)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        pytest.param("-a * b", run(Negative(A), "*", B), id="sign over product"),
        pytest.param("a + b * c", run(A, "+", run(B, "*", C)), id="product over sum"),
        pytest.param("a * b + c", run(run(A, "*", B), "+", C), id="product over sum, first"),
        pytest.param("a / b % c * 1", run(A, "/", B, "%", C, "*", ONE), id="product from the left"),
        pytest.param("a - b + c", run(A, "-", B, "+", C), id="sum from the left"),
        pytest.param("a - (b - c)", run(A, "-", run(B, "-", C)), id="parentheses on the right"),
        pytest.param("a + 1 < b", run(run(A, "+", ONE), "<", B), id="sum over order"),
        pytest.param("1 < a == b >= 2", run(run(ONE, "<", A), "==", run(B, ">=", TWO)), id="order over equality"),
        pytest.param("a == b != c", run(A, "==", B, "!=", C), id="equality from the left"),
        pytest.param("!a == b", run(Not(A), "==", B), id="! over equality"),
        pytest.param("not a == b", Not(run(A, "==", B)), id="equality over not"),
        pytest.param("not a && b", And((Not(A), B)), id="not over and"),
        pytest.param("!!a", Not(Not(A)), id="! twice"),
        pytest.param("Not NOT a", Not(Not(A)), id="not twice"),
        pytest.param("a == 1 && b", And((run(A, "==", ONE), B)), id="equality over and"),
        pytest.param("a || b && c", Or((A, And((B, C)))), id="and over or"),
        pytest.param("a and b Or c", Or((And((A, B)), C)), id="and over or, in words"),
        pytest.param("a && b and c", And((A, B, C)), id="and in a run"),
        pytest.param("(a || b) && c", And((Or((A, B)), C)), id="parentheses over all"),
    ],
)
def test_operators_bind_as_in_c_and_the_word_not_as_in_sql(text, tree):
    assert repr(parse(short(text))) == repr(tree)


VALUE = "expected get('$.path'), a text in quotes, a number, true, false, null or ("
AFTER = "expected an operator or the end of the condition"
STEP = "expected .name, [0] or ['name']"


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        pytest.param("", 1, f"{VALUE}, the condition ends", id="empty"),
        pytest.param("1 +", 4, f"{VALUE}, the condition ends", id="no right side"),
        pytest.param("1 + * 2", 5, f"{VALUE}, got '*'", id="two operators"),
        pytest.param("+1", 1, f"{VALUE}, got '+'", id="plus"),
        pytest.param("1 2", 3, f"{AFTER}, got '2'", id="two values"),
        pytest.param("1)", 2, f"{AFTER}, got ')'", id="closed too often"),
        pytest.param("(1", 3, "expected an operator or ), the condition ends", id="unclosed"),
        pytest.param("1 == 'x", 6, "this quote is never closed", id="open quote"),
        pytest.param("1 = 1", 3, "equality is written ==", id="one equals sign"),
        pytest.param("1 === 1", 5, "equality is written ==", id="three equals signs"),
        pytest.param("1 <> 1", 3, "inequality is written !=", id="not equal, as in SQL"),
        pytest.param("true & true", 6, "'and' is written && or and", id="one ampersand"),
        pytest.param("true | true", 6, "'or' is written || or or", id="one bar"),
        pytest.param("1; 2", 2, "';' has no meaning here", id="a sign of no meaning"),
        pytest.param(r"1 == '\d'", 6, r"\d is no escape; expected one of", id="unknown escape"),
        pytest.param(
            "session.name == 1", 1, f"'session.name' is no value: {VALUE}; a field is read by get('$.name')", id="bare name"
        ),
        pytest.param("1 == $.output.text", 6, "'$.output.text' is no value", id="bare path"),
        pytest.param("1 == lower('x')", 6, "there is no function lower: expected get('$.path')", id="unknown function"),
        pytest.param("get '$.a'", 5, "expected ( behind get, got \"'$.a'\"", id="get without parentheses"),
        pytest.param("get()", 5, "expected a path in quotes: '$.name', got ')'", id="get of nothing"),
        pytest.param("get(get('$.a'))", 5, "expected a path in quotes: '$.name', got 'get'", id="a path that is calculated"),
        pytest.param("get('$.a'", 10, "expected , with a default, or ), the condition ends", id="get unclosed"),
        pytest.param("get('$.a', 1, 2)", 13, "expected an operator or ), got ','", id="two defaults"),
        pytest.param("get('a.b')", 5, "the path 'a.b' does not begin at the root: expected '$.name'", id="no root"),
        pytest.param("get('$a')", 5, f"the path '$a' cannot be read from its character 2: {STEP}", id="no point"),
        pytest.param("get('$.')", 5, f"the path '$.' cannot be read from its character 2: {STEP}", id="no name"),
        pytest.param("get('$.a.*')", 5, f"the path '$.a.*' cannot be read from its character 4: {STEP}", id="wildcard"),
        pytest.param("get('$..a')", 5, f"the path '$..a' cannot be read from its character 2: {STEP}", id="descent"),
        pytest.param(
            "get('$.a[-1]')", 5, f"the path '$.a[-1]' cannot be read from its character 4: {STEP}", id="index from the end"
        ),
        pytest.param("1" * 41, 1, "the number has more than 40 digits", id="huge number"),
        pytest.param("1 == 1e400", 6, "the number is too large", id="infinite number"),
        pytest.param("1 + " * 2001, 8001, "the condition is longer than 8000 characters", id="too long"),
    ],
)
def test_an_error_names_its_column_and_what_was_expected(text, column, says):
    with pytest.raises(ConditionError) as caught:
        parse(text)

    assert isinstance(caught.value, ValueError)
    assert caught.value.column == column
    assert str(caught.value).startswith(f"column {column}: {says}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("get('$.session.metadata.tier')", "gold", id="field"),
        pytest.param("get('$.session.metadata.tags[1]')", "y", id="entry"),
        pytest.param("get('$.session.metadata.tags[2]')", None, id="entry that is not there"),
        pytest.param("get('$.session.metadata.tags.1')", None, id="a name is no index"),
        pytest.param("get('$.session[0]')", None, id="an index is no name"),
        pytest.param("get('$.session.metadata[''a.b'']')", 1, id="a name with a point"),
        pytest.param("get('$.session.metadata.a.b')", None, id="a point parts names"),
        pytest.param("get('$.session.metadata.tier.length')", None, id="texts have no fields"),
        pytest.param("get('$.session.metadata.keys')", None, id="objects have no methods"),
        pytest.param("get('$.session.__class__')", None, id="nor classes"),
        pytest.param("get('$.tools.web-search.outputs.latest.hits[0].title')", "T", id="tool output"),
        pytest.param("get('$.agent.metadata')", {}, id="object"),
        pytest.param("get('$.nowhere')", None, id="missing is null"),
        pytest.param("get('$.nowhere', 'silver')", "silver", id="the default for what is missing"),
        pytest.param("get('$.session.metadata.none', 'silver')", "silver", id="the default for null"),
        pytest.param("get('$.session.metadata.tier', 'silver')", "gold", id="no default for a value"),
        pytest.param("7 / 2", 3.5, id="division is real"),
        pytest.param("6 / 2", 3, id="a whole quotient is whole"),
        pytest.param("7 % 4", 3, id="remainder"),
        pytest.param("-7 % 4", -3, id="the remainder has the sign of the left side"),
        pytest.param("5.5 % -2", 1.5, id="real remainder"),
        pytest.param("1 + 2 * 3 - 4", 3, id="calculation"),
        pytest.param("'a' + 'b' + 'c'", "abc", id="joined texts"),
        pytest.param("get('$.session.key') + '-' + get('$.session.metadata.tier')", "s1-gold", id="partition of two fields"),
        pytest.param("9223372036854775807 + 1", 2.0**63, id="beyond 64 bits"),
        pytest.param("1 / 0", None, id="division by zero"),
        pytest.param("1 % 0.0", None, id="remainder of zero"),
        pytest.param("1e308 * 10", None, id="infinity"),
        pytest.param("1 + 'a'", None, id="a number and a text"),
        pytest.param("'a' * 2", None, id="product of a text"),
        pytest.param("true + 1", None, id="booleans do not calculate"),
        pytest.param("-'a'", None, id="sign of a text"),
        pytest.param("1 + null", None, id="null does not calculate"),
        pytest.param("1 == 1.0", True, id="numbers are equal by value"),
        pytest.param("1 == true", False, id="one is not true"),
        pytest.param("1 != '1'", True, id="types differ"),
        pytest.param("1 < '2'", False, id="types have no order"),
        pytest.param("1 >= '2'", False, id="in neither direction"),
        pytest.param("false < true", False, id="booleans have no order"),
        pytest.param("'a' < 'b'", True, id="texts have an order"),
        pytest.param("get('$.currentDate') >= '2026-01-01'", True, id="dates are texts"),
        pytest.param("get('$.nowhere') < 1", False, id="order with null"),
        pytest.param("get('$.nowhere') == get('$.nowhere')", False, id="equality with null"),
        pytest.param("get('$.nowhere') != 'gold'", False, id="inequality with null"),
        pytest.param("get('$.nowhere') == null", True, id="is missing"),
        pytest.param("null == get('$.session.metadata.none')", True, id="is null"),
        pytest.param("get('$.session.metadata.tier') == null", False, id="is not missing"),
        pytest.param("get('$.session.metadata.tier') != null", True, id="is present"),
        pytest.param("get('$.nowhere') != null", False, id="is not present"),
        pytest.param("null < null", False, id="null has no order"),
        pytest.param("get('$.agent.metadata') == get('$.agent.metadata')", False, id="objects are equal to nothing"),
        pytest.param("get('$.agent.metadata') != null", True, id="an object is present"),
        pytest.param("!get('$.nowhere')", True, id="what is not true is not"),
        pytest.param("!get('$.session.metadata.beta')", False, id="true is"),
        pytest.param("1 && true", False, id="a number is not true"),
        pytest.param("'x' || false", False, id="a text is not true"),
        pytest.param("null || true", True, id="one side is true"),
        pytest.param("get('$.output.intent') == 'billing' and get('$.output.score') > 0.5", True, id="and"),
        pytest.param("not get('$.output.intent') == 'sales' && get('$.session.metadata.level') % 2 == 1", True, id="not"),
    ],
)
def test_a_condition_has_a_value(text, value):
    result = value_of(parse(text), CONTEXT)

    assert repr(result) == repr(value)
    assert holds(parse(text), CONTEXT) is (value is True)


@pytest.mark.parametrize("value", [1, "true", [True], {"a": 1}, None, 1.0])
def test_only_the_boolean_true_holds(value):
    assert not holds(parse("get('$.x')"), {"x": value})
    assert holds(parse("get('$.x')"), {"x": True})


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 10**400])
def test_a_number_beyond_all_doubles_is_null(number):
    assert value_of(parse("get('$.x') + 1"), {"x": number}) is None
    assert value_of(parse("get('$.x', 5)"), {"x": number}) == 5


def test_texts_do_not_grow_without_bound():
    condition = parse("+".join(["get('$.x')"] * 600))

    assert value_of(condition, {"x": "x" * 100}) == "x" * 60_000
    assert value_of(condition, {"x": "x" * 1000}) is None


SUMS = st.lists(st.integers(0, 9).map(str), min_size=1, max_size=4).flatmap(
    lambda numbers: st.lists(
        st.sampled_from([" + ", " - ", " * ", " + -", " * -("]), min_size=len(numbers), max_size=len(numbers)
    ).map(
        lambda signs: (
            "".join(f"{number}{sign}" for number, sign in zip(numbers, signs, strict=True))
            + "1"
            + ")" * sum(sign.count("(") for sign in signs)
        )
    )
)
TESTS = st.builds(
    "{}{} {} {}".format, st.sampled_from(["", "not "]), SUMS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), SUMS
)
LOGIC = st.recursive(
    TESTS,
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner) | st.builds("not ({})".format, inner)
    ),
    max_leaves=6,
)


@examples(500)
@given(LOGIC, st.booleans())
def test_numbers_and_logic_come_out_as_in_python(text, signs):
    expected = eval(text)  # noqa: S307 - the text is made of the numbers and words above
    spelled = text.replace("and", "&&").replace("or", "||").replace("not (", "!(") if signs else text

    assert value_of(parse(spelled), {}) is expected


@examples(500)
@given(trees)
def test_a_tree_that_is_written_is_read_back(tree):
    assert repr(parse(written(tree))) == repr(tree)


@examples(500)
@given(trees, contexts)
@example(Get(("a",)), {"a": float("-inf")})
def test_every_condition_has_a_json_value_in_every_context(tree, context):
    result = value_of(tree, context)

    assert result is None or isinstance(result, bool | int | float | str | list | dict)
    assert repr(result) not in {"nan", "inf", "-inf"}
    assert holds(tree, context) is (result is True)


WORDS = ["get('$.a')", "get(", "'$.a'", "'", '"', "1", "-", "!", "(", ")", ",", "==", "!=", "<", "+", "*", "%", "&&", "or", "not"]
SIGNS = ["null", "true", "and", "get", "$.a", "x", "=", "<>", "|", "\\", ".5", "1e9", "é", "\0", "get('$.a', 1)"]


@examples(500)
@given(st.lists(st.sampled_from(WORDS + SIGNS), max_size=12).map(" ".join) | st.text())
def test_any_text_is_a_condition_or_raises_a_condition_error(text):
    with suppress(ConditionError):
        tree = parse(text)
        value_of(tree, CONTEXT)
        assert repr(parse(written(tree))) == repr(tree)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" && ".join(["1<2"] * 1100), id="and"),
        pytest.param(" or ".join(["1>2"] * 1100), id="or"),
        pytest.param("+".join(["1"] * 3990), id="sum"),
        pytest.param("*".join(["9"] * 3990), id="product"),
        pytest.param("==".join(["1"] * 2600), id="equality"),
        pytest.param("<".join(["1"] * 3990), id="order"),
        pytest.param("'" + "''" * 3990 + "'", id="quotes"),
        pytest.param("get('$" + ".a" * 3990 + "')", id="path"),
        pytest.param("(" * 99 + "1" + ")" * 99, id="deepest"),
    ],
)
def test_a_long_condition_is_not_a_deep_one(text):
    value_of(parse(text), {})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("(" * 101 + "1" + ")" * 101, id="parentheses"),
        pytest.param("(" * 8000, id="only opened"),
        pytest.param("!" * 7990 + "1", id="not"),
        pytest.param("not " * 1990 + "1", id="not in words"),
        pytest.param("-" * 7990 + "1", id="signs"),
        pytest.param("get('$.a'," * 790, id="defaults"),
        pytest.param("1||1&&1==1<1+1*-(" * 470, id="every rank"),
        pytest.param("'" + "\\'" * 3990, id="quotes never closed"),
        pytest.param("'" + "''" * 3999, id="doubled quotes never closed"),
    ],
)
def test_a_deep_condition_is_refused_soon(text):
    started = time.process_time()

    with pytest.raises(ConditionError):
        parse(text)

    assert time.process_time() - started < 2

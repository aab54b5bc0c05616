import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.filters import And, IsNull, Not, Or, field_in, matches, parse, parse_scoped
from mockserver.domain.filters.like import is_like
from mockserver.domain.values import MISSING, look_up
from tests.arrange import examples
from tests.domain.filter_trees import known_names, objects, scalars, trees, truth_of

FIELDS = {
    "one": 1, "half": 0.5, "yes": True, "null": None, "text": "x", "list": ["x", 1], "empty": [], "object": {"a": 1},
    "big": 2**63 - 1, "small": -(2**63), "beyond": 2**64, "huge": 10**400,
}  # fmt: skip
YES, NO, UNKNOWN = True, False, None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("gone = 1", UNKNOWN, id="missing"),
        pytest.param("gone = gone", UNKNOWN, id="missing does not equal itself"),
        pytest.param("gone <> 1", UNKNOWN, id="missing is not different"),
        pytest.param("NOT gone = 1", UNKNOWN, id="not unknown"),
        pytest.param("gone = 1 OR one = 1", YES, id="unknown or true"),
        pytest.param("gone = 1 OR one = 2", UNKNOWN, id="unknown or false"),
        pytest.param("gone = 1 AND one = 1", UNKNOWN, id="unknown and true"),
        pytest.param("gone = 1 AND one = 2", NO, id="unknown and false"),
        pytest.param("null = 1", UNKNOWN, id="null"),
        pytest.param("one = NULL", UNKNOWN, id="null literal"),
        pytest.param("NULL = NULL", UNKNOWN, id="null equals null"),
        pytest.param("gone IS NULL", YES, id="missing is null"),
        pytest.param('"null" IS NULL', YES, id="null is null"),
        pytest.param("one IS NOT NULL", YES, id="one is not null"),
        pytest.param("empty IS NULL", NO, id="an empty list is not null"),
        pytest.param("(gone = 1) IS NULL", YES, id="unknown is null"),
        pytest.param("one + gone IS NULL", YES, id="calculated from missing"),
        pytest.param("one = '1'", UNKNOWN, id="number and text"),
        pytest.param("one <> 'x'", UNKNOWN, id="number is not different from text"),
        pytest.param("NOT one = 'x'", UNKNOWN, id="nor under not"),
        pytest.param("text < 1", UNKNOWN, id="order of text and number"),
        pytest.param("yes = 1", UNKNOWN, id="true and one"),
        pytest.param("yes = true", YES, id="true"),
        pytest.param("yes <> false", YES, id="true is not false"),
        pytest.param("yes > false", UNKNOWN, id="booleans have no order"),
        pytest.param("one = 1.0", YES, id="integer and real"),
        pytest.param("half < one", YES, id="real below integer"),
        pytest.param("text = 'X'", NO, id="case counts"),
        pytest.param("text > 'A'", YES, id="texts have an order"),
        pytest.param("'Z' < 'a'", YES, id="order of code points"),
        pytest.param("list = 'x'", UNKNOWN, id="a list is not its entry"),
        pytest.param("list = list", UNKNOWN, id="lists are not compared"),
        pytest.param("object = object", UNKNOWN, id="objects are not compared"),
        pytest.param("one IN (2, 1)", YES, id="in list"),
        pytest.param("one IN (2, 3)", NO, id="not in list"),
        pytest.param("one IN (2, NULL)", UNKNOWN, id="in list with null"),
        pytest.param("one IN (1, NULL)", YES, id="in list before null"),
        pytest.param("one IN ('1')", UNKNOWN, id="in list of another type"),
        pytest.param("gone IN (1)", UNKNOWN, id="missing in list"),
        pytest.param("one NOT IN (2)", YES, id="not in"),
        pytest.param("'x' IN list", YES, id="in array"),
        pytest.param("1 IN list", YES, id="number in array"),
        pytest.param("'1' IN list", UNKNOWN, id="another type in array"),
        pytest.param("'y' IN empty", NO, id="in empty array"),
        pytest.param("gone IN empty", NO, id="missing in empty array"),
        pytest.param("'x' IN text", UNKNOWN, id="in text"),
        pytest.param("'x' IN gone", UNKNOWN, id="in missing array"),
        pytest.param("'a' IN object", UNKNOWN, id="in object"),
        pytest.param("text LIKE '_'", YES, id="like"),
        pytest.param("one LIKE '1'", UNKNOWN, id="number like"),
        pytest.param("gone LIKE '%'", UNKNOWN, id="missing like"),
        pytest.param("text NOT LIKE 'y%'", YES, id="not like"),
        pytest.param("7 / 2 = 3", YES, id="integers divide to integers"),
        pytest.param("-7 / 2 = -3", YES, id="division cuts towards zero"),
        pytest.param("7 / 2.0 = 3.5", YES, id="reals divide to reals"),
        pytest.param("-7 % 3 = -1", YES, id="the remainder has the sign of the left side"),
        pytest.param("7 % -3 = 1", YES, id="and not of the right side"),
        pytest.param("7.9 % 3 / 2 = 0.5", YES, id="the remainder of reals is real"),
        pytest.param("one / 0 IS NULL", YES, id="division by zero"),
        pytest.param("one / 0.0 IS NULL", YES, id="division by real zero"),
        pytest.param("one % 0 IS NULL", YES, id="remainder by zero"),
        pytest.param("one % 0.5 IS NULL", YES, id="remainder by nothing"),
        pytest.param("text + 1 IS NULL", YES, id="text in a sum"),
        pytest.param("yes + 1 IS NULL", YES, id="boolean in a sum"),
        pytest.param("-text IS NULL", YES, id="sign of a text"),
        pytest.param("big + 1 = 9223372036854775808.0", YES, id="overflow is real"),
        pytest.param("big + 1 - big = 0.0", YES, id="and loses digits"),
        pytest.param("-small = 9223372036854775808.0", YES, id="overflow of a sign"),
        pytest.param("small / -1 > big", YES, id="overflow of a division"),
        pytest.param("small % -1 = 0", YES, id="smallest remainder"),
        pytest.param("beyond = 18446744073709551616.0", YES, id="metadata beyond 64 bits is real"),
        pytest.param("huge = huge", UNKNOWN, id="metadata beyond all reals is no value"),
        pytest.param("1e308 * 10 - 1e308 * 10 IS NULL", YES, id="infinity less infinity"),
        pytest.param("1e308 * 10 > big", YES, id="infinity"),
    ],
)  # fmt: skip
def test_each_condition_is_true_false_or_unknown(text, expected):
    fields = {**FIELDS}
    assert truth_of(parse(text.replace("null = 1", '"null" = 1')), fields) is expected


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not_fit"),
    [
        ("", [""], ["a"]),
        ("%", ["", "abc"], []),
        ("_", ["é", "😀"], ["", "ab"]),
        ("a%", ["abc", "a"], ["ba"]),
        ("%c", ["abc", "c"], ["abcd"]),
        ("%b%", ["abc"], ["ac"]),
        ("a_c", ["abc"], ["ac", "abbc"]),
        ("%_", ["a", "ab"], [""]),
        ("_%_", ["ab", "abc"], ["a"]),
        ("a%b%c", ["a-b-b-c"], ["acb"]),
        ("%aab", ["aaab"], ["aba"]),
        ("A%", ["Abc"], ["abc"]),
        ("a.c", ["a.c"], ["abc"]),
        ("[a]", ["[a]"], ["a"]),
        ("%\n_", ["a\nb"], ["a\n"]),
        ("a\\%", ["a\\b"], ["a%"]),
        ("%" * 4000, ["", "a" * 4000], []),
    ],
)
def test_like(pattern, fits, does_not_fit):
    assert [text for text in fits if not is_like(text, pattern)] == []
    assert [text for text in does_not_fit if is_like(text, pattern)] == []


@pytest.mark.parametrize(
    "pattern",
    ["%" * 4000, "%" * 4000 + "b", "%a" * 2000 + "b", "%" + "a" * 4000 + "b", "%" + "a_" * 2000 + "b", "_%" * 2000 + "b"],
    ids=["runs", "runs and an end", "runs of one", "a long end", "a long end with gaps", "gaps"],
)
def test_a_hostile_pattern_costs_no_time(pattern):
    tree = parse(f"a LIKE '{pattern}'")
    started = time.process_time()

    truth_of(tree, {"a": "a" * 4000})

    assert time.process_time() - started < 0.5


def like_by_definition(text, pattern):
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(like_by_definition(text[start:], pattern[1:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and like_by_definition(text[1:], pattern[1:])


@examples(500)
@given(st.text("ab%_é", max_size=8), st.text("ab%_é", max_size=6))
def test_like_is_what_its_definition_says(text, pattern):
    assert is_like(text, pattern) is like_by_definition(text, pattern)


@examples(300)
@given(trees(known_names), objects)
def test_a_condition_its_negation_and_its_being_unknown_part_any_set(tree, row):
    admitted = [matches(node, lambda path: row.get(".".join(path), MISSING)) for node in (tree, Not(tree), IsNull(tree))]

    assert admitted.count(True) == 1


@examples(300)
@given(trees(known_names), trees(known_names), objects)
def test_and_admits_what_both_sides_admit_and_or_what_either_does(left, right, row):
    one, other = truth_of(left, row) is True, truth_of(right, row) is True

    assert (truth_of(And((left, right)), row) is True) is (one and other)
    assert (truth_of(Or((left, right)), row) is True) is (one or other)


@examples(300)
@given(trees(known_names), trees(known_names), objects)
def test_not_turns_and_into_or_and_or_into_and(left, right, row):
    assert truth_of(Not(And((left, right))), row) is truth_of(Or((Not(left), Not(right))), row)
    assert truth_of(Not(Or((left, right))), row) is truth_of(And((Not(left), Not(right))), row)
    assert truth_of(Not(Not(left)), row) is truth_of(left, row)


@given(trees(known_names), st.lists(objects, max_size=6).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_what_is_admitted_does_not_depend_on_the_order_of_objects(tree, orders):
    first, second = ([row for row in rows if truth_of(tree, row)] for rows in orders)

    assert sorted(map(repr, first)) == sorted(map(repr, second))


def comparable(value):
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, int | float):
        return ("number", Fraction(value))
    return ("text", value) if isinstance(value, str) else None


@examples(1000)
@given(scalars, st.lists(scalars, max_size=4))
def test_in_an_array_is_the_or_of_its_equalities(value, array):
    wanted, entries = comparable(value), [comparable(entry) for entry in array]
    told = [None if wanted is None or entry is None or entry[0] != wanted[0] else entry == wanted for entry in entries]

    assert truth_of(parse("a IN b"), {"a": value, "b": array}) is (True if True in told else None if None in told else False)


GERMAN = {"lang": "deu"}
ROWS = {
    "d1": {"doc": {"rating": 5, "category": "Science", "author": "Ann", "price": 95, "discount": 50, "pages": 9}, "part": GERMAN},
    "d2": {"doc": {"rating": 3, "category": "Sports", "price": 90.0, "pages": 10, "acl_is_public": True}, "part": GERMAN},
    "d3": {"doc": {"rating": 4.5, "category": "History", "author": None, "name": "O'Brien"}, "part": {"lang": "eng"}},
    "d4": {"doc": {"pub_epoch": 1609459201, "acl_readers": ["bob@acme.com"], "acl_domains": []}, "part": {"is_title": True}},
    "d5": {"doc": {"pub_epoch": 1640995200, "acl_readers": ["a@b.com"], "acl_domains": ["acme.com"], "acl_is_public": False}},
}


@pytest.mark.parametrize(
    ("text", "admitted"),
    [
        ("doc.rating > 3 AND part.lang = 'deu'", {"d1"}),
        ("1609459200 < doc.pub_epoch AND doc.pub_epoch < 1640995200", {"d4"}),
        ("doc.price * 1.1 > 100", {"d1"}),
        ("doc.pages % 3 = 0", {"d1"}),
        ("doc.price - doc.discount <= 50", {"d1"}),
        ("doc.category IN ('Science', 'History')", {"d1", "d3"}),
        ("NOT (doc.category = 'Sports')", {"d1", "d3"}),
        ("doc.author IS NOT NULL", {"d1"}),
        ("'bob@acme.com' IN doc.acl_readers OR 'acme.com' IN doc.acl_domains OR doc.acl_is_public = true", {"d2", "d4", "d5"}),
        ("doc.name = 'O''Brien'", {"d3"}),
        ("part.is_title = true", {"d4"}),
    ],
)
def test_the_examples_of_the_platform(text, admitted):
    tree = parse_scoped(text)

    assert {key for key, row in ROWS.items() if matches(tree, lambda path, row=row: look_up(row, path))} == admitted


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a.b", "exact"), ("a.c", "nested"), ("a.d", MISSING), ("e", None), ("e.f", MISSING), ("a.c.g", MISSING), ("", MISSING)],
)
def test_a_key_with_dots_goes_before_a_nested_field(path, expected):
    metadata = {"a.b": "exact", "a": {"b": "hidden", "c": "nested"}, "e": None}

    assert field_in(metadata, tuple(path.split("."))) == expected

"""Trees of filters, drawn by Hypothesis, and objects to hold them against."""

from hypothesis import strategies as st

from mockserver.domain.filters import And, Arithmetic, Compare, In, IsNull, Like, Name, Negative, Not, Or, Value, truth
from mockserver.domain.values import MISSING

LETTERS = st.characters(exclude_categories=["Cs"])
WORDS = ["", "a", "A", "ab", "O'Brien", "100%", "a_b", "é", "😀", "x\n'", "true", "1"]
texts = st.sampled_from(WORDS) | st.text(LETTERS, max_size=6)
integers = st.sampled_from([0, 1, -1, 2, 7, 2**63 - 1, -(2**63)]) | st.integers(-(2**63), 2**63 - 1)
reals = st.sampled_from([0.0, -0.0, 0.5, -2.5, 1e16, 1e-7, 1e308]) | st.floats(allow_nan=False, allow_infinity=False)
values = st.builds(Value, texts | integers | reals | st.booleans() | st.none())

KNOWN = ("a", "b", "c", "doc.d", "and", "e f")
known_names = st.sampled_from(KNOWN).map(lambda text: Name(tuple(text.split("."))))
any_names = known_names | st.text(LETTERS, max_size=6).map(lambda text: Name(tuple(text.split("."))))


def operands(names):
    def deeper(inner):
        run = st.sampled_from(["+-", "*/%"]).flatmap(
            lambda signs: st.builds(
                Arithmetic, inner, st.lists(st.tuples(st.sampled_from(signs), inner), min_size=1, max_size=3).map(tuple)
            )
        )
        return st.builds(Negative, inner) | run

    return st.recursive(names | values, deeper, max_leaves=4)


def trees(names=any_names):
    operand = operands(names)
    test = st.one_of(
        st.builds(Compare, operand, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), operand),
        st.builds(In, operand, names | st.lists(values, min_size=1, max_size=3).map(tuple)),
        st.builds(Like, operand, texts),
        st.builds(IsNull, operand, st.booleans()),
    )

    def deeper(inner):
        sides = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.builds(Not, inner) | st.builds(And, sides) | st.builds(Or, sides) | st.builds(IsNull, inner, st.booleans())

    return st.recursive(test, deeper, max_leaves=5)


scalars = texts | integers | reals | st.booleans() | st.none()
objects = st.dictionaries(
    st.sampled_from(KNOWN),
    scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.just("a"), scalars, max_size=1) | st.just(10**400),
)


def truth_of(node, row):
    return truth(node, lambda path: row.get(".".join(path), MISSING))

"""Trees of conditions, drawn by Hypothesis, and the same written out with as few parentheses as they need."""

from hypothesis import strategies as st

from mockserver.domain.conditions import And, Get, Literal, Negative, Not, Operation, Or

LETTERS = st.characters(exclude_categories=["Cs"])
texts = st.sampled_from(["", "a", "it's", 'say "x"', "\\", "\n\t", "é", "null"]) | st.text(LETTERS, max_size=5)
integers = st.sampled_from([0, 1, 2, 7, 2**63 - 1]) | st.integers(0, 2**63 - 1)
reals = st.sampled_from([0.0, 0.5, 1e16, 1e-7, 1e308]) | st.floats(min_value=0, allow_nan=False, allow_infinity=False)
literals = st.builds(Literal, texts | integers | reals | st.booleans() | st.none())
paths = st.lists(st.sampled_from(["a", "b", "c d", "it's", 0, 1]) | texts, max_size=3).map(tuple)
RANKS = ["==,!=", "<,<=,>,>=", "+,-", "*,/,%"]


def runs(inner, signs):
    return st.builds(
        Operation, inner, st.lists(st.tuples(st.sampled_from(signs.split(",")), inner), min_size=1, max_size=3).map(tuple)
    )


def deeper(inner):
    sides = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Get, paths, inner),
        st.builds(Negative, inner),
        st.builds(Not, inner),
        st.sampled_from(RANKS).flatmap(lambda signs: runs(inner, signs)),
        st.builds(And, sides),
        st.builds(Or, sides),
    )


trees = st.recursive(literals | st.builds(Get, paths), deeper, max_leaves=8)
scalars = texts | st.integers(-(2**70), 2**70) | st.floats() | st.booleans() | st.none() | st.just(10**400)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=2)
)
contexts = st.dictionaries(st.sampled_from(["a", "b", "c d", "it's"]) | texts, values, max_size=4)


def written(tree):
    match tree:
        case Literal():
            return literal(tree.value)
        case Get():
            path = "$" + "".join(f"[{step}]" if isinstance(step, int) else f"[{literal(step)}]" for step in tree.path)
            return f"get({literal(path)})" if tree.default is None else f"get({literal(path)}, {written(tree.default)})"
        case Negative():
            return f"-{inside(tree.operand, 8)}"
        case Not():
            return f"!{inside(tree.operand, 8)}"
        case And() | Or():
            return f" {'&&' if isinstance(tree, And) else '||'} ".join(inside(side, rank(tree) + 1) for side in tree.sides)
        case _:
            steps = (f" {sign} {inside(step, rank(tree) + 1)}" for sign, step in tree.steps)
            return inside(tree.first, rank(tree) + 1) + "".join(steps)


def inside(tree, least):
    return written(tree) if rank(tree) >= least else f"({written(tree)})"


def rank(tree):
    match tree:
        case Or():
            return 1
        case And():
            return 2
        case Operation():
            return 4 + next(number for number, signs in enumerate(RANKS) if tree.steps[0][0] in signs.split(","))
        case _:
            return 8


def literal(value):
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
    return {True: "true", False: "false", None: "null"}[value] if value is None or isinstance(value, bool) else repr(value)

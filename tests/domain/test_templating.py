from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.templating import TemplateError, parse, render
from mockserver.domain.templating.parser import LONGEST_CONDITION
from mockserver.domain.templating.render import LONGEST_OUTPUT

CONTEXT = {
    "session": {
        "key": "s1",
        "metadata": {
            "language": "fr",
            "tier": 2,
            "zero": 0,
            "empty": "",
            "no": False,
            "yes": True,
            "nothing": None,
            "list": [1, "a", True, None],
            "map": {"a": 1, "b": {"c": "d"}},
            "none_at_all": [],
            "ratio": 0.5,
            "injected": "$session.key #if(true)x#end",
            "user-role": "admin",
        },
    },
    "currentDate": "2026-01-15T12:00:00.000Z",
}
M = "$session.metadata."


def rendered(template, context=CONTEXT):
    return render(parse(template), context)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        pytest.param("${session.metadata.language}", "fr", id="formal"),
        pytest.param("$session.metadata.language", "fr", id="short"),
        pytest.param("$session.key.", "s1.", id="short before a full stop"),
        pytest.param("$session.key-", "$session.key-", id="a hyphen belongs to the name"),
        pytest.param("${session.key}-x", "s1-x", id="formal before a hyphen"),
        pytest.param("$session.metadata.user-role", "admin", id="a hyphen inside a name"),
        pytest.param("$!session.key", "s1", id="quiet with a value"),
        pytest.param("[$!session.metadata.gone]", "[]", id="quiet without a value"),
        pytest.param("[$!{session.metadata.gone}]", "[]", id="quiet and formal without a value"),
        pytest.param("${session.metadata.gone}", "${session.metadata.gone}", id="missing, formal"),
        pytest.param("$session.metadata.gone", "$session.metadata.gone", id="missing, short"),
        pytest.param("$nobody", "$nobody", id="missing root"),
        pytest.param("$session.key.deeper", "$session.key.deeper", id="path through a text"),
        pytest.param("${session.metadata.nothing}", "${session.metadata.nothing}", id="null prints its source"),
        pytest.param("[$!session.metadata.nothing]", "[]", id="null, quiet"),
        pytest.param("${session.metadata.injected}", "$session.key #if(true)x#end", id="values are not rendered again"),
        pytest.param(f"{M}yes {M}no {M}tier {M}ratio", "true false 2 0.5", id="scalars"),
        pytest.param(f"{M}list", "[1, a, true, null]", id="a list as Java writes it"),
        pytest.param(f"{M}map", "{a=1, b={c=d}}", id="a map as Java writes it"),
        pytest.param(f"{M}none_at_all", "[]", id="an empty list"),
    ],
)
def test_a_reference_prints_its_value_or_its_own_source(template, text):
    assert rendered(template) == text


@pytest.mark.parametrize("path", ["list.length", "language.upper", "map.__class__", "list.size", "map.keys"])
def test_a_reference_reaches_nothing_but_members_of_maps(path):
    assert rendered(M + path) == M + path


@pytest.mark.parametrize(
    ("template", "text"),
    [
        pytest.param("costs $5", "costs $5", id="dollar before a digit"),
        pytest.param("$", "$", id="a lone dollar"),
        pytest.param("$$session.key", "$s1", id="two dollars"),
        pytest.param("a #tag", "a #tag", id="a word after a hash"),
        pytest.param("# a", "# a", id="a lone hash"),
        pytest.param("#", "#", id="a hash at the end"),
        pytest.param("${", "${", id="an open brace"),
        pytest.param("${session.key", "${session.key", id="an unclosed brace"),
        pytest.param("{session.key}", "{session.key}", id="braces without a dollar"),
        pytest.param("a\\b", "a\\b", id="a backslash"),
        pytest.param(r"\$session.key", "$session.key", id="an escaped reference with a value"),
        pytest.param(r"\${session.key}", "${session.key}", id="an escaped formal reference"),
        pytest.param(r"\$gone", r"\$gone", id="an escaped reference without a value keeps its backslash"),
        pytest.param(r"\$5", r"\$5", id="a backslash before plain text"),
    ],
)
def test_what_is_no_reference_stands_for_itself(template, text):
    assert rendered(template) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        pytest.param("a## b\nc", "ac", id="to the end of the line"),
        pytest.param("a## b", "a", id="to the end of the text"),
        pytest.param("a#* b\nc *#d", "ad", id="a block"),
        pytest.param("## $session.key #if(", "", id="nothing in it is read"),
    ],
)
def test_a_comment_prints_nothing(template, text):
    assert rendered(template) == text


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("yes", True),
        ("no", False),
        ("gone", False),
        ("nothing", False),
        ("zero", True),
        ("empty", True),
        ("none_at_all", True),
        ("map", True),
    ],
)
def test_only_null_false_and_missing_are_false(value, holds):
    assert rendered(f"#if({M}{value})+#else-#end") == ("+" if holds else "-")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("$session.metadata.language == 'fr'", True),
        ('${session.metadata.language} == "fr"', True),
        ("$session.metadata.language == 'de'", False),
        ("$session.metadata.language != 'de'", True),
        ("$session.metadata.language != 'fr'", False),
        ("$session.metadata.tier == 2", True),
        ("$session.metadata.tier == 2.0", True),
        ("$session.metadata.tier == '2'", True),
        ("$session.metadata.yes == true", True),
        ("$session.metadata.yes == 'true'", True),
        ("$session.metadata.tier < 3", True),
        ("$session.metadata.tier < 2", False),
        ("$session.metadata.tier <= 2", True),
        ("$session.metadata.tier > 1", True),
        ("$session.metadata.tier >= 3", False),
        ("$session.metadata.tier > -1", True),
        ("$session.metadata.tier gt 1", True),
        ("$session.metadata.tier lt 1", False),
        ("$session.metadata.tier ge 2", True),
        ("$session.metadata.tier le 1", False),
        ("$session.metadata.language eq 'fr'", True),
        ("$session.metadata.language ne 'fr'", False),
        ("$session.metadata.language < 3", False),
        ("$session.metadata.gone < 3", False),
        ("$session.metadata.gone == 'x'", False),
        ("$session.metadata.gone != 'x'", True),
        ("$session.metadata.gone == $session.metadata.nothing", True),
        ("!$session.metadata.gone", True),
        ("not $session.metadata.yes", False),
        ("!!$session.metadata.yes", True),
        ("$session.metadata.yes && $session.metadata.no", False),
        ("$session.metadata.yes || $session.metadata.no", True),
        ("$session.metadata.yes and $session.metadata.tier == 2", True),
        ("$session.metadata.no or $session.metadata.gone", False),
        ("true || true && false", True),
        ("(true || true) && false", False),
        ("!false && false", False),
        ("!(false && false)", True),
        ("1 < 2 == true", True),
        ("  true  ", True),
    ],
)
def test_a_condition_compares_as_velocity_does(condition, holds):
    assert rendered(f"#if({condition})+#else-#end") == ("+" if holds else "-")


@pytest.mark.parametrize(("tier", "text"), [(1, "one"), (2, "two"), (3, "more")])
def test_the_first_branch_that_holds_is_taken(tier, text):
    template = "#if($t == 1)one#elseif($t == 2)two#elseif($t == 2)twice#{else}more#end"

    assert rendered(template, {"t": tier}) == text


def test_without_an_else_nothing_is_printed():
    assert rendered("[#if(false)x#end]") == "[]"


def test_an_end_of_line_after_a_directive_belongs_to_it():
    assert rendered("#if(true)\nyes\n#end\nafter") == "yes\nafter"


def test_conditions_nest():
    assert rendered("#if(true)a#if(false)b#else#if(true)c#end#{end}d#end") == "acd"


@pytest.mark.parametrize(
    ("template", "line", "column", "says"),
    [
        pytest.param("ab\n #set($x = 1)", 2, 2, "#set is not supported yet", id="set"),
        pytest.param("#foreach($t in $tools)x#end", 1, 1, "#foreach is not supported yet", id="foreach"),
        pytest.param("#macro(x)#end", 1, 1, "#macro is not supported yet", id="macro"),
        pytest.param("$session.key.length()", 1, 20, "method calls and indexes are not supported yet", id="method"),
        pytest.param("$list[0]", 1, 6, "method calls and indexes are not supported yet", id="index"),
        pytest.param("x\ny#end", 2, 2, "#end without an #if", id="end alone"),
        pytest.param("#else", 1, 1, "#else without an #if", id="else alone"),
        pytest.param("ab #if(true)x", 1, 4, "this #if has no #end", id="no end"),
        pytest.param("#if true", 1, 5, "expected ( after #if or #elseif", id="no parenthesis"),
        pytest.param("#if(true", 1, 9, "expected )", id="no closing parenthesis"),
        pytest.param("#if()x#end", 1, 5, "expected a reference, a string, a number, true or false", id="no condition"),
        pytest.param("#if($a ==)x#end", 1, 10, "expected a reference", id="no right side"),
        pytest.param("#if($a = 1)x#end", 1, 8, "expected )", id="one equals sign"),
        pytest.param("#if($a == " + "1" * 5000 + ")x#end", 1, 11, "the number has more than 40 digits", id="a huge number"),
    ],
)
def test_an_error_names_its_place_and_what_is_wrong(template, line, column, says):
    with pytest.raises(TemplateError) as caught:
        parse(template)

    assert (caught.value.line, caught.value.column) == (line, column)
    assert f"line {line}, column {column}: " in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "template",
    [
        pytest.param("#if(true)" * 5000 + "#end" * 5000, id="directives"),
        pytest.param("#if(" + "(" * 5000 + "1" + ")" * 5000 + ")x#end", id="parentheses"),
        pytest.param("#if(" + "!" * 5000 + "true)x#end", id="negations"),
        pytest.param("#if(" + " && ".join(["true"] * 5000) + ")x#end", id="a chain of and"),
        pytest.param("#if(" + " == ".join(["1"] * 5000) + ")x#end", id="a chain of comparisons"),
    ],
)
def test_depth_is_bounded_by_an_error(template):
    with pytest.raises(TemplateError, match=r"deeper than|more than"):
        parse(template)


@pytest.mark.parametrize("join", [" && ", " == ", " || "])
def test_the_longest_condition_within_the_bound_is_rendered(join):
    condition = join.join(["true"] * (LONGEST_CONDITION + 1))

    assert rendered(f"#if({condition})x#end") == "x"


def test_the_output_is_bounded():
    with pytest.raises(TemplateError, match="longer than"):
        rendered("$a" * 11, {"a": "x" * (LONGEST_OUTPUT // 10)})


plain = st.text(st.characters(exclude_characters="$#\\", exclude_categories=["Cs"]))


@given(plain)
def test_text_without_special_characters_renders_as_itself(text):
    assert rendered(text) == text


@given(st.text(alphabet=st.sampled_from("$#{}()[]!\\.'\"=<>&|a1 \nifelsnd*")))
def test_any_template_renders_or_raises_a_template_error(template):
    with suppress(TemplateError):
        assert isinstance(rendered(template), str)


names = st.sampled_from(["a", "b", "c", "gone"])
values = st.one_of(st.booleans(), st.integers(-99, 99), st.text(st.characters(exclude_categories=["Cs"]), max_size=5), st.none())
contexts = st.fixed_dictionaries({}, optional={"a": values, "b": values, "c": values})


def is_true(value):
    return value not in (None, False) or (value == 0 and value is not False and value is not None)


@st.composite
def conditions(draw):
    """Draw a condition as (source, its truth in a context)."""
    kind = draw(st.sampled_from(["reference", "not", "and", "or"]))
    if kind == "reference":
        name = draw(names)
        return f"${name}", lambda context: is_true(context.get(name))
    left_source, left = draw(conditions())
    if kind == "not":
        return f"!({left_source})", lambda context: not left(context)
    right_source, right = draw(conditions())
    if kind == "and":
        return f"({left_source}) && ({right_source})", lambda context: left(context) and right(context)
    return f"({left_source}) || ({right_source})", lambda context: left(context) or right(context)


def java(value):
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def shown(name, *, quiet):
    def text(context):
        value = context.get(name)
        return java(value) if value is not None else "" if quiet else "${" + name + "}"

    return text


@st.composite
def templates(draw, depth=2):
    """Draw a template as (source, its text in a context)."""
    kind = draw(st.sampled_from(["text", "reference", "pair", "if"] if depth else ["text", "reference"]))
    if kind == "text":
        text = draw(st.text("abc .,é", max_size=5))
        return text, lambda _: text
    if kind == "reference":
        name, quiet = draw(names), draw(st.booleans())
        return f"${'!' if quiet else ''}{{{name}}}", shown(name, quiet=quiet)
    left_source, left = draw(templates(depth - 1))
    right_source, right = draw(templates(depth - 1))
    if kind == "pair":
        return left_source + right_source, lambda context: left(context) + right(context)
    source, holds = draw(conditions())
    return (
        f"#if({source})>{left_source}#{{else}}>{right_source}#{{end}}",
        lambda context: ">" + (left(context) if holds(context) else right(context)),
    )


@given(templates(), contexts)
def test_rendering_gives_what_the_parts_mean(template, context):
    source, meaning = template

    assert rendered(source, context) == meaning(context)

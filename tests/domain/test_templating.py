from contextlib import suppress
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.templating import LIMITS, TemplateError, parse, render, segments, warnings
from mockserver.domain.values import MISSING

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


@pytest.mark.parametrize("path", ["list.length", "language.upper", "list.size", "map.keys", "language.class"])
def test_a_reference_reaches_nothing_but_members_of_maps(path):
    assert rendered(M + path) == M + path


@pytest.mark.parametrize(
    ("template", "text"),
    [
        pytest.param("costs $5", "costs $5", id="dollar before a digit"),
        pytest.param("$$session.key", "$s1", id="two dollars"),
        pytest.param("a #tag", "a #tag", id="a word after a hash"),
        pytest.param("# a", "# a", id="a lone hash"),
        pytest.param("${", "${", id="an open brace"),
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
        pytest.param("ab\n #include('x')", 2, 2, "#include is refused", id="include"),
        pytest.param("#parse('x')", 1, 1, "#parse is refused", id="parse"),
        pytest.param("#evaluate('$x')", 1, 1, "#evaluate is refused", id="evaluate"),
        pytest.param("#define($x)y#end", 1, 1, "#define is refused", id="define"),
        pytest.param("#@box()y#end", 1, 1, "#@box is refused", id="a macro with a body"),
        pytest.param("a $", 1, 3, "the template ends inside '$'", id="a dollar at the end"),
        pytest.param("a #", 1, 3, "the template ends inside '#'", id="a hash at the end"),
        pytest.param("${a", 1, 4, "expected }, got the end of the template", id="an unclosed brace"),
        pytest.param("#foreach($t)x#end", 1, 1, "expected #foreach($name in list)", id="half a foreach"),
        pytest.param("#macro()#end", 1, 1, "expected #macro(name $parameter", id="a macro without a name"),
        pytest.param("x\ny#end", 2, 2, "#end without an #if or #foreach", id="end alone"),
        pytest.param("#else", 1, 1, "#else without an #if", id="else alone"),
        pytest.param("ab #if(true)x", 1, 4, "this #if has no #end", id="no end"),
        pytest.param("#if true", 1, 5, "expected (, got 'true'", id="no parenthesis"),
        pytest.param("#if(true", 1, 9, "expected ), got the end of the template", id="no closing parenthesis"),
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
        pytest.param("#set($a = " + "[" * 5000 + "]" * 5000 + ")", id="lists"),
        pytest.param("$a.b(" * 5000 + ")" * 5000, id="arguments"),
    ],
)
def test_depth_is_bounded_by_an_error(template):
    with pytest.raises(TemplateError, match="nested deeper than"):
        parse(template)


@pytest.mark.parametrize("join", [" && ", " == ", " || ", " + "])
def test_a_chain_may_be_long(join):
    assert rendered(f"#if({join.join(['true'] * 5000)})x#end") in {"x", ""}


@pytest.mark.parametrize(
    "piece", ["\\", "$", "#", "$!", "${", "#[[", "#*", '"', "$a.b(", "#if(", "#set($a=", "$a[", "(", " ", "[1..", "#m(", "\\\\#"]
)
def test_a_template_is_parsed_or_refused_in_a_second(piece):
    started = process_time()
    with suppress(TemplateError):
        parse((piece * 100_000)[:100_000])

    assert process_time() - started < 5


@pytest.mark.parametrize(
    ("template", "bound"),
    [
        pytest.param('#set($a = "xy")' + '#set($a = "$a$a")' * 60, LIMITS.characters, id="doubled texts"),
        pytest.param("#set($a = 'xy')" + "#set($a = $a + $a)" * 60, LIMITS.characters, id="added texts"),
        pytest.param("#set($a = [1])" + "#set($a = [$a, $a])" * 40 + "$a", LIMITS.steps, id="doubled lists"),
        pytest.param("#set($a = {})#set($a.a = $a)$a", LIMITS.depth, id="a map in itself"),
        pytest.param("#set($a = 9)" + "#set($a = $a * $a)" * 40, 4096, id="squares"),
        pytest.param("#foreach($i in [1..200])#foreach($j in [1..200])x#end#end", LIMITS.iterations, id="loops in loops"),
        pytest.param("$a#set($a = [1..2000000000])", LIMITS.steps, id="a long range"),
        pytest.param("#macro(m)#m()#end#m()", LIMITS.macro_depth, id="a macro that calls itself"),
        pytest.param("#macro(m $p)#m([$p, $p])$p#end#m(1)", "more than", id="arguments that double"),
        pytest.param("#foreach($i in [1..9999])" + "#if($a == 1)#end" * 5000 + "#end", LIMITS.steps, id="much work"),
    ],
)
def test_a_bomb_is_stopped(template, bound):
    started = process_time()
    with pytest.raises(TemplateError, match=str(bound)):
        rendered(template)

    assert process_time() - started < 3


def test_the_output_is_bounded():
    with pytest.raises(TemplateError, match="longer than"):
        rendered("$a" * 11, {"a": "x" * (LIMITS.characters // 10)})


@pytest.mark.parametrize(
    "template",
    [
        "$x.class",
        "$x.getClass()",
        "$x.append(1)",
        "$x.items()",
        "$x['__class__']",
        "$y.format('x')",
        "$y.class.forName('java.lang.Runtime')",
        "$y.encode()",
        "$y.hashCode()",
        "$z.real",
        "$x.clear()",
    ],
)
def test_nothing_but_plain_data_and_the_listed_methods_is_reached(template):
    assert rendered(template, {"x": {"a": [1]}, "y": "text", "z": 1}) == template


def test_a_member_begins_with_a_letter():
    assert rendered("$x.__class__", {"x": {"a": [1]}}) == "{a=[1]}.__class__"


def test_setting_a_member_does_not_change_what_the_caller_has():
    context = {"map": {"a": 1}, "list": [1, [2]]}

    assert rendered("#set($map.a = 2)#set($list[1][0] = 3)#set($map = 4)$map $list", context) == "4 [1, [3]]"
    assert context == {"map": {"a": 1}, "list": [1, [2]]}


@pytest.mark.parametrize("template", ["${a}", "#set($b = $a)$b", '#set($b = "$a")$b', "#macro(m $p)$p#end#m($a)"])
def test_what_comes_from_a_value_is_a_value_segment(template):
    pieces = [piece for piece in segments(parse(f"x{template}|"), {"a": "v"}) if piece.text]

    assert [(piece.text, piece.value) for piece in pieces] == [("x", MISSING), ("v", "v"), ("|", MISSING)]


def test_a_heading_and_a_misspelt_directive_are_worth_a_warning():
    found = warnings("Be kind.\n## Tone\n#elsif x ## a comment\n#endx #tag")

    assert [(each.line, each.column) for each in found] == [(2, 1), (3, 1), (4, 1)]
    assert all(each.message for each in found)


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

"""The forms that the platform's pages show (api-facts §5) and facts of 1.7 that are easy to get wrong, with those of 2.x."""

import pytest

from mockserver.domain.templating import TemplateError, Truthiness, parse, render

CONTEXT = {
    "session": {
        "key": "s1",
        "metadata": {"tier": "enterprise", "department": "HR", "empty": "", "zero": 0, "list": [], "map": {}},
    },
    "agent": {"name": "Help", "metadata": {"team": "blue"}},
    "currentDate": "2025-10-24T15:30:45Z",
    "tools": [{"name": "find", "description": "Finds."}, {"name": "send", "description": "Sends."}],
}
M = "$session.metadata."


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("You are $agent.name of ${agent.metadata.team}. $currentDate", "You are Help of blue. 2025-10-24T15:30:45Z"),
        ("#if($session.metadata.department)for ${session.metadata.department}#else for all#end", "for HR"),
        ('#if(${session.metadata.tier} == "enterprise")gold#{else}tin#end', "gold"),
        ("#foreach($tool in $tools)$tool.name: $tool.description#if($foreach.hasNext), #end#end", "find: Finds., send: Sends."),
        ("#foreach($tool in $tools)\n- $tool.name\n#end\nend", "- find\n- send\nend"),
        ("$!session.metadata.gone|$session.metadata.gone", "|$session.metadata.gone"),
        ("$session.key-x ${session.key}-x", "$session.key-x s1-x"),
        ("#set($x = 1)#set($x = $gone)$x", "1"),
        ("#foreach($t in $tools)$velocityCount#end", "12"),
        ("#if(5 == '5')y#end#if(1 == 1.0)y#end", "yy"),
        ("#[[ $agent.name #if ]]#", " $agent.name #if "),
        ("## Heading\ntext", "text"),
        ("$agent.name.toUpperCase().substring(1)", "ELP"),
        ("#set($n = 7 / 2)$n #set($n = 1.0e10 + 1)$n", "31.0000000001E10"),
    ],
)
def test_a_documented_form_renders(template, text):
    assert render(parse(template), CONTEXT) == text


@pytest.mark.parametrize(
    ("condition", "old", "new"),
    [
        (f"{M}empty", True, False),
        (f"{M}zero", True, False),
        (f"{M}list", True, False),
        (f"{M}map", True, False),
        (f"{M}tier", True, True),
        (f"{M}gone", False, False),
        ("1", False, True),
        ("'a'", False, True),
        ("''", False, False),
        ("[1]", False, True),
        ("!0", True, True),
        (f"{M}empty || {M}gone", True, False),
        ("true", True, True),
    ],
)
def test_what_holds_differs_between_1_7_and_2_x(condition, old, new):
    template = parse(f"#if({condition})y#end")

    assert (render(template, CONTEXT) == "y") is old
    assert (render(template, CONTEXT, truthiness=Truthiness.V2) == "y") is new


DIFFERENCES = {
    "Java's reflection is out of reach": ("$agent.name.class", "class java.lang.String", "$agent.name.class"),
    "a method that is not on the list is missing": ("$agent.name.hashCode()", "2245473", "$agent.name.hashCode()"),
    "an array has the text of a list, not of an address": (
        "$agent.name.split('e').size() $agent.name.split('e')",
        None,
        "2 [H, lp]",
    ),
    "Java before 19 writes a digit too many of some numbers": (
        "#set($n = 4611686018427387904 + 1.5)$n",
        "4.6116860184273879E18",
        "4.611686018427388E18",
    ),
    "a pattern can take very long": ("$agent.name.split('[e]')[0]", "H", TemplateError),
    "text that is run is refused": ("#evaluate('x')", "x", TemplateError),
    "a block as a value is refused": ("#define($d)x#end$d", "x", TemplateError),
    "literal text is written #[[…]]#": ("#literal()$x#end", "$x", TemplateError),
    "a macro with a body is refused": ("#@box()x#end", "#@box()x#end", TemplateError),
    "a list or map is no key": ("#set($m = {[1]: 2})$m", "{[1]=2}", TemplateError),
    "a #foreach has three parts": ("#foreach($i in [1] [2])$i#end", "", TemplateError),
}


@pytest.mark.parametrize("reason", DIFFERENCES)
def test_a_difference_to_the_engine_has_a_reason(reason, velocity):
    template, theirs, ours = DIFFERENCES[reason]

    if theirs is not None:
        assert velocity.render(template, CONTEXT) == theirs
    if ours is TemplateError:
        with pytest.raises(TemplateError):
            render(parse(template), CONTEXT)
    else:
        assert render(parse(template), CONTEXT) == ours

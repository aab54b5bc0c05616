"""Templates drawn as trees, one strategy for each area of the language, and printed here: nothing is shared with the parser."""

from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b", "c", "list", "map", "text", "gone", "user-role", "x_1"])
KEYS = st.sampled_from(["a", "b", "key", "gone", "user-role"])
WORDS = st.text("abcXY zé.,:;!?()[]{}'\"=<>&|@%*/+-_0123456789\n\t", max_size=8)
SAFE = st.text("abc XY.,:1-", max_size=6)
SPACE = st.sampled_from(["", "", "", " ", "  ", "\n"])
LINE = st.sampled_from(["", "", "\n", " \n", "\t\r\n", "\nx", "  x"])
INTEGERS = st.integers(-20, 20) | st.sampled_from([2**31 - 1, -(2**31), 2**31, 2**40, 2**62])
DOUBLES = st.integers(-800, 800).map(lambda number: number / 8) | st.sampled_from(
    [1e7, 9999999.5, 0.001, 0.0009, 1e-10, 1.5e10, 1e21, -0.0, 123456789.125, 3.0]
)
SCALARS = st.none() | st.booleans() | INTEGERS | DOUBLES | st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | SAFE
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6)
CONTEXTS = st.fixed_dictionaries(
    {"list": st.lists(VALUES, max_size=4), "map": st.dictionaries(KEYS, VALUES, max_size=4), "text": SAFE | WORDS},
    optional={"a": VALUES, "b": SCALARS, "c": st.lists(st.integers(0, 3), max_size=3), "user-role": SAFE, "x_1": VALUES},
)


def joined(*parts):
    """Draw each part and print them one after the other."""
    return st.tuples(*(st.just(part) if isinstance(part, str) else part for part in parts)).map("".join)


def several(part, *, least=0, most=3, between=""):
    return st.lists(part, min_size=least, max_size=most).map(between.join)


def single(text):
    return "'" + text.replace("'", "''") + "'"


def double(text):
    return '"' + text.replace('"', '""') + '"'


INTEGER = INTEGERS.map(str)
SMALL = st.integers(-3, 6).map(str)
FLOAT = st.sampled_from(["1.5", "-2.25", ".5", "3.", "1e3", "2.5E-4", "1.0e10"])
PLAIN = SAFE.map(single) | SAFE.map(double) | WORDS.map(single)
SIMPLE = st.one_of(INTEGER, SMALL, FLOAT, PLAIN, st.sampled_from(["true", "false"]), NAMES.map("${}".format))
INDEX = joined("[", SPACE, SMALL | KEYS.map(single) | KEYS.map(double) | NAMES.map("${}".format), SPACE, "]")
PROPERTY = KEYS.map(".{}".format)


def method(names, *arguments):
    return joined(".", st.sampled_from(names), "(", joined(*arguments) if arguments else "", ")")


METHODS = st.one_of(
    method(
        [
            "toUpperCase",
            "toLowerCase",
            "trim",
            "length",
            "isEmpty",
            "toString",
            "size",
            "keySet",
            "values",
            "entrySet",
            "intValue",
            "doubleValue",
        ]
    ),
    method(["longValue", "getKey", "nope", "getNope"]),
    method(["substring", "charAt", "get"], SMALL),
    method(["substring", "subList"], SMALL, ", ", SMALL),
    method(
        [
            "indexOf",
            "lastIndexOf",
            "contains",
            "startsWith",
            "endsWith",
            "equals",
            "equalsIgnoreCase",
            "concat",
            "get",
            "containsKey",
            "containsValue",
        ],
        SIMPLE,
    ),
    method(["compareTo", "get", "nope"], SIMPLE),
    method(["replace", "getOrDefault", "indexOf"], SIMPLE, ",", SIMPLE),
    method(["split"], st.sampled_from(["'a'", "' '", "','"])).map(lambda call: call + "[0]"),
)
STEPS = several(st.one_of(PROPERTY, PROPERTY, INDEX, METHODS, st.just(".empty")), most=3)
PATH = joined(NAMES, STEPS)
REFERENCE = st.one_of(PATH.map("${}".format), PATH.map("${{{}}}".format), PATH.map("$!{}".format), PATH.map("$!{{{}}}".format))
ESCAPED = joined(st.sampled_from(["\\", "\\\\", "\\\\\\", "\\\\\\\\", "#", "$", "#\\"]), REFERENCE)
TEXT = st.one_of(
    WORDS, WORDS, st.sampled_from(["$5", "$ ", "# ", "#5", "#foo ", "\\", "\\\\", "a#b ", "$.", "#{", "${ ", "#endx "])
)
COMMENT = st.one_of(
    joined("## ", SAFE, st.sampled_from(["\n", "\r\n"])), joined("#*", WORDS, "*#"), joined("#** ", SAFE, "\n*#", LINE)
)
VERBATIM = joined("#[[", WORDS, st.sampled_from(["", "$a", "#if", "#end"]), "]]#")
STRING = joined('"', several(REFERENCE.filter(lambda text: '"' not in text) | SAFE, least=1, most=3), '"')
RANGE = joined("[", SPACE, SMALL | st.sampled_from(["$c[0]", "$gone", "$text"]), SPACE, "..", SPACE, SMALL, SPACE, "]")


def collections(inner):
    """Lists and maps of what `inner` draws; an empty list has no space in it in 1.7."""
    item = joined(SPACE, inner, SPACE)
    pair = joined(SPACE, KEYS.map(single) | SMALL, SPACE, ":", SPACE, inner, SPACE)
    return joined("[", several(item, between=","), "]") | joined("{", several(pair, between=","), "}")


OPERAND = st.one_of(SIMPLE, REFERENCE, REFERENCE, STRING, RANGE, collections(SIMPLE))
OPERATORS = [
    "+",
    "-",
    "*",
    "/",
    "%",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "&&",
    "||",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "and",
    "or",
]
EXPRESSION = st.recursive(
    OPERAND,
    lambda inner: st.one_of(
        joined(inner, " ", st.sampled_from(OPERATORS), " ", inner),
        joined("(", inner, ")"),
        joined(st.sampled_from(["!", "! ", "not "]), inner),
    ),
    max_leaves=5,
)
SIZES = st.sampled_from(["$c[0]", "$list.size()", "$text.length()", "$gone"])


def arithmetic(*operands):
    return st.recursive(
        st.one_of(*operands, SIZES),
        lambda inner: joined(inner, " ", st.sampled_from("+-*/%"), " ", inner) | joined("(", inner, ")"),
        max_leaves=6,
    )


ARITHMETIC = arithmetic(INTEGER, SMALL) | arithmetic(SMALL, st.sampled_from(["1.5", "-2.25", ".5", "3."]))
TARGET = joined("$", NAMES, several(PROPERTY | joined("[", SMALL | KEYS.map(single), "]"), most=2))
LOOP_NAMES = st.sampled_from(["a", "i", "e"])
IN_LOOP = st.sampled_from(
    [
        "$foreach.index",
        "$foreach.count",
        "$foreach.hasNext",
        "$velocityCount",
        "#if($foreach.hasNext), #end",
        "$foreach.last",
        "$foreach.parent.index",
        "$foreach.first",
        "$!velocityHasNext",
        "$e.key=$e.value",
        "$i",
        "$a",
        "$foreach",
    ]
)


def word(name):
    return st.sampled_from([f"#{name}", f"#{{{name}}}"])


def setting(value):
    return joined(word("set"), "(", SPACE.filter(lambda space: space != "\n"), TARGET, " = ", value, ")", LINE)


def condition(inner):
    otherwise = joined("#{else}" + "", LINE, inner) | st.just("")
    return joined(
        word("if"), "(", EXPRESSION, ")", LINE, inner,
        several(joined("#elseif(", EXPRESSION, ")", inner), most=1), otherwise, word("end"), st.sampled_from(["\n", " \n", " "]),
    )  # fmt: skip


def loop(inner):
    subject = st.one_of(REFERENCE, RANGE, collections(SIMPLE), PLAIN, NAMES.map("${}.entrySet()".format))
    halts = st.sampled_from(["", "", "", "#break", "#if($velocityCount == 2)#break#end", "#{stop}"])
    body = several(st.one_of(IN_LOOP, inner), least=1, most=3)
    return joined("#foreach(", SPACE, "$", LOOP_NAMES, " in ", subject, ")", LINE, body, halts, "#end", LINE)


def directives(inner):
    return st.one_of(condition(inner), loop(inner), setting(EXPRESSION), inner)


REFERENCES = several(st.one_of(REFERENCE, REFERENCE, ESCAPED, TEXT), least=1, most=4)
TEXTS = several(
    st.one_of(
        TEXT, COMMENT, VERBATIM, ESCAPED, REFERENCE,
        joined(st.sampled_from(["\\", "\\\\", "\\\\\\"]), st.sampled_from(["#foreach ", "#else ", "#foo ", "#set ", "#{end} "])),
    ),
    least=1, most=5,
)  # fmt: skip
CONDITIONS = several(condition(st.one_of(TEXT, REFERENCE, setting(SIMPLE))), least=1, most=2)
SETS = joined(several(setting(EXPRESSION), least=1, most=3), "[", REFERENCES, "]")
SUMS = joined("#set($n = ", ARITHMETIC, ")[$n] ", joined("#if(", ARITHMETIC, " < ", ARITHMETIC, ")+#else-#end"))
LOOPS = several(loop(st.one_of(TEXT, REFERENCE, loop(REFERENCE), setting(SIMPLE))), least=1, most=2)
MIXED = several(st.recursive(st.one_of(TEXT, REFERENCE, COMMENT, ESCAPED), directives, max_leaves=4), least=1, most=4)
PARAMETERS = st.sampled_from(["$p", "$p $q", "$p, $q", "$a", ""])
IN_MACRO = st.one_of(
    st.sampled_from(["$p", "$!p", "${p}", "$q.key", "$p.a", "[$a]", "#break", "#foreach($i in $p)$i,#end", "#set($p = 7)"]),
    REFERENCE,
)
CALLS = joined(st.sampled_from(["#m(", "#n(", "#gone("]), several(SIMPLE | STRING | REFERENCE, most=2, between=" "), ")", LINE)
MACROS = joined(
    "#macro(m ", PARAMETERS, ")", LINE, several(IN_MACRO, least=1), "#end", LINE,
    "#macro(n ", PARAMETERS, ")", several(IN_MACRO | st.just("#m($q $p)"), least=1), "#end",
    several(st.one_of(CALLS, CALLS, REFERENCE, TEXT), least=1),
)  # fmt: skip
SOUP = several(
    st.sampled_from(
        [
            "$a",
            "$map",
            ".a",
            ".key",
            "[0]",
            "['key']",
            "[",
            "]",
            "$",
            "$!",
            "{",
            "}",
            "${",
            "$!{",
            "zz",
            "${text}",
            "#",
            "#if",
            "#if(",
            "(",
            ")",
            "#else",
            "#{else}",
            "#elseif(",
            "#end",
            "#set(",
            "#set($q=",
            "=",
            "==",
            "\\",
            "\\\\",
            "'",
            '"',
            '"$a"',
            "1",
            "2.5",
            "-",
            "+",
            "#foreach($i",
            "in",
            "$list)",
            "#foreach(",
            "#macro(m",
            "$p)",
            "$p",
            "#m(1)",
            "#foo",
            "##",
            "#*",
            "*#",
            "#**",
            "#[[",
            "]]#",
            ".length()",
            ".",
            "..",
            "[1..3]",
            '{"a":1}',
            ":",
            ",",
            "!",
            "&&",
            "<",
            "true",
            "in",
            "#break",
            "#stop",
            "text",
            "-y",
            "é",
            "5",
            "$5",
            "#5",
        ]
    )
    | st.sampled_from([" ", "\n", " \n", "\t"]),
    least=1,
    most=8,
)

"""The words of Velocity 1.7 as its lexical states know them (the engine's Parser.jjt is the source of every rule here).

Which words there are depends on where the text stands: in plain text, in a reference, among a method's arguments, in a directive.
In each state the longest match wins, the earlier rule on a tie. A rule's `effect` moves the machine of `lexer.py`.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto


class State(Enum):
    """Where the lexer stands."""

    TEXT = auto()
    REFERENCE = auto()
    MEMBER = auto()
    ARGUMENTS = auto()
    INDEX = auto()
    HASH = auto()
    DIRECTIVE = auto()
    LINE_COMMENT = auto()
    BLOCK_COMMENT = auto()
    VERBATIM = auto()


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of word, its pattern, its effect on the machine.

    The kind `more` begins a word that goes on, `skip` is dropped, `end` gives its last character back.
    """

    kind: str
    pattern: re.Pattern[str]
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the template: what it is, its text, where it starts and ends, and what was printed text just before it."""

    kind: str
    image: str
    start: int
    end: int
    before: str = ""

    @property
    def literal(self) -> str:
        """The word as text, with what stood before it."""
        return self.before + self.image


def _rules(*rules: tuple[str, str, str]) -> tuple[Rule, ...]:
    return tuple(Rule(kind, re.compile(pattern), effect) for kind, pattern, effect in rules)


_LINE_END = r"(?:[ \t]*(?:\r\n|\n|\r))?"
_SET = _rules(("set", r"[ \t]*(?:#set|#\{set\}) *\(", "set"))
_MORE = _rules(
    ("more", r"\\*\$", "reference"),
    ("more", r"\\*\$\\*!", "reference"),
    ("more", r"#\[\[", "verbatim"),
    ("more", r"#\*\*[^#]", "formal comment"),
    ("more", r"#\*", "block comment"),
    ("more", r"#", "hash"),
)
_COMMENT = _rules(("comment", "##", "line comment"))
_EMPTY_INDEX = _rules(("text", r"\$\[|\$!\[|\$\\!\[|\$\.", ""))
_STRING = _rules(("string", r"\"[^\"]*(?:\"\"[^\"]*)*\"|'[^']*(?:''[^']*)*'", ""))
_BOOLEAN = _rules(("true", "true", ""), ("false", "false", ""))
_SPACE = _rules(("space", r"[ \t\r\n]+", ""))
_NUMBER = _rules(
    ("integer", r"-?[0-9]+(?:\.\.)?", "integer"),
    ("float", r"-?[0-9]+\.[0-9]*(?:[eE][+-]?[0-9]+)?|-?\.[0-9]+(?:[eE][+-]?[0-9]+)?|-?[0-9]+[eE][+-]?[0-9]+", ""),
)
_BRACKETS = _rules(
    ("[", r"\[", ""),
    ("]", r"\]", ""),
    (",", ",", ""),
    ("..", r"\.\.", ""),
    (":", ":", ""),
    ("map {", r"\{", ""),
    ("map }", r"\}", ""),
)
_NAME = _rules(("name", r"[a-zA-Z_][a-zA-Z0-9_-]*", ""), (".", r"\.[a-zA-Z]", "member"))
_CURLY = _rules(("{", r"\{", ""), ("}", r"\}", "pop"))
_OPERATOR = _rules(
    ("-", "-", ""),
    ("+", r"\+", ""),
    ("*", r"\*", ""),
    ("/", "/", ""),
    ("%", "%", ""),
    ("&&", "&&|and", ""),
    ("||", r"\|\||or", ""),
    ("<", "<|lt", ""),
    ("<=", "<=|le", ""),
    (">", ">|gt", ""),
    (">=", ">=|ge", ""),
    ("==", "==|eq", ""),
    ("!=", "!=|ne", ""),
    ("!", "!|not", ""),
    ("=", "=", ""),
)
_WORD = _rules(("word", r"[a-zA-Z_@][a-zA-Z0-9_@]*", "word"), ("word", r"\{[a-zA-Z_][a-zA-Z0-9_@]*\}", "word"))
_TERMINATOR = _rules(("end", r"[\s\S]", "pop"))
_IN_COMMENT = _rules(("more", r"\\*\$(?:\\*!)?|#(?:\*\*[^#]|\*|\[\[)?", ""))

RULES: dict[State, tuple[Rule, ...]] = {
    State.TEXT: (
        *_rules(("escaped directive", r"(?:\\\\)*\\#(?:[a-zA-Z_@][a-zA-Z0-9_@]*|\{[a-zA-Z_][a-zA-Z0-9_@]*\})", "")),
        *_SET,
        *_MORE,
        *_COMMENT,
        *_rules(("escapes", r"(?:\\\\)+", ""), ("text", r"\\", ""), ("text", r"[^$#\\]+", "")),
        *_EMPTY_INDEX,
    ),
    State.REFERENCE: (
        *_rules(("index [", r"\[", "index")),
        *_SET,
        *_MORE,
        *_COMMENT,
        *_BOOLEAN,
        *_NAME,
        *_CURLY,
        *_TERMINATOR,
        *_EMPTY_INDEX,
    ),
    State.MEMBER: (
        *_rules(("index [", r"\[", "index"), ("(", r"\(", "arguments")),
        *_SET,
        *_MORE,
        *_BOOLEAN,
        *_NAME,
        *_CURLY,
        *_TERMINATOR,
    ),
    State.ARGUMENTS: (
        *_BRACKETS,
        *_rules(("arguments )", r"\)", "arguments end")),
        *_SET,
        *_MORE,
        *_SPACE,
        *_STRING,
        *_BOOLEAN,
        *_NUMBER,
        *_NAME,
    ),
    State.INDEX: (*_rules(("index ]", r"\]", "pop")), *_MORE, *_SPACE, *_STRING, *_BOOLEAN, *_NUMBER),
    State.HASH: (
        *_MORE,
        *_COMMENT,
        *_rules(
            ("#end", rf"(?:end|\{{end\}}){_LINE_END}", "pop"),
            ("#if", r"if|\{if\}", "directive"),
            ("#elseif", r"elseif|\{elseif\}", "directive"),
            ("#else", rf"(?:else|\{{else\}}){_LINE_END}", "pop"),
        ),
        *_NUMBER,
        *_WORD,
        *_TERMINATOR,
    ),
    State.DIRECTIVE: (
        *_BRACKETS,
        *_rules(("(", r"\(", "open"), (")", rf"\){_LINE_END}", "close")),
        *_MORE,
        *_COMMENT,
        *_SPACE,
        *_STRING,
        *_BOOLEAN,
        *_OPERATOR,
        *_NUMBER,
        *_WORD,
    ),
    State.LINE_COMMENT: (*_IN_COMMENT, *_rules(("comment end", r"\r\n|\n|\r", "pop"), ("skip", r"[^$#\\\r\n]+|\\+", ""))),
    State.BLOCK_COMMENT: (*_IN_COMMENT, *_rules(("comment", r"\*#", "pop"), ("skip", r"[^$#*\\]+|\\+|\*", ""))),
    State.VERBATIM: (*_IN_COMMENT, *_rules(("verbatim", r"\]\]#", "pop"), ("more", r"[^$#\]\\]+|\\+|\]", ""))),
}

"""The words of a condition, each with its column."""

import re
from collections.abc import Mapping

from mockserver.domain.scanning import Token, matches

LONGEST = 8000
QUOTED = r"""'(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*\""""
"""A text in quotes, for a verbose pattern with DOTALL."""
_KEYWORDS: Mapping[str, str] = {"and": "&&", "or": "||", "not": "not", "true": "true", "false": "false", "null": "null"}
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
       | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
       | (?P<text>{QUOTED})
       | (?P<name>[^\W\d][\w.]* | \$[\w.]*)
       | (?P<sign><=|>=|==|!=|&&|\|\||<(?!>)|[>!()+*/%,-])""",
    re.VERBOSE | re.DOTALL,
)
_WRITTEN_OTHERWISE: Mapping[str, str] = {
    "=": "equality is written ==",
    "<": "inequality is written !=",
    "&": "'and' is written && or and",
    "|": "'or' is written || or or",
}
_ESCAPE = re.compile(r"\\(.)|(['\"])\2", re.DOTALL)
_CONTROLS: Mapping[str, str] = {"n": "\n", "r": "\r", "t": "\t"}


class ConditionError(ValueError):
    """A condition cannot be read; says at which column (from 1) and what was expected."""

    def __init__(self, problem: str, *, column: int) -> None:
        super().__init__(f"column {column}: {problem}")
        self.column = column


def tokens(text: str) -> list[Token]:
    """Cut a condition into words, an `end` after the last. Raises ConditionError for what is no word, or for too long a text."""
    if len(text) > LONGEST:
        raise ConditionError(f"the condition is longer than {LONGEST} characters", column=LONGEST + 1)

    def unknown(at: int) -> ConditionError:
        return ConditionError(_problem(text[at]), column=at + 1)

    found = [_token(match) for match in matches(text, _TOKEN, unknown)]
    return [*found, Token("end", "", len(text) + 1)]


def _token(match: re.Match[str]) -> Token:
    return Token(_kind(str(match.lastgroup), match.group()), match.group(), match.start() + 1)


def _kind(group: str, word: str) -> str:
    if group == "name":
        return _KEYWORDS.get(word.lower(), group)
    return word if group == "sign" else group


def _problem(character: str) -> str:
    if character in "'\"":
        return "this quote is never closed"
    return _WRITTEN_OTHERWISE.get(character, f"{character!r} has no meaning here")


def unquoted(quoted: str, *, column: int) -> str:
    r"""Return the text inside quotes: a doubled quote is one, a backslash makes a sign plain, `\n` `\r` `\t` are controls.

    Raises ConditionError, with the column of the text, for any other letter or digit behind a backslash.
    """
    own = quoted[0]

    def plain(match: re.Match[str]) -> str:
        escaped: str | None = match.group(1)
        if escaped is None:
            return own if match.group(2) == own else match.group()
        if escaped.isalnum() and escaped not in _CONTROLS:
            known = "\\\\, \\', \\\", \\n, \\r, \\t"
            raise ConditionError(f"\\{escaped} is no escape; expected one of {known}", column=column)
        return _CONTROLS.get(escaped, escaped)

    return _ESCAPE.sub(plain, quoted[1:-1])

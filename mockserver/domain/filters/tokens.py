"""The words of a filter expression, each with its place (api-facts §6.1)."""

import re
from collections.abc import Mapping

from mockserver.domain.scanning import Token, matches

LONGEST = 8000
KEYWORDS = frozenset({"and", "or", "not", "in", "like", "is", "null", "true", "false"})
BARE_NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
       | (?P<refused>;|--|/\*|&&|\|\||!(?!=))
       | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
       | (?P<text>'(?:[^']|'')*')
       | (?P<quoted>"(?:[^"]|"")*")
       | (?P<name>{BARE_NAME})
       | (?P<sign><=|>=|<>|!=|==|[=<>()+*/%,-])""",
    re.VERBOSE,
)
_REFUSED: Mapping[str, str] = {
    ";": "a filter is one condition, and ; ends a statement",
    "--": "a filter has no comments; write - - for two signs",
    "/*": "a filter has no comments",
    "&&": "&& is not part of the filter language; write AND",
    "||": "|| is not part of the filter language; write OR",
    "!": "! is not part of the filter language; write NOT",
}


class FilterError(Exception):
    """A filter cannot be read; says at which character (from 1) and what was expected."""

    def __init__(self, problem: str, *, position: int) -> None:
        super().__init__(f"character {position}: {problem}")
        self.position = position


def tokens(text: str) -> list[Token]:
    """Cut a filter into words, an `end` after the last. Raises FilterError for what is no word, or for too long a text."""
    if len(text) > LONGEST:
        raise FilterError(f"the filter is longer than {LONGEST} characters", position=LONGEST + 1)

    def unknown(at: int) -> FilterError:
        return FilterError(_problem(text[at]), position=at + 1)

    found = [_token(match) for match in matches(text, _TOKEN, unknown)]
    return [*found, Token("end", "", len(text) + 1)]


def _token(match: re.Match[str]) -> Token:
    if match.lastgroup == "refused":
        raise FilterError(_REFUSED[match.group()], position=match.start() + 1)
    return Token(_kind(str(match.lastgroup), match.group()), match.group(), match.start() + 1)


def _kind(group: str, word: str) -> str:
    if group == "sign" or (group == "name" and word.lower() in KEYWORDS):
        return word.lower()
    return group


def _problem(character: str) -> str:
    return "this quote is never closed" if character in "'\"" else f"{character!r} has no meaning here"

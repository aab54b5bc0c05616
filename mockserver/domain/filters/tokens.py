"""The words of a filter expression, each with its place (api-facts §6.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Token:
    """A word, its text and its place from 1; `kind` is `number`, `text`, `quoted`, `name`, `end`, a keyword or a sign itself."""

    kind: str
    text: str
    position: int


def tokens(text: str) -> list[Token]:
    """Cut a filter into words, an `end` after the last. Raises FilterError for what is no word, or for too long a text."""
    if len(text) > LONGEST:
        raise FilterError(f"the filter is longer than {LONGEST} characters", position=LONGEST + 1)
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup == "refused":
            raise FilterError(_problem(text[at], match), position=at + 1)
        if match.lastgroup != "space":
            found.append(Token(_kind(str(match.lastgroup), match.group()), match.group(), at + 1))
        at = match.end()
    return [*found, Token("end", "", len(text) + 1)]


def _kind(group: str, word: str) -> str:
    if group == "sign" or (group == "name" and word.lower() in KEYWORDS):
        return word.lower()
    return group


def _problem(character: str, refused: re.Match[str] | None) -> str:
    if refused is not None:
        return _REFUSED[refused.group()]
    return "this quote is never closed" if character in "'\"" else f"{character!r} has no meaning here"

"""The words of a filter expression, each with its place (api-facts §6.1)."""

import re
from dataclasses import dataclass

LONGEST = 8000
KEYWORDS = frozenset({"and", "or", "not", "in", "like", "is", "null", "true", "false"})
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<text>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<name>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)
      | (?P<sign><=|>=|<>|!=|==|[=<>()+*/%,-])""",
    re.VERBOSE,
)


class FilterError(Exception):
    """A filter cannot be read; says at which character (from 1) and what was expected."""

    def __init__(self, problem: str, *, position: int) -> None:
        super().__init__(f"character {position}: {problem}")
        self.position = position


@dataclass(frozen=True, slots=True)
class Token:
    """A word: its kind (`number`, `text`, `quoted`, `name`, `sign`, a keyword, or `end`), its text, its place from 1."""

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
        if match is None:
            problem = "this quote is never closed" if text[at] in "'\"" else f"{text[at]!r} has no meaning here"
            raise FilterError(problem, position=at + 1)
        kind = str(match.lastgroup)
        if kind == "name" and match.group().lower() in KEYWORDS:
            kind = match.group().lower()
        if kind != "space":
            found.append(Token(kind, match.group(), at + 1))
        at = match.end()
    return [*found, Token("end", "", len(text) + 1)]

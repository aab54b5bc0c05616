"""The words of a small language, each with its place, and a cursor over them: what filters and conditions share."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from re import Match, Pattern


@dataclass(frozen=True, slots=True)
class Token:
    """A word, its text and its place from 1; `kind` is a kind of word (`number`, `name`, `end`), a keyword or a sign itself."""

    kind: str
    text: str
    place: int


def matches(text: str, pattern: Pattern[str], unknown: Callable[[int], Exception]) -> Iterator[Match[str]]:
    """Cut a text into matches of a pattern that has a group `space`, spaces left out. Raises `unknown` of a place without one."""
    at = 0
    while at < len(text):
        match = pattern.match(text, at)
        if match is None:
            raise unknown(at)
        if match.lastgroup != "space":
            yield match
        at = match.end()


class Cursor(ABC):
    """A place in the words of a text, of which the last is of the kind `end`."""

    def __init__(self, words: Sequence[Token]) -> None:
        self.words = words
        self.at = 0

    @property
    def word(self) -> Token:
        """The word that comes next."""
        return self.words[self.at]

    def take(self) -> Token:
        """Go behind the next word, and return it."""
        self.at += 1
        return self.words[self.at - 1]

    def took(self, kind: str) -> bool:
        """Go behind the next word if it is of this kind; say whether it was."""
        if self.word.kind != kind:
            return False
        self.at += 1
        return True

    def expect(self, kind: str, expected: str) -> Token:
        """Go behind the next word, and return it. Raises what `error` makes where it is of another kind."""
        if self.word.kind != kind:
            raise self.error(expected)
        return self.take()

    @abstractmethod
    def error(self, expected: str) -> Exception:
        """Say what was expected in the place of the next word."""

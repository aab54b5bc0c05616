"""The words of a template as a parser reads them: ahead as far as it likes, and one after the other."""

from mockserver.domain.templating.errors import Places, TemplateError
from mockserver.domain.templating.lexer import Lexer
from mockserver.domain.templating.tokens import Token

DEEPEST = 50
_NAMES = {"eof": "the end of the template", "space": "a space", "index ]": "]", "index [": "[", "arguments )": ")"}


class Words:
    """Where a parser stands."""

    def __init__(self, text: str, places: Places, depth: int) -> None:
        self.text = text
        self.places = places
        self.depth = depth
        self.at = 0
        self._lexer = Lexer(text, places)
        self._words: list[Token] = []

    def ahead(self, number: int = 0) -> Token:
        """Look at a word from here on; behind the end there is only `eof`."""
        while len(self._words) <= self.at + number:
            if self._words and self._words[-1].kind == "eof":
                return self._words[-1]
            self._words.append(self._lexer.next())
        return self._words[self.at + number]

    def kinds(self, number: int) -> tuple[str, ...]:
        """Look at the kinds of the next words."""
        return tuple(self.ahead(at).kind for at in range(number))

    def take(self) -> Token:
        """Step over a word."""
        word = self.ahead()
        self.at += 1
        return word

    def skip(self, *kinds: str) -> bool:
        """Step over a word of one of the kinds; say whether there was one."""
        found = self.ahead().kind in kinds
        self.at += found
        return found

    def expect(self, kind: str) -> Token:
        """Step over a word of this kind. Raises TemplateError where there is another."""
        if self.ahead().kind != kind:
            raise self.unexpected(kind)
        return self.take()

    def unexpected(self, wanted: str) -> TemplateError:
        """Make the error for the word that stands here."""
        word = self.ahead()
        got = _NAMES.get(word.kind) or repr(word.image)
        return self.places.error(f"expected {_NAMES.get(wanted, wanted)}, got {got}", word.start)

    def enter(self) -> None:
        """Go one level down; `depth` is lowered to come back. Raises TemplateError below `DEEPEST`."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.places.error(f"nested deeper than {DEEPEST}", self.ahead().start)

    def between(self, first: Token, last: Token) -> str:
        """Give the text from one word to the other."""
        return self.text[first.start : last.end]

    def joined(self, start: int) -> str:
        """Give the words from number `start` on as they are printed."""
        first, *others = self._words[start : self.at]
        return first.image + "".join(word.literal for word in others)

    @property
    def latest(self) -> Token:
        """The word that was taken last."""
        return self._words[self.at - 1]

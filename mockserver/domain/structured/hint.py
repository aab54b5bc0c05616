"""The user's message as a guide to values: which of some words it names, and what it is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from mockserver.domain.words import terms

LONGEST = 2000
_SENTENCE_END = re.compile(r"(?<=[.!?。])\s")
_TOPICS = ("the order", "the account", "the invoice", "the delivery", "the report", "the booking")
_WORDS_OF_TOPIC = 5


@dataclass(frozen=True, slots=True)
class Hint:
    """A message, the same as plain words with a space on either side, and its words that carry meaning."""

    text: str
    plain: str
    terms: Sequence[str]

    @classmethod
    def of(cls, message: str) -> "Hint":
        """Read a message; only its beginning counts when it is long."""
        text = " ".join(message[:LONGEST].split())
        return cls(text, f" {_plain(text)} ", tuple(dict.fromkeys(terms(text))))

    def naming(self, value: object) -> int:
        """Say how clearly the message names a value: the earlier the more, less where it only shares words, else 0."""
        if not isinstance(value, str) or not (plain := _plain(value)):
            return 0
        at = self.plain.find(f" {plain} ")
        return 2 * LONGEST - at if at >= 0 else len(set(terms(plain)).intersection(self.terms))

    def sentence(self, random: Random) -> str:
        """Return the first sentence of the message, or one of our own."""
        return _SENTENCE_END.split(self.text)[0] or f"I have a question about {self.topic(random)}."

    def words(self, random: Random) -> str:
        """Return the words that the message is about, as a list to read."""
        return ", ".join(self.terms[:_WORDS_OF_TOPIC]) or random.choice(_TOPICS)

    def topic(self, random: Random) -> str:
        """Return what the message is about in a few words."""
        return " ".join(self.terms[:_WORDS_OF_TOPIC]) or random.choice(_TOPICS)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()

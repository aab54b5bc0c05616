"""The words of a text that carry meaning, for ranking and for telling what a message asks; how many tokens a text is."""

import re

_WORD = re.compile(r"[^\W_]+")
_STOP_WORDS = frozenset(
    """a about an and any are as at be been but by can could did do does for from get had has have how i if in into is it its me
    my no not of on or our please so tell than that the their them then there these they this to us was we were what when where
    which who why will with would you your""".split()  # noqa: SIM905 - a list of words reads best as text
)
_SHORTEST_PLURAL = 4
_CHARACTERS_PER_TOKEN = 4


def tokens_of(text: str) -> int:
    """Estimate how many tokens a text is."""
    return -(-len(text) // _CHARACTERS_PER_TOKEN)


def terms(text: str) -> list[str]:
    """Return the words that carry meaning, lower-case, with a plain plural taken off."""
    return [_singular(word) for word in _WORD.findall(text.lower()) if word not in _STOP_WORDS]


def _singular(word: str) -> str:
    is_plural = len(word) >= _SHORTEST_PLURAL and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if is_plural else word

"""Texts and numbers that fit their schemas."""

from collections.abc import Iterator

from mockserver.domain.structured.keywords import Unsatisfiable
from mockserver.domain.structured.measures import weight
from mockserver.domain.structured.numbers import KEYWORDS, Bounds, bounds_of, integer_in, number_in
from mockserver.domain.structured.place import Means, Parts, Place, bound
from mockserver.domain.structured.texts import fitted, has_form, last_word, plain_texts, texts_like

LONGEST_TEXT = 100_000
_SPAN, _WIDE_SPAN = 100, 100_000
_SHARES = frozenset({"confidence", "probability", "score", "share", "ratio", "weight"})


def text(means: Means, place: Place, parts: Parts) -> str:
    """Make a text. Raises Unsatisfiable where none is found that fits."""
    least, most = bound(parts, "minLength", "maxLength", largest=LONGEST_TEXT)
    for candidate in _candidates(means, place, parts, least, most):
        means.schemas.step(place.pointer, weight(candidate))
        if least <= len(candidate) <= most and means.admits(place, candidate):
            return candidate
    raise Unsatisfiable(_pointer(place, parts, ("pattern", "format", "maxLength", "minLength")), "no text was found that fits")


def _candidates(means: Means, place: Place, parts: Parts, least: int, most: int) -> Iterator[str]:
    pattern = next((part.words["pattern"] for part in parts if "pattern" in part.words), None)
    form = next((part.words["format"] for part in parts if has_form(part.words.get("format"))), "")
    if pattern is None:
        for candidate in plain_texts(form, place.name, means.hint, means.random):
            yield candidate if form else fitted(candidate, least, most, means.random)
        return
    for candidate in texts_like(pattern, form, least, means.random):
        yield candidate
        yield fitted(candidate, least, most, means.random)


def integer(means: Means, place: Place, parts: Parts) -> int:
    """Make an integer. Raises Unsatisfiable where none is found that fits."""
    found = integer_in(_bounds(parts, _SPAN), means.random, place.taken)
    if found is None and place.taken:
        found = integer_in(_bounds(parts, _WIDE_SPAN), means.random, place.taken)
    if found is None:
        raise Unsatisfiable(_pointer(place, parts, KEYWORDS), "no integer was found within its bounds")
    return found


def number(means: Means, place: Place, parts: Parts) -> float:
    """Make a number. Raises Unsatisfiable where none is found that fits."""
    found = number_in(_bounds(parts, 1 if last_word(place.name) in _SHARES else _SPAN), means.random, place.taken)
    if found is None:
        raise Unsatisfiable(_pointer(place, parts, KEYWORDS), "no number was found within its bounds")
    return found


def _bounds(parts: Parts, span: int) -> Bounds:
    return bounds_of([part.words for part in parts], span)


def _pointer(place: Place, parts: Parts, keywords: tuple[str, ...]) -> str:
    """Return the pointer of the first of these keywords that is there."""
    there = (f"{part.pointer}/{keyword}" for keyword in keywords for part in parts if keyword in part.words)
    return next(there, place.pointer)

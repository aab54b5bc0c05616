"""Texts without secrets: every known one is found in whichever form it was written, and masked."""

import base64
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from mockserver.domain.sessions import MASK

SHORTEST = 6
"""Secrets with fewer characters are masked in their fields only. They are not looked for in texts: they stand in words that have
nothing to do with them, and whoever saw which letters are masked would know the secret. Who can guess so little needs no leak."""
_MOST_PASSES = 3
_LEFT_IN_URLS = ("", "/", "/!$&'()*+,;=:@~")


def forms_of(secret: str) -> frozenset[str]:
    """Return how a secret may be written: plain, in URLs, JSON, Python, and as base64 at any place in what is encoded.

    There are none for a secret that is shorter than `SHORTEST`, or nothing but asterisks, which is what a mask looks like.
    """
    if len(secret) < SHORTEST or not secret.strip("*"):
        return frozenset()
    quoted = {quote(secret, safe, errors="replace") for safe in _LEFT_IN_URLS} | {quote_plus(secret, errors="replace")}
    in_json = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    found = {secret, *quoted, *map(_lower_hex, quoted), *in_json, repr(secret)[1:-1], *_in_base64(secret)}
    return frozenset(form for form in found if len(form) >= SHORTEST)


def _lower_hex(quoted: str) -> str:
    first, *rest = quoted.split("%")
    return "%".join([first, *(part[:2].lower() + part[2:] for part in rest)])


def _in_base64(secret: str) -> Iterator[str]:
    """Return the characters that are the same whatever stands before and behind, for each of the three offsets."""
    raw = secret.encode("utf-8", "surrogatepass")
    for offset in range(3):
        bits = 8 * (offset + len(raw))
        first = -(-8 * offset // 6)
        text = base64.b64encode(bytes(offset) + raw).decode("ascii")[first : bits // 6]
        yield text
        yield text.replace("+", "-").replace("/", "_")


def redacted_text(text: str, forms: Collection[str]) -> str:
    """Return the text with `****` wherever one of the forms stands, those that overlap masked together.

    A mask may complete a form with what stands around it: then that is masked, too, and a text that goes on so is masked whole.
    Doing it twice is the same as once; what has no secret is unchanged. Takes time in proportion to text times forms.
    """
    for _ in range(_MOST_PASSES):
        masked = _pass(text, forms)
        if masked == text:
            return text
        text = masked
    return text if _pass(text, forms) == text else MASK


def _pass(text: str, forms: Collection[str]) -> str:
    pieces: list[str] = []
    end = 0
    for start, stop in sorted(_spans(text, forms)):
        if start > end or not pieces:
            pieces += [text[end:start], MASK]
        end = max(end, stop)
    return "".join([*pieces, text[end:]])


def _spans(text: str, forms: Collection[str]) -> Iterator[tuple[int, int]]:
    """Return where the forms stand; of a form that overlaps itself only every other place, which costs no more than reading."""
    for form in forms:
        start = text.find(form)
        while start >= 0:
            yield start, start + len(form)
            start = text.find(form, start + len(form))


def redacted_texts(value: Any, forms: Iterable[str]) -> Any:
    """Return a JSON value with every text in it redacted, names of fields too."""
    whole = "\0".join(_texts(value))
    present = [form for form in forms if form in whole]
    return _redacted_in(value, present) if present else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _redacted_in(value: Any, forms: Collection[str]) -> Any:
    if isinstance(value, str):
        return redacted_text(value, forms)
    if isinstance(value, Mapping):
        return {redacted_text(name, forms): _redacted_in(item, forms) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted_in(item, forms) for item in value]
    return value

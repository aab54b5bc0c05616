"""Texts that a model might have written: by format, by the property's name, by what the user said."""

import re
import string
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import TypeAlias
from uuid import UUID

from mockserver.domain.structured.hint import Hint
from mockserver.domain.structured.patterns import made_for

WORDS = """amber bright calm clear cobalt daily early fresh golden green harbor lively maple modern north open plain quiet river
    silver solid steady summit swift warm""".split()  # noqa: SIM905 - a list of words reads best as text
_PEOPLE = ("Alex Morgan", "Dana Reed", "Jordan Lee", "Kim Novak", "Robin Hale", "Sam Ortega")
_TRIES = 12
_MORE = (0, 1, 3, 8)

_Make: TypeAlias = Callable[[Random], str]


def _day(random: Random) -> str:
    return f"2026-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def _time(random: Random) -> str:
    return f"{random.randint(8, 17):02}:{random.choice((0, 15, 30, 45)):02}:00Z"


def _email(random: Random) -> str:
    return f"{random.choice(_PEOPLE).lower().replace(' ', '.')}@example.com"


def _host(random: Random) -> str:
    return f"{random.choice(WORDS)}.example.com"


def _uri(random: Random) -> str:
    return f"https://example.com/{random.choice(WORDS)}/{random.randint(1, 999)}"


def _id(random: Random) -> str:
    return f"{random.choice(WORDS)}-{random.randint(1000, 9999)}"


_FORMATS: Mapping[str, _Make] = {
    "date": _day,
    "time": _time,
    "date-time": lambda random: f"{_day(random)}T{_time(random)}",
    "duration": lambda random: f"PT{random.randint(1, 59)}M",
    **dict.fromkeys(("email", "idn-email"), _email),
    **dict.fromkeys(("hostname", "idn-hostname"), _host),
    **dict.fromkeys(("uri", "uri-reference", "iri", "iri-reference", "uri-template", "url"), _uri),
    "uuid": lambda random: str(UUID(int=random.getrandbits(128), version=4)),
    "ipv4": lambda random: f"192.0.2.{random.randint(1, 254)}",
    "ipv6": lambda random: f"2001:db8::{random.randint(1, 0xFFFF):x}",
    "json-pointer": lambda random: f"/{random.choice(WORDS)}",
    "relative-json-pointer": lambda random: f"{random.randint(0, 3)}/{random.choice(WORDS)}",
    "regex": lambda random: f"^{random.choice(WORDS)}$",
}
_NAMED: Mapping[str, _Make] = {
    **dict.fromkeys(("email", "mail"), _email),
    **dict.fromkeys(("url", "uri", "link"), _uri),
    **dict.fromkeys(("id", "key", "reference"), _id),
    **dict.fromkeys(("date", "day"), _day),
    "name": lambda random: random.choice(_PEOPLE),
    **dict.fromkeys(("language", "locale"), lambda _: "en"),
}
_SPOKEN: Mapping[str, Callable[[Hint, Random], str]] = {
    **dict.fromkeys(("message", "text", "content", "comment", "note", "description", "question", "body"), Hint.sentence),
    **dict.fromkeys(("query", "search", "keyword", "topic", "subject"), Hint.topic),
    "title": lambda hint, random: hint.topic(random).capitalize(),
    "summary": lambda hint, random: f"The user writes: {hint.sentence(random)}",
    **dict.fromkeys(
        ("reason", "reasoning", "rationale", "explanation", "justification"),
        lambda hint, random: f"The message speaks of {hint.words(random)}.",
    ),
    **dict.fromkeys(
        ("answer", "reply", "response", "output", "result"),
        lambda hint, random: f"Here is what I can say about {hint.words(random)}.",
    ),
}


_NAMES = frozenset({*_NAMED, *_SPOKEN})
_LONGEST_NAME = 100


def last_word(name: str) -> str:
    """Return the word that says what a property is: `email` of `user_email`, `userEmail` and `emails`."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name[-_LONGEST_NAME:])
    word = words[-1].lower() if words else ""
    return word[:-1] if word.endswith("s") and word[:-1] in _NAMES else word


def has_form(form: object) -> bool:
    """Say whether texts of this format can be made; any other format is a remark."""
    return form in _FORMATS


def plain_texts(form: str, name: str, hint: Hint, random: Random) -> Iterator[str]:
    """Yield texts, the most natural first: of a format, what the name asks for, words."""
    if form in _FORMATS:
        yield from (_FORMATS[form](random) for _ in range(_TRIES))
        return
    word = last_word(name)
    if word in _SPOKEN:
        yield _SPOKEN[word](hint, random)
    elif word in _NAMED:
        yield from (_NAMED[word](random) for _ in range(_TRIES))
    yield from (" ".join(random.sample(WORDS, count)) for count in (1, 2, 3, 5) for _ in range(_TRIES))
    yield from ("".join(random.choices(string.ascii_lowercase, k=count)) for count in (1, 2, 3, 5) for _ in range(_TRIES))


def texts_like(pattern: str, form: str, least: int, random: Random) -> Iterator[str]:
    """Yield texts for a pattern, which their user has still to hold against it: usual ones, then such as are made for it.

    Open repetitions are few at first, then as many as a text of `least` characters may need.
    """
    if form:
        yield _FORMATS[form](random)
    yield from (*random.sample(WORDS, 3), _id(random), str(random.randint(1, 99)))
    for more in (*_MORE, least, 2 * least):
        for _ in range(_TRIES):
            made = made_for(pattern, random, more)
            if made is None:
                return
            yield made


def fitted(text: str, least: int, most: float, random: Random) -> str:
    """Lengthen a text by words, or cut it, between words where that leaves enough."""
    while len(text) < least:
        text = f"{text} {random.choice(WORDS)}".lstrip()
    if len(text) <= most:
        return text
    whole = text[: int(most) + 1].rsplit(" ", 1)[0]
    return whole if least <= len(whole) <= most else text[: int(most)]

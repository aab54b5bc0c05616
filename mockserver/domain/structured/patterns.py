"""Texts for a regular expression: found by RE2, in linear time, and made by reading the usual pieces of a pattern.

The pieces are characters, classes, escapes, groups, alternatives and quantifiers. Anchors are passed over: what is made is held
against the pattern afterwards.
"""

import re
import string
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from random import Random
from typing import TypeAlias

from mockserver.domain.patterns import PatternError, search
from mockserver.domain.structured.keywords import Unsatisfiable

LONGEST = 10_000
_DEEPEST = 10
_ALL = "".join(map(chr, range(32, 127)))
_WORD = string.ascii_letters + string.digits + "_"
_CLASSES: Mapping[str, str] = {"d": string.digits, "w": _WORD, "s": " "}
_PLAIN: Mapping[str, str] = {"n": "\n", "r": "\r", "t": "\t"}
_COUNT = re.compile(r"\{(\d{1,5})(,?)(\d{0,5})\}")
_GROUP = re.compile(r"\((?:\?:|\?P?<\w+>)?(?!\?)")
_RANGE = re.compile(r"(\\?.)-(\\?[^\]\\]|\\.)", re.DOTALL)
_COMMON = string.ascii_lowercase + string.digits

_Piece: TypeAlias = Callable[[Random, int], str]
"""Makes a text; the number says how many repetitions more than needed there may be."""


_search = lru_cache(maxsize=256)(search)


def found_in(text: str, pattern: str, pointer: str) -> bool:
    """Say whether a text holds the pattern. Raises Unsatisfiable where it is none of RE2's syntax."""
    try:
        return _search(pattern)(text)
    except PatternError as error:
        raise Unsatisfiable(pointer, f"{pattern!r} is not a regular expression in RE2 syntax: {error}") from error


def made_for(pattern: str, random: Random, more: int) -> str | None:
    """Make a text for a pattern, with up to `more` repetitions where they are open; None for a pattern that is not understood."""
    try:
        return _read(pattern)(random, more)
    except _NotUnderstoodError:
        return None


class _NotUnderstoodError(Exception):
    pass


@lru_cache(maxsize=256)
def _read(pattern: str) -> _Piece:
    reader = _Reader(pattern)
    piece = reader.alternatives(0)
    if reader.at < len(pattern):
        raise _NotUnderstoodError
    return piece


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def took(self, sign: str) -> bool:
        if not self.pattern.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def take(self) -> str:
        if self.at >= len(self.pattern):
            raise _NotUnderstoodError
        self.at += 1
        return self.pattern[self.at - 1]

    def alternatives(self, depth: int) -> _Piece:
        if depth > _DEEPEST:
            raise _NotUnderstoodError
        branches = [self.sequence(depth)]
        while self.took("|"):
            branches.append(self.sequence(depth))
        return lambda random, more: random.choice(branches)(random, more)

    def sequence(self, depth: int) -> _Piece:
        pieces: list[_Piece] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            pieces.append(self.repeated(self.atom(depth)))
        return lambda random, more: _joined(piece(random, more) for piece in pieces)

    def atom(self, depth: int) -> _Piece:
        if (group := _GROUP.match(self.pattern, self.at)) is not None:
            self.at = group.end()
            inner = self.alternatives(depth + 1)
            if not self.took(")"):
                raise _NotUnderstoodError
            return inner
        sign = self.take()
        if sign in "^$":
            return lambda _, __: ""
        if sign in "(*+?{":
            raise _NotUnderstoodError
        if sign == "[":
            return _one_of(self.members())
        return _one_of(_COMMON if sign == "." else _escape(self.take()) if sign == "\\" else sign)

    def members(self) -> str:
        """Read a class of characters behind its bracket."""
        negated, members = self.took("^"), ""
        while not (members and self.took("]")):
            between = _RANGE.match(self.pattern, self.at)
            if between is not None:
                self.at = between.end()
                first, last = (_one_escape(end) for end in between.groups())
                members += "".join(map(chr, range(ord(first), min(ord(last), ord(first) + len(_ALL)) + 1)))
            else:
                sign = self.take()
                if sign == "[" and self.pattern[self.at : self.at + 1] == ":":
                    raise _NotUnderstoodError
                members += _escape(self.take()) if sign == "\\" else sign
        return "".join(sorted(set(_ALL) - set(members))) if negated else members

    def repeated(self, piece: _Piece) -> _Piece:
        least, most = 1, 1
        if (count := _COUNT.match(self.pattern, self.at)) is not None:
            self.at = count.end()
            least = int(count[1])
            most = int(count[3]) if count[3] else -1 if count[2] else least
        elif self.pattern[self.at : self.at + 1] in ("*", "+", "?"):
            sign = self.take()
            least, most = int(sign == "+"), 1 if sign == "?" else -1
        else:
            return piece
        self.took("?")

        def made(random: Random, more: int) -> str:
            count = random.randint(least, least + more if most < 0 else max(least, min(most, least + more)))
            return _joined(piece(random, more) for _ in range(count))

        return made


def _joined(texts: Iterable[str]) -> str:
    joined: list[str] = []
    length = 0
    for text in texts:
        joined.append(text)
        length += len(text) + 1
        if length > LONGEST:
            raise _NotUnderstoodError
    return "".join(joined)


def _one_of(members: str) -> _Piece:
    if not members:
        raise _NotUnderstoodError
    usual = "".join(member for member in members if member in _COMMON) or members
    return lambda random, _: random.choice(usual)


def _escape(sign: str) -> str:
    """Return the characters that an escape stands for; none for the edge of a word."""
    if sign in _CLASSES:
        return _CLASSES[sign]
    if sign.lower() in _CLASSES:
        return "".join(sorted(set(_ALL) - set(_CLASSES[sign.lower()])))
    if sign in _PLAIN:
        return _PLAIN[sign]
    if sign.isalnum():
        raise _NotUnderstoodError
    return sign


def _one_escape(end: str) -> str:
    members = _escape(end[1]) if len(end) > 1 else end
    if len(members) != 1:
        raise _NotUnderstoodError
    return members

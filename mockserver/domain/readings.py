"""Kinds of values that people give the mock itself, in a header or as JSON: which are allowed, and how each is read."""

import re
from dataclasses import dataclass
from typing import Any, Protocol

_SHARE = re.compile(r"[0-9]*\.?[0-9]+", re.ASCII)
_LONGEST_NUMBER = 20
_SHOWN = 60


class Reading(Protocol):
    """A kind of value."""

    @property
    def allowed(self) -> str:
        """What may be given, to be read behind `must be`."""

    def read(self, given: object) -> Any:
        """Return the value of a text or of a JSON value; None where it is not allowed."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few texts or numbers."""

    options: tuple[str | int, ...]

    @property
    def allowed(self) -> str:
        """The options."""
        return f"one of {', '.join(map(str, self.options))}"

    def read(self, given: object) -> str | int | None:
        """Return the option."""
        return next((option for option in self.options if given in (option, str(option))), None)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    least: int
    most: int

    @property
    def allowed(self) -> str:
        """The bounds."""
        return f"a whole number from {self.least} to {self.most}"

    def read(self, given: object) -> int | None:
        """Return the number."""
        if isinstance(given, str) and given.isascii() and given.removeprefix("-").isdigit() and len(given) <= _LONGEST_NUMBER:
            given = int(given)
        within = isinstance(given, int) and not isinstance(given, bool) and self.least <= given <= self.most
        return given if within and isinstance(given, int) else None


@dataclass(frozen=True, slots=True)
class Share:
    """A probability."""

    allowed: str = "a number from 0 to 1"

    def read(self, given: object) -> float | None:
        """Return the number."""
        if isinstance(given, str) and _SHARE.fullmatch(given):
            given = float(given)
        if isinstance(given, bool) or not isinstance(given, int | float):
            return None
        return given if 0 <= given <= 1 else None


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    allowed: str = "true or false"

    def read(self, given: object) -> bool | None:
        """Return the truth value."""
        if isinstance(given, str):
            return {"true": True, "false": False}.get(given.lower())
        return given if isinstance(given, bool) else None


@dataclass(frozen=True, slots=True)
class Text:
    """A text of printable ASCII, as it can go back in a header."""

    longest: int

    @property
    def allowed(self) -> str:
        """What may be in it."""
        return f"a text of 1 to {self.longest} printable ASCII characters"

    def read(self, given: object) -> str | None:
        """Return the text."""
        fits = isinstance(given, str) and 0 < len(given) <= self.longest and given.isascii() and given.isprintable()
        return given if fits and isinstance(given, str) else None


def wrong(given: object, reading: Reading) -> str:
    """Say why a value is not allowed."""
    shown = repr(given)
    return f"is {shown if len(shown) <= _SHOWN else shown[:_SHOWN] + '…'}; it must be {reading.allowed}"

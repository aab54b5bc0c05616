"""Text with variables in it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Variable:
    """A place for a value; `is_escaped` where it stands escaped in a URL."""

    name: str
    is_escaped: bool = False


Text = tuple[str | Variable, ...]


def filled(text: Text, values: Mapping[str, str]) -> str:
    """Put values in their places. Raises KeyError for one that is missing."""
    return written(text, str, lambda one: quote(values[one.name], safe="") if one.is_escaped else values[one.name])


def written(text: Iterable[Any], plain: Callable[[str], str], variable: Callable[[Variable], str]) -> str:
    """Write text, its plain parts in one way and its variables in another."""
    runs = groupby(text, key=lambda part: isinstance(part, Variable))
    return "".join("".join(map(variable, run)) if is_variable else plain("".join(run)) for is_variable, run in runs)

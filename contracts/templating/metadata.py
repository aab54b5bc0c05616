"""Session metadata of every kind that a template shows, and how it shows there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]
WORDS = ("gold", "basic", "Premium", "de_CH", "x-1", "Ünü", "日本")
HOSTILE = (
    "${session.metadata.word}",
    "$session.metadata.count",
    "#end",
    "#if(true)",
    "#set($v = 1)",
    "##",
    "#[[x]]#",
    "\\${v}",
    " two\nlines ",
    'O\'Brien said "no"',
    "\u202eright to left",
    "zero\u200bwidth",
    "é and e\u0301",
    "👩‍👩‍👧",
)
"""Texts that would do something if a template read its values as templates, and texts that are easily spoiled."""
_LARGEST = 10**12

texts = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
words = st.sampled_from(WORDS)
whole = st.integers(-20, 20) | st.integers(-_LARGEST, _LARGEST)
parts = st.tuples(st.integers(0, 1000), st.sampled_from([0.25, 0.5, 0.75])).map(sum)
METADATA: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "name": texts,
        "word": words,
        "count": whole,
        "score": parts,
        "on": st.booleans(),
        "off": st.booleans(),
        "none": st.none(),
        "place": st.fixed_dictionaries(
            {"city": texts, "code": words, "geo": st.fixed_dictionaries({"zip": words, "floor": whole, "low": st.booleans()})}
        ),
        "tags": st.lists(texts, max_size=3),
        "people": st.lists(st.fixed_dictionaries({"name": texts, "age": whole, "tags": st.lists(words, max_size=2)}), max_size=3),
    }
)
"""Texts, numbers, booleans, null, objects, lists, lists of objects. Numbers are such as are written in one way only."""

ROOT = "session.metadata."
WORD_PATHS = ("word", "place.code", "place.geo.zip")
NUMBER_PATHS = ("count", "place.geo.floor")
BOOLEAN_PATHS = ("on", "off", "place.geo.low")
SCALAR_PATHS = ("name", "place.city", "score", *WORD_PATHS, *NUMBER_PATHS, *BOOLEAN_PATHS)
MISSING_PATHS = ("none", "gone", "place.gone", "place.geo.gone", "gone.deeper", "none.deeper")
"""Dotted names below `session.metadata` by the kind of value that is there, whatever is drawn."""


def value_at(metadata: Mapping[str, Any], path: str) -> Any:
    """Return what a dotted path of names leads to. Raises KeyError."""
    found: Any = metadata
    for name in path.split("."):
        found = found[name]
    return found


def shown(value: Any) -> str:
    """Write a plain value as a template shows it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class Writer:
    """What draws pieces about some metadata has in common."""

    def __init__(self, draw: Draw, metadata: Json) -> None:
        self.draw, self.metadata = draw, metadata

    def one(self, choices: Sequence[Any]) -> Any:
        """Draw one of these."""
        return self.draw(st.sampled_from(choices))

    def maybe(self) -> bool:
        """Draw yes or no."""
        drawn: bool = self.draw(st.booleans())
        return drawn

    def value(self, path: str) -> Any:
        """Return what the metadata has at a path. Raises KeyError."""
        return value_at(self.metadata, path)

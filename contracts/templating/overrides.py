"""Pinned arguments drawn together with what they have to resolve to (api-facts §2.8): references and templates in every place.

A `{"$ref": …}` keeps the JSON type of the value, a `${…}` in a string becomes text. Null is left out: nothing says what it does.
"""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from contracts.templating.metadata import METADATA, ROOT, SCALAR_PATHS, WORDS, Draw, Json, Writer, shown
from contracts.templating.templates import FRAGMENTS

_NAMES = ("a", "b", "c", "d", "deep", "x-y", "x_1", "é")
_WHOLE = (*SCALAR_PATHS, "place", "place.geo", "tags", "people")
_LITERALS = (*WORDS, *FRAGMENTS, 0, -7, 2**40, 2.5, True, False)
_DEEPEST = 3
_FEWEST = {3: 4}
_MOST = {3: 8, 2: 3, 1: 2, 0: 1}
"""How many values stand side by side, by how many levels there may be below."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """An override, the metadata of the session that it is resolved for, and what it has to become."""

    override: Json
    value: Json
    metadata: Json


@st.composite
def pinned(draw: Draw, *, renders: bool = True) -> Pinned:
    """Draw pinned arguments of a tool that takes any. Where the target `renders` a `${…}` it becomes text, else it stays."""
    metadata = draw(METADATA)
    metadata["table"] = {"word": "gold", "count": 3, "on": True, "place": metadata["place"]}
    metadata["which"] = draw(st.sampled_from(sorted(metadata["table"])))
    override, value = _OverrideWriter(draw, metadata, renders=renders).mapping(_DEEPEST)
    return Pinned(override, value, metadata)


class _OverrideWriter(Writer):
    """Writes values: each as it stands in the override, with what it has to become."""

    def __init__(self, draw: Draw, metadata: Json, *, renders: bool) -> None:
        super().__init__(draw, metadata)
        self._renders = renders

    def mapping(self, depth: int) -> tuple[Json, Json]:
        """Write an object."""
        few, most = _FEWEST.get(depth, 1), _MOST[depth]
        names = self.draw(st.lists(st.sampled_from(_NAMES), min_size=few, max_size=most, unique=True))
        written = {name: self._value(depth - 1) for name in names}
        return {name: source for name, (source, _) in written.items()}, {name: value for name, (_, value) in written.items()}

    def _value(self, depth: int) -> tuple[Any, Any]:
        kinds = [self._reference, self._reference, self._text, self._text, self._literal, self._escaped]
        kinds += [lambda: self.mapping(depth), lambda: self._list(depth)] * 2 if depth else []
        written: tuple[Any, Any] = self.one(kinds)()
        return written

    def _list(self, depth: int) -> tuple[Any, Any]:
        written = [self._value(depth - 1) for _ in range(self.one((1, 2, 3)))]
        return [source for source, _ in written], [value for _, value in written]

    def _reference(self) -> tuple[Any, Any]:
        reference, value = self.one((self._path, self._path, self._index, self._lookup))()
        return {"$ref": f"{self.one(('', '.'))}{ROOT}{reference}"}, value

    def _path(self) -> tuple[str, Any]:
        path = self.one(_WHOLE)
        return path, self.value(path)

    def _index(self) -> tuple[str, Any]:
        """An entry of a list, where one has any."""
        for name in ("people", "tags"):
            if entries := self.metadata[name]:
                number = self.draw(st.integers(0, len(entries) - 1))
                return f"{name}[{number}]", entries[number]
        return self._path()

    def _lookup(self) -> tuple[str, Any]:
        """A value under a name that another value gives."""
        return f"table[{ROOT}which]", self.metadata["table"][self.metadata["which"]]

    def _text(self) -> tuple[Any, Any]:
        """Text with values in it, at least one."""
        pieces = [(self.one(("", *FRAGMENTS)), self.one(SCALAR_PATHS)) for _ in range(self.one((1, 1, 2)))]
        end = self.one(("", *FRAGMENTS))
        source = "".join(f"{text}${{{ROOT}{path}}}" for text, path in pieces) + end
        return source, "".join(text + shown(self.value(path)) for text, path in pieces) + end if self._renders else source

    def _literal(self) -> tuple[Any, Any]:
        value = self.one(_LITERALS)
        return value, value

    def _escaped(self) -> tuple[Any, Any]:
        """An object that has the name `$ref` itself."""
        word = self.one(WORDS)
        return {"$$ref": word}, {"$ref": word}

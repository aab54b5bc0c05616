"""YAML as plain JSON values that remember where in the file they stand."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from mockserver.domain.simulator.act_texts import Pointer

Place: TypeAlias = tuple[int, int]
"""Line and column, both from 1."""

_DEEPEST = 50
_MOST = 50_000
_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "seq", "map"))
_HINTS: Mapping[str, str] = {
    "tag:yaml.org,2002:timestamp": "YAML reads this as a date: put it in quotes",
    "tag:yaml.org,2002:merge": "merge keys (<<) are not supported: write the entries out",
}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, and where."""

    place: Place
    text: str


@dataclass(slots=True)
class Located:
    """The value of a file; where every value and every name of a mapping begins; what is no JSON."""

    value: Any = None
    values: dict[Pointer, Place] = field(default_factory=dict)
    names: dict[Pointer, Place] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def place(self, path: Pointer) -> Place:
        """Say where a value begins, or what holds it, where it is not there."""
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, (1, 1))

    def place_of_name(self, path: Pointer) -> Place:
        """Say where the name of a value begins, or the value, where it has none."""
        return self.names[path] if path in self.names else self.place(path)


def located(text: str) -> Located:
    """Read a file's text. What is not YAML is a mistake, as is what JSON does not have."""
    if unprintable := yaml.reader.Reader.NON_PRINTABLE.search(text):
        lines = text[: unprintable.start()].split("\n")
        mistake = Mistake((len(lines), len(lines[-1]) + 1), f"the character {unprintable.group()!r} may not stand in YAML")
        return Located(mistakes=[mistake])
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        context = f", {error.context}" if error.context else ""
        return Located(mistakes=[Mistake(_place(mark) if mark else (1, 1), f"this is not YAML: {error.problem}{context}")])
    except RecursionError:
        return Located(mistakes=[Mistake((1, 1), "the file is nested too deeply")])
    found = Located()
    if node is None:
        found.mistakes.append(Mistake((1, 1), "the file is empty"))
    else:
        found.value = _Reader(found).value(node, ())
    return found


def _place(mark: Any) -> Place:
    return mark.line + 1, mark.column + 1


class _Reader:
    """Walks the nodes of a file."""

    def __init__(self, found: Located) -> None:
        self._found = found
        self._plain = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, path: Pointer) -> Any:
        found = self._found
        found.values[path] = _place(node.start_mark)
        if len(path) > _DEEPEST or len(found.values) > _MOST:
            what = "is nested too deeply here" if len(path) > _DEEPEST else f"holds more than {_MOST} values"
            return self._wrong(node, f"the file {what}") if len(found.mistakes) < _DEEPEST else None
        if node.tag not in _TAGS:
            return self._wrong(node, _HINTS.get(node.tag, f"the tag {node.tag} is not supported"))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Pointer) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for name_node, value_node in node.value:
            name = name_node.value
            if name_node.tag != "tag:yaml.org,2002:str":
                self._wrong(name_node, _HINTS.get(name_node.tag, f"the name {name!r} must be a text: put it in quotes"))
            elif name in entries:
                first = self._found.names[(*path, name)][0]
                self._wrong(name_node, f"the name {name!r} stands here for the second time; the first is in line {first}")
            else:
                self._found.names[(*path, name)] = _place(name_node.start_mark)
                entries[name] = self.value(value_node, (*path, name))
        return entries

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            value = self._plain.construct_object(node)
        except ValueError:
            return self._wrong(node, f"{node.value!r} is no number")
        if isinstance(value, float) and not math.isfinite(value):
            return self._wrong(node, f"{node.value!r} is no number that JSON has")
        return value

    def _wrong(self, node: yaml.Node, text: str) -> None:
        self._found.mistakes.append(Mistake(_place(node.start_mark), text))

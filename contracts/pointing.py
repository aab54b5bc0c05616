"""Where in the document a failure points to: the file and line of the operation that it is about."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import openapi
from contracts.about import operations_of
from contracts.operations import METHODS, Operation, operations
from contracts.verdicts import Failure

_FOLDER = openapi.DOCUMENT.parent
_REQUEST = re.compile(rf"\b({'|'.join(method.upper() for method in METHODS)}) (/[^\s?\"']*)")
_WORD = re.compile(r"\b[a-z]\w+\b")
_NAMED = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the document: `file` relative to what holds the folder `openapi`, and the line, from 1 on."""

    file: str
    line: int
    operation: str | None = None


WHOLE = Place(f"{_FOLDER.name}/{openapi.DOCUMENT.name}", 1)
"""The document itself."""


def place_of(code: str, failure: Failure) -> Place:
    """Return the place of the operation that a failure of a promise is about, the whole document where none is known.

    Its example names it (`GET /v2/agents`, or an operation's id), or its message, or else the promise is about some.
    """
    for text in (failure.example, failure.message):
        if operation := next(_named(text), None):
            return _places()[operation.id]
    about = operations_of(code)
    return _places()[about[0].id] if about else WHOLE


def _named(text: str) -> Iterator[Operation]:
    for method, path in _REQUEST.findall(text):
        yield from (one for one in operations() if one.method == method and _fits(one.path, path))
    by_id = {operation.id: operation for operation in operations()}
    yield from (by_id[word] for word in _WORD.findall(text) if word in by_id)


def _fits(template: str, path: str) -> bool:
    """Whether a path is a template's, or the template itself; of a URL only its end need be."""
    if template == path:
        return True
    parts = map(re.escape, _NAMED.split(template))
    return re.fullmatch("[^/{}]+".join(parts), path) is not None


@cache
def _places() -> Mapping[str, Place]:
    """Return the place of each operation by its id."""
    paths = yaml.load(openapi.DOCUMENT.read_text("utf-8"), Loader=yaml.CSafeLoader)["paths"]
    return {
        operation.id: Place(f"{_FOLDER.name}/{file}", _line(_FOLDER / file, operation.method.lower()), operation.id)
        for operation in operations()
        for file in [paths[operation.path]["$ref"]]
    }


def _line(file: Path, key: str) -> int:
    """Return the line on which a key of the outermost mapping stands."""
    root: Any = yaml.compose(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return int(next(name.start_mark.line + 1 for name, _ in root.value if name.value == key))

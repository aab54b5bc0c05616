"""Names that requests and answers have in common: what a server made, and what it is asked about by that name later."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import unquote

from contracts.operations import operations
from contracts.schemas import files
from contracts.sse import StreamFault, frames
from contracts.wire.exchange import Exchange

At = tuple[str | int, ...]
_WORD = re.compile(r"[A-Za-z0-9_.~+/=-]+")
_NAME = re.compile(r"[A-Za-z0-9_.~+/=-]{4,}")
_LONG = 20
_BEGINNING = re.compile(r"\^([a-z]+_)")
SECRETS = frozenset({"secret_key", "client_secret", "access_token"})
_MADE = {"key", "id", "artifact_id", "client_id", *SECRETS}
_OTHERS = "ghijklmnopqrstuvwxyz"
_HEADERS = ("x-api-key", "authorization")


def stem_of(run_id: str) -> str:
    """Return what the id of a run has in common with those that a sequence of it is carried out again with."""
    return run_id[:-1]


def other_ids(run_id: str) -> list[str]:
    """Return ids for carrying sequences of a run out again: as long, with its stem, and no run's own, which is hexadecimal."""
    return [f"{stem_of(run_id)}{letter}" for letter in _OTHERS]


def is_name(value: object) -> bool:
    """Say whether a value looks like one that a server draws: a word with a digit in it, a long one, one such as `art_ox_elk`."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        return False
    return len(value) >= _LONG or bool(re.search(r"\d", value)) or value.startswith(_beginnings())


@cache
def _beginnings() -> tuple[str, ...]:
    """Return what ids begin with: `aev_`, `art_` and others that a pattern of the document asks for."""
    patterns = (str(value) for file in files().values() for at, value in leaves(file) if at[-1:] == ("pattern",))
    return tuple(sorted({found[1] for pattern in patterns if (found := _BEGINNING.match(pattern))}))


def leaves(value: Any) -> Iterator[tuple[At, Any]]:
    """Walk JSON, however deep: every value that is neither object nor array, and where it is."""
    left: list[tuple[At, Any]] = [((), value)]
    while left:
        at, one = left.pop()
        if isinstance(one, Mapping):
            left.extend(reversed([((*at, name), inner) for name, inner in one.items()]))
        elif isinstance(one, list):
            left.extend(reversed([((*at, index), inner) for index, inner in enumerate(one)]))
        else:
            yield at, one


def sent(exchange: Exchange) -> frozenset[str]:
    """Return the words of a request: of its path, of its body as far as it is text, of its credentials."""
    text = [unquote(exchange.path), exchange.body.decode("utf-8", "replace"), unquote(exchange.body.decode("latin-1"))]
    text += [exchange.headers.get(name, "") for name in _HEADERS]
    words = {word for piece in text for word in _WORD.findall(piece)}
    return frozenset(words.union(*(word.split("/") for word in words), *(word.split("=") for word in words)))


def made(exchange: Exchange) -> frozenset[str]:
    """Return the names that there are since a request: those in its answer that its path did not have, and what it chose."""
    told = {value for at, value in leaves(exchange.json) if at and at[-1] in _MADE and is_name(value)}
    chosen = exchange.sent_json
    if isinstance(chosen, dict):
        told |= {value for name, value in chosen.items() if name in {"key", "id"} and isinstance(value, str)}
    return frozenset(told - set(exchange.place.split("/")))


def objects(exchange: Exchange) -> list[str]:
    """Return the parts of a path that look like names of objects; what stands in the document's own paths is none."""
    return [part for part in exchange.place.split("/") if is_name(part) and part not in _fixed_parts()]


@cache
def _fixed_parts() -> frozenset[str]:
    return frozenset(part for operation in operations() for part in operation.path.split("/"))


def told(exchange: Exchange) -> list[tuple[At, tuple[str, int] | None, str]]:
    """Return the names in an answer, and where they are; those near the root first."""
    if exchange.media_type != "text/event-stream":
        found = [(at, None, value) for at, value in leaves(exchange.json) if is_name(value)]
        return sorted(found, key=lambda entry: len(entry[0]))
    names: list[tuple[At, tuple[str, int] | None, str]] = []
    counts: dict[str, int] = {}
    for data in frames_of(exchange.answer):
        kind = str(data["type"])
        counts[kind] = counts.get(kind, -1) + 1
        names += [(at, (kind, counts[kind]), value) for at, value in leaves(data) if is_name(value)]
    return names


def frames_of(answer: bytes) -> list[dict[str, Any]]:
    """Return what the frames of a stream say, up to the first that breaks its form."""
    told: list[dict[str, Any]] = []
    with suppress(StreamFault):
        for frame in frames([answer]):
            told.append(frame.data)  # noqa: PERF401 - those before a fault count
    return told

"""Stored values as JSON and back, nothing lost: dataclasses by their fields, those that have their default left out."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from mockserver.domain.aliases import Policy, policy_of
from mockserver.domain.errors import Refused
from mockserver.domain.events import TYPES

_TAG = "type"


class UnreadableError(ValueError):
    """A value was not written so. `where` is its place, as a JSON pointer."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where or '/'} {problem}")
        self.where = where


def written(value: Any) -> Any:
    """Write a stored value as JSON."""
    for kind, (write, _) in _ODD.items():
        if isinstance(value, kind):
            return write(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _written_object(value)
    if isinstance(value, Mapping):
        return {name: written(inner) for name, inner in value.items()}
    return [written(inner) for inner in value] if isinstance(value, list | tuple) else value


def _written_object(value: Any) -> dict[str, Any]:
    kind: type = value.__class__
    fields_of = {one.name: getattr(value, one.name) for one in _kept(kind) if not _is_default(one, getattr(value, one.name))}
    return ({_TAG: TYPES[kind]} if kind in TYPES else {}) | {name: written(inner) for name, inner in fields_of.items()}


def read(kind: Any, value: Any, where: str = "") -> Any:
    """Read a value of a type, a class or what an annotation says. Raises UnreadableError."""
    origin = get_origin(kind)
    for fits, reading in _READERS:
        if fits(kind, origin):
            return reading(kind, value, where)
    return value if kind is Any else _checked(kind, value, where)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


_ODD: Mapping[type, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    datetime: (datetime.isoformat, datetime.fromisoformat),
    timedelta: (timedelta.total_seconds, lambda seconds: timedelta(seconds=seconds)),
    bytes: (lambda data: base64.b64encode(data).decode("ascii"), _bytes),
    Policy: (lambda policy: policy.written, lambda body: policy_of(body, lambda _: True)),
    Enum: (lambda member: member.value, lambda value: value),
}


@cache
def _kept(kind: type) -> tuple[Field[Any], ...]:
    return tuple(one for one in fields(kind) if one.init and one.compare)


@cache
def _types(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _is_default(one: Field[Any], value: Any) -> bool:
    default = one.default_factory() if one.default_factory is not MISSING else one.default
    return bool(type(default) is type(value) and default == value)


def _odd(kind: type, value: Any, where: str) -> Any:
    return _tried(_ODD[kind][1], value, where)


def _tried(make: Callable[[Any], Any], value: Any, where: str) -> Any:
    try:
        return make(value)
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error, Refused) as error:
        raise UnreadableError(where, f"cannot be {value!r:.60}: {error}") from error


def _one_of(kinds: Sequence[Any], value: Any, where: str) -> Any:
    """Read a value of one of several types: nothing, one that is tagged, or the only other one."""
    if value is None and NoneType in kinds:
        return None
    some = [kind for kind in kinds if kind is not NoneType]
    if len(some) == 1:
        return read(some[0], value, where)
    tag = _checked(dict, value, where).get(_TAG)
    for kind in some:
        if TYPES.get(kind) == tag:
            return read(kind, {name: inner for name, inner in value.items() if name != _TAG}, where)
    raise UnreadableError(where, f"is of the type {tag!r}; known are {', '.join(TYPES[kind] for kind in some)}")


def _in_order(kind: Any, value: Any, where: str) -> Any:
    kinds, listed = get_args(kind), _checked(list, value, where)
    of_each = [kinds[0]] * len(listed) if len(kinds) == 1 or kinds[-1] is Ellipsis else kinds
    if len(of_each) != len(listed):
        raise UnreadableError(where, f"has {len(listed)} entries, not {len(of_each)}")
    return tuple(read(one, inner, f"{where}/{index}") for index, (one, inner) in enumerate(zip(of_each, listed, strict=True)))


def _mapping(kind: Any, value: Any, where: str) -> Any:
    return {name: read(get_args(kind)[1], inner, f"{where}/{name}") for name, inner in _checked(dict, value, where).items()}


def _object(kind: type, value: Any, where: str) -> Any:
    value = _checked(dict, value, where)
    known = {one.name: one for one in _kept(kind)}
    if unknown := sorted(value.keys() - known):
        raise UnreadableError(f"{where}/{unknown[0]}", f"is unknown; there are {', '.join(known)}")
    needed = [name for name, one in known.items() if one.default is MISSING and one.default_factory is MISSING]
    if missing := [name for name in needed if name not in value]:
        raise UnreadableError(f"{where}/{missing[0]}", "is missing")
    return kind(**{name: read(_types(kind)[name], inner, f"{where}/{name}") for name, inner in value.items()})


def _checked(kind: Any, value: Any, where: str) -> Any:
    """Return a plain value as it is. A number that is whole may stand for one that need not be."""
    fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if not fits and not (kind is float and type(value) is int):
        raise UnreadableError(where, f"is {value!r:.60}, not {_NAMES.get(kind, kind.__name__)}")
    return value


_NAMES = {dict: "a mapping", list: "a list", str: "a text", int: "a whole number", float: "a number", bool: "true or false"}

_READERS: Sequence[tuple[Callable[[Any, Any], bool], Callable[[Any, Any, str], Any]]] = (
    (lambda kind, _: kind in _ODD, _odd),
    (lambda _, origin: origin in {Union, UnionType}, lambda kind, value, where: _one_of(get_args(kind), value, where)),
    (lambda _, origin: origin in {tuple, Sequence}, _in_order),
    (lambda _, origin: origin is Mapping, _mapping),
    (lambda kind, _: is_dataclass(kind), _object),
    (lambda kind, _: isinstance(kind, type) and issubclass(kind, Enum), _tried),
)

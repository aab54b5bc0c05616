"""The methods and properties that a template may use, by the type of the value: everything else is as if it were not there.

Each is a Java method of the type that the engine would find, with the kinds of its parameters: `s` a String, `t` that or null,
`i` an Integer (not a Long), `o` anything. A method that Java has and this table has not gives null, so that a reference prints
its own source.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from mockserver.domain.templating.errors import Fault
from mockserver.domain.templating.java import Character, Entry, Loop, View, as_key, as_text, equal, from_key, is_list, wrapped
from mockserver.domain.templating.limits import Budget

INTEGERS = range(-(2**31), 2**31)
LONGS = range(-(2**63), 2**63)
_LONG_BITS = 64
_PATTERN_SIGNS = frozenset("\\.[]{}()*+?^$|")


@dataclass(frozen=True, slots=True)
class Method:
    """A method: the kinds of its parameters, and what it does with a value and the arguments."""

    parameters: str
    run: Callable[..., Any]


Methods: TypeAlias = Mapping[str, tuple[Method, ...]]


def call(value: Any, name: str, arguments: list[Any], budget: Budget) -> Any:
    """Call a method from the table; None where there is none for these arguments. Raises Fault where Java would raise."""
    for method in _methods_of(value).get(name, ()):
        if len(method.parameters) == len(arguments) and all(map(_fits, method.parameters, arguments)):
            if isinstance(value, str):
                budget.steps(len(value) // 100)
            if "s" in method.parameters and any(argument is None for argument in arguments):
                raise Fault(f"{name}() does not take null")
            result = method.run(value, *arguments, budget)
            if isinstance(result, str):
                budget.characters(len(result))
            return result
    return None


def get(value: Any, name: str) -> Any:
    """Read a property: a member of a map, or one of the few that other values have."""
    match value:
        case Mapping():
            return value.get(name)
        case Entry():
            return {"key": value.key, "value": value.value}.get(name)
        case Loop():
            return _of_loop(value, name)
        case View() if name == "empty":
            return not value.items
        case _ if name == "empty" and (type(value) is str or is_list(value)):
            return not value
    return None


def _of_loop(loop: Loop, name: str) -> Any:
    topmost = loop
    while topmost.parent:
        topmost = topmost.parent
    return {
        "index": loop.index,
        "count": loop.index + 1,
        "hasNext": loop.has_next,
        "first": loop.index < 1,
        "last": not loop.has_next,
        "parent": loop.parent,
        "topmost": topmost,
        "replaced": loop.replaced,
    }.get(name)


def _fits(kind: str, argument: Any) -> bool:
    if kind == "i":
        return type(argument) is int and argument in INTEGERS
    return kind == "o" or argument is None or type(argument) is str


def _methods_of(value: Any) -> Methods:
    for kinds, methods in _TABLE:
        if isinstance(value, kinds):
            return methods
    return _LIST if is_list(value) else {}


def _units(text: str) -> str:
    """Write a text as Java counts it: a character beyond U+FFFF is two."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    raw = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(int.from_bytes(raw[at : at + 2], "little")) for at in range(0, len(raw), 2))


def _text(units: str) -> str:
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _substring(text: str, start: int, end: int | None = None) -> str:
    units = _units(text)
    last = len(units) if end is None else end
    if not 0 <= start <= last <= len(units):
        raise Fault(f"substring({start}, {last}) is out of the range of {len(units)} characters")
    return _text(units[start:last])


def _char_at(text: str, index: int) -> Character:
    units = _units(text)
    if not 0 <= index < len(units):
        raise Fault(f"charAt({index}) is out of the range of {len(units)} characters")
    return Character(units[index])


def _index_of(text: str, wanted: str | int, start: int = 0) -> int:
    units = _units(text)
    return units.find(_wanted(wanted), min(max(start, 0), len(units)))


def _last_index_of(text: str, wanted: str | int) -> int:
    return _units(text).rfind(_wanted(wanted))


def _wanted(wanted: str | int) -> str:
    if isinstance(wanted, str):
        return _units(wanted)
    return _units(chr(wanted)) if wanted in range(0x110000) else "no such character"


def _split(text: str, separator: str, budget: Budget) -> list[str]:
    """Split at a plain text; empty parts at the end are left off. Raises Fault for a separator that is a pattern."""
    if _PATTERN_SIGNS & set(separator):
        raise Fault("split() takes a plain text here, no pattern")
    parts = text.split(separator) if separator else [_text(unit) for unit in _units(text)]
    budget.steps(len(parts))
    budget.characters(len(text))
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return [] if parts == [""] and text else parts


def _replace(text: str, old: str, new: str, budget: Budget) -> str:
    budget.characters(text.count(old) * len(new))
    return text.replace(old, new)


def _at(items: Any, index: int) -> Any:
    if not 0 <= index < len(items):
        raise Fault(f"get({index}) is out of the range of {len(items)} items")
    return items[index]


def _sublist(items: Any, start: int, end: int) -> list[Any]:
    if not 0 <= start <= end <= len(items):
        raise Fault(f"subList({start}, {end}) is out of the range of {len(items)} items")
    return list(items[start:end])


def _position(items: Any, wanted: Any, budget: Budget) -> int:
    return next((number for number, item in enumerate(items) if equal(item, wanted, budget)), -1)


def _last_position(items: Any, wanted: Any, budget: Budget) -> int:
    back = _position(items[::-1], wanted, budget)
    return len(items) - 1 - back if back >= 0 else -1


def _member(value: Any, key: Any) -> Any:
    return value.get(as_key(key)) if _can_be_key(key) else None


def _has(members: Any, key: Any) -> bool:
    return _can_be_key(key) and as_key(key) in members


def _can_be_key(key: Any) -> bool:
    return key is None or isinstance(key, str | bool | int | float)


def _compare(one: Any, other: Any) -> int:
    if type(one) is not type(other) or (type(one) is int and (one in INTEGERS) is not (other in INTEGERS)):
        raise Fault("compareTo() takes a value of the same type")
    return int(one > other) - int(one < other)


def _compare_texts(text: str, other: Any) -> int:
    if type(other) is not str:
        raise Fault("compareTo() takes a value of the same type")
    ours, theirs = _units(text), _units(other)
    differences = (ord(one) - ord(two) for one, two in zip(ours, theirs, strict=False) if one != two)
    return next(differences, len(ours) - len(theirs))


def _integer(value: float, bits: int) -> int:
    if isinstance(value, int):
        return wrapped(value, bits)
    half = 1 << (bits - 1)
    if math.isnan(value):
        return 0
    return half - 1 if value >= half else -half if value <= -half else int(value)


def _one(run: Callable[..., Any], parameters: str = "") -> tuple[Method, ...]:
    """Make a method that needs no budget."""
    return (Method(parameters, lambda *arguments: run(*arguments[:-1])),)


_TRIMMED = "".join(map(chr, range(0x21)))
_ANY: Methods = {"toString": (Method("", as_text),), "equals": (Method("o", equal),)}
_STRING: Methods = {
    **_ANY,
    "toUpperCase": _one(str.upper),
    "toLowerCase": _one(str.lower),
    "trim": _one(lambda text: text.strip(_TRIMMED)),
    "length": _one(lambda text: len(_units(text))),
    "isEmpty": _one(lambda text: not text),
    "substring": (*_one(_substring, "i"), *_one(_substring, "ii")),
    "charAt": _one(_char_at, "i"),
    "indexOf": (*_one(_index_of, "s"), *_one(_index_of, "i"), *_one(_index_of, "si"), *_one(_index_of, "ii")),
    "lastIndexOf": (*_one(_last_index_of, "s"), *_one(_last_index_of, "i")),
    "contains": _one(lambda text, part: part in text, "s"),
    "startsWith": _one(str.startswith, "s"),
    "endsWith": _one(str.endswith, "s"),
    "equalsIgnoreCase": _one(lambda text, other: other is not None and text.upper().lower() == other.upper().lower(), "t"),
    "compareTo": _one(_compare_texts, "o"),
    "concat": _one(lambda text, other: text + other, "s"),
    "replace": (Method("ss", _replace),),
    "split": (Method("s", _split),),
}
_LIST: Methods = {
    **_ANY,
    "size": _one(len),
    "isEmpty": _one(lambda items: not items),
    "get": _one(_at, "i"),
    "contains": (Method("o", lambda items, wanted, budget: _position(items, wanted, budget) >= 0),),
    "indexOf": (Method("o", _position),),
    "lastIndexOf": (Method("o", _last_position),),
    "subList": _one(_sublist, "ii"),
}
_MAP: Methods = {
    **_ANY,
    "size": _one(len),
    "isEmpty": _one(lambda members: not members),
    "get": _one(_member, "o"),
    "getOrDefault": _one(lambda members, key, other: _member(members, key) if _has(members, key) else other, "oo"),
    "containsKey": _one(_has, "o"),
    "containsValue": (Method("o", lambda members, wanted, budget: _position(members.values(), wanted, budget) >= 0),),
    "keySet": _one(lambda members: View(tuple(map(from_key, members)))),
    "values": _one(lambda members: View(tuple(members.values()))),
    "entrySet": _one(lambda members: View(tuple(Entry(from_key(key), item) for key, item in members.items()))),
}
_VIEW: Methods = {
    **_ANY,
    "size": _one(lambda view: len(view.items)),
    "isEmpty": _one(lambda view: not view.items),
    "contains": (Method("o", lambda view, wanted, budget: _position(view.items, wanted, budget) >= 0),),
}
_NUMBER: Methods = {
    **_ANY,
    "intValue": _one(lambda number: _integer(number, 32)),
    "longValue": _one(lambda number: _integer(number, _LONG_BITS)),
    "doubleValue": _one(float),
    "compareTo": _one(_compare, "o"),
}
_ENTRY: Methods = {**_ANY, "getKey": _one(lambda entry: entry.key), "getValue": _one(lambda entry: entry.value)}
_LOOP: Methods = {
    "hasNext": _one(lambda loop: loop.has_next),
    **{f"get{name}": _one(lambda loop, name=name: _of_loop(loop, name.lower())) for name in ("Index", "Count")},
}
_TABLE: tuple[tuple[type | tuple[type, ...], Methods], ...] = (
    (Character, _ANY),
    (str, _STRING),
    (bool, {**_ANY, "compareTo": _one(_compare, "o")}),
    ((int, float), _NUMBER),
    (Mapping, _MAP),
    (View, _VIEW),
    (Entry, _ENTRY),
    (Loop, _LOOP),
)

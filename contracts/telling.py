"""Says of a comparison that failed what was expected and what was seen: suites write `assert seen == expected`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_LONGEST = 600
_MOST = 8


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Explain a comparison; None leaves it to pytest."""
    return ["not as expected:", *differences(left, right)] if op == "==" else None


def differences(seen: object, expected: object) -> list[str]:
    """Write the parts in which two values differ, a few of them, each with what was expected and what was seen."""
    lines = list(_differences(seen, expected))
    rest = len(lines) - _MOST
    return lines if rest <= 1 else [*lines[:_MOST], f"and {rest} more"]


def _differences(seen: Any, expected: Any) -> Iterator[str]:
    match seen, expected:
        case [str(), *_], []:
            yield from map(_cut, seen)  # faults, each of which says what was expected
        case Mapping(), Mapping():
            for name in sorted(seen.keys() | expected.keys(), key=str):
                if name not in seen or name not in expected or seen[name] != expected[name]:
                    yield from _both(f"{name}: ", *(_shown(side, name) for side in (seen, expected)))
        case list() | tuple(), list() | tuple():
            yield from _of_sequences(seen, expected)
        case set() | frozenset(), set() | frozenset():
            yield from (f"missing: {_cut(repr(one))}" for one in sorted(expected - seen, key=repr))
            yield from (f"not expected: {_cut(repr(one))}" for one in sorted(seen - expected, key=repr))
        case _:
            yield from _both("", repr(seen), repr(expected))


def _of_sequences(seen: Sequence[Any], expected: Sequence[Any]) -> Iterator[str]:
    pairs = zip(seen, expected, strict=False)
    place = next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(seen), len(expected)))
    if len(seen) != len(expected):
        yield f"length: expected {len(expected)}, seen {len(seen)}"
    sides = (_shown(dict(enumerate(side)), place) for side in (seen, expected))
    yield from _both(f"[{place}]: ", *sides)


def _shown(side: Mapping[Any, Any], name: Any) -> str:
    return repr(side[name]) if name in side else "nothing"


def _both(name: str, seen: str, expected: str) -> Iterator[str]:
    yield f"{name}expected {_cut(expected)}"
    yield f"{' ' * len(name)}seen     {_cut(seen)}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

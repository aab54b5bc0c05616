"""What a request wishes of the mock itself, in `Prefer` (RFC 7240) or in `X-Mock-Scenario` and `X-Mock-Physics`."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from mockserver.domain.errors import Refused
from mockserver.domain.readings import Reading, Text, Whole, wrong

_READINGS: Mapping[str, Reading] = {
    "scenario": Text(200),
    "physics": Text(200),
    "seed": Whole(-(1 << 63), (1 << 63) - 1),
    "code": Whole(400, 599),
}
_HEADERS: Mapping[str, str] = {"scenario": "X-Mock-Scenario", "physics": "X-Mock-Physics"}

# Possessive quantifiers (`++`, `*+`): a header of any length is read in one go, without stepping back.
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"  # noqa: S105 - a token of HTTP's grammar
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_ELEMENT = re.compile(rf"(?:[^,\"]|{_QUOTED}|\")++")
_NAME = re.compile(_TOKEN)
_PREFERENCE = re.compile(rf"{_TOKEN}\s*+=\s*+({_TOKEN}|{_QUOTED})\s*+(?:;.*+)?", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wished: a scenario, a pace of streams, a seed, an error to answer with; None where nothing is."""

    scenario: str | None = None
    physics: str | None = None
    seed: int | None = None
    code: int | None = None

    def applied(self, names: Collection[str]) -> str:
        """Write those of the named wishes that were made, as `Preference-Applied` says them; empty for none."""
        made = [(row.name, getattr(self, row.name)) for row in fields(self) if row.name in names]
        return ", ".join(f"{name}={_word(str(value))}" for name, value in made if value is not None)


NO_WISHES = Wishes()


def wishes_in(headers: Mapping[str, str]) -> Wishes:
    """Read the wishes of a request, header names in lower case; what others prefer is ignored. Raises Refused SM212."""
    given = {name: ("Prefer", text) for name, text in _preferences(headers.get("prefer", ""))}
    for name, header in _HEADERS.items():
        text = headers.get(header.lower())
        if text is not None:
            if name in given and given[name][1] != text:
                raise _refused(header, f"differs from {name} in Prefer; send one of them")
            given[name] = (header, text)
    return Wishes(**{name: _value(name, header, text) for name, (header, text) in given.items()})


def _value(name: str, header: str, text: str) -> Any:
    value = _READINGS[name].read(text)
    if value is None:
        raise _refused(header, f"{name} {wrong(text, _READINGS[name])}")
    return value


def _preferences(header: str) -> Iterator[tuple[str, str]]:
    """Give our preferences of the header by name; of one that comes twice the first counts (RFC 7240 §2)."""
    seen: set[str] = set()
    for element in _ELEMENT.findall(header):
        text = element.strip()
        named = _NAME.match(text)
        name = named.group().lower() if named else ""
        if name not in _READINGS or name in seen:
            continue
        seen.add(name)
        read = _PREFERENCE.fullmatch(text)
        if read is None:
            raise _refused(
                "Prefer", f'is malformed at {text[:60]!r}; write {name}=VALUE, or {name}="VALUE" with other than letters'
            )
        value = read.group(1)
        yield name, _ESCAPED.sub(r"\1", value[1:-1]) if value.startswith('"') else value


def _word(text: str) -> str:
    """Write a value, in quotes where it is no token."""
    if _NAME.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _refused(header: str, reason: str) -> Refused:
    return Refused("SM212", f"{header}: {reason}.", fields={header: reason})

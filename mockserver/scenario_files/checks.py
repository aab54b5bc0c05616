"""What a schema cannot say of a scenario file: templates, patterns, filters and paces can be read, turns end as turns do."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from mockserver.domain import filters, patterns
from mockserver.domain.simulator.act_texts import Pointer, with_texts
from mockserver.domain.simulator.acts import KINDS
from mockserver.domain.simulator.physics import physics_of
from mockserver.domain.simulator.scenarios import CLOSING, LAST, did_you_mean
from mockserver.domain.templating import TemplateError, parse
from mockserver.domain.values import JsonObject

Fault: TypeAlias = tuple[Pointer, str]
Sound: TypeAlias = Callable[[Pointer], bool]
"""Says whether the schema found nothing wrong with a value."""

_LAST = ", ".join(name for name, kind in KINDS.items() if kind in LAST)


def faults_of(raw: JsonObject, prefix: Pointer, known: Collection[str], sound: Sound) -> Iterator[Fault]:
    """Say what is wrong with the parts of a file that fit the schema; `known` are the names that rules may use."""
    scenarios, rules = raw.get("scenarios"), raw.get("rules")
    for name, scenario in scenarios.items() if isinstance(scenarios, dict) else ():
        if isinstance(scenario, dict):
            yield from _scenario(scenario, (*prefix, "scenarios", name), sound)
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(rule, dict):
            place = (*prefix, "rules", index)
            yield from _unread(rule, place, _CONDITIONS, sound)
            name = rule.get("scenario")
            if isinstance(name, str) and name not in known:
                yield (*place, "scenario"), f"there is no scenario {name!r}{did_you_mean(name, known)}"


def _scenario(scenario: JsonObject, path: Pointer, sound: Sound) -> Iterator[Fault]:
    yield from _unread(scenario, path, _PACES, sound)
    if isinstance(turn := scenario.get("turn"), list):
        place = (*path, "turn")
        yield from _acts(turn, place, sound)
        if sound(place):
            yield from _unreachable(turn, place)
            yield from _open_end(turn, place)


def _pattern(text: str) -> None:
    try:
        patterns.search(text)
    except patterns.PatternError as error:
        raise ValueError(f"is not a regular expression in RE2 syntax: {error}") from error


def _filter(text: str) -> None:
    try:
        filters.parse(text)
    except filters.FilterError as error:
        raise ValueError(f"is not a metadata filter: {error}") from error


_Readers: TypeAlias = Mapping[str, Callable[[Any], object]]
_PACES: _Readers = {"physics": physics_of}
_CONDITIONS: _Readers = {"message": _pattern, "metadata": _filter}


def _unread(entry: JsonObject, path: Pointer, readers: _Readers, sound: Sound) -> Iterator[Fault]:
    """Find the values that their readers refuse."""
    for name, read in readers.items():
        if name in entry and sound((*path, name)):
            try:
                read(entry[name])
            except ValueError as error:
                yield (*path, name), f"{name!r}: {error}"


def _acts(acts: Sequence[JsonObject], path: Pointer, sound: Sound) -> Iterator[Fault]:
    for index, act in enumerate(acts):
        place: Pointer = (*path, index)
        match act:
            case {"repeat": {"acts": list() as repeated}}:
                yield from _acts(repeated, (*place, "repeat", "acts"), sound)
            case _ if sound(place):
                yield from (((*place, *inside), text) for inside, text in _texts(act))
            case _:
                pass


def _texts(act: JsonObject) -> list[Fault]:
    """Find the templates of an act that do not parse."""
    found: list[Fault] = []

    def note(path: Pointer, text: str) -> str:
        try:
            parse(text)
        except TemplateError as error:
            place = f"line {error.line}, column {error.column}"
            found.append((path, f"the template cannot be read, in its {place}: {error.problem}"))
        return text

    with_texts(act, note)
    return found


def _unreachable(acts: Sequence[JsonObject], path: Pointer) -> Iterator[Fault]:
    for index, act in enumerate(acts):
        if "repeat" in act:
            yield from _unreachable(act["repeat"]["acts"], (*path, index, "repeat", "acts"))
        closing = _closing(act)
        if closing and index + 1 < len(acts):
            yield (*path, index + 1), f"this is never performed: {closing!r} ends the turn"
            return


def _closing(act: JsonObject) -> str | None:
    """Name the act that ends a turn, if this is one or repeats one."""
    ((kind, value),) = act.items()
    if kind == "repeat":
        return next(filter(None, map(_closing, value["acts"])), None)
    return kind if KINDS[kind] in CLOSING else None


def _open_end(acts: Sequence[JsonObject], path: Pointer) -> Iterator[Fault]:
    """Find a last act that leaves the turn without an answer."""
    place = (*path, len(acts) - 1)
    ((kind, value),) = acts[-1].items()
    if kind == "repeat":
        yield from _open_end(value["acts"], (*place, "repeat", "acts"))
    elif KINDS[kind] not in LAST:
        yield place, f"a turn cannot end with {kind!r}; its last act is one of {_LAST}"

"""Rules of chaos: faults for the requests that match, as an operator sets them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from mockserver.domain.chaos.faults import FAULTS, Faults, nearest, read
from mockserver.domain.patterns import PatternError, search
from mockserver.domain.readings import OneOf, Reading, Text, Whole, wrong
from mockserver.domain.values import JsonObject

_METHODS = OneOf(("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"))
_PATTERNS = Text(1000)
_TIMES = Whole(0, 1_000_000)
_MATCH_READINGS: Mapping[str, Reading] = {"method": _METHODS, "path": _PATTERNS, "operation_id": _PATTERNS}
_OWN = ("match", "times")


class RuleError(ValueError):
    """A rule cannot be read: where (a JSON pointer into what was sent), and why."""

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(reason)
        self.pointer = pointer
        self.reason = reason


def _anything(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Match:
    """Which requests are meant; what is None does not matter. `path` is found anywhere in the request's path."""

    method: str | None = None
    path: str | None = None
    operation_id: str | None = None
    _finds: Callable[[str], bool] = field(default=_anything, compare=False, repr=False)

    def takes(self, method: str, path: str, operation_id: str) -> bool:
        """Say whether a request is meant."""
        return self.method in (None, method) and self.operation_id in (None, operation_id) and self._finds(path)

    def as_json(self) -> JsonObject:
        """Write what matters."""
        named = {"method": self.method, "path": self.path, "operation_id": self.operation_id}
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Rule:
    """Faults, whom they meet, and on how many requests they still fall (None: on all)."""

    faults: Faults
    match: Match
    times: int | None = None

    def as_json(self) -> JsonObject:
        """Write the rule as it can be sent."""
        return {**self.faults.as_json(), "match": self.match.as_json(), "times": self.times}


def rules_of(document: object, operation_ids: Collection[str]) -> tuple[Rule, ...]:
    """Read `{"rules": […]}`. Raises RuleError for the first thing that is wrong."""
    if not isinstance(document, dict) or not isinstance(document.get("rules"), list):
        raise RuleError("/rules", 'must be a list: {"rules": [{"status": 503, "match": {"method": "GET"}, "times": 1}]}')
    return tuple(_rule(given, f"/rules/{index}", operation_ids) for index, given in enumerate(document["rules"]))


def _rule(given: object, pointer: str, operation_ids: Collection[str]) -> Rule:
    if not isinstance(given, dict):
        raise RuleError(pointer, "must be an object of faults, match and times")
    faults, problems = read({name: value for name, value in given.items() if name not in _OWN})
    for name, reason in problems.items():
        known = [*FAULTS, *_OWN]
        raise RuleError(_below(pointer, name), reason if name in FAULTS else f"is unknown; {nearest(name, known)}")
    times = given.get("times")
    if times is not None and _TIMES.read(times) is None:
        raise RuleError(f"{pointer}/times", f"{wrong(times, _TIMES)}, or null")
    match = _match(given.get("match", {}), f"{pointer}/match", operation_ids)
    return Rule(faults, match, None if times is None else _TIMES.read(times))


def _match(given: object, pointer: str, operation_ids: Collection[str]) -> Match:
    if not isinstance(given, dict):
        raise RuleError(pointer, f"must be an object with any of {', '.join(_MATCH_READINGS)}")
    for name, value in given.items():
        if name not in _MATCH_READINGS:
            raise RuleError(_below(pointer, name), f"is unknown; {nearest(name, list(_MATCH_READINGS))}")
        if _MATCH_READINGS[name].read(value) is None:
            raise RuleError(f"{pointer}/{name}", wrong(value, _MATCH_READINGS[name]))
    operation_id = given.get("operation_id")
    if operation_id is not None and operation_id not in operation_ids:
        reason = f"names no operation; {nearest(operation_id, sorted(operation_ids))}"
        raise RuleError(f"{pointer}/operation_id", reason)
    try:
        finds = search(given["path"]) if "path" in given else _anything
    except PatternError as error:
        raise RuleError(f"{pointer}/path", f"is not a regular expression in RE2 syntax: {error}") from error
    return Match(given.get("method"), given.get("path"), operation_id, finds)


def _below(pointer: str, name: str) -> str:
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"

"""The paths that `get` reads: `$.session.metadata.tier`, `$.tools.search.outputs.latest.hits[0]`, `$.agent['name']`."""

import re
from collections.abc import Mapping
from typing import Any

from mockserver.domain.conditions.tokens import QUOTED, ConditionError, unquoted

_STEP = re.compile(
    rf"\.(?P<name>[^.\[\]*'\"]+) | \[\s*(?: (?P<index>[0-9]{{1,9}}) | (?P<quoted>{QUOTED}) )\s*\]", re.VERBOSE | re.DOTALL
)


def path_of(text: str, *, column: int) -> tuple[str | int, ...]:
    """Read a path; `$` alone is the whole context. Raises ConditionError with the column of the text that holds it."""
    if not text.startswith("$"):
        raise ConditionError(f"the path {text!r} does not begin at the root: expected '$.name'", column=column)
    steps: list[str | int] = []
    at = 1
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None:
            problem = f"the path {text!r} cannot be read from its character {at + 1}: expected .name, [0] or ['name']"
            raise ConditionError(problem, column=column)
        steps.append(_step(match, column))
        at = match.end()
    return tuple(steps)


def _step(match: re.Match[str], column: int) -> str | int:
    if match.group("index") is not None:
        return int(match.group("index"))
    name: str | None = match.group("name")
    return unquoted(match.group("quoted"), column=column) if name is None else name


def found(path: tuple[str | int, ...], context: Mapping[str, Any]) -> Any:
    """Follow a path through objects and arrays; None where it leads nowhere. Reaches nothing but plain data."""
    value: Any = context
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, Mapping) else None
        else:
            value = value[step] if isinstance(value, list | tuple) and step < len(value) else None
        if value is None:
            return None
    return value

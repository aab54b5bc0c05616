"""What one session is after each call that changes it (api-facts §3.1, §3.4)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

Json = dict[str, Any]


def canonical(value: Any) -> str:
    """Write JSON so that equal values, and only these, are equal texts: `true` is not 1, the order of names does not matter."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class State:
    """What a caller has decided of a session; None is what he left to the service. Metadata is canonical JSON."""

    name: str | None = None
    description: str | None = None
    metadata: str = "{}"
    enabled: bool = True
    tti_minutes: int = 0

    @property
    def values(self) -> Json:
        """The metadata as JSON."""
        values: Json = json.loads(self.metadata)
        return values


def created(body: Mapping[str, Any]) -> State:
    """Return what a valid create request makes (§3.3)."""
    return _changed(State(), body)


def patched(state: State, body: Mapping[str, Any], *, replaces: bool = True) -> State:
    """Return what a valid PATCH makes: what it names is new. Metadata is replaced, or merged where a service does so (§9.4)."""
    if "metadata" in body and not replaces:
        body = {**body, "metadata": state.values | body["metadata"]}
    return _changed(state, body)


def _changed(state: State, body: Mapping[str, Any]) -> State:
    plain = {name: body[name] for name in ("name", "description", "enabled", "tti_minutes") if name in body}
    return replace(state, **plain, metadata=canonical(body["metadata"]) if "metadata" in body else state.metadata)


def faults(state: State, read: Mapping[str, Any]) -> Iterator[str]:
    """Say where a session as it is read differs from what it has to be. A service may write descriptions of its own (§9.7)."""
    expected = {"enabled": state.enabled, "tti_minutes": state.tti_minutes, "metadata": state.values}
    if state.name is not None:
        expected["name"] = state.name
    elif not read.get("name"):
        yield "it has no name"
    if state.description is not None:
        expected["description"] = state.description
    for name, value in expected.items():
        shown = read.get(name, "" if name == "description" else None)
        if canonical(shown) != canonical(value):
            yield f"{name} is {canonical(shown)}, not {canonical(value)}"

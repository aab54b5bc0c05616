"""What generated requests work on where a run makes nothing: objects that are there already."""

from collections.abc import Iterator
from typing import Any

import httpx
import schemathesis

from contracts.client import Api, Json
from contracts.generated.objects import Case, Objects
from contracts.target import Target

_LOOKED_AT = 5
_INSIDE = {
    "agent_key": (("sessions", "session_key", "key"), ("schedules", "schedule_key", "key")),
    "alias_key": (("sessions", "session_key", "key"),),
    "corpus_key": (("documents", "document_id", "id"),),
}
_INSIDE_A_SESSION = (("events", "event_id", "id"), ("artifacts", "artifact_id", "artifact_id"))


class FoundObjects(Objects):
    """Objects of each kind that the target has; of a kind that it has none of, paths name what was generated."""

    def __init__(self, api: Api, target: Target) -> None:
        self._begin(api, target, lambda what: what)
        self._names = dict(self._found())
        self._made = {root: [names[root]] for root, names in self._names.items()}

    def _found(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for path, root, identity in self.CREATED_BY.values():
            candidates = [{root: one[identity]} | self._inside(f"{path}/{one[identity]}", root) for one in self._first(path)]
            if candidates:
                yield root, max(candidates, key=len)  # the one that most is found in

    def _inside(self, path: str, root: str) -> dict[str, Any]:
        names: dict[str, Any] = {"version": 1} if root == "instruction_id" else {}
        for part, name, identity in _INSIDE.get(root, ()):
            for one in self._first(f"{path}/{part}")[:1]:
                names[name] = one[identity]
                if name == "session_key":
                    names |= self._inside_a_session(f"{path}/{part}/{one[identity]}")
        return names

    def _inside_a_session(self, path: str) -> dict[str, Any]:
        return {name: one[identity] for part, name, identity in _INSIDE_A_SESSION for one in self._first(f"{path}/{part}")[:1]}

    def _first(self, path: str) -> list[Json]:
        """Return the first objects of a listing; nothing where it is refused."""
        answer = self._api.ask("GET", path, params={"limit": _LOOKED_AT})
        if answer.status_code != httpx.codes.OK:
            return []
        return next((value[:_LOOKED_AT] for value in answer.json().values() if isinstance(value, list)), [])

    def note(self, case: Case, response: schemathesis.Response) -> None:
        """Nothing is made."""

    def clear(self) -> None:
        """Nothing was made."""

"""What is removed is gone, as the document tells it: every operation whose path names an object knows it no more.

Which objects can be removed, what hangs on them and where they are listed follows from the paths alone. An object whose name the
caller chooses is made once more: nothing of the former one may come back with it (api-facts §3.2, §9.40).
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from contracts.asking import ask_of
from contracts.client import Api, Json
from contracts.operations import Operation, operations
from contracts.places import Names, Places

_BETWEEN_LOOKS_SECONDS = 1.0
_MOST = 100


def removals() -> tuple[Operation, ...]:
    """Return every operation that removes what another one reads, in the document's order."""
    return tuple(one for one in operations() if one.method == "DELETE" and one.path in {read.path for read in _reads()})


def gone_within(api: Api, path: str, seconds: float) -> bool:
    """Say whether nothing is at a path, at once or within the time that a deployment may take to remove it (api-facts §2.1)."""
    waited = 0.0
    while api.ask("GET", path).status_code != httpx.codes.NOT_FOUND:
        if waited >= seconds:
            return False
        time.sleep(_BETWEEN_LOOKS_SECONDS)
        waited += _BETWEEN_LOOKS_SECONDS
    return True


def _reads() -> list[Operation]:
    return [one for one in operations() if one.method == "GET"]


def _listed_at(operation: Operation) -> str | None:
    """Return the name of the parameter that names a row of a listing, None for an operation that lists nothing."""
    rows = (read for read in _reads() if read.path.rpartition("/")[0] == operation.path and read.path.endswith("}"))
    return next((row.parameters[-1] for row in rows if operation.method == "GET"), None)


@dataclass(frozen=True, slots=True)
class Removal:
    """The removal of one new object with all that hangs on it; `patience` is the seconds that it may take."""

    api: Api
    places: Places
    operation: Operation
    patience: float

    def faults(self) -> Iterator[str]:
        """Remove the object and say what of it is still there. Raises UnavailableError where there can be none."""
        names = self.places.whole(self.operation)
        path = self.operation.at(names)
        known = [one for one in self._naming(names) if one.method == "GET" and self._status(one, names) == httpx.codes.OK]
        if self.operation.path not in {one.path for one in known}:
            yield f"{path} was not there before it was removed"
            return
        list(self._still_listed(names))  # who keeps listings in mind has seen it by now
        self.api.call("DELETE", path, expect=204)
        gone_within(self.api, path, self.patience)
        yield from self._still_known(known, names, "afterwards")
        yield from self._still_listed(names)
        yield from self._still_taken(names)
        if self._made_again(names):
            yield from self._come_back(known, names)

    @property
    def _name(self) -> str:
        return self.operation.parameters[-1]

    @property
    def _identity(self) -> str:
        return "key" if self._name.endswith("_key") else "id"

    def _naming(self, names: Names) -> list[Operation]:
        """The operations whose paths name the object, by any route that there is to it."""
        return [one for one in operations() if self._name in one.parameters and names.keys() >= set(one.parameters)]

    def _options(self, operation: Operation, names: Names) -> Json | None:
        ask = ask_of(operation)
        return None if ask is None else ask.options(self.places, names, permitted=False)

    def _status(self, operation: Operation, names: Names) -> int:
        options = self._options(operation, names) or {}
        return self.api.ask(operation.method, operation.at(names), **options).status_code

    def _still_known(self, known: list[Operation], names: Names, when: str) -> Iterator[str]:
        """What was read before is missing now."""
        for operation in known:
            status = self._status(operation, names)
            if status != httpx.codes.NOT_FOUND:
                yield f"GET {operation.at(names)} answers {status} {when}, not 404"

    def _still_listed(self, names: Names) -> Iterator[str]:
        for operation in operations():
            if _listed_at(operation) == self._name and names.keys() >= set(operation.parameters):
                rows = self.api.listed(operation.at(names), limit=_MOST)
                if names[self._name] in {row[self._identity] for row in rows}:
                    yield f"GET {operation.at(names)} still lists {names[self._name]}"

    def _still_taken(self, names: Names) -> Iterator[str]:
        """What would change it, or take it away once more, is refused."""
        for operation in self._naming(names):
            if operation.writes and self._options(operation, names) is not None:
                status = self._status(operation, names)
                if not httpx.codes.is_client_error(status):
                    yield f"{operation.method} {operation.at(names)} answers {status} afterwards"

    def _made_again(self, names: Names) -> bool:
        """Make an object of the same name, where the caller chooses it and it is free."""
        template = self.operation.path.rpartition("/")[0]
        maker = next((one for one in operations() if one.method == "POST" and one.path == template), None)
        body = ((maker and self._options(maker, names)) or {}).get("json", {})
        if self._identity not in body:
            return False
        again = body | {self._identity: names[self._name]}
        path = self.operation.at(names).rpartition("/")[0]
        return self.api.ask("POST", path, json=again).status_code == httpx.codes.CREATED

    def _come_back(self, known: list[Operation], names: Names) -> Iterator[str]:
        """What hung on the former object does not hang on the new one of its name."""
        below = [one for one in known if one.parameters[-1] != self._name]
        yield from self._still_known(below, names, "for the new object of the same name")
        for operation in known:
            if operation not in below and _listed_at(operation) and self.api.listed(operation.at(names), limit=_MOST):
                yield f"GET {operation.at(names)} lists for the new object what hung on the former one"

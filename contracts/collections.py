"""Where objects are made that stand on their own: the collections of the document that can be created in and deleted from.

What hangs on such an object (sessions, events, documents, schedules, versions, files) goes with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from contracts.operations import operations


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection: `path`, and the field by which an object of it is found there, `key` or `id`.

    The run tells its own objects by what it chooses itself: their `key`, and where the server gives one, their `name`.
    """

    path: str
    identity: str

    @property
    def marks(self) -> tuple[str, ...]:
        """The fields that a maker chooses, one of which carries the run's id; the first that does counts."""
        return ("key", "name") if self.identity == "key" else ("name",)

    def mark_of(self, body: Mapping[str, Any], run_id: str) -> str | None:
        """Return the field of a body that carries a run's id, if one does."""
        return next((name for name in self.marks if isinstance(body.get(name), str) and run_id in body[name]), None)


@cache
def collections() -> Mapping[str, Collection]:
    """Return the collections by their paths, in the document's order."""
    made = [operation.path for operation in operations() if operation.method == "POST" and not operation.parameters]
    removed = {operation.path for operation in operations() if operation.method == "DELETE" and len(operation.parameters) == 1}
    found = ((path, one) for path in made for one in removed if one.startswith(f"{path}/"))
    return {path: Collection(path, "key" if one.endswith("_key}") else "id") for path, one in found}

"""Where objects are made that stand on their own: the collections of the document that can be created in and deleted from.

What hangs on such an object (sessions, events, documents, schedules, versions, files) goes with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from contracts.operations import operations


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection: `path`, and the field by which an object of it is found there, `key` or `id`.

    Where the server gives the id, the run tells its own objects by their `name`.
    """

    path: str
    identity: str

    @property
    def mark(self) -> str:
        """The field that its maker chooses, and that carries the run's id."""
        return "key" if self.identity == "key" else "name"


@cache
def collections() -> Mapping[str, Collection]:
    """Return the collections by their paths, in the document's order."""
    made = [operation.path for operation in operations() if operation.method == "POST" and not operation.parameters]
    removed = {operation.path for operation in operations() if operation.method == "DELETE" and len(operation.parameters) == 1}
    found = ((path, one) for path in made for one in removed if one.startswith(f"{path}/"))
    return {path: Collection(path, "key" if one.endswith("_key}") else "id") for path, one in found}

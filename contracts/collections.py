"""Where objects are made that stand on their own: the collections of the document that can be created in and deleted from.

What hangs on such an object (sessions, events, documents, schedules, versions, files) goes with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from contracts.operations import Operation, operations


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
    deleted = {operation.path for operation in operations() if operation.method == "DELETE"}
    made = (_collection(operation, deleted) for operation in operations() if operation.method == "POST")
    return {collection.path: collection for collection in made if collection}


def _collection(operation: Operation, deleted: set[str]) -> Collection | None:
    if operation.parameters:
        return None
    objects = [path for path in deleted if path.startswith(f"{operation.path}/{{") and path.count("/") == 3]  # noqa: PLR2004
    return Collection(operation.path, "key" if objects[0].endswith("_key}") else "id") if objects else None

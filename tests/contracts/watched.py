"""A sound mock for `--app` that says at the end of its process how much was made in it, without a run's id, and left."""

import atexit
import json
import re
from typing import Any

from contracts.collections import collections
from mockserver.app import create_app
from tests.contracts.sabotage.making import Wsgi

_MARK = re.compile(r"sc-[0-9a-f]{8}-")


def create_watched_app() -> Wsgi:
    made: dict[str, bool] = {}
    removed: set[str] = set()
    sound = create_app()

    def watched(environ: dict[str, Any], start_response: Any) -> Any:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        started: list[Any] = []
        chunks = list(sound(environ, lambda status, headers, _=None: started.extend((status, headers))))
        if method == "POST" and path in collections() and started[0].startswith("201"):
            body, collection = json.loads(b"".join(chunks)), collections()[path]
            made[f"{path}/{body[collection.identity]}"] = any(_MARK.match(str(body.get(name))) for name in collection.marks)
        if method == "DELETE" and started[0].startswith("204"):
            removed.add(path)
        start_response(*started)
        return chunks

    def told() -> None:
        unmarked = sum(not is_marked for is_marked in made.values())
        print(f"made {len(made)}, unmarked {unmarked}, left {len(made.keys() - removed)}")  # noqa: T201 - for the test that reads it

    atexit.register(told)
    return watched

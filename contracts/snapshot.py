"""What the administrator sees of the run's objects: two looks tell whether anything has changed between them."""

import json
from collections.abc import Mapping

from contracts.asking import ask_of
from contracts.client import Api
from contracts.credentials import UnavailableError
from contracts.operations import operations
from contracts.places import Places

Snapshot = Mapping[str, str]


def snapshot(api: Api, places: Places, *, collection: str = "") -> Snapshot:
    """Read everything that the document lets one read, by path; of what the account has, the run's own alone.

    `collection` leaves all out but one kind of object with what hangs on it (`Operation.collection`).
    """
    seen = {}
    for operation in operations():
        ask = ask_of(operation)
        if operation.writes or ask is None or collection not in {"", operation.collection}:
            continue
        try:
            path = operation.at(names := places.of(operation))
        except UnavailableError:
            continue
        if operation.parameters:
            answer = api.ask("GET", path, **ask.options(places, names, permitted=True))
            seen[path] = f"{answer.status_code} {_without_request_id(answer.text)}"
        else:
            seen[path] = json.dumps([one for one in _listed(api, path) if places.world.run_id in json.dumps(one)])
    return seen


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """Name the paths at which two looks differ."""
    return [path for path in before if before[path] != after.get(path)]


def _listed(api: Api, path: str) -> list[object]:
    listing = api.ask("GET", path)
    return list(api.listed(path)) if listing.is_success else []


def _without_request_id(text: str) -> str:
    try:
        body = json.loads(text)
    except ValueError:
        return text
    return json.dumps({name: value for name, value in body.items() if name != "request_id"} if isinstance(body, dict) else body)

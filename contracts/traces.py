"""Whether an answer tells that an object exists: the same question about one that is there and one that is not."""

import json
from collections.abc import Iterable, Iterator

import httpx

from contracts.asking import ask_of
from contracts.client import Api
from contracts.credentials import UnavailableError
from contracts.identities import Identity
from contracts.operations import Operation, operations
from contracts.places import Names, Places

_OWN = {"request_id"}
_PASSING = {"x-request-id", "date", "content-length", "server", "x-mock-seed"}


def traces(
    api: Api, places: Places, identities: Iterable[Identity], *, asked: Iterable[Operation] | None = None
) -> Iterator[str]:
    """Name the answers that give away whether there is an object.

    What a caller may do he may also see, so that is left out, but for the operations of `asked`: their objects are hidden from
    him whatever his roles are.
    """
    callers, hidden = list(identities), asked is not None
    for operation in operations() if asked is None else asked:
        try:
            names = places.of(operation) if operation.parameters else {}
        except UnavailableError:
            continue
        for parameter in operation.parameters:
            for caller in callers:
                if hidden or not caller.may(operation, names):
                    yield from _trace(api.bearing(caller.headers), places, operation, parameter, caller.name)


def _trace(caller: Api, places: Places, operation: Operation, parameter: str, name: str) -> Iterator[str]:
    """Compare two answers. Where the first is no refusal there is nothing to hide; whether it had to be, the matrix says."""
    named = places.of(operation)
    there = _asked(caller, places, operation, named)
    if there.is_success:
        return
    missing = places.without(operation, parameter)
    told, told_of_none = _told(there, named), _told(_asked(caller, places, operation, missing), missing)
    if told != told_of_none:
        yield f"{operation.id} for {name}: {told} where {parameter} is there, {told_of_none} where it is not"


def _asked(caller: Api, places: Places, operation: Operation, names: Names) -> httpx.Response:
    ask = ask_of(operation)
    options = ask.options(places, places.of(operation), permitted=False) if ask else {}
    return caller.ask(operation.method, operation.at(names), **options)


def _told(answer: httpx.Response, names: Names) -> str:
    """Write an answer without what has to differ: the names that were asked for."""
    headers = sorted(name for name in answer.headers if name.lower() not in _PASSING)
    text = f"{answer.status_code} {_body(answer)} {headers}"
    for parameter, value in sorted(names.items(), key=lambda item: -len(str(item[1]))):
        text = text.replace(value, f"<{parameter}>") if isinstance(value, str) else text
    return text


def _body(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return answer.text
    return json.dumps({name: value for name, value in body.items() if name not in _OWN} if isinstance(body, dict) else body)

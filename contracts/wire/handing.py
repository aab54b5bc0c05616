"""What a target hands out that is secret: keys, secrets of clients, tokens. The document says which operations do, and where."""

import json
from collections.abc import Mapping
from functools import cache

import httpx

from contracts.checks.secrecy import secrets_in
from contracts.operations import operations
from contracts.schemas import Place, answered

_GOOD = (httpx.codes.OK, httpx.codes.CREATED)
_SHORTEST = 6
"""In characters: what is shorter stands in other texts by chance."""


def handed_out(request: httpx.Request, response: httpx.Response) -> set[str]:
    """Return the credentials that an answer holds, whatever its status; nothing for operations that do not hand them out."""
    schema = _handing().get((request.method, request.url.path))
    if schema is None:
        return set()
    try:
        body = json.loads(response.read())
    except ValueError:
        return set()
    return {text for _, text in secrets_in(body, schema) if len(text) >= _SHORTEST}


@cache
def _handing() -> Mapping[tuple[str, str], Place]:
    """Return the schemas of the answers that hand something out, by method and path."""
    found = ((one, answered(one, status)) for one in operations() if one.shows_secrets for status in _GOOD)
    return {(operation.method, operation.path): schema for operation, schema in found if schema}

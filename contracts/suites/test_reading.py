"""What is there already, whoever made it: listings and what they list. Nothing is written (`--profile read-only`)."""

from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from contracts.client import Api, Json
from contracts.collections import collections
from contracts.dialects.spoken import Speaks
from contracts.dialects.table import PAGE_KEYS
from contracts.looks import Look
from contracts.operations import operations
from contracts.promises import keeps
from contracts.target import Target

PAGES, SHORT_PAGE, LONG_PAGE, READ = 12, 1, 100, 5
TRIES = 3
NO_KEY = "zut_no-such-key"
INSIDE = {"/v2/agents": ("sessions", "key"), "/v2/corpora": ("documents", "id")}
READABLE = {operation.path.rpartition("/")[0] for operation in operations() if operation.method == "GET"}
LISTINGS = [path for path in collections() if path in READABLE]


class GoneError(Exception):
    """Somebody has removed what a listing is of, while it was looked at."""


def _page(api: Api, path: str, **parameters: object) -> tuple[list[Json], str | None]:
    answer = api.call("GET", path, params=parameters, expect={200, 404})
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise GoneError(path)
    page: Json = answer.json()
    rows = next(value for value in page.values() if isinstance(value, list))
    return rows, page["metadata"].get("page_key")


def _joined(api: Api, path: str) -> list[Json]:
    """Join the first short pages."""
    rows, page_key = _page(api, path, limit=SHORT_PAGE)
    for _ in range(PAGES - 1):
        if not page_key or not rows:
            break
        more, page_key = _page(api, path, limit=SHORT_PAGE, page_key=page_key)
        rows += more
    return rows


def _look(api: Api, path: str, identity: str) -> Look:
    before, _ = _page(api, path, limit=LONG_PAGE)
    joined = _joined(api, path)
    read = {row[identity]: api.ask("GET", f"{path}/{row[identity]}") for row in joined[:READ]}
    return Look(identity, before, joined, read, _page(api, path, limit=LONG_PAGE)[0])


def _listings(api: Api, path: str) -> Iterator[tuple[str, str]]:
    """Give a collection and what hangs on its first objects."""
    yield path, collections()[path].identity
    if path in INSIDE:
        part, identity = INSIDE[path]
        rows, _ = _page(api, path, limit=READ)
        yield from ((f"{path}/{row['key']}/{part}", identity) for row in rows)


@keeps("SC701")
@pytest.mark.parametrize("path", LISTINGS)
def test_what_is_there_is_shown_to_nobody_without_a_known_credential(api: Api, target: Target, path: str):
    answer = api.ask("GET", path, params={"limit": 1})
    rows = _page(api, path, limit=1)[0] if answer.is_success else []
    with target.http() as http:
        for asked in (path, *(f"{path}/{row[collections()[path].identity]}" for row in rows)):
            for credential in ({}, {"x-api-key": NO_KEY}, {"authorization": f"Bearer {NO_KEY}"}):
                assert http.get(asked, headers=credential).status_code == httpx.codes.UNAUTHORIZED, (asked, credential)


@keeps("SC207")
def test_what_is_not_there_is_answered_404_beside_what_is(api: Api):
    agents, _ = _page(api, "/v2/agents", limit=READ)
    api.call("GET", "/v2/agents/missing-agent", expect=404)
    places = []
    for agent in agents:
        sessions = f"/v2/agents/{agent['key']}/sessions"
        places.append((sessions, "missing-session"))
        with suppress(GoneError):
            places += [(f"{sessions}/{row['key']}/events", "aev_missing") for row in _page(api, sessions, limit=1)[0]]
    for path, missing in places:
        answer = api.call("GET", f"{path}/{missing}", expect=404).json()
        is_gone = api.ask("GET", path.rpartition("/")[0]).status_code == httpx.codes.NOT_FOUND
        assert missing in answer["id"] or is_gone, (path, answer)


@keeps("SC226")
@pytest.mark.parametrize("path", LISTINGS)
def test_a_listing_has_every_object_once_and_as_it_is_read(api: Api, target: Target, speaks: Speaks, path: str):
    if api.ask("GET", path, params={"limit": 1}).status_code in {httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND}:
        pytest.skip(f"not testable here: the target lists no {path.removeprefix('/v2/')}")
    holds_place = not target.wire.reads_only and speaks(PAGE_KEYS, "goes on")  # to find it out takes sessions of one's own
    for listing, identity in _listings(api, path):
        faults = list[str]()
        with suppress(GoneError):
            for _ in range(TRIES):  # it may have changed, and changed back
                if not (faults := list(_look(api, listing, identity).faults(holds_place=holds_place))):
                    break
        assert faults == [], listing

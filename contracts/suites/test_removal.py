"""What is removed is gone, with all that hung on it: every kind of object that the document lets one remove."""

import time

import httpx
import pytest

from contracts.client import Api
from contracts.credentials import API_KEYS, APP_CLIENTS, Credentials, Roles, UnavailableError
from contracts.dialects.spoken import Speaks
from contracts.dialects.table import AGENTS_WITH_SESSIONS
from contracts.operations import Operation
from contracts.places import Places
from contracts.promises import keeps
from contracts.removal import Removal, gone_within, removals
from contracts.target import Target
from contracts.world import RunWorld

QUESTION = {"query": "password"}


@pytest.fixture(scope="module")
def places(world: RunWorld, credentials: Credentials) -> Places:
    """Objects for paths to name, the same for all kinds of removal."""
    return Places(world, credentials)


@keeps("SC219")
@pytest.mark.parametrize("operation", removals(), ids=lambda operation: operation.id)
def test_what_is_removed_is_gone(api: Api, places: Places, target: Target, speaks: Speaks, operation: Operation):
    if operation.id == "deleteAgent":
        speaks.need(AGENTS_WITH_SESSIONS, "removes both")
    try:
        faults = list(Removal(api, places, operation, target.settles_within_seconds).faults())
    except UnavailableError as reason:
        pytest.skip(f"not testable here: {reason}")
    assert faults == [], "\n".join(faults)


@keeps("SC219")
def test_a_removed_document_is_not_found_any_more(world: RunWorld, api: Api, target: Target):
    key, ids = world.key("corpus"), [world.key("document") for _ in range(2)]
    api.call("POST", "/v2/corpora", json={"key": key}, expect=201)
    world.remove_at_the_end(f"/v2/corpora/{key}")
    for name in ids:
        body = {"type": "core", "id": name, "document_parts": [{"text": "How to reset a password."}]}
        api.call("POST", f"/v2/corpora/{key}/documents", json=body, expect=201)
    if not _finds(api, key, set(ids), target.settles_within_seconds):
        pytest.skip("not testable here: the documents did not become searchable")
    api.call("DELETE", f"/v2/corpora/{key}/documents/{ids[0]}", expect=204)
    assert _finds(api, key, {ids[1]}, target.settles_within_seconds), "a query still finds it"


def _finds(api: Api, corpus_key: str, ids: set[str], patience: float) -> bool:
    """Say whether a query finds just these documents, at once or within the time that a deployment may take."""
    waited = 0.0
    while True:
        answer = api.ask("POST", f"/v2/corpora/{corpus_key}/query", json=QUESTION)
        if answer.status_code == httpx.codes.OK and {row["document_id"] for row in answer.json()["search_results"]} == ids:
            return True
        if waited >= patience:
            return False
        time.sleep(1)
        waited += 1


@keeps("SC219")
def test_a_removed_key_lets_nobody_in(api: Api, credentials: Credentials):
    try:
        key = credentials.key(Roles(api_roles=["viewer"]))
    except UnavailableError as reason:
        pytest.skip(f"not testable here: {reason}")
    assert credentials.settled(key, httpx.codes.OK), f"{API_KEYS}/{key.id} was never let in"
    api.call("DELETE", key.path, expect=204)
    assert credentials.settled(key, httpx.codes.UNAUTHORIZED), f"{key.path} is removed and still let in"


@keeps("SC219")
def test_a_removed_client_gets_no_tokens(api: Api, target: Target, credentials: Credentials):
    try:
        client = credentials.client(Roles(api_roles=["viewer"]))
        credentials.token(client)
    except UnavailableError as reason:
        pytest.skip(f"not testable here: {reason}")
    path = f"{APP_CLIENTS}/{client['id']}"
    api.call("DELETE", path, expect=204)
    assert gone_within(api, path, target.settles_within_seconds)
    with pytest.raises(UnavailableError):
        credentials.token(client)

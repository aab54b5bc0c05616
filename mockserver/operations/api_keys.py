"""The operations on API keys (api-facts §1.4). What they change counts from the next request on."""

from collections.abc import Mapping
from dataclasses import replace

from mockserver.domain.access import Principal
from mockserver.domain.credentials import ApiKey, new_api_key
from mockserver.domain.errors import Refused
from mockserver.domain.paging import page
from mockserver.operations.call import NOT_STORED, Call, Reply, Services, listed
from mockserver.operations.credentials import free_id_attempt, made_id, made_secret, refuse_roles_beyond

_PREFIX: Mapping[str | None, str] = {"serving": "zqt_", "serving_and_indexing": "zwt_"}
"""How a secret begins, by `api_key_role` (api-facts §1.1)."""
_PERSONAL_PREFIX = "zut_"
_MANAGERS = frozenset({"owner", "administrator"})


def create_api_key(call: Call, services: Services) -> Reply:
    """Make a key, and show its secret this once. Raises Refused SM391 for roles that the caller may not give."""
    name, keys = call.body["name"], services.store.api_keys
    prefix = _PREFIX.get(call.body.get("api_key_role"), _PERSONAL_PREFIX)
    attempt = free_id_attempt("aky", name, services, lambda key_id: keys.get(key_id) is not None)
    while True:
        secret = made_secret(prefix, name, services, attempt)
        key_id = made_id("aky", name, services, attempt)
        key = new_api_key(call.body, key_id=key_id, secret=secret, creator=call.principal)
        refuse_roles_beyond(call, key.roles, services)
        if keys.add(key) is not None:
            return Reply(201, key.as_json(secret), headers=NOT_STORED)
        attempt += 1


def list_api_keys(call: Call, services: Services) -> Reply:
    """List the keys that the caller may see, newest first, by `corpus_key` and `api_key_role`."""
    corpus_key, role = call.parameters["corpus_key"], call.parameters["api_key_role"]

    def keep(key: ApiKey) -> bool:
        on_corpus = corpus_key is None or corpus_key in key.principal.corpus_roles
        return on_corpus and role in (None, key.api_key_role) and _sees(call.principal, key)

    found = page(
        services.store.api_keys.listed,
        listing=repr(("api_keys", corpus_key, role, None if _sees_all(call.principal) else call.principal.id)),
        key=call.parameters["page_key"],
        limit=call.parameters["limit"],
        keep=keep,
    )
    return listed("api_keys", found, ApiKey.as_json)


def get_api_key(call: Call, services: Services) -> Reply:
    """Return a key without its secret."""
    return Reply(200, _seen(call, services).as_json())


def update_api_key(call: Call, services: Services) -> Reply:
    """Enable or disable a key."""
    enabled = call.body.get("enabled", _seen(call, services).enabled)
    changed = services.store.api_keys.change(call.parameters["api_key_id"], lambda key: replace(key, enabled=enabled))
    if changed is None:
        raise _unseen(call)
    return Reply(200, changed.as_json())


def delete_api_key(call: Call, services: Services) -> Reply:
    """Remove a key."""
    if not services.store.api_keys.remove(_seen(call, services).id):
        raise _unseen(call)
    return Reply(204)


def _seen(call: Call, services: Services) -> ApiKey:
    """Return the key in the path if the caller may see it. Raises Refused SM392, SM394."""
    key = services.store.api_keys.get(call.parameters["api_key_id"])
    if key is None or not _sees(call.principal, key):
        raise _unseen(call)
    return key


def _unseen(call: Call) -> Refused:
    """Refuse so that only who sees all keys learns whether one exists."""
    key_id = call.parameters["api_key_id"]
    if _sees_all(call.principal):
        return Refused("SM392", f"There is no API key {key_id!r}.", missing_id=key_id)
    return Refused("SM394", f"{call.principal.name} has made no API key {key_id!r}.")


def _sees_all(principal: Principal) -> bool:
    return bool(principal.api_roles & _MANAGERS)


def _sees(principal: Principal, key: ApiKey) -> bool:
    return _sees_all(principal) or (principal.id is not None and key.created_by == principal.id)

"""API keys and app clients: credentials that are resources, and the roles of who comes with one (api-facts §1.4).

A secret is shown once, by whoever made it; what is kept of it is a digest.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mockserver.domain.access import Principal, Roles, roles_of
from mockserver.domain.sessions import MASK
from mockserver.domain.values import JsonObject

LEGACY_CORPUS_ROLE: Mapping[str, str] = {"serving": "viewer", "serving_and_indexing": "editor"}
"""What an `api_key_role`, which is deprecated, lets a key do with the corpora of its `corpus_keys` (api-facts §1.1)."""
_PERSONAL = "personal"


def digest_of(secret: str) -> str:
    """Return what is kept of a secret. It is long and random, so that a plain hash of it cannot be guessed back."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key as it is stored. `api_key_role` is the deprecated form of roles; `created_by` is the credential that made it."""

    id: str
    name: str
    digest: str
    roles: Roles
    enabled: bool = True
    api_key_role: str | None = None
    created_by: str | None = None
    sequence: int = 0

    @property
    def key(self) -> str:
        """Its id, under which a collection keeps it."""
        return self.id

    @property
    def principal(self) -> Principal:
        """Who comes with it."""
        return self.roles.principal(self.name, self.id)

    def as_json(self, secret: str = MASK) -> JsonObject:
        """Write it as the API does, with its secret where that is just made."""
        legacy = {} if self.api_key_role is None else {"api_key_role": self.api_key_role}
        return {"id": self.id, "name": self.name, "secret_key": secret, "enabled": self.enabled, **self.roles.as_json(), **legacy}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppClient:
    """An application that gets tokens by its `client_id` and a secret."""

    id: str
    name: str
    client_id: str
    digest: str
    roles: Roles
    description: str | None = None
    sequence: int = 0

    @property
    def key(self) -> str:
        """Its id, under which a collection keeps it."""
        return self.id

    @property
    def principal(self) -> Principal:
        """Who comes with a token of it."""
        return self.roles.principal(self.name, self.id)

    def as_json(self, secret: str = MASK) -> JsonObject:
        """Write it as the API does, with its secret where that is just made."""
        return {
            "id": self.id,
            "name": self.name,
            **({} if self.description is None else {"description": self.description}),
            "client_id": self.client_id,
            "client_secret": secret,
            **self.roles.as_json(),
        }


def new_api_key(body: JsonObject, *, key_id: str, secret: str, creator: Principal | None) -> ApiKey:
    """Make the API key that a valid create request describes; a personal one has the roles of its creator."""
    legacy = body.get("api_key_role")
    return ApiKey(
        id=key_id,
        name=body["name"],
        digest=digest_of(secret),
        roles=_roles_held(creator) if legacy == _PERSONAL and creator else _with_legacy(roles_of(body), legacy, body),
        enabled=body.get("enabled", True),
        api_key_role=legacy,
        created_by=creator.id if creator else None,
    )


def _with_legacy(roles: Roles, legacy: str | None, body: JsonObject) -> Roles:
    role = LEGACY_CORPUS_ROLE.get(legacy or "", "viewer")
    granted = tuple({"corpus_key": key, "role": role} for key in body.get("corpus_keys") or ())
    return replace(roles, corpus_roles=(*roles.corpus_roles, *granted))


def _roles_held(principal: Principal) -> Roles:
    return Roles(
        api_roles=tuple(sorted(principal.api_roles)),
        corpus_roles=tuple(_held("corpus_key", principal.corpus_roles)),
        agent_roles=tuple(_held("agent_key", principal.agent_roles)),
    )


def _held(object_key: str, roles: Mapping[str, frozenset[str]]) -> list[JsonObject]:
    return [{object_key: key, "role": role} for key, names in roles.items() for role in sorted(names)]


def new_app_client(body: JsonObject, *, app_id: str, client_id: str, secret: str) -> AppClient:
    """Make the app client that a valid create request describes."""
    return AppClient(
        id=app_id,
        name=body["name"],
        description=body.get("description"),
        client_id=client_id,
        digest=digest_of(secret),
        roles=roles_of(body),
    )


def updated_app_client(client: AppClient, body: JsonObject) -> AppClient:
    """Apply a valid PATCH: each list that is given replaces the one that there is."""
    given = roles_of(body)
    changed = {name: getattr(given, name) for name in ("api_roles", "corpus_roles", "agent_roles") if name in body}
    return replace(client, description=body.get("description", client.description), roles=replace(client.roles, **changed))

"""Who may do what: a principal holds roles, an operation asks for some (api-facts §1.4, §1.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class Principal:
    """Who sends the request: its name, its account-wide roles, its roles on single agents and corpora (key → roles).

    `id` is that of the API key or app client that it comes with, None for one that is neither.
    """

    name: str
    api_roles: frozenset[str]
    agent_roles: Mapping[str, frozenset[str]]
    corpus_roles: Mapping[str, frozenset[str]]
    id: str | None = None


NOBODY = Principal("nobody", frozenset(), {}, {})
"""Who sends a request to a public operation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Roles as the API writes them: on the account, on corpora (`corpus_key`, `role`), on agents (`agent_key`, `role`)."""

    api_roles: tuple[str, ...] = ()
    corpus_roles: tuple[JsonObject, ...] = ()
    agent_roles: tuple[JsonObject, ...] = ()

    def as_json(self) -> JsonObject:
        """Write them as the API does."""
        return {
            "api_roles": list(self.api_roles),
            "corpus_roles": list(self.corpus_roles),
            "agent_roles": list(self.agent_roles),
        }

    def principal(self, name: str, id_: str) -> Principal:
        """Return who holds these roles."""
        return Principal(
            name=name,
            api_roles=frozenset(self.api_roles),
            agent_roles=_by_object("agent_key", self.agent_roles),
            corpus_roles=_by_object("corpus_key", self.corpus_roles),
            id=id_,
        )


def roles_of(body: JsonObject) -> Roles:
    """Read the roles of a request body; a list that is not there is empty."""
    return Roles(
        api_roles=tuple(body.get("api_roles") or ()),
        corpus_roles=tuple(body.get("corpus_roles") or ()),
        agent_roles=tuple(body.get("agent_roles") or ()),
    )


def _by_object(object_key: str, held: Sequence[JsonObject]) -> Mapping[str, frozenset[str]]:
    roles: dict[str, set[str]] = {}
    for entry in held:
        roles.setdefault(entry[object_key], set()).add(entry["role"])
    return {key: frozenset(names) for key, names in roles.items()}


@dataclass(frozen=True, slots=True)
class RequiredRoles:
    """What an operation asks for, from `x-required-roles`: one role of any kind suffices."""

    api: frozenset[str]
    agent: frozenset[str]
    corpus: frozenset[str]


def permits(required: RequiredRoles, principal: Principal, *, agent_key: str | None, corpus_key: str | None) -> bool:
    """Say whether `principal` may do it. Without an agent in the path, a role on any agent counts (api-facts §1.6)."""
    if required.api & principal.api_roles:
        return True
    if corpus_key is not None:
        return bool(required.corpus & principal.corpus_roles.get(corpus_key, frozenset()))
    if agent_key is not None:
        return bool(required.agent & principal.agent_roles.get(agent_key, frozenset()))
    return any(required.agent & roles for roles in principal.agent_roles.values())


def visible_agents(required: RequiredRoles, principal: Principal) -> frozenset[str] | None:
    """Which agents a listing may show: None for all, else the keys on which the principal holds a fitting role."""
    if required.api & principal.api_roles:
        return None
    return frozenset(key for key, roles in principal.agent_roles.items() if required.agent & roles)

"""Who may do what: a principal holds roles, an operation asks for some (api-facts §1.4, §1.5)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Principal:
    """Who sends the request: its name, its account-wide roles, its roles on single agents and corpora (key → roles)."""

    name: str
    api_roles: frozenset[str]
    agent_roles: Mapping[str, frozenset[str]]
    corpus_roles: Mapping[str, frozenset[str]]


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

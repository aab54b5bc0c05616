"""Who may give which roles: nobody gives what goes beyond its own (api-facts §1.4; which role contains which is data)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from mockserver.domain.access import Principal, Roles

Role: TypeAlias = tuple[str, str]
"""A kind, as `x-required-roles` writes it, and a name: `("CorpusRole", "editor")`."""
ON_ACCOUNT, ON_AGENT, ON_CORPUS = "ApiRole", "AgentRole", "CorpusRole"


@dataclass(frozen=True, slots=True)
class Inheritance:
    """For each role all that it contains, itself among them; a role on the account contains roles on every object."""

    contained: Mapping[Role, frozenset[Role]]

    def within(self, roles: Iterable[Role]) -> frozenset[Role]:
        """Return all that these roles contain together."""
        return frozenset().union(*(self.contained.get(role, frozenset({role})) for role in roles))


def inheritance_of(direct: Mapping[Role, Iterable[Role]]) -> Inheritance:
    """Follow what each role contains directly to all that it contains."""
    return Inheritance({role: _reached(role, direct) for role in direct})


def _reached(role: Role, direct: Mapping[Role, Iterable[Role]]) -> frozenset[Role]:
    found: set[Role] = set()
    waiting = [role]
    while waiting:
        latest = waiting.pop()
        if latest not in found:
            found.add(latest)
            waiting.extend(direct.get(latest, ()))
    return frozenset(found)


def roles_beyond(principal: Principal, roles: Roles, inheritance: Inheritance) -> list[str]:
    """Return those of the roles that the principal may not give, as people read them; empty when it may give all."""
    everywhere = inheritance.within((ON_ACCOUNT, name) for name in principal.api_roles)
    on_agents = _on_objects(ON_AGENT, principal.agent_roles, inheritance)
    on_corpora = _on_objects(ON_CORPUS, principal.corpus_roles, inheritance)
    beyond = [name for name in roles.api_roles if (ON_ACCOUNT, name) not in everywhere]
    for kind, key_name, noun, held, given in (
        (ON_CORPUS, "corpus_key", "corpus", on_corpora, roles.corpus_roles),
        (ON_AGENT, "agent_key", "agent", on_agents, roles.agent_roles),
    ):
        beyond += [
            f"{entry['role']} on {noun} {entry[key_name]}"
            for entry in given
            if (kind, entry["role"]) not in everywhere | held.get(entry[key_name], frozenset())
        ]
    return list(dict.fromkeys(beyond))


def _on_objects(kind: str, held: Mapping[str, frozenset[str]], inheritance: Inheritance) -> dict[str, frozenset[Role]]:
    return {key: inheritance.within((kind, name) for name in names) for key, names in held.items()}

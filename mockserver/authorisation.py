"""May the caller do it? The document's `x-required-roles` alone decide, before anything is looked up (api-facts §1.4, §1.6)."""

from collections.abc import Callable, Mapping

from mockserver.domain.access import Principal, permits
from mockserver.domain.errors import Refused
from mockserver.domain.ports import Store
from mockserver.spec.operations import Operation

FORBIDDEN, MISSING, TOLD = "403", "404", "told"
FOREIGN_OBJECTS = (FORBIDDEN, MISSING, TOLD)
"""What a caller is answered about an agent or a corpus on which it has no role: 403 or 404, whether the object is there or not;
or what api-facts §9.39 guesses, 403 if it is there and 404 if not, which tells."""

_Found = Callable[[Store, str], object]
_OBJECTS: Mapping[str, tuple[str, str, _Found]] = {
    "agent_key": ("agent", "SM301", lambda store, key: store.agent(key)),
    "corpus_key": ("corpus", "SM304", lambda store, key: store.corpus(key)),
}


def authorise(operation: Operation, principal: Principal, path: Mapping[str, str], store: Store, foreign_objects: str) -> None:
    """Do nothing for a caller who may do it. Raises Refused SM110; for foreign objects SM301 or SM304 where the rule says so."""
    if permits(operation.roles, principal, agent_key=path.get("agent_key"), corpus_key=path.get("corpus_key")):
        return
    for parameter, (name, code, found) in _OBJECTS.items():
        key = path.get(parameter)
        if key is None or not _is_foreign(principal, parameter, key):
            continue
        if foreign_objects == MISSING or (foreign_objects == TOLD and found(store, key) is None):
            raise Refused(code, f"There is no {name} {key!r}.", missing_id=key)
    raise _forbidden(operation, principal)


def _is_foreign(principal: Principal, parameter: str, key: str) -> bool:
    """Say whether the caller is one of single objects, and this is none of them. Roles on the account make no object foreign."""
    held = principal.agent_roles if parameter == "agent_key" else principal.corpus_roles
    return not principal.api_roles and key not in held


def _forbidden(operation: Operation, principal: Principal) -> Refused:
    wanted = ", ".join(sorted(operation.roles.api))
    objects = (("agent", operation.roles.agent), ("corpus", operation.roles.corpus))
    also = "".join(f", or on the {name} one of {', '.join(sorted(roles))}" for name, roles in objects if roles)
    return Refused("SM110", f"{operation.id} needs one of the roles {wanted}{also}; {principal.name} has none of them.")

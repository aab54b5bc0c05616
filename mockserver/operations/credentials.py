"""What the operations on API keys and on app clients share: ids and secrets from chance, and who may give which roles."""

from collections.abc import Callable

from mockserver.domain.access import Roles
from mockserver.domain.errors import Refused
from mockserver.domain.grants import roles_beyond
from mockserver.operations.call import Call, Services
from mockserver.operations.keys import free_attempt

_ID_BITS, _SECRET_BITS = 48, 160
_NONE = Roles()


def made_id(prefix: str, name: str, services: Services, attempt: int) -> str:
    """Make an id such as `aky_0d5405e52c22`, another one with each attempt."""
    return f"{prefix}_{services.ids.random_for('id', prefix, name, attempt).getrandbits(_ID_BITS):0{_ID_BITS // 4}x}"


def _has_made_keys(credential_id: str, services: Services) -> bool:
    """Say whether keys are left that a credential of this id made: one that gets the id now would manage them."""
    return any(key.created_by == credential_id for key in services.store.api_keys.listed(None))


def free_id_attempt(prefix: str, name: str, services: Services, is_there: Callable[[str], bool]) -> int:
    """Return an attempt that makes an id which nobody has, nor had who made a key that is left."""

    def is_taken(attempt: int) -> bool:
        credential_id = made_id(prefix, name, services, attempt)
        return is_there(credential_id) or _has_made_keys(credential_id, services)

    return free_attempt(is_taken)


def made_secret(prefix: str, name: str, services: Services, attempt: int) -> str:
    """Make a secret. The tenant and the time are in it, so that no other tenant has it, nor a later credential of that name."""
    purpose = ("secret", services.tenant, prefix, name, services.clock.now().isoformat(), attempt)
    return f"{prefix}{services.ids.random_for(*purpose).getrandbits(_SECRET_BITS):0{_SECRET_BITS // 4}x}"


def refuse_roles_beyond(call: Call, roles: Roles, services: Services, *, had: Roles = _NONE) -> None:
    """Let nobody give what its own roles do not contain; what somebody `had` already is not given. Raises Refused SM391."""
    beyond = roles_beyond(call.principal, _without(roles, had), services.inheritance)
    if beyond:
        listed = ", ".join(beyond)
        raise Refused("SM391", f"{call.principal.name} may not give {listed}: its own roles do not contain that.")


def _without(roles: Roles, had: Roles) -> Roles:
    return Roles(
        api_roles=tuple(role for role in roles.api_roles if role not in had.api_roles),
        corpus_roles=tuple(role for role in roles.corpus_roles if role not in had.corpus_roles),
        agent_roles=tuple(role for role in roles.agent_roles if role not in had.agent_roles),
    )

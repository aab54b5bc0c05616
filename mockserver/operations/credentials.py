"""What the operations on API keys and on app clients share: ids and secrets from chance, and who may give which roles."""

from mockserver.domain.access import Roles
from mockserver.domain.errors import Refused
from mockserver.domain.grants import roles_beyond
from mockserver.operations.call import Call, Services

_ID_BITS, _SECRET_BITS = 48, 160
_NONE = Roles()


def made_id(prefix: str, name: str, services: Services, attempt: int) -> str:
    """Make an id such as `aky_0d5405e52c22`, another one with each attempt."""
    return f"{prefix}_{services.ids.random_for('id', prefix, name, attempt).getrandbits(_ID_BITS):0{_ID_BITS // 4}x}"


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

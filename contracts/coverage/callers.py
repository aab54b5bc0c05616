"""Who asks, by the credential of a request: learnt from the requests by which keys and tokens are made (api-facts §1.4)."""

from collections.abc import Mapping
from typing import Any

from contracts.coverage.dimensions import role_name
from contracts.wire.exchange import Exchange

_KEYS, _CLIENTS, _TOKENS = "/v2/api_keys", "/v2/app_clients", {"/oauth/token", "/oauth2/token"}
_FIELDS = {"agent_roles": "agent", "corpus_roles": "corpus"}


class Callers:
    """Knows the one role of a credential; who has several shows nothing of any."""

    def __init__(self) -> None:
        self._roles: dict[str, str] = {}

    def know(self, keys: Mapping[str, str]) -> None:
        """Take the keys that a run was given, by their roles on the account."""
        self._roles |= {key: role_name(role, "api") for role, key in keys.items()}

    def learn(self, exchange: Exchange) -> None:
        """Take what an exchange tells of a credential that was made."""
        if exchange.method != "POST" or not exchange.succeeded:
            return
        sent, made = exchange.sent_json, exchange.json
        if not isinstance(sent, dict) or not isinstance(made, dict):
            return
        if exchange.place in {_KEYS, _CLIENTS}:
            named = made.get("secret_key" if exchange.place == _KEYS else "client_id")
            self._note(named, _only_role(sent))
        elif exchange.place in _TOKENS:
            self._note(made.get("access_token"), self._roles.get(str(sent.get("client_id")), ""))

    def role(self, exchange: Exchange) -> str:
        """Return the one role of who asks, nothing where it is not known to be one."""
        bearer = exchange.headers.get("authorization", "").removeprefix("Bearer ")
        return self._roles.get(exchange.headers.get("x-api-key", bearer), "")

    def _note(self, credential: object, role: str) -> None:
        if isinstance(credential, str) and role:
            self._roles[credential] = role


def _only_role(sent: Mapping[str, Any]) -> str:
    """Return the role of a credential that has one alone, as a request gives them."""
    names = [role_name(str(role), "api") for role in _list(sent.get("api_roles"))]
    for field, kind in _FIELDS.items():
        names += [role_name(str(entry.get("role")), kind) for entry in _list(sent.get(field)) if isinstance(entry, dict)]
    return names[0] if len(names) == 1 else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

"""API keys and app clients that a run makes from its administrator's key, to be somebody with few roles (api-facts §1.4)."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx

from contracts.client import Api, Json
from contracts.target import Target
from contracts.world import RunWorld

API_KEYS, APP_CLIENTS, TOKEN = "/v2/api_keys", "/v2/app_clients", "/oauth/token"
_ABSENT = {httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED}
_POLLS_A_SECOND = 1.0
LONGEST_WAIT_SECONDS = 5


class UnavailableError(Exception):
    """The target does not give such a credential; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Roles as the API writes them."""

    api_roles: Sequence[str] = ()
    agent_roles: Sequence[Json] = ()
    corpus_roles: Sequence[Json] = ()

    @property
    def as_json(self) -> Json:
        """The fields of a create request; what is empty is left out."""
        fields = {"api_roles": self.api_roles, "agent_roles": self.agent_roles, "corpus_roles": self.corpus_roles}
        return {name: list(roles) for name, roles in fields.items() if roles}


@dataclass(frozen=True, slots=True)
class Key:
    """An API key of the run: where it is, and its secret."""

    id: str
    secret: str = field(repr=False)

    @property
    def path(self) -> str:
        """Where it is."""
        return f"{API_KEYS}/{self.id}"

    @property
    def headers(self) -> Mapping[str, str]:
        """What a request carries to come with it."""
        return {"x-api-key": self.secret}


@dataclass(frozen=True, slots=True)
class Token:
    """A token of an app client of the run, and how many seconds it is good."""

    text: str = field(repr=False)
    seconds: float

    @property
    def headers(self) -> Mapping[str, str]:
        """What a request carries to come with it."""
        return {"authorization": f"Bearer {self.text}"}


class Renewed:
    """The headers of a token that is fetched anew before it can expire: half its life before, and a second for rounding."""

    def __init__(self, fetch: Callable[[], Token]) -> None:
        self._fetch = fetch
        self._token, self._fetched_at = fetch(), time.monotonic()

    @property
    def has_expired(self) -> bool:
        """Whether the token that was given last is past its time by now: what it was refused shows nothing then."""
        return time.monotonic() - self._fetched_at >= self._token.seconds - 1

    def __call__(self) -> Mapping[str, str]:
        """Return what a request carries now. Raises UnavailableError."""
        if time.monotonic() - self._fetched_at > (self._token.seconds - 1) / 2:
            self._token, self._fetched_at = self._fetch(), time.monotonic()
        return self._token.headers


class Credentials:
    """Makes credentials named after the run, which go when it ends."""

    def __init__(self, world: RunWorld, target: Target) -> None:
        self._world = world
        self._patience = target.settles_within_seconds
        self._other_api_key = target.other_api_key

    @cached_property
    def lacking(self) -> str:
        """Why the target makes no API keys; nothing where it does."""
        status = self._world.api.ask("GET", API_KEYS, params={"limit": 1}).status_code
        return f"the target makes no API keys (GET {API_KEYS}: {status})" if status in _ABSENT else ""

    @cached_property
    def no_other_account(self) -> str:
        """Why there is nobody of another account; nothing where there is."""
        if not self._other_api_key:
            return "no key of another account; give one with --other-api-key KEY"
        status = self._world.api.as_(self._other_api_key).ask("GET", "/v2/agents", params={"limit": 1}).status_code
        return "" if status == httpx.codes.OK else f"the key of another account is refused with {status}"

    def key(self, roles: Roles, *, by: Api | None = None) -> Key:
        """Make an API key, as the administrator or `by` another caller. Raises UnavailableError."""
        if self.lacking:
            raise UnavailableError(self.lacking)
        made = self._made(API_KEYS, {"name": self._world.key("key"), **roles.as_json}, by)
        key = Key(made["id"], made["secret_key"])
        self._world.remove_at_the_end(key.path)
        return key

    def client(self, roles: Roles) -> Json:
        """Make an app client and return it with its secret. Raises UnavailableError."""
        body = {"type": "client_credentials", "name": self._world.key("client"), **roles.as_json}
        made = self._made(APP_CLIENTS, body, None)
        self._world.remove_at_the_end(f"{APP_CLIENTS}/{made['id']}")
        return made

    def token(self, client: Json) -> Token:
        """Get a token for an app client. Raises UnavailableError."""
        body = {name: client[name] for name in ("client_id", "client_secret")} | {"grant_type": "client_credentials"}
        answer = self._world.api.as_(None).ask("POST", TOKEN, json=body)
        if answer.status_code != httpx.codes.OK:
            raise UnavailableError(f"the target gives no tokens (POST {TOKEN}: {answer.status_code})")
        return Token(answer.json()["access_token"], answer.json()["expires_in"])

    def expired_token(self, roles: Roles) -> Token:
        """Get a token and wait until its time is over. Raises UnavailableError where that takes longer than a run may wait."""
        token = self.token(self.client(roles))
        if token.seconds > LONGEST_WAIT_SECONDS:
            advice = "a mock shortens them with SESSIONSUITE_TOKEN_SECONDS=2"
            raise UnavailableError(f"tokens live {token.seconds:g} s, longer than a run waits; {advice}")
        time.sleep(token.seconds + 1)
        return token

    def enable(self, key: Key, enabled: bool) -> None:
        """Enable or disable a key."""
        self._world.api.call("PATCH", key.path, json={"enabled": enabled}, expect=200)

    def settled(self, key: Key, status: int) -> bool:
        """Wait until a key is answered with this status, as long as the target may take for that; say whether it is."""
        caller, waited = self._world.api.bearing(key.headers), 0.0
        while caller.ask("GET", "/v2/agents", params={"limit": 1}).status_code != status:
            if waited >= self._patience:
                return False
            time.sleep(_POLLS_A_SECOND)
            waited += _POLLS_A_SECOND
        return True

    def _made(self, path: str, body: Json, by: Api | None) -> Json:
        answer = (by or self._world.api).ask("POST", path, json=body)
        if answer.status_code != httpx.codes.CREATED:
            raise UnavailableError(f"the target does not make such a credential (POST {path}: {answer.status_code})")
        made: dict[str, Any] = answer.json()
        return made

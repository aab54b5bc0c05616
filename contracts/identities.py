"""Who asks, in the matrix of roles: one identity for each role that the document knows, on the account and on single objects.

Where the target lets the run make no keys, the roles on the account come from the keys that it was given (`--role-key`), and
what is left stays untested, with the reason.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

import httpx

from contracts.credentials import Credentials, Key, Renewed, Roles, UnavailableError
from contracts.operations import Operation, roles_of_kind
from contracts.places import Places
from contracts.target import Target

Held = Mapping[str, frozenset[str]]
Headers = Mapping[str, str]
UNKNOWN_KEY = "no-such-key-000"
TOKEN_ROLE = "agent_developer"  # noqa: S105 - a role
OBJECTS = {"agent": "agent_key", "corpus": "corpus_key"}


class Standing(Enum):
    """What the target is to make of an identity, whatever the operation is."""

    STRANGER = "stranger"
    ACCOUNT = "account"
    ELSEWHERE = "elsewhere"
    DISABLED = "disabled"
    TOKEN = "token"  # noqa: S105 - a kind of credential
    EXPIRED = "expired"
    OTHER_ACCOUNT = "other account"

    @property
    def is_refused(self) -> bool:
        """Whether the target must not know it."""
        return self in {Standing.STRANGER, Standing.DISABLED, Standing.EXPIRED}


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who asks: its credential and its roles. `absent` says why there is none such.

    `has_expired` says whether the credential that its last request carried is past its time by now.
    """

    name: str
    standing: Standing
    credential: Callable[[], Headers] = field(default=dict, repr=False)
    api_roles: frozenset[str] = frozenset()
    agent_roles: Held = field(default_factory=dict)
    corpus_roles: Held = field(default_factory=dict)
    absent: str = ""
    has_expired: Callable[[], bool] = lambda: False

    @property
    def headers(self) -> Headers:
        """What its requests carry now: a token is renewed before it expires."""
        return self.credential()

    def may(self, operation: Operation, names: Mapping[str, str]) -> bool:
        """Say whether its roles permit an operation on these objects: plain set membership (api-facts §1.4, §1.6).

        A role on an agent counts on that agent; where the path names no agent, on any (§9.38). The same for a corpus, but there
        are no operations without one in the path that a role on a corpus permits.
        """
        if operation.api_roles & self.api_roles:
            return True
        if "corpus_key" in operation.parameters:
            return bool(operation.corpus_roles & self.corpus_roles.get(names["corpus_key"], frozenset()))
        if "agent_key" in operation.parameters:
            return bool(operation.agent_roles & self.agent_roles.get(names["agent_key"], frozenset()))
        return any(operation.agent_roles & held for held in self.agent_roles.values())


class Identities:
    """Makes identities; those that cannot be had are there too, and absent."""

    def __init__(self, credentials: Credentials, places: Places, target: Target) -> None:
        self.credentials = credentials
        self._places = places
        self._target = target

    def of(self, standing: Standing) -> Iterator[Identity]:
        """Make the identities of a standing."""
        makers: Mapping[Standing, Callable[[], Iterator[Identity]]] = {
            Standing.STRANGER: self._strangers,
            Standing.ACCOUNT: self._with_roles,
            Standing.ELSEWHERE: self._elsewhere,
            Standing.DISABLED: self._disabled,
            Standing.TOKEN: self._token,
            Standing.EXPIRED: self._expired,
            Standing.OTHER_ACCOUNT: self._of_another_account,
        }
        return makers[standing]()

    def account(self, role: str) -> Identity:
        """Make somebody with one role on the account."""
        given = self._target.role_keys.get(role)
        if self.credentials.lacking and given is None:
            reason = f"no key of the role {role}; give one with --role-key {role}=KEY"
            return Identity(role, Standing.ACCOUNT, api_roles=frozenset([role]), absent=reason)
        roles = Roles(api_roles=[role])
        key = Key("", given) if self.credentials.lacking and given else None
        return self._holding(role, Standing.ACCOUNT, roles, key=key)

    def on(self, kind: str, role: str, object_key: str, *, where: str = "the", standing: Standing = Standing.ACCOUNT) -> Identity:
        """Make somebody with one role on one agent or corpus."""
        entry = [{OBJECTS[kind]: object_key, "role": role}]
        roles = Roles(agent_roles=entry) if kind == "agent" else Roles(corpus_roles=entry)
        return self._holding(f"{role} on {where} {kind}", standing, roles)

    def without_roles(self) -> Identity:
        """Make somebody who is known and has no role."""
        return self._holding("no role", Standing.ACCOUNT, Roles())

    def _strangers(self) -> Iterator[Identity]:
        yield Identity("no credential", Standing.STRANGER)
        yield Identity("unknown key", Standing.STRANGER, lambda: {"x-api-key": UNKNOWN_KEY})
        yield Identity("unknown token", Standing.STRANGER, lambda: {"authorization": f"Bearer {FORGED_TOKEN}"})

    def _with_roles(self) -> Iterator[Identity]:
        yield self.without_roles()
        for role in roles_of_kind("api"):
            yield self.account(role)
        for kind, root in OBJECTS.items():
            for role in roles_of_kind(kind):
                yield self.on(kind, role, self._places.of_root(root)[root])

    def _elsewhere(self) -> Iterator[Identity]:
        for kind, root in OBJECTS.items():
            for role in roles_of_kind(kind):
                yield self.on(kind, role, self._places.another(root), where="another", standing=Standing.ELSEWHERE)

    def _disabled(self) -> Iterator[Identity]:
        yield self._holding("disabled key", Standing.DISABLED, Roles(api_roles=["administrator"]), disable=True)

    def _token(self) -> Iterator[Identity]:
        try:
            client = self.credentials.client(Roles(api_roles=[TOKEN_ROLE]))
            renewed = Renewed(lambda: self.credentials.token(client))
        except UnavailableError as error:
            yield Identity("token", Standing.TOKEN, api_roles=frozenset([TOKEN_ROLE]), absent=str(error))
            return
        roles = frozenset([TOKEN_ROLE])
        yield Identity(
            f"token of {TOKEN_ROLE}", Standing.TOKEN, renewed, api_roles=roles, has_expired=lambda: renewed.has_expired
        )

    def _expired(self) -> Iterator[Identity]:
        try:
            headers = self.credentials.expired_token(Roles(api_roles=[TOKEN_ROLE])).headers
        except UnavailableError as error:
            yield Identity("expired token", Standing.EXPIRED, absent=str(error))
            return
        yield Identity("expired token", Standing.EXPIRED, lambda: headers)

    def _of_another_account(self) -> Iterator[Identity]:
        key = self._target.other_api_key
        yield Identity(
            "other account",
            Standing.OTHER_ACCOUNT,
            lambda: {"x-api-key": key or ""},
            api_roles=frozenset(["owner"]),
            absent=self.credentials.no_other_account,
        )

    def _holding(self, name: str, standing: Standing, roles: Roles, *, key: Key | None = None, disable: bool = False) -> Identity:
        identity = Identity(
            name,
            standing,
            api_roles=frozenset(roles.api_roles),
            agent_roles={entry["agent_key"]: frozenset([entry["role"]]) for entry in roles.agent_roles},
            corpus_roles={entry["corpus_key"]: frozenset([entry["role"]]) for entry in roles.corpus_roles},
        )
        try:
            made = key or self.credentials.key(roles)
        except UnavailableError as error:
            return replace(identity, absent=str(error))
        if disable:
            self.credentials.enable(made, enabled=False)
            self.credentials.settled(made, httpx.codes.UNAUTHORIZED)
        return replace(identity, credential=lambda: made.headers)


FORGED_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJvd25lciJ9.c2lnbmVkLWJ5LW5vYm9keS1zaWduZWQtYnktbm9ib2R5LXNpZ25lZA"  # noqa: S105 - of nobody

"""From the headers of a request to who sends it, and into which world: API keys, and tokens of app clients (api-facts §1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from mockserver.domain.access import Principal
from mockserver.domain.credentials import digest_of
from mockserver.domain.errors import Refused
from mockserver.domain.ports import Clock, Tokens
from mockserver.operations.call import Token
from mockserver.worlds import World, Worlds

TEST_ID = "x-test-id"
_TEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}\Z")
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request, into which world; without a credential that counts `refused` says why, and the world is nobody's."""

    world: World
    principal: Principal | None = None
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Authentication:
    """Knows the callers of all worlds. `nobodys` is the world of those that are not known; public operations are done there."""

    worlds: Worlds
    nobodys: World
    tokens: Tokens
    clock: Clock
    token_seconds: int

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """Say who sends a request, header names in lower case. Never raises."""
        try:
            test_id = test_id_in(headers)
            credential = _credential(headers)
        except Refused as refused:
            return Caller(self.nobodys, refused=refused)
        try:
            known = self._by_token(credential, test_id) if _TOKEN.match(credential) else None
            return known or self._by_key(credential, test_id)
        except Refused as refused:
            return Caller(self.nobodys, refused=refused)

    def outside(self, headers: Mapping[str, str]) -> World:
        """Return the world in which public operations are done: there tokens are issued. Raises Refused SM216."""
        test_id = test_id_in(headers)

        def issued(client_id: str, client_secret: str) -> Token | None:
            return self._issued(client_id, client_secret, test_id)

        return replace(self.nobodys, services=replace(self.nobodys.services, issue_token=issued))

    def _by_key(self, secret: str, test_id: str | None) -> Caller:
        digest = digest_of(secret)
        for tenant in self.worlds.tenants:
            key = self.worlds.seen(tenant, test_id).services.store.api_keys.find(digest)
            if key is None:
                continue
            if not key.enabled:
                raise Refused("SM104", "The API key is disabled.")
            return Caller(self.worlds.entered(tenant, test_id), key.principal)
        raise Refused("SM102", "The API key is not known.")

    def _by_token(self, text: str, test_id: str | None) -> Caller | None:
        """Return the caller of a token; None for a text that is none of this mock's. Raises Refused SM105, SM106."""
        claims = self.tokens.read(text)
        if claims is None:
            return None
        if claims["exp"] <= self.clock.now().timestamp():
            raise Refused("SM105", "The token has expired.")
        tenant, client_id = str(claims["tenant"]), str(claims["sub"])
        if tenant not in self.worlds.tenants or claims["test_id"] != test_id:
            raise Refused("SM106", "The token was issued for another world.")
        client = self.worlds.seen(tenant, test_id).services.store.app_clients.find(client_id)
        if client is None:
            raise Refused("SM106", "The app client of the token is gone.")
        return Caller(self.worlds.entered(tenant, test_id), client.principal)

    def _issued(self, client_id: str, client_secret: str, test_id: str | None) -> Token | None:
        for tenant in self.worlds.tenants:
            client = self.worlds.seen(tenant, test_id).services.store.app_clients.find(client_id)
            if client is not None and client.digest == digest_of(client_secret):
                return self._token(tenant, client_id, test_id)
        return None

    def _token(self, tenant: str, client_id: str, test_id: str | None) -> Token:
        issued_at = self.clock.now()
        expires_at = issued_at + timedelta(seconds=self.token_seconds)
        claims = {
            "sub": client_id,
            "tenant": tenant,
            "test_id": test_id,
            "iat": int(issued_at.timestamp()),
            "exp": int(expires_at.timestamp()),
        }
        return Token(self.tokens.signed(claims), self.token_seconds)


def test_id_in(headers: Mapping[str, str]) -> str | None:
    """Return the test whose world a request is for, None for the tenant's own world. Raises Refused SM216."""
    given = headers.get(TEST_ID)
    if given is not None and not _TEST_ID.match(given):
        reason = "must be 1 to 100 letters, digits or . _ : -"
        raise Refused("SM216", f"X-Test-Id {reason}.", fields={"X-Test-Id": reason})
    return given


def _credential(headers: Mapping[str, str]) -> str:
    """Return the credential of a request. Raises Refused SM101, SM102, SM103."""
    key, authorization = headers.get("x-api-key"), headers.get("authorization", "")
    scheme, _, bearer = authorization.partition(" ")
    if authorization and (scheme.lower() != "bearer" or not bearer.strip()):
        raise Refused("SM102", "The Authorization header is not of the form `Bearer KEY`.")
    if key and bearer and key != bearer.strip():
        raise Refused("SM103", "x-api-key and Authorization carry different credentials; send one of them.")
    credential = key or bearer.strip()
    if not credential:
        raise Refused("SM101", "The request carries no credential: send `x-api-key: KEY` or `Authorization: Bearer KEY`.")
    return credential

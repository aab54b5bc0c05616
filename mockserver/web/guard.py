"""Who may reach the mock's own endpoints, and what their answers forbid browsers to do with them."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from mockserver.domain.errors import Refused

CHALLENGE = 'Bearer realm="admin"'
SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
"""For JSON, which needs nothing; a page that needs more gives its own policy."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Guards the admin API. `host` is the address that the mock listens on, None where somebody else serves it, or nobody does.

    Off loopback a token is needed, and without one of its own the guard lets nobody in. On loopback the pages in the browser of
    whoever runs the mock are what must be kept out: one whose host name leads to 127.0.0.1 (DNS rebinding) shows by `Host`,
    any other one by `Origin`.
    """

    host: str | None = None
    token: str = field(default="", repr=False)

    def check(self, headers: Mapping[str, str]) -> None:
        """Let an admin request pass; header names in lower case. Raises Refused SM120, SM121, SM122."""
        if self.host is not None:
            self._check_browser(headers)
        if (self.token or self._is_open_to_others) and not self._has_token(headers):
            raise Refused("SM120", "The admin API needs its token: send `Authorization: Bearer TOKEN` or `X-Admin-Token: TOKEN`.")

    def _check_browser(self, headers: Mapping[str, str]) -> None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_open_to_others and not is_loopback(_name(host)):
            raise Refused("SM121", f"The mock listens on {self.host} alone; a request to {host!r} did not mean it.")
        if origin is not None and origin.partition("://")[2].lower() != host.lower():
            raise Refused("SM122", f"A page of {origin} may not use the admin API.")

    @property
    def _is_open_to_others(self) -> bool:
        return self.host is not None and not is_loopback(self.host)

    def _has_token(self, headers: Mapping[str, str]) -> bool:
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        sent = (headers.get("x-admin-token", ""), bearer.strip() if scheme.lower() == "bearer" else "")
        return bool(self.token) and any(hmac.compare_digest(text.encode(), self.token.encode()) for text in sent)


def is_loopback(host: str) -> bool:
    """Say whether a name or an address leads to this machine alone."""
    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, §6.3
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _name(host: str) -> str:
    """Return the name in a `Host` header, without the port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""

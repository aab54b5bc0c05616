"""Tokens made real: signed by a key that is made at start, so that none outlives the process (api-facts §1.2)."""

import secrets
from collections.abc import Mapping
from typing import Any

_ALGORITHM = "HS256"
_KEY_BYTES = 32
_CLAIMS = ("sub", "tenant", "test_id", "iat", "exp")


class SignedTokens:
    """Signs and reads JSON Web Tokens (RFC 7519). Their library is loaded when first needed: most who start a mock use keys."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(_KEY_BYTES)

    def signed(self, claims: Mapping[str, Any]) -> str:
        """Write claims as a token."""
        import jwt  # noqa: PLC0415

        return jwt.encode(dict(claims), self._key, algorithm=_ALGORITHM)

    def read(self, text: str) -> Mapping[str, Any] | None:
        """Return the claims of a token that was signed here, whether it has expired or not; None for any other text."""
        import jwt  # noqa: PLC0415

        try:
            claims: dict[str, Any] = jwt.decode(
                text, self._key, algorithms=[_ALGORITHM], options={"verify_exp": False, "verify_iat": False, "verify_nbf": False}
            )
        except jwt.InvalidTokenError:
            return None
        return claims if all(name in claims for name in _CLAIMS) else None

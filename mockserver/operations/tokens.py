"""The operation that gives tokens to app clients (RFC 6749 §4.4, §5; api-facts §1.2)."""

import re

from mockserver.domain.errors import Refused
from mockserver.domain.values import JsonObject
from mockserver.operations.call import NOT_STORED, Call, Reply, Services

_ERRORS = {400: "invalid_request", 401: "invalid_client"}
_NOT_TO_BE_SAID = re.compile(r"[^ !#-\[\]-~]")
"""What an `error_description` may not hold (RFC 6749 §5.2)."""


def issue_token(call: Call, services: Services) -> Reply:
    """Give a token for an id and its secret. Raises Refused SM107, which does not say which of them is wrong."""
    token = services.issue_token(call.body["client_id"], call.body["client_secret"])
    if token is None:
        raise Refused("SM107", "Client id and secret do not belong together.")
    body = {"access_token": token.text, "token_type": "Bearer", "expires_in": token.seconds}
    return Reply(200, body, headers=NOT_STORED)


def oauth_error(status: int, refused: Refused) -> JsonObject:
    """Write a refusal as OAuth 2 clients read it (RFC 6749 §5.2); empty where its status is none of theirs."""
    if status not in _ERRORS:
        return {}
    error = "unsupported_grant_type" if "/grant_type" in refused.fields else _ERRORS[status]
    return {"error": error, "error_description": _NOT_TO_BE_SAID.sub("'", refused.message)}

"""How the mock's own endpoints answer: JSON, and problems as RFC 9457 has them."""

import json
from typing import Any

from flask import Response

from mockserver.domain.errors import Refused
from mockserver.keeper import Keeper
from mockserver.pipeline import STATUS
from mockserver.web.guard import CHALLENGE

_TITLES = {400: "Bad request", 401: "Unauthorized", 403: "Forbidden", 404: "Not found", 429: "Too many requests"}
_UNAUTHENTICATED = 401


def json_reply(body: Any, *, status: int = 200, media_type: str = "application/json") -> Response:
    """Answer with JSON."""
    return Response(json.dumps(body), status=status, content_type=media_type)


def problem(detail: str, *, status: int = 404, **more: str) -> Response:
    """Say what is wrong; `more` are members of its own, such as a `pointer` into what was sent."""
    body = {"title": _TITLES[status], "status": status, "detail": detail, **more}
    return json_reply(body, status=status, media_type="application/problem+json")


def without_secrets(response: Response, keeper: Keeper) -> Response:
    """Take every known secret out of an answer in JSON; most have none and stay as they are."""
    if "json" in response.content_type:
        text = response.get_data(as_text=True)
        if keeper.told_text(text) != text:
            response.set_data(json.dumps(keeper.told(json.loads(text))))
    return response


def refusal(refused: Refused) -> Response:
    """Say no, with the code."""
    status = STATUS[refused.refusal.kind]
    response = problem(refused.message, status=status)
    response.headers["X-Mock-Code"] = refused.refusal.code
    if status == _UNAUTHENTICATED:
        response.headers["WWW-Authenticate"] = CHALLENGE
    return response

"""Servers that each show a secret in one place."""

import json
from collections.abc import Callable
from typing import Any

from mockserver.app import create_app
from tests.contracts.sabotage.making import SETTINGS, UNREADABLE, Wsgi
from tests.contracts.sabotage.wire import Answer, Request, behind


def _given(request: Request) -> dict[str, Any]:
    """The secrets that a request gives."""
    try:
        return {name: value for name, value in json.loads(request.body)["secrets"].items() if value is not None}
    except UNREADABLE:
        return {}


def _answering(is_meant: Callable[[Request], bool]) -> Wsgi:
    """Make a server that shows in its answer the secrets that a request has given."""

    def handle(request: Request) -> Answer:
        answer, given = request.sent(), _given(request) if is_meant(request) else {}
        if not given or answer.code not in {200, 201}:
            return answer
        return answer.saying({**answer.json, "secrets": {**answer.json["secrets"], **given}})

    return behind(create_app(SETTINGS), handle)


def shows_the_secrets_of_a_session_that_is_made() -> Wsgi:
    return _answering(lambda request: request.method == "POST" and request.path.endswith("/sessions"))


def shows_the_secrets_of_a_session_that_changes() -> Wsgi:
    return _answering(lambda request: request.method == "PATCH" and "/sessions/" in request.path)


def shows_the_secrets_of_an_agent_that_changes() -> Wsgi:
    return _answering(lambda request: request.method == "PATCH" and request.path.endswith("/secrets"))


def shows_the_secrets_of_an_agent_in_streams() -> Wsgi:
    """What is stored is masked."""
    known: dict[str, str] = {}

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if request.path.endswith("/secrets") and (given := _given(request)):
            known[request.path.removesuffix("/secrets")] = next(iter(given.values()))
        secret = next((value for path, value in known.items() if request.path.startswith(path)), None)
        if secret is None or not answer.is_stream:
            return answer
        return Answer(answer.status, answer.headers, answer.body.replace(b'"****"', json.dumps(secret).encode()))

    return behind(create_app(SETTINGS), handle)


def shows_the_secret_of_a_client_that_changes() -> Wsgi:
    secrets: dict[str, str] = {}

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if request.path.startswith("/v2/app_clients") and answer.code == 201:
            secrets[answer.json["id"]] = answer.json["client_secret"]
        if request.path.startswith("/v2/app_clients/") and request.method == "PATCH" and answer.code == 200:
            return answer.saying({**answer.json, "client_secret": secrets.get(answer.json["id"], "****")})
        return answer

    return behind(create_app(SETTINGS), handle)

"""Servers that each break a promise about keys, tokens and accounts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mockserver.app import create_app
from mockserver.operations.call import Handler, Reply
from mockserver.settings import Settings
from tests.contracts.complete import NEIGHBOUR, TOKEN_SECONDS
from tests.contracts.sabotage.making import SETTINGS, Wsgi, json_answers, with_handlers
from tests.contracts.sabotage.wire import OWNER, Answer, Request, behind


def lets_disabled_keys_in() -> Wsgi:
    """It says that the key is disabled, and does nothing about it."""

    def make(sound: Handler) -> Handler:
        def updated(call, services):
            reply = sound(replace(call, body={}), services)
            return Reply(reply.status, {**reply.body, **call.body})

        return updated

    return with_handlers(update_api_key=make)


def never_enables_a_key_again() -> Wsgi:
    def make(sound: Handler) -> Handler:
        def updated(call, services):
            reply = sound(call if call.body.get("enabled") is False else replace(call, body={}), services)
            return Reply(reply.status, {**reply.body, **call.body})

        return updated

    return with_handlers(update_api_key=make)


def takes_every_token_for_the_owners() -> Wsgi:
    return _tokens(SETTINGS, lambda request, answer: request.as_key(OWNER).sent() if answer.code == 403 else answer)


def takes_expired_tokens() -> Wsgi:
    def handle(request: Request, answer: Answer) -> Answer:
        return request.as_key("mock-agent-developer").sent() if answer.code == 401 else answer

    return _tokens(Settings(token_seconds=TOKEN_SECONDS), handle)


def _tokens(settings: Settings, handle: Callable[[Request, Answer], Answer]) -> Wsgi:
    """Make a server that answers otherwise to those who come with a token that it has issued."""
    issued: set[str] = set()

    def answered(request: Request) -> Answer:
        answer = request.sent()
        if request.path == "/oauth/token" and answer.code == 200:
            issued.add(answer.json["access_token"])
        return handle(request, answer) if request.token in issued else answer

    return behind(create_app(settings), answered)


def shows_the_secret_of_a_key_again() -> Wsgi:
    secrets: dict[str, str] = {}

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if request.path.startswith("/v2/api_keys") and answer.code == 201:
            secrets[answer.json["id"]] = answer.json["secret_key"]
        if request.method == "GET" and answer.code == 200 and request.path.startswith("/v2/api_keys/"):
            return answer.saying({**answer.json, "secret_key": secrets.get(answer.json["id"], "****")})
        return answer

    return behind(create_app(SETTINGS), handle)


def shows_the_secret_of_a_client_in_lists() -> Wsgi:
    secrets: dict[str, str] = {}

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if request.path == "/v2/app_clients" and answer.code == 201:
            secrets[answer.json["id"]] = answer.json["client_secret"]
        if request.path == "/v2/app_clients" and answer.code == 200:
            rows = [{**row, "client_secret": secrets.get(row["id"], "****")} for row in answer.json["app_clients"]]
            return answer.saying({**answer.json, "app_clients": rows})
        return answer

    return behind(create_app(SETTINGS), handle)


def _other_account(handle: Callable[[Request], Answer]) -> Wsgi:
    """Make a server that answers otherwise in the second account."""
    return behind(create_app(SETTINGS), lambda request: handle(request) if request.key == NEIGHBOUR else request.sent())


def takes_two_accounts_for_one() -> Wsgi:
    return _other_account(lambda request: request.as_key(OWNER).sent())


def finds_objects_of_all_accounts() -> Wsgi:
    """An object that the account does not have is looked for in the other one."""

    def handle(request: Request) -> Answer:
        answer = request.sent()
        return request.as_key(OWNER).sent() if answer.code == 404 and request.method == "GET" else answer

    return _other_account(handle)


def removes_objects_of_all_accounts() -> Wsgi:
    """It says that there is no such object, and removes the other account's."""

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if answer.code == 404 and request.method == "DELETE":
            request.as_key(OWNER).sent()
        return answer

    return _other_account(handle)


def has_keys_in_common() -> Wsgi:
    """A key that one account has taken is taken for the other too."""

    def handle(request: Request) -> Answer:
        taken = request.method == "POST" and request.path == "/v2/agents" and request.as_key(OWNER).sent()
        return taken if taken and taken.code == 409 else request.sent()

    return _other_account(handle)


def counts_objects_of_all_accounts() -> Wsgi:
    """A listing says that there are more pages where the other account has more."""

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if request.method != "GET" or answer.code != 200 or "agents" not in answer.json:
            return answer
        theirs = request.as_key(OWNER).sent().json["metadata"]
        return answer.saying({**answer.json, "metadata": theirs | answer.json["metadata"]})

    return _other_account(handle)


def names_agents_of_all_accounts() -> Wsgi:
    """An alias that leads to another account's agent is refused in other words than one that leads nowhere."""

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if request.path != "/v2/agent_aliases" or answer.code != 400 or request.as_key(OWNER).sent().code == 400:
            return answer
        return answer.saying({**answer.json, "messages": ["The agent is not yours."]})

    return _other_account(handle)


def says_in_words_whether_a_key_is_enabled() -> Wsgi:
    def change(method: str, path: str, _status: int, body: Any) -> Any:
        is_made = method == "POST" and path == "/v2/api_keys"
        return {**body, "enabled": "yes"} if is_made and "secret_key" in body else body

    return json_answers(change)

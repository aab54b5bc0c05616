"""Servers that each break a promise about roles: who may do what, on which object, and what he gets to know of others."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mockserver.app import create_app
from mockserver.domain.access import Principal
from mockserver.operations.call import Handler
from tests.contracts.sabotage.making import SETTINGS, Wsgi, with_handlers
from tests.contracts.sabotage.wire import OWNER, Answer, Request, behind

ALL_POWERFUL = Principal("owner", frozenset({"owner"}), {}, {}, id="aky_1")


def as_owner(sound: Handler) -> Handler:
    """A handler that takes every caller for the owner."""
    return lambda call, services: sound(replace(call, principal=ALL_POWERFUL), services)


def needs_no_credential_for_one_operation() -> Wsgi:
    def handle(request: Request) -> Answer:
        answer = request.sent()
        is_meant = request.method == "GET" and request.path.endswith("/executions") and not (request.key or request.token)
        return request.as_key(OWNER).sent() if answer.code == 401 and is_meant else answer

    return behind(create_app(SETTINGS), handle)


def knows_every_key() -> Wsgi:
    def handle(request: Request) -> Answer:
        unknown = request.key.startswith("no-such")
        return request.as_key("mock-viewer").sent() if unknown else request.sent()

    return behind(create_app(SETTINGS), handle)


def ignores_roles_for_one_operation() -> Wsgi:
    """Whoever has a key with a role on the account may say who an agent acts as."""
    return _for_keys(
        lambda key: bool(key["api_roles"]), lambda request: request.method == "PATCH" and request.path.endswith("/identity")
    )


def _for_keys(counts: Callable[[Any], bool], is_meant: Callable[[Request], bool]) -> Wsgi:
    """Make a server that does what is meant for keys that it has made and that count, though it should refuse it."""
    known: set[str] = set()

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if answer.code == 201 and request.path == "/v2/api_keys" and counts(answer.json):
            known.add(answer.json["secret_key"])
        return request.as_key(OWNER).sent() if answer.code == 403 and request.key in known and is_meant(request) else answer

    return behind(create_app(SETTINGS), handle)


def refuses_a_role_that_permits() -> Wsgi:
    def handle(request: Request) -> Answer:
        answer = request.sent()
        forbidden = request.as_key("mock-billing-administrator").sent()
        is_meant = request.method == "GET" and request.path.endswith("/schedules") and answer.code == 200
        return forbidden if is_meant and request.as_key(request.key).of("POST").sent().code == 403 else answer

    return behind(create_app(SETTINGS), handle)


def does_what_it_refuses() -> Wsgi:
    def handle(request: Request) -> Answer:
        answer = request.sent()
        if answer.code == 403 and request.method == "PATCH" and request.path.startswith("/v2/tools/"):
            request.as_key(OWNER).sent()
        return answer

    return behind(create_app(SETTINGS), handle)


def writes_across_agents() -> Wsgi:
    """Who has a role that writes on one agent changes the sessions of all."""
    writing = {"agent_developer", "agent_administrator"}
    return _for_keys(
        lambda key: any(entry["role"] in writing for entry in key["agent_roles"]),
        lambda request: request.method == "PATCH" and request.path.startswith("/v2/agents/") and "/sessions/" in request.path,
    )


def lists_every_agent() -> Wsgi:
    return with_handlers(list_agents=as_owner)


def lists_the_keys_of_all() -> Wsgi:
    return with_handlers(list_api_keys=as_owner)


def lets_anybody_remove_a_key() -> Wsgi:
    return with_handlers(delete_api_key=as_owner)


def makes_any_key_for_anybody() -> Wsgi:
    def make(sound: Handler) -> Handler:
        def made(call, services):
            powerful = replace(ALL_POWERFUL, id=call.principal.id)
            return sound(replace(call, principal=powerful), services)

        return made

    return with_handlers(create_api_key=make)


def looks_for_the_object_before_the_roles() -> Wsgi:
    """What does not exist is 404 to everybody, what does is 403 to some."""

    def handle(request: Request) -> Answer:
        answer = request.sent()
        looked = request.as_key(OWNER).of("GET").sent() if answer.code == 403 else answer
        return looked if looked.code == 404 and request.method == "GET" else answer

    return behind(create_app(SETTINGS), handle)


def names_what_it_does_not_show() -> Wsgi:
    """The refusal reads otherwise where there is something to see."""

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if answer.code != 403 or request.method != "GET" or request.as_key(OWNER).sent().code != 200:
            return answer
        told = json.loads(answer.body)
        return answer.saying({**told, "messages": [f"{message} Ask its owner." for message in told["messages"]]})

    return behind(create_app(SETTINGS), handle)

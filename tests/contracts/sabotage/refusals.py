"""Servers that each take, or half take, a request that they should refuse."""

import json
import re
from collections.abc import Callable
from typing import Any

from mockserver.app import create_app
from tests.contracts.sabotage.making import SETTINGS, UNREADABLE, Wsgi, json_requests
from tests.contracts.sabotage.wire import OWNER, Answer, Request, behind


def _when_refused(then: Callable[[Request], object]) -> Wsgi:
    """Make a server that does something besides when it refuses a request with 400."""

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if answer.code == 400:
            then(request.as_key(OWNER))
        return answer

    return behind(create_app(SETTINGS), handle)


def _json(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except UNREADABLE:
        return {}
    return body if isinstance(body, dict) else {}


def changes_what_it_can_of_a_refused_patch() -> Wsgi:
    def then(request: Request) -> None:
        if request.method == "PATCH":
            for name, value in _json(request).items():
                request.with_body(json.dumps({name: value}).encode()).sent()

    return _when_refused(then)


def keeps_a_message_that_it_refuses() -> Wsgi:
    words = json.dumps({"type": "input_message", "messages": [{"type": "text", "content": "Hello!"}]}).encode()

    def then(request: Request) -> None:
        if request.method == "POST" and request.path.endswith("/events"):
            request.with_body(words).sent()

    return _when_refused(then)


def _with_sessions(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Wsgi:
    """Make a server that reads the bodies of new sessions otherwise."""

    def changed(method: str, path: str, body: Any) -> Any:
        is_meant = method == "POST" and path.endswith("/sessions") and isinstance(body, dict)
        return change(body) if is_meant else body

    return json_requests(changed)


def _with_key(change: Callable[[str], str]) -> Wsgi:
    return _with_sessions(lambda body: {**body, "key": change(body["key"])} if isinstance(body.get("key"), str) else body)


def mends_a_key_that_is_none() -> Wsgi:
    return _with_key(lambda key: re.sub(r"[^\w.-]", "_", key))


def cuts_a_key_that_is_too_long() -> Wsgi:
    return _with_key(lambda key: key[:50])


def takes_a_text_for_metadata() -> Wsgi:
    def change(body: dict[str, Any]) -> dict[str, Any]:
        metadata = body.get("metadata", {})
        return {**body, "metadata": metadata if isinstance(metadata, dict) else {"value": metadata}}

    return _with_sessions(change)


def reads_json_with_a_comma_too_many() -> Wsgi:
    def handle(request: Request) -> Answer:
        return request.with_body(re.sub(rb",\s*([}\]])", rb"\1", request.body)).sent()

    return behind(create_app(SETTINGS), handle)


def takes_an_input_of_any_type_for_a_message() -> Wsgi:
    def change(_method: str, path: str, body: Any) -> Any:
        is_unknown = path.endswith("/events") and isinstance(body, dict) and body.get("type") == "no_such_input"
        return {"messages": [{"type": "text", "content": "Hello!"}]} if is_unknown else body

    return json_requests(change)

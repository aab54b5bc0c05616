"""Servers that each spoil a text, fail for one, let it into a stream, or let it stand between others and what they look for."""

import html
import json
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mockserver.app import create_app
from tests.contracts.sabotage.making import SETTINGS, Wsgi, json_answers, json_requests, streams
from tests.contracts.sabotage.wire import Answer, Request, behind


def _texts(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {change(name): _texts(item, change) for name, item in value.items()}
    if isinstance(value, list):
        return [_texts(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def _written(method: str, change: Callable[[str], str]) -> Wsgi:
    """Make a server that reads other texts than those that were sent."""
    return json_requests(lambda used, _path, body: _texts(body, change) if used == method else body)


def strips_white_space() -> Wsgi:
    return _written("PATCH", str.strip)


def writes_letters_in_one_way() -> Wsgi:
    return _written("PATCH", lambda text: unicodedata.normalize("NFC", text))


def cuts_what_is_long() -> Wsgi:
    return _written("PATCH", lambda text: text[:1000])


def ends_messages_at_a_zero() -> Wsgi:
    return _written("POST", lambda text: text.partition("\0")[0] or text)


def puts_a_mark_for_half_a_pair() -> Wsgi:
    return _written("PATCH", lambda text: text.encode("utf-8", "replace").decode())


def escapes_what_it_shows() -> Wsgi:
    return json_answers(
        lambda method, _path, _status, body: (
            _texts(body, lambda text: html.escape(text, quote=False)) if method == "GET" else body
        )
    )


def _failure() -> Answer:
    body = json.dumps({"messages": ["INTERNAL: unexpected"], "request_id": "0" * 32}).encode()
    return Answer("500 INTERNAL SERVER ERROR", [("content-type", "application/json")], body)


def _served(handle: Callable[[Request], Answer]) -> Wsgi:
    return behind(create_app(SETTINGS), handle)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def fails_for_what_is_no_utf8() -> Wsgi:
    return _served(lambda request: request.sent() if _is_utf8(request.body) else _failure())


def fails_for_long_names() -> Wsgi:
    return _served(lambda request: request.sent() if len(request.path) < 1000 else _failure())


def fails_for_many_brackets() -> Wsgi:
    return _served(lambda request: request.sent() if request.environ["QUERY_STRING"].count("%28") < 500 else _failure())


def takes_what_is_broken_for_nothing() -> Wsgi:
    def handle(request: Request) -> Answer:
        answer = request.sent()
        is_broken = answer.code == 400 and b'"/":' in answer.body and request.path.endswith("/sessions")
        return replace(request, body=b"{}").sent() if is_broken else answer

    return _served(handle)


def takes_forms_that_are_cut_off() -> Wsgi:
    def handle(request: Request) -> Answer:
        is_cut = "boundary=b" in request.environ.get("CONTENT_TYPE", "") and request.body.endswith(b"Hello")
        return (replace(request, body=request.body + b"\r\n--b--\r\n") if is_cut else request).sent()

    return _served(handle)


def names_no_field() -> Wsgi:
    def change(_method: str, _path: str, status: int, body: Any) -> Any:
        return {**body, "messages": ["INVALID_ARGUMENT: bad request"], "field_errors": {}} if status == 400 else body

    return json_answers(change)


def writes_texts_into_frames_as_they_are() -> Wsgi:
    return streams(lambda frames: [frame.replace(b"\\n", b"\n") for frame in frames])


def ends_lines_where_the_text_does() -> Wsgi:
    return streams(lambda frames: [frame.replace(b"\\u2028", b"\ndata: ").replace(b"\\r", b"\r") for frame in frames])


def loses_what_is_behind_an_empty_line() -> Wsgi:
    return streams(lambda frames: [frame.replace(b"\\n\\n", b"\\n") for frame in frames])


def stops_where_a_text_says_so() -> Wsgi:
    def change(frames: list[bytes]) -> list[bytes]:
        first = next((number for number, frame in enumerate(frames) if b"event: end" in frame[10:]), len(frames) - 2)
        return [*frames[: first + 1], frames[-1]]

    return streams(change)


def _listings(change: Callable[[Request, Answer], Answer]) -> Wsgi:
    def handle(request: Request) -> Answer:
        answer = request.sent()
        is_listing = request.method == "GET" and request.path.endswith("/sessions") and answer.code == 200
        return change(request, answer) if is_listing else answer

    return _served(handle)


def lists_nothing_where_a_name_has_a_zero() -> Wsgi:
    return _listings(lambda _request, answer: _failure() if b"\\u0000" in answer.body else answer)


def leaves_out_what_it_cannot_write() -> Wsgi:
    def change(_request: Request, answer: Answer) -> Answer:
        body = answer.json
        return answer.saying({**body, "sessions": [session for session in body["sessions"] if session["name"].isprintable()]})

    return _listings(change)


def finds_everything_for_a_quote() -> Wsgi:
    def change(request: Request, answer: Answer) -> Answer:
        if "%27%27" not in request.environ["QUERY_STRING"]:
            return answer
        return replace(request, environ={**request.environ, "QUERY_STRING": "limit=100"}).sent()

    return _listings(change)


def finds_texts_by_their_letters() -> Wsgi:
    """Takes what looks alike for the same: a filter for the one is answered with the sessions of the other."""

    def change(request: Request, answer: Answer) -> Answer:
        query = request.environ["QUERY_STRING"]
        if "metadata_filter" not in query or answer.json["sessions"]:
            return answer
        whole = replace(request, environ={**request.environ, "QUERY_STRING": "limit=100"}).sent()
        return answer.saying({**answer.json, "sessions": whole.json["sessions"][:1]})

    return _listings(change)

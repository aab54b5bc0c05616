"""Servers that each answer in one place otherwise than the document says: in status, headers, media type or schema."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mockserver.app import create_app
from tests.contracts.sabotage.making import SETTINGS, Wsgi
from tests.contracts.sabotage.wire import Answer, Request, behind


def _where(is_meant: Callable[[Request, Answer], bool], change: Callable[[Answer], Answer]) -> Wsgi:
    """Make a server whose answers are changed where they are meant."""

    def handle(request: Request) -> Answer:
        answer = request.sent()
        return change(answer) if is_meant(request, answer) else answer

    return behind(create_app(SETTINGS), handle)


def _with(**fields: Any) -> Callable[[Answer], Answer]:
    return lambda answer: answer.saying({**answer.json, **fields})


def _with_header(name: str, value: str) -> Callable[[Answer], Answer]:
    def change(answer: Answer) -> Answer:
        others = [(other, kept) for other, kept in answer.headers if other.lower() != name]
        return replace(answer, headers=[*others, (name, value)])

    return change


def _is_session(request: Request, answer: Answer) -> bool:
    return request.method == "GET" and answer.code == 200 and request.path.split("/")[-2] == "sessions"


def writes_a_number_as_text() -> Wsgi:
    return _where(_is_session, lambda answer: answer.saying({**answer.json, "tti_minutes": str(answer.json["tti_minutes"])}))


def invents_a_status_of_sessions() -> Wsgi:
    return _where(
        lambda request, answer: _is_session(request, answer) and answer.json["status"] == "stopped", _with(status="idle")
    )


def says_null_for_what_is_absent() -> Wsgi:
    def is_plain(request: Request, answer: Answer) -> bool:
        return request.path.startswith("/v2/corpora/") and answer.code == 200 and "description" not in answer.json

    return _where(is_plain, _with(description=None))


def names_a_list_by_its_keys() -> Wsgi:
    return _where(
        lambda request, answer: request.path == "/v2/tools" and answer.code == 200,
        lambda answer: answer.saying({**answer.json, "tools": {tool["id"]: tool for tool in answer.json["tools"]}}),
    )


def writes_times_as_numbers() -> Wsgi:
    return _where(
        lambda request, answer: request.path.startswith("/v2/instructions/") and b"created_at" in answer.body,
        _with(created_at=1768478400),
    )


def accepts_what_it_should_have_done() -> Wsgi:
    """It says 202 of a deletion."""
    return _where(
        lambda request, answer: answer.code == 204 and request.path.startswith("/v2/agent_aliases/"),
        lambda answer: replace(answer, status="202 ACCEPTED"),
    )


def calls_its_json_a_page() -> Wsgi:
    return _where(
        lambda request, answer: answer.code == 404 and request.path.startswith("/v2/corpora/"),
        _with_header("content-type", "text/html"),
    )


def numbers_its_requests() -> Wsgi:
    return _where(
        lambda request, answer: request.path.endswith("/schedules"),
        _with_header("x-request-id", "42"),
    )


def forgets_the_reasons_of_a_refusal() -> Wsgi:
    def is_refusal(request: Request, answer: Answer) -> bool:
        return answer.code == 400 and request.path.endswith("/query")

    return _where(is_refusal, lambda answer: answer.saying({"request_id": answer.json["request_id"]}))


def describes_a_file_without_its_type() -> Wsgi:
    def change(answer: Answer) -> Answer:
        rows = [{name: value for name, value in row.items() if name != "mime_type"} for row in answer.json["artifacts"]]
        return answer.saying({**answer.json, "artifacts": rows})

    return _where(lambda request, answer: request.path.endswith("/artifacts") and answer.code == 200, change)

"""Servers whose answers fit every schema and are wrong all the same: about something else, twice, under another name."""

from typing import Any

from tests.contracts.sabotage.making import Wsgi, json_answers


def names_all_refusals_alike() -> Wsgi:
    def change(_method: str, _path: str, status: int, body: Any) -> Any:
        return {**body, "request_id": "req_0000"} if status >= 400 and "request_id" in body else body

    return json_answers(change)


def misses_something_else() -> Wsgi:
    return json_answers(
        lambda _method, _path, status, body: {**body, "id": "tol_none"} if status == 404 and "id" in body else body
    )


def tells_of_another_session() -> Wsgi:
    def change(method: str, path: str, status: int, body: Any) -> Any:
        is_session = method == "GET" and status == 200 and path.split("/")[-2:-1] == ["sessions"]
        return {**body, "key": f"{body['key'][:40]}-2"} if is_session else body

    return json_answers(change)


def lists_the_first_twice() -> Wsgi:
    def change(method: str, _path: str, status: int, body: Any) -> Any:
        if method != "GET" or status != 200:
            return body
        return {name: [*value[:1], *value] if isinstance(value, list) else value for name, value in body.items()}

    return json_answers(change)


def shows_the_references_of_a_call() -> Wsgi:
    """What an agent pins is shown as it was written."""

    def shown(value: Any) -> Any:
        if isinstance(value, list):
            return [shown(entry) for entry in value]
        if not isinstance(value, dict):
            return value
        changed = {name: shown(entry) for name, entry in value.items()}
        if pinned := changed.get("resolved_argument_overrides"):
            changed["resolved_argument_overrides"] = {name: {"$ref": "session.metadata.topic"} for name in pinned}
        return changed

    return json_answers(lambda _method, _path, _status, body: shown(body))


def shows_the_template_of_a_call_that_is_read_again() -> Wsgi:
    def change(method: str, path: str, _status: int, body: Any) -> Any:
        is_event = method == "GET" and "/events/" in path and body.get("resolved_argument_overrides")
        return {**body, "resolved_argument_overrides": {"query": "about ${session.metadata.topic}"}} if is_event else body

    return json_answers(change)


def lists_events_under_another_session() -> Wsgi:
    def change(method: str, path: str, status: int, body: Any) -> Any:
        if method != "GET" or status != 200 or not path.endswith("/events"):
            return body
        return {**body, "events": [{**event, "session_key": "ase_another"} for event in body["events"]]}

    return json_answers(change)

"""Servers that each break a promise about sessions, or about what every answer is like."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from mockserver.app import create_app
from mockserver.domain.sessions import Session
from mockserver.stores.memory import MemoryStore
from tests.contracts.sabotage.making import SETTINGS, Wsgi, json_answers, on, without_parameter


def forgets_a_required_field() -> Wsgi:
    return json_answers(
        lambda _method, _path, _status, body: {name: value for name, value in body.items() if name != "created_at"}
    )


def loses_metadata() -> Wsgi:
    class Store(MemoryStore):
        def add_session(self, session):
            super().add_session(replace(session, metadata={}))
            return session

    return on(Store)


def gives_every_session_the_same_key() -> Wsgi:
    def change(method: str, path: str, status: int, body: Any) -> Any:
        is_created = method == "POST" and path.endswith("/sessions") and status == 201
        return {**body, "key": "ase_session_0000"} if is_created else body

    return json_answers(change)


def overwrites_a_taken_key() -> Wsgi:
    class Store(MemoryStore):
        def add_session(self, session):
            if there := self.session(session.agent_key, session.key):
                self.remove_session(there)
            return super().add_session(session)

    return on(Store)


def forgets_a_patch() -> Wsgi:
    class Store(MemoryStore):
        def change_session(self, agent_key, key, change):
            before = self.session(agent_key, key)
            if before and change(before).status is before.status:
                return change(before)
            return super().change_session(agent_key, key, change)

    return on(Store)


def merges_metadata() -> Wsgi:
    class Store(MemoryStore):
        def change_session(self, agent_key, key, change):
            def merged(session: Session) -> Session:
                changed = change(session)
                return replace(changed, metadata={**session.metadata, **changed.metadata})

            return super().change_session(agent_key, key, merged)

    return on(Store)


def deletes_nothing() -> Wsgi:
    class Store(MemoryStore):
        def remove_session(self, session):
            return self.session(session.agent_key, session.key) is not None

    return on(Store)


def skips_a_row_between_pages() -> Wsgi:
    class Store(MemoryStore):
        def sessions(self, agent_key, after):
            rows = list(super().sessions(agent_key, after))
            return rows if after is None else rows[1:]

    return on(Store)


def does_not_name_what_is_missing() -> Wsgi:
    return json_answers(lambda _method, _path, status, body: {**body, "id": "unknown"} if status == 404 else body)


def bleeds_metadata() -> Wsgi:
    class Store(MemoryStore):
        def change_session(self, agent_key, key, change):
            changed = super().change_session(agent_key, key, change)
            for other in list(self.sessions(agent_key, None)):
                super().change_session(agent_key, other.key, lambda session: replace(session, metadata=changed.metadata))
            return changed

    return on(Store)


def ignores_the_filter_of_a_listing() -> Wsgi:
    return without_parameter("filter")


def ignores_metadata_filters() -> Wsgi:
    return without_parameter("metadata_filter")


def stores_what_it_refuses() -> Wsgi:
    app = create_app(SETTINGS)
    client = app.test_client()

    def careless(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status: list[str] = []

        def started(line: str, headers: Any, info: Any = None) -> Any:
            status.append(line)
            return start_response(line, headers, info)

        answer = app(environ, started)
        if status[0].startswith("400") and environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("/sessions"):
            client.post(environ["PATH_INFO"], json={}, headers={"x-api-key": "mock-owner"})
        return answer

    return careless

"""Servers that keep their promises in another way than ours, where the facts leave a choice (`contracts/dialects`)."""

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from mockserver.app import create_app
from mockserver.domain.sessions import Session
from mockserver.stores.memory import MemoryStore
from tests.contracts.sabotage import sessions
from tests.contracts.sabotage.making import SETTINGS, Wsgi, json_answers, json_requests, on, streams

merges_metadata = sessions.merges_metadata
OWNER = {"x-api-key": "mock-owner"}


def keeps_templates_in_overrides() -> Wsgi:
    """A text of an override is what it says: inside, another sign stands for the dollar."""
    return _translated(lambda raw: raw.replace(b"${session", b"@{session"), b"argument_override")


def refuses_references_at_creation() -> Wsgi:
    """What an agent's overrides refer to has to be there when a session is made."""
    app = create_app(SETTINGS)
    client = app.test_client()

    def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] == "POST" and path.endswith("/sessions"):
            raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = io.BytesIO(raw)
            agent = client.get(path.removesuffix("/sessions"), headers=OWNER).text
            given = json.loads(raw).get("metadata", {})
            for name in ("nowhere", "no_such_field"):
                if f'"session.metadata.{name}"' in agent and name not in given:
                    return _refusal(start_response, f"session.metadata.{name} leads nowhere")
        return app(environ, start_response)

    return served


def finds_nothing_for_undeclared_fields() -> Wsgi:
    return _restated(lambda method, path, status: status == 400 and path.endswith("/query"), "200 OK", b'{"search_results": []}')


def tells_of_foreign_objects() -> Wsgi:
    return create_app(replace(SETTINGS, foreign_objects="told"))


def answers_since_with_the_turn_alone() -> Wsgi:
    return json_requests(lambda _method, _path, body: {name: value for name, value in body.items() if name != "since"})


def keeps_agents_with_sessions() -> Wsgi:
    """Refuses to delete an agent that has sessions."""
    app = create_app(SETTINGS)
    client = app.test_client()

    def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] == "DELETE" and path.startswith("/v2/agents/") and path.count("/") == 3:
            there = client.get(f"{path}/sessions", headers=OWNER).json
            if there and there.get("sessions"):
                return _refusal(start_response, "the agent has sessions", "409 CONFLICT")
        return app(environ, start_response)

    return served


def lists_the_oldest_session_first() -> Wsgi:
    class Store(MemoryStore):
        def sessions(self, agent_key, after):
            rows = sorted(super().sessions(agent_key, None), key=lambda row: row.sequence)
            return [row for row in rows if after is None or row.sequence > after]

    return on(Store)


def counts_what_pages_have_shown() -> Wsgi:
    """A page begins behind as many rows as have been listed, whatever has gone from them."""

    class Store(MemoryStore):
        def sessions(self, agent_key, after):
            places = self.__dict__.setdefault("places", {})
            rows = list(super().sessions(agent_key, None))
            start = 0 if after is None else places[after] + 1
            places.update({row.sequence: number for number, row in enumerate(rows)})
            return rows[start:]

    return on(Store)


def leaves_event_lines_out() -> Wsgi:
    return streams(lambda frames: [frame.partition(b"\n")[2] for frame in frames])


def describes_sessions_by_itself() -> Wsgi:
    """Describes sessions that nobody has described (api-facts §9.7)."""

    def change(_method: str, path: str, _status: int, body: Any) -> Any:
        is_session = "agent_key" in body and "/sessions" in path
        return {"description": "A conversation.", **body} if is_session else body

    return json_answers(change)


def merges_and_forgets() -> Wsgi:
    """Merges metadata but for one field, which it loses: no dialect, a broken promise."""

    class Store(MemoryStore):
        def change_session(self, agent_key, key, change):
            def merged(session: Session) -> Session:
                changed = change(session)
                kept = {name: value for name, value in session.metadata.items() if name != "nested"}
                return replace(changed, metadata={**kept, **changed.metadata})

            return super().change_session(agent_key, key, merged)

    return on(Store)


def _refusal(start_response: Callable[..., Any], why: str, status: str = "422 UNPROCESSABLE ENTITY") -> list[bytes]:
    start_response(status, [("content-type", "application/json")])
    return [json.dumps({"messages": [why], "request_id": "req-0"}).encode()]


def _restated(applies: Callable[[str, str, int], bool], line: str, body: bytes) -> Wsgi:
    """Make a server that says something else where `applies(method, path, status)`."""
    app = create_app(SETTINGS)

    def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun: list[Any] = []
        chunks = app(environ, lambda status, headers, _=None: begun.extend((status, headers)))
        if applies(environ["REQUEST_METHOD"], environ["PATH_INFO"], int(begun[0][:3])):
            start_response(line, [("content-type", "application/json")])
            return [body]
        start_response(*begun)
        return chunks

    return served


def _translated(change: Callable[[bytes], bytes], where: bytes) -> Wsgi:
    """Make a server that reads another text than the one sent, wherever a body has `where`, and shows the one sent."""
    app = create_app(SETTINGS)

    def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        read = change(raw) if where in raw else raw
        environ |= {"wsgi.input": io.BytesIO(read), "CONTENT_LENGTH": str(len(read))}

        def started(status: str, headers: Any, info: Any = None) -> Any:
            return start_response(status, [(name, value) for name, value in headers if name.lower() != "content-length"], info)

        return (chunk.replace(b"@{session", b"${session") for chunk in app(environ, started))

    return served

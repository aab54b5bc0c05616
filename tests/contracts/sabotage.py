"""Servers that each break one promise, to show that its check can fail. Each is a factory for `--app`."""

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openapi
from mockserver.app import create_app, seeded_store
from mockserver.domain.events import AgentOutput, Event
from mockserver.domain.sessions import Session, Status
from mockserver.runtime import SystemClock
from mockserver.settings import Settings
from mockserver.spec.document import load
from mockserver.spec.operations import Operations
from mockserver.stores.memory import MemoryStore

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
SETTINGS = Settings()


def _on(store_class: type[MemoryStore]) -> Wsgi:
    """Make a server on a store that misbehaves."""
    sound = seeded_store(SETTINGS, Operations(load(Path(openapi.DOCUMENT))), SystemClock())
    return create_app(SETTINGS, store=store_class(sound.contents))


def _begins(before: Session, after: Session) -> bool:
    return before.status is not Status.RUNNING and after.status is Status.RUNNING


class _Turns(MemoryStore):
    """Lets a subclass say which metadata a turn sees."""

    def seen(self, session: Session) -> dict[str, Any]:
        return dict(session.metadata)

    def change_session(self, agent_key, key, change):
        before = self.session(agent_key, key)
        after = super().change_session(agent_key, key, change)
        return replace(after, metadata=self.seen(after)) if before and after and _begins(before, after) else after


def loses_metadata() -> Wsgi:
    class Store(MemoryStore):
        def add_session(self, session):
            super().add_session(replace(session, metadata={}))
            return session

    return _on(Store)


def overwrites_a_taken_key() -> Wsgi:
    class Store(MemoryStore):
        def add_session(self, session):
            if there := self.session(session.agent_key, session.key):
                self.remove_session(there)
            return super().add_session(session)

    return _on(Store)


def forgets_a_patch() -> Wsgi:
    class Store(MemoryStore):
        def change_session(self, agent_key, key, change):
            before = self.session(agent_key, key)
            if before and change(before).status is before.status:
                return change(before)
            return super().change_session(agent_key, key, change)

    return _on(Store)


def merges_metadata() -> Wsgi:
    class Store(MemoryStore):
        def change_session(self, agent_key, key, change):
            def merged(session: Session) -> Session:
                changed = change(session)
                return replace(changed, metadata={**session.metadata, **changed.metadata})

            return super().change_session(agent_key, key, merged)

    return _on(Store)


def deletes_nothing() -> Wsgi:
    class Store(MemoryStore):
        def remove_session(self, session):
            return self.session(session.agent_key, session.key) is not None

    return _on(Store)


def skips_a_row_between_pages() -> Wsgi:
    class Store(MemoryStore):
        def sessions(self, agent_key, after):
            rows = list(super().sessions(agent_key, after))
            return rows if after is None else rows[1:]

    return _on(Store)


def bleeds_metadata() -> Wsgi:
    class Store(MemoryStore):
        def change_session(self, agent_key, key, change):
            changed = super().change_session(agent_key, key, change)
            for other in list(self.sessions(agent_key, None)):
                super().change_session(agent_key, other.key, lambda session: replace(session, metadata=changed.metadata))
            return changed

    return _on(Store)


def lists_the_events_of_all_sessions() -> Wsgi:
    class Store(MemoryStore):
        def events(self, session, after):
            every = [event for rows in self._events.values() for event in rows.oldest_first(after)]
            return sorted(every, key=lambda event: event.sequence)

    return _on(Store)


def stores_another_text() -> Wsgi:
    class Store(MemoryStore):
        def append_event(self, session, event):
            if isinstance(event.body, AgentOutput):
                super().append_event(session, replace(event, body=AgentOutput(event.body.content + " ")))
                return event
            return super().append_event(session, event)

    return _on(Store)


def forks_nothing() -> Wsgi:
    app = create_app(SETTINGS)

    def forgetful(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        body = body.replace(b'"from_session"', b'"unknown_field"')
        environ.update({"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})
        return app(environ, start_response)

    return forgetful


def hides_nothing() -> Wsgi:
    class Store(MemoryStore):
        def change_event(self, session, event_id, change):
            return self.event(session, event_id)

    return _on(Store)


def streams_what_it_does_not_store() -> Wsgi:
    class Store(MemoryStore):
        def append_event(self, session: Session, event: Event) -> Event | None:
            return event if event.body.__class__.__name__ == "Thinking" else super().append_event(session, event)

    return _on(Store)


def ignores_metadata_in_instructions() -> Wsgi:
    class Store(_Turns):
        def seen(self, session):
            return {name: value for name, value in session.metadata.items() if name != "language"}

    return _on(Store)


def keeps_the_first_metadata() -> Wsgi:
    class Store(_Turns):
        def add_session(self, session):
            added = super().add_session(session)
            self.first = {**getattr(self, "first", {}), added.sequence: dict(added.metadata)}
            return added

        def seen(self, session):
            return self.first[session.sequence]

    return _on(Store)


def resolves_references_wrongly() -> Wsgi:
    class Store(_Turns):
        def seen(self, session):
            return {**session.metadata, "topic": {"first": "something else"}}

    return _on(Store)


def takes_everybody_for_premium() -> Wsgi:
    class Store(_Turns):
        def seen(self, session):
            return {**session.metadata, "user_role": "premium"}

    return _on(Store)


def lets_a_quote_out_of_the_filter() -> Wsgi:
    class Store(_Turns):
        def seen(self, session):
            role = session.metadata.get("user_role")
            is_break_out = isinstance(role, str) and "' OR " in role
            return {**session.metadata, "user_role": "premium"} if is_break_out else dict(session.metadata)

    return _on(Store)


def shows_secrets() -> Wsgi:
    app = create_app(SETTINGS)
    planted: list[str] = []

    def telling(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        if b'"secrets"' in body:
            planted.extend(json.loads(body)["secrets"].values())
        return [
            chunk.replace(b"****", planted[0].encode()) if planted else chunk for chunk in app(environ, _sized(start_response))
        ]

    return telling


def _sized(start_response: Callable[..., Any]) -> Callable[..., Any]:
    """Start a response without its length, which no longer fits."""

    def started(status: str, headers: list[tuple[str, str]], info: Any = None) -> Any:
        return start_response(status, [(name, value) for name, value in headers if name.lower() != "content-length"], info)

    return started


def takes_undeclared_fields_for_missing() -> Wsgi:
    class Store(MemoryStore):
        def corpus(self, key):
            corpus = super().corpus(key)
            clearance = {"name": "clearance", "level": "document", "type": "text"}
            return corpus and replace(corpus, filter_attributes=(*corpus.filter_attributes, clearance))

    return _on(Store)


def ignores_metadata_filters() -> Wsgi:
    def change(environ: dict[str, Any]) -> None:
        parts = environ["QUERY_STRING"].split("&")
        environ["QUERY_STRING"] = "&".join(part for part in parts if not part.startswith("metadata_filter="))

    return _wrapped(request=change)


def renders_missing_references_as_nothing() -> Wsgi:
    def change(_method: str, path: str, _status: int, body: Any) -> Any:
        return {"rendered_instruction": body["rendered_instruction"].replace("$5", "")} if path.endswith("/test") else body

    return _json(change)


def renders_twice() -> Wsgi:
    def change(_method: str, _path: str, _status: int, body: Any) -> Any:
        text = body.get("rendered_instruction", "")
        return {**body, "rendered_instruction": text.replace("${session.metadata.name}", "Jo")} if text else body

    return _json(change)


def takes_any_template() -> Wsgi:
    def change(environ: dict[str, Any]) -> None:
        is_creation = environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] == "/v2/instructions"
        if is_creation:
            body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            raw = json.dumps({**body, "template_type": "text"}).encode()
            environ.update({"wsgi.input": io.BytesIO(raw), "CONTENT_LENGTH": str(len(raw))})

    return _wrapped(request=change)


def forgets_old_versions() -> Wsgi:
    class Store(MemoryStore):
        def instruction(self, instruction_id):
            found = super().instruction(instruction_id)
            if found is None:
                return None
            return replace(found, versions=tuple(replace(version, content=found.latest.content) for version in found.versions))

    return _on(Store)


def _turn_events(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Wsgi:
    def changed(method: str, path: str, status: int, body: Any) -> Any:
        is_turn = method == "POST" and path.endswith("/events") and status == 201
        return {**body, "events": [change(event) for event in body["events"]]} if is_turn else body

    return _json(changed)


def hides_what_is_pinned() -> Wsgi:
    return _turn_events(lambda event: {**event, "argument_override_paths": []} if event["type"] == "tool_input" else event)


def goes_on_without_a_reference() -> Wsgi:
    class Store(_Turns):
        def seen(self, session):
            return {"no_such_field": "", **session.metadata}

    return _on(Store)


def finds_nothing() -> Wsgi:
    class Store(_Turns):
        def seen(self, session):
            return {**session.metadata, "user_role": "nobody"} if "user_role" in session.metadata else dict(session.metadata)

    return _on(Store)


def _wrapped(*, request: Callable[[dict[str, Any]], None] | None = None, response: Callable[..., bytes] | None = None) -> Wsgi:
    """Make a server whose requests or whole answers are altered on the way: `response(method, path, status, body)`."""
    app = create_app(SETTINGS)

    def altered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if request:
            request(environ)
        if response is None:
            return app(environ, start_response)
        started: list[Any] = []
        chunks = app(environ, lambda status, headers, _=None: started.extend((status, headers)))
        whole = b"".join(chunks)
        chunks.close()
        status, headers = started
        body = response(environ["REQUEST_METHOD"], environ["PATH_INFO"], int(status[:3]), whole)
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start_response(status, kept)
        return [body]

    return altered


def _json(change: Callable[[str, str, int, Any], Any]) -> Wsgi:
    def changed(method: str, path: str, status: int, body: bytes) -> bytes:
        if not body.startswith(b"{"):
            return body
        return json.dumps(change(method, path, status, json.loads(body))).encode()

    return _wrapped(response=changed)


def _frames(change: Callable[[list[bytes]], list[bytes]]) -> Wsgi:
    def changed(_method: str, _path: str, _status: int, body: bytes) -> bytes:
        return b"".join(change([frame + b"\n\n" for frame in body.split(b"\n\n")[:-1]])) if body.startswith(b"event:") else body

    return _wrapped(response=changed)


def gives_every_session_the_same_key() -> Wsgi:
    def change(method: str, path: str, status: int, body: Any) -> Any:
        is_created = method == "POST" and path.endswith("/sessions") and status == 201
        return {**body, "key": "ase_session_0000"} if is_created else body

    return _json(change)


def forgets_a_required_field() -> Wsgi:
    return _json(lambda _method, _path, _status, body: {name: value for name, value in body.items() if name != "created_at"})


def does_not_name_what_is_missing() -> Wsgi:
    return _json(lambda _method, _path, status, body: {**body, "id": "unknown"} if status == 404 else body)


def answers_before_it_is_asked() -> Wsgi:
    def change(method: str, path: str, status: int, body: Any) -> Any:
        is_turn = method == "POST" and path.endswith("/events") and status == 201
        return {**body, "events": body["events"][::-1]} if is_turn else body

    return _json(change)


def loses_the_output_of_a_tool() -> Wsgi:
    def change(method: str, path: str, status: int, body: Any) -> Any:
        is_turn = method == "POST" and path.endswith("/events") and status == 201
        return {**body, "events": [event for event in body["events"] if event["type"] != "tool_output"]} if is_turn else body

    return _json(change)


def leaves_a_step_before_its_answer() -> Wsgi:
    def change(method: str, path: str, status: int, body: Any) -> Any:
        is_turn = method == "POST" and path.endswith("/events") and status == 201
        if not is_turn:
            return body
        first, *rest = body["events"]
        step = {"type": "step_transition", "from_step": "conversation", "to_step": "another", "content": ""}
        return {**body, "events": [first, {**first, "id": f"{first['id']}-step", **step}, *rest]}

    return _json(change)


def tells_news_of_a_tool_that_is_done() -> Wsgi:
    def changed(frames: list[bytes]) -> list[bytes]:
        return [
            part for frame in frames for part in ((frame, _news_after(frame)) if b"event: tool_output" in frame else (frame,))
        ]

    return _frames(changed)


def _news_after(frame: bytes) -> bytes:
    output = json.loads(frame.split(b"data: ")[1])
    news = {"type": "tool_activity", "activity_type": "generic", "message": "Searching."}
    named = {name: output[name] for name in ("tool_call_id", "created_at")}
    return b"event: tool_activity\ndata: " + json.dumps({**news, **named}).encode() + b"\n\n"


def names_another_answer() -> Wsgi:
    return _frames(lambda frames: [frame.replace(b'"event_id":"aev_', b'"event_id":"aev_0') for frame in frames])


def ends_no_stream() -> Wsgi:
    return _frames(lambda frames: frames[:-1])


def goes_on_after_the_end() -> Wsgi:
    return _frames(lambda frames: [*frames, frames[0]])


def loses_a_piece() -> Wsgi:
    return _frames(lambda frames: [frame for index, frame in enumerate(frames) if index != _second_piece(frames)])


def _second_piece(frames: list[bytes]) -> int:
    return [index for index, frame in enumerate(frames) if frame.startswith(b"event: streaming_agent_output\n")][1]


def sends_an_event_twice() -> Wsgi:
    return _frames(lambda frames: [frames[0], *frames])


def ignores_the_filter_of_a_listing() -> Wsgi:
    def change(environ: dict[str, Any]) -> None:
        parts = environ["QUERY_STRING"].split("&")
        environ["QUERY_STRING"] = "&".join(part for part in parts if not part.startswith("filter="))

    return _wrapped(request=change)


def lets_everybody_in() -> Wsgi:
    def change(environ: dict[str, Any]) -> None:
        if environ.get("HTTP_X_API_KEY", "") not in {"mock-agent-viewer", "mock-agent-user"}:
            environ["HTTP_X_API_KEY"] = "mock-owner"

    return _wrapped(request=change)


def lets_viewers_write() -> Wsgi:
    def change(environ: dict[str, Any]) -> None:
        if environ.get("HTTP_X_API_KEY") == "mock-agent-viewer":
            environ["HTTP_X_API_KEY"] = "mock-owner"

    return _wrapped(request=change)


def lets_users_read_the_history() -> Wsgi:
    def change(environ: dict[str, Any]) -> None:
        if environ.get("HTTP_X_API_KEY") == "mock-agent-user" and environ["REQUEST_METHOD"] == "GET":
            environ["HTTP_X_API_KEY"] = "mock-owner"

    return _wrapped(request=change)


def obeys_the_user_about_its_filter() -> Wsgi:
    class Store(_Turns):
        asked = False

        def seen(self, session):
            return {**session.metadata, "user_role": "premium"} if Store.asked else dict(session.metadata)

    app = _on(Store)

    def listening(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        Store.asked = b"Ignore your filter" in body
        return app(environ, start_response)

    return listening


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

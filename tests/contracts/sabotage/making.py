"""What servers that break a promise are made of: a sound mock with a store, a handler, or a wire that misbehaves."""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import UUID

import openapi
from mockserver.app import create_app, create_pipeline
from mockserver.contents import seeded_store
from mockserver.domain.events import Body, Event
from mockserver.domain.ports import Background
from mockserver.domain.sessions import Session, Status
from mockserver.domain.simulator.runs import Runs
from mockserver.domain.simulator.stage import Equipment
from mockserver.operations import HANDLERS
from mockserver.operations.call import Handler, Services
from mockserver.pipeline import Pipeline
from mockserver.runtime import SystemClock, Threads
from mockserver.settings import Settings
from mockserver.spec.document import load
from mockserver.spec.operations import Operations
from mockserver.stores.memory import MemoryStore
from mockserver.web.face import create_face
from mockserver.worlds import World, Worlds

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
SETTINGS = Settings()
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What it means that a body is not of the expected shape: it goes on as it came, as the sound mock reads or says it."""


def on(store_class: type[MemoryStore]) -> Wsgi:
    """Make a server on a store that misbehaves."""
    sound = seeded_store(SETTINGS, Operations(load(Path(openapi.DOCUMENT))), SystemClock())
    return create_app(SETTINGS, store=store_class(sound.contents))


class Turns(MemoryStore):
    """Lets a subclass say which session, or which metadata of it, a turn sees."""

    def seen(self, session: Session) -> dict[str, Any]:
        return dict(session.metadata)

    def beginning(self, session: Session) -> Session:
        return replace(session, metadata=self.seen(session))

    def change_session(self, agent_key, key, change):
        before = self.session(agent_key, key)
        after = super().change_session(agent_key, key, change)
        return self.beginning(after) if before and after and _begins(before, after) else after


def _begins(before: Session, after: Session) -> bool:
    return before.status is not Status.RUNNING and after.status is Status.RUNNING


def with_runs(make: Callable[[Equipment, Background], Runs]) -> Wsgi:
    """Make a server whose running sessions misbehave."""
    return _rebuilt(lambda services: replace(services, runs=make(services.runs.equipment, Threads())), {})


def with_handlers(**make: Callable[[Handler], Handler]) -> Wsgi:
    """Make a server whose operations, by the names of their functions, misbehave: `make` is given the sound one."""
    changed = {operation: make[sound.__name__](sound) for operation, sound in HANDLERS.items() if sound.__name__ in make}
    return _rebuilt(lambda services: services, changed)


def _rebuilt(change: Callable[[Services], Services], handlers: Mapping[str, Handler]) -> Wsgi:
    sound = create_pipeline(SETTINGS)

    def opened(test_id: str | None) -> World:
        world = sound.worlds.entered(sound.worlds.tenants[0], test_id)
        return replace(world, services=change(world.services))

    worlds = Worlds({sound.worlds.tenants[0]: opened}, most_tests=SETTINGS.test_worlds)
    authentication = replace(sound.authentication, worlds=worlds)
    pipeline = Pipeline(
        sound.operations, {**HANDLERS, **handlers}, worlds, authentication, seed=0, limits=sound.limits, journal_size=10
    )
    return create_face(pipeline)


def made_up(session: Session, body: Body) -> Event:
    """Make an event of something that did not happen."""
    made = UUID(bytes=token_bytes(16), version=4)
    return Event(id=f"aev_{made}", session_key=session.key, created_at=SystemClock().now(), body=body)


def wrapped(request: Callable[[dict[str, Any]], None]) -> Wsgi:
    """Make a server whose requests are altered on the way."""
    app = create_app(SETTINGS)

    def altered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request(environ)
        return app(environ, start_response)

    return altered


def _answers(media_type: str, change: Callable[[str, str, int, bytes], bytes]) -> Wsgi:
    """Make a server whose whole answers of a media type are altered on the way: `change(method, path, status, body)`."""
    app = create_app(SETTINGS)

    def altered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        started: list[Any] = []
        chunks = app(environ, lambda status, headers, _=None: started.extend((status, headers)))
        status, headers = started
        if ("content-type", media_type) not in {(name.lower(), value) for name, value in headers}:
            start_response(status, headers)
            return chunks
        whole = b"".join(chunks)
        chunks.close()
        body = change(environ["REQUEST_METHOD"], environ["PATH_INFO"], int(status[:3]), whole)
        sized(start_response)(status, headers)
        return [body]

    return altered


def json_requests(change: Callable[[str, str, Any], Any]) -> Wsgi:
    """Make a server that reads another JSON body than the one sent: `change(method, path, body)`."""

    def altered(environ: dict[str, Any]) -> None:
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        with suppress(*UNREADABLE):
            raw = json.dumps(change(environ["REQUEST_METHOD"], environ["PATH_INFO"], json.loads(raw))).encode()
        environ.update({"wsgi.input": io.BytesIO(raw), "CONTENT_LENGTH": str(len(raw))})

    return wrapped(altered)


def without_parameter(name: str) -> Wsgi:
    """Make a server that does not see a query parameter."""

    def change(environ: dict[str, Any]) -> None:
        parts = environ["QUERY_STRING"].split("&")
        environ["QUERY_STRING"] = "&".join(part for part in parts if not part.startswith(f"{name}="))

    return wrapped(change)


def sized(start_response: Callable[..., Any]) -> Callable[..., Any]:
    """Start a response without its length, which no longer fits."""

    def started(status: str, headers: list[tuple[str, str]], info: Any = None) -> Any:
        return start_response(status, [(name, value) for name, value in headers if name.lower() != "content-length"], info)

    return started


def json_answers(change: Callable[[str, str, int, Any], Any]) -> Wsgi:
    """Make a server that answers with other JSON: `change(method, path, status, body)`."""

    def changed(method: str, path: str, status: int, body: bytes) -> bytes:
        with suppress(*UNREADABLE):
            return json.dumps(change(method, path, status, json.loads(body))).encode()
        return body

    return _answers("application/json", changed)


def turns(change: Callable[[list[Any]], list[Any]]) -> Wsgi:
    """Make a server that answers inputs with other events, as JSON."""

    def changed(method: str, path: str, status: int, body: Any) -> Any:
        is_turn = method == "POST" and path.endswith("/events") and status == 201
        return {**body, "events": change(body["events"])} if is_turn else body

    return json_answers(changed)


def streams(change: Callable[[list[bytes]], list[bytes]]) -> Wsgi:
    """Make a server that sends other frames; it sends them when it has them all."""

    def changed(_method: str, _path: str, _status: int, body: bytes) -> bytes:
        return b"".join(change([frame + b"\n\n" for frame in body.split(b"\n\n")[:-1]]))

    return _answers("text/event-stream", changed)


def frame_by_frame(keeps: Callable[[bytes], bool]) -> Wsgi:
    """Make a server that leaves out frames, and sends the others as they come."""
    app = create_app(SETTINGS)
    return lambda environ, start_response: _Some(app(environ, start_response), keeps)


class _Some:
    def __init__(self, frames: Any, keeps: Callable[[bytes], bool]) -> None:
        self._frames = frames
        self._keeps = keeps

    def __iter__(self) -> Iterator[bytes]:
        return (frame for frame in self._frames if not frame.startswith(b"event:") or self._keeps(frame))

    def close(self) -> None:
        self._frames.close()

"""A sound server behind a wire that looks at requests and answers, asks again as somebody else, and changes what it likes."""

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from tests.contracts.sabotage.making import Wsgi

OWNER = "mock-owner"


@dataclass(frozen=True)
class Answer:
    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def code(self) -> int:
        return int(self.status[:3])

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_stream(self) -> bool:
        return ("content-type", "text/event-stream") in {(name.lower(), value) for name, value in self.headers}

    def saying(self, body: Any) -> "Answer":
        return replace(self, body=json.dumps(body).encode())


@dataclass(frozen=True)
class Request:
    app: Wsgi
    environ: dict[str, Any]
    body: bytes

    @property
    def method(self) -> str:
        return self.environ["REQUEST_METHOD"]

    @property
    def path(self) -> str:
        return self.environ["PATH_INFO"]

    @property
    def key(self) -> str:
        return self.environ.get("HTTP_X_API_KEY", "")

    @property
    def token(self) -> str:
        return self.environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")

    def as_key(self, key: str) -> "Request":
        """The same request with another credential."""
        kept = {name: value for name, value in self.environ.items() if name != "HTTP_AUTHORIZATION"}
        return replace(self, environ={**kept, "HTTP_X_API_KEY": key})

    def with_body(self, body: bytes) -> "Request":
        return replace(self, body=body)

    def of(self, method: str) -> "Request":
        return replace(self, environ={**self.environ, "REQUEST_METHOD": method})

    def to(self, path: str) -> "Request":
        return replace(self, environ={**self.environ, "PATH_INFO": path})

    def sent(self) -> Answer:
        started: list[Any] = []
        given = {"wsgi.input": io.BytesIO(self.body), "CONTENT_LENGTH": str(len(self.body))}
        chunks = self.app({**self.environ, **given}, lambda status, headers, _=None: started.extend((status, headers)))
        body = b"".join(chunks)
        getattr(chunks, "close", lambda: None)()
        return Answer(*started, body)


def behind(app: Wsgi, handle: Callable[[Request], Answer]) -> Wsgi:
    """Make a server that answers what `handle` makes of each request."""

    def answered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        answer = handle(Request(app, environ, body))
        kept = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
        start_response(answer.status, kept)
        return [answer.body]

    return answered

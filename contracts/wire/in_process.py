"""Sends to a WSGI application in this process. httpx has such a transport, which takes no path or header but an ASCII one."""

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

import httpx

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_UNPREFIXED = {"CONTENT_TYPE", "CONTENT_LENGTH"}
_PORTS = {"http": 80, "https": 443}


class InProcess(httpx.BaseTransport):
    """Calls an application as PEP 3333 says; its answer is read as it makes it."""

    def __init__(self, app: Wsgi) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises what the application raises."""
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], None]:
            started[:] = [status, headers, error]
            return lambda _: None

        chunks = _Chunks(self._app(_environ(request), start))
        status, headers, error = started
        if error and error[1]:
            raise error[1]
        written = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return httpx.Response(int(status[:3]), headers=written, stream=chunks, extensions={"reason_phrase": _reason(status)})


class _Chunks(httpx.SyncByteStream):
    """The body as the application makes it. Its first piece is asked for at once: until then it need not have begun to answer."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._whole, self._rest = chunks, iter(chunks)
        self._first = next(self._rest, b"")

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        yield from self._rest

    def close(self) -> None:
        """Tell the application that nobody reads on."""
        if close := getattr(self._whole, "close", None):
            close()


def _reason(status: str) -> bytes:
    return (status[4:] or HTTPStatus(int(status[:3])).phrase).encode("latin-1")


def _environ(request: httpx.Request) -> dict[str, Any]:
    path, _, query = request.extensions.get("target", request.url.raw_path).partition(b"?")
    environ: dict[str, Any] = {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.url.scheme,
        "wsgi.input": io.BytesIO(request.content),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "SERVER_NAME": request.url.host,
        "SERVER_PORT": str(request.url.port or _PORTS[request.url.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
    }
    for raw, value in request.headers.raw:
        name = raw.decode("latin-1").upper().replace("-", "_")
        key = name if name in _UNPREFIXED else f"HTTP_{name}"
        environ[key] = f"{environ[key]},{value.decode('latin-1')}" if key in environ else value.decode("latin-1")
    return environ

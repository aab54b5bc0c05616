"""The wire as a WSGI application: Schemathesis, which sends to applications, sends by the wire and knows nothing of it.

So do the checks that send a request again without its credential, or with another method: there is no other way out.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import reject

from contracts.wire.wire import MAY_BE_UNMARKED, Wire

REFUSABLE = "contracts.refusable"
"""The key of the environment that says that a request has to be refused: it may ask for an object without the run's id."""

_OWN = {"HTTP_HOST", "HTTP_ACCEPT_ENCODING"}
_STREAM = "text/event-stream"
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


class Gateway:
    """Passes requests to the wire, each with the time that it may take (seconds), and answers with what comes back."""

    def __init__(self, wire: Wire, *, timeout_seconds: float) -> None:
        self._wire = wire
        self._timeout = httpx.Timeout(timeout_seconds).as_dict()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Send a request; an example whose address is longer than any client sends it is given up.

        Raises NotSentError for what may not be sent, and what the transport raises.
        """
        response = self._wire.handle_request(self._request(environ))
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw]
        is_stream = response.headers.get("content-type", "").startswith(_STREAM)
        start_response(f"{response.status_code} {response.reason_phrase or 'Unknown'}", headers)
        return _Streamed(response) if is_stream else [response.read()]

    def _request(self, environ: dict[str, Any]) -> httpx.Request:
        target = quote(environ["RAW_URI"].encode("latin-1"), safe=_PRINTABLE).partition("?")[0]
        if environ["QUERY_STRING"]:
            target += "?" + quote(environ["QUERY_STRING"].encode("latin-1"), safe=_PRINTABLE)
        origin = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}"
        extensions = {"timeout": self._timeout, "target": target.encode(), MAY_BE_UNMARKED: environ.get(REFUSABLE, False)}
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = [*_headers(environ), (b"accept-encoding", b"identity")]
        method = environ["REQUEST_METHOD"]
        try:
            return httpx.Request(method, origin + target, headers=headers, content=body, extensions=extensions)
        except httpx.InvalidURL:  # httpx sends no address of more than 65,536 characters: nothing is seen of the target
            reject()


def _headers(environ: dict[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    if environ.get("CONTENT_TYPE"):
        yield b"content-type", environ["CONTENT_TYPE"].encode("latin-1", "replace")
    for key, value in environ.items():
        if key.startswith("HTTP_") and key not in _OWN:
            yield key.removeprefix("HTTP_").replace("_", "-").lower().encode("latin-1"), str(value).encode("latin-1", "replace")


class _Streamed:
    """An answer that is read as it comes."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_raw()

    def close(self) -> None:
        """Read no further."""
        self._response.close()

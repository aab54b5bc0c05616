"""What went over the wire: a request and its answer, kept as bytes so that both can be told, compared and sent again."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what came of it. `path` has the query; header names are lower case; `status` is None where none came.

    `answer` is what was read: of a stream that was left early only its beginning.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int | None
    answer_headers: Mapping[str, str]
    answer: bytes

    @property
    def media_type(self) -> str:
        """The media type of the answer without its parameters."""
        return self.answer_headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def json(self) -> Any:
        """The answer as JSON; None where it is none."""
        return _json(self.answer)

    @property
    def sent_json(self) -> Any:
        """The body of the request as JSON; None where it is none."""
        return _json(self.body)

    def as_json(self) -> dict[str, Any]:
        """Write it so that it can be sent from process to process."""
        return {
            "method": self.method,
            "path": self.path,
            "headers": dict(self.headers),
            "body": base64.b64encode(self.body).decode(),
            "status": self.status,
            "answer_headers": dict(self.answer_headers),
            "answer": base64.b64encode(self.answer).decode(),
        }


def exchange_from(written: Mapping[str, Any]) -> Exchange:
    """Read an exchange."""
    bodies = {name: base64.b64decode(written[name]) for name in ("body", "answer")}
    return Exchange(**{**written, **bodies})


class Conversation(httpx.SyncByteStream):
    """A request under way: keeps the bytes of its answer as they are read, and is an exchange at any time."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request
        self._response: httpx.Response | None = None
        self._stream: httpx.SyncByteStream | None = None
        self._heard = bytearray()

    def answered(self, response: httpx.Response) -> None:
        """Take the answer; its body is heard while others read it."""
        if not isinstance(response.stream, httpx.SyncByteStream):
            raise TypeError("the answer has no body that can be read as it comes")
        self._response, self._stream = response, response.stream
        response.stream = self

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream or ():
            self._heard += chunk
            yield chunk

    def close(self) -> None:
        """Close the answer."""
        if self._stream is not None:
            self._stream.close()

    @property
    def exchange(self) -> Exchange:
        """What there is of it so far."""
        request, response = self._request, self._response
        return Exchange(
            method=request.method,
            path=request.url.raw_path.decode("ascii"),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.content,
            status=None if response is None else response.status_code,
            answer_headers={} if response is None else {name.lower(): value for name, value in response.headers.items()},
            answer=bytes(self._heard),
        )


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None

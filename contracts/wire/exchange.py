"""What went over the wire: a request and its answer, kept as bytes so that both can be told, compared and sent again."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import httpx


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what came of it. `path` has the query; header names are lower case; `status` is None where none came.

    `answer` is what was read: of a stream that was left early (`is_whole` is false) only its beginning. `is_kept` is false where
    its bytes were given up to bound what is remembered. `began` and `ended` are seconds of one clock; None: it is still read.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int | None
    answer_headers: Mapping[str, str]
    answer: bytes
    began: float = 0.0
    ended: float | None = 0.0
    is_whole: bool = True
    is_kept: bool = True

    @property
    def media_type(self) -> str:
        """The media type of the answer without its parameters."""
        return self.answer_headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def sent_media_type(self) -> str:
        """The media type of the request without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def json(self) -> Any:
        """The answer as JSON; None where it is none."""
        return _json(self.answer)

    @property
    def sent_json(self) -> Any:
        """The body of the request as JSON; None where it is none."""
        return _json(self.body)

    @property
    def place(self) -> str:
        """The path without its query, unescaped."""
        return unquote(self.path.partition("?")[0])

    @property
    def writes(self) -> bool:
        """Whether it asks for a change."""
        return self.method not in {"GET", "HEAD", "OPTIONS"}

    @property
    def succeeded(self) -> bool:
        """Whether the answer is one of success."""
        return self.status is not None and httpx.codes.is_success(self.status)


class Conversation(httpx.SyncByteStream):
    """A request under way: keeps the bytes of its answer as they are read, and is an exchange at any time."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request
        self._response: httpx.Response | None = None
        self._stream: httpx.SyncByteStream | None = None
        self._heard: bytearray | None = bytearray()
        self._began = time.monotonic()
        self._ended: float | None = None
        self._is_whole = False

    def answered(self, response: httpx.Response) -> None:
        """Take the answer; its body is heard while others read it."""
        if not isinstance(response.stream, httpx.SyncByteStream):
            raise TypeError("the answer has no body that can be read as it comes")
        self._response, self._stream = response, response.stream
        response.stream = self
        if response.is_closed:  # it came whole
            self._heard, self._is_whole, self._ended = bytearray(response.content), True, time.monotonic()

    def broke(self) -> None:
        """Take that no answer comes."""
        self._ended = time.monotonic()

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream or ():
            if self._heard is not None:
                self._heard += chunk
            yield chunk
        self._is_whole, self._ended = True, time.monotonic()

    def close(self) -> None:
        """Close the answer."""
        if self._stream is not None:
            self._stream.close()
        self._ended = self._ended or time.monotonic()

    @property
    def size(self) -> int:
        """The bytes of the answer that are kept."""
        return len(self._heard or b"")

    def forget(self) -> None:
        """Give up the bytes of the answer."""
        self._heard = None

    @property
    def exchange(self) -> Exchange:
        """What there is of it so far."""
        request, response = self._request, self._response
        return Exchange(
            method=request.method,
            path=request.extensions.get("target", request.url.raw_path).decode("ascii"),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.content,
            status=None if response is None else response.status_code,
            answer_headers={} if response is None else {name.lower(): value for name, value in response.headers.items()},
            answer=bytes(self._heard or b""),
            began=self._began,
            ended=self._ended,
            is_whole=self._is_whole,
            is_kept=self._heard is not None,
        )


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None

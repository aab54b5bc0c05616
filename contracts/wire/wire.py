"""The transport under every client of a run: it lets a request pass or not, and journals what is made."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from contracts.collections import Collection, collections
from contracts.journal import Journal
from contracts.wire.budget import Budget, Limits, NotSentError
from contracts.wire.handing import handed_out
from contracts.wire.recorder import Recorder

MOST_REPEATS = 5
_READING = {"GET", "HEAD", "OPTIONS"}
LONGEST_WAIT_SECONDS = 120.0
MAY_BE_UNMARKED = "may_be_unmarked"
"""The extension of a request that has to be refused."""

_BUSY = {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}


class Wire(httpx.BaseTransport):
    """Sends by another transport, to one host alone, within a budget. `secrets` are the credentials that came back."""

    def __init__(self, inner: httpx.BaseTransport, host: str, *, budget: Budget | None = None, reads_only: bool = False) -> None:
        self._inner, self._host = inner, host
        self.reads_only = reads_only
        self.budget = budget or Budget(Limits())
        self.journal: Journal | None = None
        self.recorder: Recorder | None = None
        self.secrets: set[str] = set()
        self.heard: Callable[[httpx.Request], object] = lambda _: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises NotSentError for what may not be sent, and what the inner transport raises."""
        if request.url.host != self._host:
            raise NotSentError(f"nothing is sent to {request.url.host}: the target is {self._host}")
        request.read()
        if self.reads_only and request.method not in _READING:
            raise NotSentError("--profile read-only sends nothing that writes")
        self._check_removal(request)
        self.budget.take(request)
        self.heard(request)
        number = self._intended(request)
        response = self._recorded(request)
        self.secrets |= handed_out(request, response)
        self._journalled(request, response, number)
        return response

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()

    def _recorded(self, request: httpx.Request) -> httpx.Response:
        """Send, and have it kept; of what cleans up, that it is gone."""
        recorder = self.recorder
        if recorder is None:
            return self._answered(request)
        if self.budget.is_cleaning:
            response = self._answered(request)
            if request.method == "DELETE" and self._is_gone(response.status_code):
                recorder.gone(request.url.path)
            return response
        conversation = recorder.note(request)
        try:
            response = self._answered(request)
        except Exception:
            conversation.broke()
            raise
        conversation.answered(response)
        return response

    def _answered(self, request: httpx.Request) -> httpx.Response:
        """Send, and send again what the target was too busy for, when it says (RFC 9110 §10.2.3)."""
        response = self._inner.handle_request(request)
        for _ in range(MOST_REPEATS):
            wait = _retry_after(response)
            if wait is None or wait > LONGEST_WAIT_SECONDS:
                break
            response.close()
            self.budget.wait(wait)
            self.budget.take(request)
            response = self._inner.handle_request(request)
        return response

    def _check_removal(self, request: httpx.Request) -> None:
        """Let cleaning up remove nothing but what the run made, whatever a target has answered. Raises NotSentError."""
        path = request.url.path
        is_root = path.rpartition("/")[0] in collections()
        if request.method == "DELETE" and is_root and self.budget.is_cleaning and self.journal and not self.journal.holds(path):
            raise NotSentError(f"DELETE {path} would remove what the run did not make")

    def _intended(self, request: httpx.Request) -> int | None:
        """Journal what a request asks to be made. Raises NotSentError for an object that would not bear the run's id.

        A request that has to be refused may leave the id out: to be refused it may need to.
        """
        collection = _collection(request)
        if self.journal is None or collection is None:
            return None
        body = _object(request.content)
        field = collection.mark_of(body, self.journal.run_id)
        if field is None and not request.extensions.get(MAY_BE_UNMARKED):
            raise NotSentError(f"POST {collection.path} would make something without the run's id in its {collection.marks[0]}")
        return self.journal.intend(collection, field or "", body[field] if field else "")

    def _journalled(self, request: httpx.Request, response: httpx.Response, number: int | None) -> None:
        if self.journal is None:
            return
        if number is not None and response.status_code == httpx.codes.CREATED:
            if path := self._made(request, _object(response.read()), self.journal.run_id):
                self.journal.made(number, path)
        elif number is not None and httpx.codes.is_client_error(response.status_code):
            self.journal.never(number)
        elif request.method == "DELETE" and self._is_gone(response.status_code):
            self.journal.gone(request.url.path)

    def _made(self, request: httpx.Request, made: dict[str, Any], run_id: str) -> str | None:
        """Return where a target has made what was asked for; nothing where what it says is something else."""
        collection, sent = collections()[request.url.path], _object(request.content)
        field = collection.mark_of(sent, run_id)
        identity = sent.get("key", made.get("key")) if collection.identity == "key" else made.get("id")
        is_it = made.get(field) == sent[field] if field else True
        return f"{collection.path}/{identity}" if is_it and isinstance(identity, str) else None

    def _is_gone(self, status: int) -> bool:
        """Whether a DELETE shows that nothing is there: 404 says so to who cleans up alone, from others it may only hide."""
        return status == httpx.codes.NO_CONTENT or (self.budget.is_cleaning and status == httpx.codes.NOT_FOUND)


def _collection(request: httpx.Request) -> Collection | None:
    return collections().get(request.url.path) if request.method == "POST" else None


def _object(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that an answer asks to wait; a date, and what is no number, is passed over."""
    asked = response.headers.get("retry-after", "") if response.status_code in _BUSY else ""
    return float(asked) if asked.isdecimal() else None

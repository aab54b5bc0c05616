"""Several clients at once: they begin together, and each call is noted with its time, to be judged as a history."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from typing import Any, TypeVar

import httpx

from contracts.client import Api
from contracts.linearizability import NEVER, Call
from contracts.model.registers import Answered, Asked

Result = TypeVar("Result")
_UNKNOWN = {httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS}
_TELLING = ("name", "metadata", "is_listed")
_METHODS = {"create": "POST", "patch": "PATCH", "get": "GET", "delete": "DELETE", "hide": "POST", "unhide": "POST"}


def at_once(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do all of this in threads that begin together; what each returns, in order. Raises what one raises."""
    together = Barrier(len(works))

    def begun(work: Callable[[], Result]) -> Result:
        together.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(begun, works))


class History:
    """Asks and notes. A call that is broken off, or refused for want of time or room, may have taken effect: it is pending."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lock = Lock()
        self.calls: list[Call] = []

    def ask(self, asked: Asked, path: str) -> None:
        """Ask for what is at a path: a session is created in its collection, an event hidden below itself."""
        body = {"json": dict(asked.body)} if asked.what in {"create", "patch"} else {}
        if asked.what == "create":
            path = path.rpartition("/")[0]
        elif asked.what in {"hide", "unhide"}:
            path = f"{path}/{asked.what}"
        self._note(asked, lambda: self._api.ask(_METHODS[asked.what], path, **body), _whole)

    def look(self, path: str, event_id: str) -> None:
        """Ask whether a plain listing of events has this one."""
        self._note(
            Asked("list"), lambda: self._api.ask("GET", path, params={"limit": 100}), lambda answer: _has(answer, event_id)
        )

    def _note(self, asked: Asked, send: Callable[[], httpx.Response], read: Callable[[httpx.Response], dict[str, Any]]) -> None:
        began, answer = time.monotonic(), None
        try:
            answer = send()
        except httpx.TransportError:
            ended = NEVER
        else:
            is_unknown = answer.is_server_error or answer.status_code in _UNKNOWN
            ended = NEVER if is_unknown else time.monotonic()
        told = None if answer is None else Answered(answer.status_code, read(answer) if answer.is_success else {})
        with self._lock:
            self.calls.append(Call(began, ended, asked, told))


def _whole(answer: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = answer.json() if answer.content else {}
    return body


def _has(answer: httpx.Response, event_id: str) -> dict[str, Any]:
    return {"is_listed": event_id in {event["id"] for event in answer.json()["events"]}}


def told(calls: Sequence[Call], furthest: Sequence[Call]) -> str:
    """Write a history that no order explains: what the longest order that there is leaves over, then all calls as they began."""
    start = min(call.began for call in calls)
    in_order = sorted(calls, key=lambda call: call.began)
    left = [call for call in in_order if not any(call is done for done in furthest)]
    return "\n".join(
        [
            f"no order of {len(calls)} calls explains their answers; none of these can come next in the longest (milliseconds):",
            *(_line(call, start) for call in left),
            "all calls, in the order in which they began:",
            *(_line(call, start) for call in in_order),
        ]
    )


def _line(call: Call, start: float) -> str:
    ended = "?" if call.is_pending else f"{(call.ended - start) * 1000:.1f}"
    shown = {name: value for name, value in call.answer.read.items() if name in _TELLING} if call.answer else {}
    return f"{(call.began - start) * 1000:8.1f} to {ended:>7}  {call.asked} -> {call.answer or 'nothing'} {shown or ''}".rstrip()

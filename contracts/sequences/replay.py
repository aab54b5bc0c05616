"""Carries a sequence out again, through the same wire, with names of its own, and removes what it made."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx

from contracts.client import Api
from contracts.collections import collections
from contracts.sequences.comparing import first_difference
from contracts.sequences.forms import Form
from contracts.sequences.names import frames_of
from contracts.sequences.reproduction import Outcome
from contracts.sequences.steps import REMOVER, RUN, Capture, Step, Steps, made_by
from contracts.sequences.texts import filled
from contracts.wire.budget import NotSentError
from contracts.wire.exchange import Exchange
from contracts.wire.wire import MAY_BE_UNMARKED, Wire

MOST_REQUESTS = 300
LONGEST_PAUSE_SECONDS = 15.0


class NotTriedError(Exception):
    """A sequence cannot be carried out again; says why."""


@dataclass
class Replay:
    """One carrying out. `values` are those of the variables so far; `run` takes the place of the run's id in all names."""

    http: httpx.Client
    wire: Wire
    run: str
    pause: Callable[[float], None] = time.sleep
    values: dict[str, str] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)

    def tried(self, steps: Steps, run_id: str) -> tuple[Outcome, str]:
        """Carry a sequence out, remove what it made, and say what came of it."""
        if reason := obstacle(steps.steps):
            return Outcome.NOT_TRIED, reason
        self.values = {name: value for name, (value, _) in steps.needed.items()} | {RUN: self.run}
        recorder, self.wire.recorder = self.wire.recorder, None
        try:
            answers = [self._sent(step) for step in steps.steps]
        except (NotTriedError, NotSentError) as error:
            return Outcome.NOT_TRIED, str(error)
        finally:
            self._remove()
            self.wire.recorder = recorder
        after = {value: name for name, value in self.values.items()}
        pairs = zip((step.exchange for step in steps.steps), answers, strict=True)
        try:
            difference = first_difference(pairs, {**steps.values, run_id: RUN}, after)
        except RecursionError:
            return Outcome.NOT_TRIED, "its answers are nested too deeply to be compared"
        return (Outcome.DIFFERS, difference) if difference else (Outcome.REPRODUCES, "")

    def _sent(self, step: Step) -> Exchange:
        """Send a request of the sequence. Raises NotTriedError for one that would change what this carrying out did not make."""
        if step.pause:
            self.pause(step.pause)
        try:
            request = self._request(step)
        except KeyError as missing:
            raise NotTriedError(f"an earlier answer did not give {missing.args[0]} this time") from missing
        except httpx.InvalidURL as error:
            raise NotTriedError(f"a request cannot be written again: {error}") from error
        self._check(step, request)
        try:
            response = self.http.send(request, stream=True)
        except NotSentError:
            raise
        except Exception:  # noqa: BLE001 - an application in this process may fail in any way
            return _exchange(step, request, None, b"")
        exchange = _exchange(step, request, response, _read(response, step.exchange))
        if made := made_by(exchange, ""):
            self.made.append(made)
        for capture in step.captures:
            self._take(capture, exchange)
        return exchange

    def _request(self, step: Step) -> httpx.Request:
        """Write a request, to the letter. Raises KeyError for a value that there is not.

        What was refused may ask for an object that does not bear the run's id: to be refused it may have to.
        """
        base = self.http.base_url.raw_path.decode("ascii").rstrip("/")
        path = filled(step.target, self.values)
        headers = [(name.encode(), filled(text, self.values).encode()) for name, text in step.headers]
        extensions = {"target": f"{base}{path}".encode("ascii"), MAY_BE_UNMARKED: _was_refused(step)}
        return self.http.build_request(step.method, path, headers=headers, extensions=extensions, **self._body(step))

    def _body(self, step: Step) -> dict[str, Any]:
        if isinstance(step.body, Form):
            parts = [(part, self._content(part.content)) for part in step.body.parts]
            return {"files": [(part.name, (part.file_name, content, part.media_type)) for part, content in parts]}
        return {"content": self._content(step.body)} if step.body else {}

    def _content(self, content: Any) -> bytes:
        return content if isinstance(content, bytes) else filled(content, self.values).encode()

    def _check(self, step: Step, request: httpx.Request) -> None:
        place = request.url.path
        root = next((f"{path}/{_next(place, path)}" for path in collections() if place.startswith(f"{path}/")), None)
        if step.exchange.writes and root and root not in self.made and not _was_refused(step):
            raise NotTriedError(f"{step.method} {place} would change what the sequence does not make")

    def _take(self, capture: Capture, exchange: Exchange) -> None:
        """Give a variable its value, where the answer has it."""
        found: Any = exchange.json
        if capture.frame is not None:
            kind, number = capture.frame
            found = [frame for frame in frames_of(exchange.answer) if frame["type"] == kind][number:]
            found = found[0] if found else None
        for part in capture.at:
            try:
                found = found[part]
            except (KeyError, IndexError, TypeError):
                return
        self.values[capture.name] = str(found)

    def _remove(self) -> None:
        """Remove what was made, the latest first; what cannot be stays in the journal."""
        if not self.made:
            return
        api = Api(self.http, self.values[REMOVER])
        with self.wire.budget.cleaning():
            for path in reversed(self.made):
                with suppress(AssertionError, NotSentError, httpx.HTTPError):
                    api.call("DELETE", path, expect={204, 404})


def obstacle(steps: Sequence[Step]) -> str:
    """Say why a sequence cannot be carried out again; nothing where it can."""
    exchanges = [step.exchange for step in steps]
    if len(steps) > MOST_REQUESTS:
        return f"it has {len(steps)} requests, more than {MOST_REQUESTS}"
    if not all(one.is_kept for one in exchanges):
        return "its answers were too long to be kept"
    for number, (one, following) in enumerate(pairwise(exchanges), 1):
        if one.ended is None or one.ended > following.began:
            return f"the answer to request {number} was still read when the next was sent"
    if sum(step.pause for step in steps) > LONGEST_PAUSE_SECONDS:
        return f"it has pauses of more than {LONGEST_PAUSE_SECONDS:g} s together"
    return ""


def _was_refused(step: Step) -> bool:
    return step.exchange.status is not None and httpx.codes.is_client_error(step.exchange.status)


def _next(place: str, path: str) -> str:
    return place.removeprefix(f"{path}/").partition("/")[0]


def _read(response: httpx.Response, was: Exchange) -> bytes:
    """Read an answer as far as it was read the first time: all of it, or as many lines."""
    heard, lines = bytearray(), was.answer.count(b"\n")
    with suppress(httpx.HTTPError):
        for chunk in response.iter_bytes():
            heard += chunk
            if not was.is_whole and heard.count(b"\n") >= lines:
                break
    response.close()
    return bytes(heard)


def _exchange(step: Step, request: httpx.Request, response: httpx.Response | None, answer: bytes) -> Exchange:
    return Exchange(
        method=step.method,
        path=request.url.raw_path.decode("ascii"),
        headers=request.headers,
        body=request.content if not isinstance(step.body, Form) else b"",
        status=None if response is None else response.status_code,
        answer_headers={} if response is None else {name.lower(): value for name, value in response.headers.items()},
        answer=answer,
    )

"""Holds every generated answer to the promises that a schema cannot say, and tells which of them it breaks.

A check that fails itself, on an answer that it did not expect, is a failure of its promise too, which names the check: no check
hides what another one finds.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias

import schemathesis
from schemathesis.core.failures import FailureGroup

from contracts.broken import BrokenPromises
from contracts.checks import answers
from contracts.checks.answers import Answer, Check, Faults, frames_of
from contracts.checks.order import texts_of
from contracts.client import Json
from contracts.document import EventOrder, event_order
from contracts.generated.objects import Case, operation_of
from contracts.sse import StreamFault

_STREAM = "text/event-stream"
_MOST_FAULTS = 5
Read: TypeAlias = Callable[[Answer, str], Json | None]


class Judge:
    """Judges answers by the checks of the promises that are `wanted`. `seen` are those that have had something to look at.

    `read` gives the stored event of an id; `renders` says that the target renders `${…}` in what an agent pins (§9).
    """

    def __init__(
        self, wanted: Collection[str], *, order: EventOrder | None = None, read: Read = lambda *_: None, renders: bool = True
    ) -> None:
        order = order or event_order()
        checks: Mapping[str, Check] = {
            "SC103": answers.refusal,
            "SC104": answers.subject,
            "SC105": answers.turn_order(order),
            "SC106": _stream(order, read),
            "SC107": answers.secrecy,
            "SC108": answers.resolution(renders=renders),
        }
        self._wanted = wanted
        self._checks = {code: check for code, check in checks.items() if code in wanted}
        self.seen: set[str] = set()

    def hold(self, code: str, case: Case, response: schemathesis.Response, validate: Callable[[], object]) -> None:
        """Hold an answer to what `validate` holds it to, which is the promise of this code, and to those of the checks.

        Raises what `validate` raises where that is all, else BrokenPromises.
        """
        faults = self.faults(answer_of(case, response))
        try:
            if code in self._wanted:
                validate()
        except (AssertionError, FailureGroup) as failure:
            if not faults:
                raise
            faults = {code: _said(failure)} | faults
        if faults:
            raise BrokenPromises(faults, f"again: {case.as_curl_command()}")

    def faults(self, answer: Answer) -> dict[str, str]:
        """Say by code what an answer breaks."""
        told = {code: self._told(code, check, answer) for code, check in self._checks.items()}
        return {code: text for code, text in told.items() if text}

    def _told(self, code: str, check: Check, answer: Answer) -> str:
        try:
            faults = check(answer)
            found = None if faults is None else list(faults)
        except StreamFault as fault:
            found = [str(fault)]
        except Exception as error:  # noqa: BLE001 - whatever a target answers, a check only ever fails
            found = [f"the check {code} cannot read the answer: {type(error).__name__}: {error}"]
        if found is not None:
            self.seen.add(code)
        return "\n".join(found[:_MOST_FAULTS]) if found else ""


def _said(failure: BaseException) -> str:
    return "\n".join(map(_said, failure.exceptions)) if isinstance(failure, BaseExceptionGroup) else str(failure)


def _stream(order: EventOrder, read: Read) -> Check:
    """A stream has its form, and the pieces of each text are the text that is stored under the id of its end mark."""

    def check(answer: Answer) -> Faults:
        return None if answer.stream is None else list(_stream_faults(answer, answer.stream, order, read))

    return check


def _stream_faults(answer: Answer, stream: bytes, order: EventOrder, read: Read) -> Iterator[str]:
    frames = frames_of(stream)
    types = [frame["type"] for frame in frames]
    if types.count(order.terminator) != 1 or types[-1] != order.terminator:
        yield f"the stream ends with {types[-3:]}; expected one {order.terminator}, as the last frame"
    for text in texts_of(frames, order):
        stored = read(answer, text.id) if text.id else None
        if stored is not None and stored.get("content") != text.content:
            yield f"the pieces of {text.type} {text.id} joined are {text.content!r}; stored is {stored.get('content')!r}"


def answer_of(case: Case, response: schemathesis.Response) -> Answer:
    """Return what a case was answered, as checks take it. A stream that was not read to its end counts as no stream."""
    headers = {name: values[0] for name, values in response.headers.items() if values}
    media_type = headers.get("content-type", "")
    is_stream = media_type.startswith(_STREAM)
    return Answer(
        operation=operation_of(case),
        names=dict(case.path_parameters),
        asked=case.body if isinstance(case.body, dict | list | str) else None,
        query=dict(case.query),
        status=response.status_code,
        headers=headers,
        body=None if is_stream else _json(response.content),
        stream=response.content if is_stream and not response.stream_cut_short else None,
    )


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None

"""Answer requests from a recording, each frame at its time."""

import json
from collections.abc import Iterator
from datetime import datetime

from mockserver.domain.chaos import BrokenTransferError
from mockserver.domain.ports import Clock
from mockserver.recordings.asking import Reader, bytes_of, caller_in
from mockserver.recordings.exchange import Answered, Exchange, Frame
from mockserver.recordings.matching import Matcher
from mockserver.recordings.reading import Recording, caller_of
from mockserver.spec.requests import RawRequest
from mockserver.spec.responses import NEVER_REACHED, RawResponse

REPLAYED = "X-Mock-Replayed"
_MILLISECONDS = 1000
_BROKEN = {"Content-Length": str(NEVER_REACHED)}


class Replay:
    """A recording that answers. `speed` is how many times as fast as it was recorded; 0 answers at once."""

    def __init__(self, recording: Recording, reader: Reader, clock: Clock, *, speed: int) -> None:
        self._recording = recording
        self._reader = reader
        self._clock = clock
        self._speed = speed

    def matcher(self) -> Matcher:
        """Return what finds answers from the beginning on."""
        return Matcher(self._recording.exchanges)

    def exchange(self, request: RawRequest, matcher: Matcher) -> Exchange | None:
        """Return the exchange that answers a request next; None for what was not recorded."""
        credential = caller_in(request)
        caller = None if credential is None else caller_of(credential, self._recording.salt)
        return matcher.answer(self._reader.asked(request), caller)

    def unmatched(self, request: RawRequest, matcher: Matcher) -> str:
        """Say that a request was not recorded, and which one is most like it."""
        asked = self._reader.asked(request)
        nearest = matcher.nearest(asked)
        if nearest == str(asked):
            return f"{asked} was recorded with another body, or for another caller."
        told = f"; the nearest is {nearest}." if nearest else ", nor anything like it."
        return f"{asked} was not recorded{told}"

    def response(self, exchange: Exchange) -> RawResponse:
        """Return the recorded answer, with the number of its exchange in `X-Mock-Replayed`, from now on."""
        began = self._clock.now()
        answered = exchange.answered
        headers = {**answered.headers, REPLAYED: str(exchange.number)}
        if answered.frames is None:
            self._wait(answered.after_ms, began)
            body = bytes_of(answered.body)
            if not answered.broke_off:
                return RawResponse(answered.status, headers, (body,) if body else (), _nothing)
            return RawResponse(answered.status, headers | _BROKEN, _broken([body]), _nothing)
        broken = _BROKEN if answered.broke_off else {}
        return RawResponse(answered.status, headers | broken, self._frames(answered, began), _nothing)

    def _frames(self, answered: Answered, began: datetime) -> Iterator[bytes]:
        for frame in answered.frames or ():
            self._wait(frame.after_ms, began)
            yield encoded(frame)
        if answered.broke_off:
            raise BrokenTransferError

    def _wait(self, after_ms: int, began: datetime) -> None:
        if self._speed:
            due = after_ms / _MILLISECONDS / self._speed
            left = due - (self._clock.now() - began).total_seconds()
            if left > 0:
                self._clock.sleep(left)


def encoded(frame: Frame) -> bytes:
    """Write a frame as it goes over the wire: ASCII JSON on one line; what was none as it came."""
    if frame.raw is not None:
        return frame.raw.encode()
    named = f"event: {frame.event}\n" if frame.event else ""
    return f"{named}data: {json.dumps(frame.data, separators=(',', ':'))}\n\n".encode()


def _broken(pieces: list[bytes]) -> Iterator[bytes]:
    yield from pieces
    raise BrokenTransferError


def _nothing() -> None:
    """Close nothing: a recording stays open."""

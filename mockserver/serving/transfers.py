"""Transfers that the mock breaks on purpose, on a real socket.

Granian ends a response whose iterator raises in good order, with a traceback in its log. So what is broken declares a length
that it does not reach (`mockserver.faults`), and ends here without a word: Granian then drops the connection, and the client
sees that bytes are missing.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mockserver.domain.chaos import BrokenTransferError

_SECONDS_TO_SEND = 0.25


class BreakingTransfers:
    """A WSGI application around another: where that one breaks a transfer, what came before has been sent."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        return _Body(self._application(environ, start_response))


class _Body:
    def __init__(self, body: Iterable[bytes]) -> None:
        self._body = body
        self._next = iter(body).__next__

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return self._next()
        except BrokenTransferError:
            time.sleep(_SECONDS_TO_SEND)  # the server writes what it was given when it is left waiting for more
            raise StopIteration from None

    def close(self) -> None:
        getattr(self._body, "close", _nothing)()


def _nothing() -> None:
    """Close nothing."""

"""A response in its raw parts, as a face sends it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

EVENT_STREAM = "text/event-stream"
NEVER_REACHED = (1 << 31) - 1
"""A length in bytes: servers end a chunked body in good order whatever happened, and this tells the client that it broke."""


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A response as a face sends it; `close` must be called when it is over, however it ended."""

    status: int
    headers: dict[str, str]
    body: Iterable[bytes]
    close: Callable[[], None]

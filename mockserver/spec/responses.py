"""A response in its raw parts, as a face sends it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A response as a face sends it; `close` must be called when it is over, however it ended."""

    status: int
    headers: dict[str, str]
    body: Iterable[bytes]
    close: Callable[[], None]

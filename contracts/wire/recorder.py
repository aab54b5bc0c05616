"""Keeps what was said while one test runs, and of what was said before only what wrote: a failure can be told from the beginning.

Of a property only the latest example is kept, which is the smallest that fails where it fails. What is kept is bounded: of the
answers of a test the latest `MOST_BYTES`, of earlier writes the latest `MOST_WRITES`, with answers up to `LONGEST_ANSWER`.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace

import httpx

from contracts.wire.exchange import Conversation, Exchange

MOST_BYTES = 4_000_000
MOST_WRITES = 5_000
LONGEST_ANSWER = 64_000
_LOOKED_AFTER = 20


class Recorder:
    """Notes conversations in the order of their beginnings, from any thread.

    `example` tells the example of a property that runs now, None outside of any; the same example is the same object.
    """

    def __init__(self, example: Callable[[], object | None] = lambda: None) -> None:
        self._lock = threading.Lock()
        self._example_now = example
        self._example: object | None = None
        self._writes: deque[Exchange] = deque(maxlen=MOST_WRITES)
        self._now: list[tuple[Conversation, bool]] = []

    def begin(self) -> None:
        """Begin a test: of what was said until now only what wrote is kept."""
        with self._lock:
            self._set_aside(conversation for conversation, _ in self._now)
            self._now, self._example = [], None

    def note(self, request: httpx.Request) -> Conversation:
        """Take a conversation that begins."""
        conversation = Conversation(request)
        example = self._example_now()
        with self._lock:
            if example is not None and example is not self._example:
                self._set_aside(one for one, is_of_example in self._now if is_of_example)
                self._now = [entry for entry in self._now if not entry[1]]
                self._example = example
            self._now.append((conversation, self._example is not None))
            if len(self._now) % _LOOKED_AFTER == 0:
                self._bound()
        return conversation

    def gone(self, path: str) -> None:
        """Forget the writes at a path where nothing is any more, and below it."""
        with self._lock:
            kept = [one for one in self._writes if not f"{one.place}/".startswith(f"{path}/")]
            self._writes = deque(kept, maxlen=MOST_WRITES)

    @property
    def before(self) -> list[Exchange]:
        """What wrote before the test began, or in earlier examples of it, or before its first, and succeeded."""
        with self._lock:
            outside = [] if self._example is None else [one.exchange for one, is_of_example in self._now if not is_of_example]
            return list(self._writes) + [one for one in outside if one.writes and one.succeeded]

    @property
    def now(self) -> list[Exchange]:
        """What was said since the test began, or where it has examples, since the latest began."""
        with self._lock:
            has_none = self._example is None
            return [conversation.exchange for conversation, is_of_example in self._now if is_of_example or has_none]

    def _set_aside(self, conversations: Iterable[Conversation]) -> None:
        for exchange in (one.exchange for one in conversations):
            if exchange.writes and exchange.succeeded:
                is_long = len(exchange.answer) > LONGEST_ANSWER
                self._writes.append(replace(exchange, answer=b"", is_kept=False) if is_long else exchange)

    def _bound(self) -> None:
        """Give up the bytes of the oldest answers where there are too many."""
        total = sum(conversation.size for conversation, _ in self._now)
        for conversation, _ in self._now:
            if total <= MOST_BYTES:
                return
            total -= conversation.size
            conversation.forget()

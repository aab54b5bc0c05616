"""Keeps what was said while one test runs, and of what was said before only what wrote: a failure can be told from the beginning.

Of a property only the latest example is kept, which is the smallest that fails where it fails. What is kept is bounded: of the
answers of a test the latest `MOST_BYTES`; of earlier writes the latest `MOST_WRITES`, and apart from these some of examples, with
answers up to `LONGEST_ANSWER` bytes and none with a request of more than `LONGEST_REQUEST`.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import httpx

from contracts.wire.exchange import Conversation, Exchange

MOST_BYTES = 4_000_000
MOST_WRITES, MOST_WRITES_OF_EXAMPLES = 4_000, 1_000
LONGEST_ANSWER, LONGEST_REQUEST = 16_000, 100_000
_LOOKED_AFTER = 20


@dataclass(frozen=True, slots=True)
class _Entry:
    conversation: Conversation
    is_of_example: bool
    is_of_test: bool


class Recorder:
    """Notes conversations in the order of their beginnings, from any thread.

    `example` tells the example of a property that runs now, None outside of any; the same example is the same object. While
    `is_testing` a test itself runs, and not its fixtures. `forgetting` is told of exchanges of a test before they are forgotten.
    """

    def __init__(self, example: Callable[[], object | None] = lambda: None) -> None:
        self._lock = threading.Lock()
        self._example_now = example
        self._example: object | None = None
        self._writes: deque[Exchange] = deque(maxlen=MOST_WRITES)
        self._writes_of_examples: deque[Exchange] = deque(maxlen=MOST_WRITES_OF_EXAMPLES)
        self._now: list[_Entry] = []
        self.is_testing = False
        self.forgetting: Callable[[Exchange], object] = lambda _: None

    def begin(self) -> None:
        """Begin a test: of what was said until now only what wrote is kept."""
        with self._lock:
            self._set_aside(self._now)
            self._now, self._example, self.is_testing = [], None, False

    def note(self, request: httpx.Request) -> Conversation:
        """Take a conversation that begins."""
        conversation = Conversation(request)
        example = self._example_now()
        with self._lock:
            if example is not None and example is not self._example:
                over = [entry for entry in self._now if entry.is_of_example]
                self._tell(over)
                self._set_aside(over)
                self._now = [entry for entry in self._now if not entry.is_of_example]
                self._example = example
            self._now.append(_Entry(conversation, self._example is not None, self.is_testing))
            if len(self._now) % _LOOKED_AFTER == 0:
                self._bound()
        return conversation

    def gone(self, path: str) -> None:
        """Forget the writes at a path where nothing is any more, and below it."""
        with self._lock:
            for writes in (self._writes, self._writes_of_examples):
                kept = [one for one in writes if not f"{one.place}/".startswith(f"{path}/")]
                writes.clear()
                writes.extend(kept)

    @property
    def before(self) -> list[Exchange]:
        """What wrote before the test began, or in earlier examples of it, or before its first, and succeeded."""
        with self._lock:
            outside = [] if self._example is None else [one.conversation.exchange for one in self._now if not one.is_of_example]
            return [*self._writes, *self._writes_of_examples] + [one for one in outside if one.writes and one.succeeded]

    @property
    def now(self) -> list[Exchange]:
        """What was said since the test began, or where it has examples, since the latest began."""
        with self._lock:
            has_none = self._example is None
            return [entry.conversation.exchange for entry in self._now if entry.is_of_example or has_none]

    @property
    def noted(self) -> list[tuple[Exchange, bool]]:
        """All that is kept of the test and its fixtures, each with whether the test itself said it."""
        with self._lock:
            return [(entry.conversation.exchange, entry.is_of_test) for entry in self._now]

    def _set_aside(self, entries: Iterable[_Entry]) -> None:
        for entry in entries:
            exchange = entry.conversation.exchange
            if exchange.writes and exchange.succeeded and len(exchange.body) <= LONGEST_REQUEST:
                is_long = len(exchange.answer) > LONGEST_ANSWER
                writes = self._writes_of_examples if entry.is_of_example else self._writes
                writes.append(replace(exchange, answer=b"", is_kept=False) if is_long else exchange)

    def _tell(self, entries: Iterable[_Entry]) -> None:
        for entry in entries:
            if entry.is_of_test and entry.conversation.size:
                self.forgetting(entry.conversation.exchange)

    def _bound(self) -> None:
        """Give up the bytes of the oldest answers where there are too many."""
        total = sum(entry.conversation.size for entry in self._now)
        for entry in self._now:
            if total <= MOST_BYTES:
                return
            total -= entry.conversation.size
            self._tell([entry])
            entry.conversation.forget()

"""Keeps what was said, test by test, and of earlier tests what wrote: a failure can then be told from its beginning."""

import threading

from contracts.wire.exchange import Conversation, Exchange

READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Recorder:
    """Notes conversations in the order of their beginnings, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._before: list[Exchange] = []
        self._now: list[Conversation] = []

    def begin(self) -> None:
        """Begin a test: of what was said until now only what writes is kept."""
        with self._lock:
            self._before += [exchange for exchange in (one.exchange for one in self._now) if exchange.method not in READS]
            self._now = []

    def note(self, conversation: Conversation) -> None:
        """Take a conversation that begins."""
        with self._lock:
            self._now.append(conversation)

    @property
    def before(self) -> list[Exchange]:
        """What earlier tests wrote."""
        with self._lock:
            return list(self._before)

    @property
    def now(self) -> list[Exchange]:
        """What was said since the test began."""
        with self._lock:
            conversations = list(self._now)
        return [one.exchange for one in conversations]

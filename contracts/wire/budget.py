"""How much a run may send, and how fast: requests, turns of an agent (which cost money), seconds; what is over is not sent."""

import json
import math
import time
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

import httpx

_INPUTS = "/events"


class NotSentError(unittest.SkipTest):
    """A request was not sent: the run may not. A test that needs it is not testable here, for the reason given."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a run may send: requests, turns, seconds from its beginning, and the least seconds between requests."""

    requests: int | None = None
    turns: int | None = None
    seconds: float | None = None
    spacing: float = 0.0

    def shared(self, workers: int) -> "Limits":
        """Return the limits of one of several processes that share these."""
        share = {
            name: value and math.ceil(value / workers) for name, value in (("requests", self.requests), ("turns", self.turns))
        }
        return Limits(seconds=self.seconds, spacing=self.spacing * workers, **share)


class Budget:
    """Counts what is sent. Cleaning up is never refused for want of budget, but waits its turn."""

    def __init__(
        self, limits: Limits, *, now: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._limits, self._now, self._pause = limits, now, pause
        self._lock = Lock()
        self._began, self._free_at = now(), 0.0
        self.is_cleaning = False
        self.requests = 0
        self.turns = 0

    @contextmanager
    def cleaning(self) -> Iterator[None]:
        """Let requests pass that clean up."""
        self.is_cleaning = True
        try:
            yield
        finally:
            self.is_cleaning = False

    def take(self, request: httpx.Request) -> None:
        """Count a request, and wait until it may be sent. Raises NotSentError."""
        is_turn = _is_turn(request)
        with self._lock:
            if not self.is_cleaning:
                self._check(is_turn=is_turn)
            self.requests += 1
            self.turns += is_turn
            wait = max(0.0, self._free_at - self._now())
            self._free_at = max(self._free_at, self._now()) + self._limits.spacing
        self.wait(wait)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        if seconds > 0:
            self._pause(seconds)

    def _check(self, *, is_turn: bool) -> None:
        limits = self._limits
        if limits.requests is not None and self.requests >= limits.requests:
            raise NotSentError(f"the budget of {limits.requests} requests is spent (--max-requests)")
        if is_turn and limits.turns is not None and self.turns >= limits.turns:
            raise NotSentError(f"the budget of {limits.turns} turns is spent (--max-turns)")
        if limits.seconds is not None and self._now() - self._began >= limits.seconds:
            raise NotSentError(f"the budget of {limits.seconds:g} s is spent (--max-time)")


def _is_turn(request: httpx.Request) -> bool:
    """Say whether a request gives an agent something to do: an interrupt does not, nor does JSON that cannot be read."""
    if request.method != "POST" or not request.url.path.endswith(_INPUTS):
        return False
    try:
        given = json.loads(request.content)
    except (ValueError, RecursionError):
        return not request.headers.get("content-type", "").startswith("application/json")
    return not isinstance(given, dict) or given.get("type") != "interrupt"

"""How much the mock takes on: sizes, objects of a world, streams and requests of a credential. The settings have the same names.

What is counted for a credential is counted in its world alone, so that nobody feels the load of others.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from mockserver.authentication import Caller
from mockserver.domain.errors import Refused
from mockserver.domain.ports import Clock, Store
from mockserver.domain.rates import Rate
from mockserver.operations.call import Reply
from mockserver.spec.requests import BodyLimits, RawRequest, ValidRequest

_FEW = 1000
_INTERRUPT = "interrupt"


class Streams:
    """Counts the streams that each credential has open, at most `most` of them; 0 for any number."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: dict[Hashable, int] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        """Count the credentials that have streams open."""
        return len(self._open)

    def opened(self, who: Hashable) -> Callable[[], None]:
        """Take a place, and return what gives it back, once however often it is called. Raises Refused SM242."""
        with self._lock:
            count = self._open.get(who, 0)
            if 0 < self._most <= count:
                raise Refused("SM242", f"This credential has {count} streams open, which is the most (setting streams_per_key).")
            self._open[who] = count + 1
        held = [who]

        def give_back() -> None:
            with self._lock:
                while held:
                    self._leave(held.pop())

        return give_back

    def _leave(self, who: Hashable) -> None:
        self._open[who] -= 1
        if not self._open[who]:
            del self._open[who]


class Requests:
    """Counts the requests of each credential, at most `per_second`; 0 for any number."""

    def __init__(self, per_second: int, clock: Clock) -> None:
        self._rate = Rate(per_second) if per_second else None
        self._clock = clock
        self._due: dict[Hashable, datetime] = {}
        self._look_through_at = _FEW
        self._lock = Lock()

    def __len__(self) -> int:
        """Count the credentials that are remembered."""
        return len(self._due)

    def take(self, who: Hashable) -> None:
        """Count a request. Raises Refused SM241, which says how long to wait, and is not counted."""
        if self._rate is None:
            return
        with self._lock:
            now = self._clock.now()
            wait = self._rate.wait(self._due.get(who), now)
            if wait:
                seconds, most = wait / timedelta(seconds=1), self._rate.per_second
                message = f"Wait for {seconds:g} s: at most {most} requests in a second (setting requests_per_second)."
                raise Refused("SM241", message, retry_after=ceil(seconds))
            self._due[who] = self._rate.after(self._due.get(who), now)
            self._forget_the_rested(now)

    def _forget_the_rested(self, now: datetime) -> None:
        """Forget who has sent nothing for a second: it counts as new. Looks when there are twice as many as last time."""
        if len(self._due) >= self._look_through_at:
            self._due = {who: due for who, due in self._due.items() if due > now}
            self._look_through_at = max(_FEW, 2 * len(self._due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """All limits, and what is counted for them."""

    bodies: BodyLimits
    max_header_bytes: int
    max_objects: int
    streams: Streams
    requests: Requests

    def admit(self, request: RawRequest, caller: Caller) -> None:
        """Look at a request before anything else. Raises Refused SM240, SM241."""
        size = sum(len(name) + len(value) for name, value in request.headers.items())
        if size > self.max_header_bytes:
            raise Refused("SM240", f"The headers have {size} bytes; at most {self.max_header_bytes} (setting max_header_bytes).")
        if caller.principal is not None:
            self.requests.take(_who(caller))

    def check_room(self, valid: ValidRequest, store: Store) -> None:
        """Hold what makes something against the room there is. A turn can always be stopped. Raises Refused SM243."""
        if valid.operation.creates and valid.body.get("type") != _INTERRUPT and store.size() >= self.max_objects:
            message = f"The world holds {self.max_objects} objects, which is the most (setting max_objects); delete some."
            raise Refused("SM243", message, retry_after=None)

    def streamed(self, valid: ValidRequest, caller: Caller, handle: Callable[[], Reply]) -> Reply:
        """Handle a request; one that asks for a stream has a place from now until its answer is over. Raises Refused SM242."""
        field = valid.operation.stream_field
        if field is None or not valid.body.get(field):
            return handle()
        give_back = self.streams.opened(_who(caller))
        try:
            reply = handle()
        except BaseException:
            give_back()
            raise
        close = reply.close

        def over() -> None:
            try:
                close()
            finally:
                give_back()

        return replace(reply, close=over)


def _who(caller: Caller) -> Hashable:
    principal = caller.principal
    return caller.world.tenant, caller.world.test_id, None if principal is None else principal.id

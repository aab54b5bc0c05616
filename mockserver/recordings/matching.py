"""Which recorded exchange answers a request: the same request gets its answers in order, and none before its time.

What is written changes what is read. So a request that comes again is answered as before until every recorded write that came
before its next answer, and had to do with it, has been replayed too; the last answer stands from then on.
"""

import difflib
import json
from collections import defaultdict
from collections.abc import Sequence
from threading import Lock

from mockserver.recordings.exchange import Asked, Exchange

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_SESSION = "/sessions/"


class Matcher:
    """Finds answers among exchanges, which stand in the order in which they began; safe to ask from several threads."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._exchanges = exchanges
        self._by_request: dict[str, list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            self._by_request[_key(exchange.asked)].append(exchange)
        self._callers = {exchange.caller for exchange in exchanges}
        self._replayed: set[int] = set()
        self._lock = Lock()

    def answer(self, asked: Asked, caller: str | None) -> Exchange | None:
        """Return the exchange that answers; None where nothing like it was recorded for this caller.

        A caller who is not in the recording may be any that is; one who sends no credential is none of those who did.
        """
        same = self._by_request.get(_key(asked), [])
        if caller is None or caller in self._callers:
            same = [exchange for exchange in same if exchange.caller == caller]
        with self._lock:
            chosen = self._chosen(same)
            if chosen is not None:
                self._replayed.add(chosen.number)
            return chosen

    def nearest(self, asked: Asked) -> str | None:
        """Name the recorded request that is most like one, if any is."""
        wanted = str(asked)
        known = {str(exchange.asked): exchange.asked for exchange in self._exchanges}
        if wanted in known:
            return wanted
        close = difflib.get_close_matches(wanted, known, n=1)
        return close[0] if close else None

    def _chosen(self, same: Sequence[Exchange]) -> Exchange | None:
        latest = None
        for exchange in same:
            if exchange.number in self._replayed:
                latest = exchange
            elif latest is None or self._is_due(exchange, after=latest):
                return exchange
            else:
                return latest
        return latest

    def _is_due(self, exchange: Exchange, *, after: Exchange) -> bool:
        """Say whether all has been replayed that was written between two exchanges and had to do with them."""
        if exchange.asked.method not in _READS:
            return True
        about = _subject(exchange.asked.path)
        between = (one for one in self._exchanges if after.number < one.number < exchange.number)
        writes = (one for one in between if one.asked.method not in _READS and _related(about, _subject(one.asked.path)))
        return all(one.number in self._replayed for one in writes)


def _key(asked: Asked) -> str:
    return json.dumps(asked.as_json(), sort_keys=True)


def _subject(path: str) -> str:
    """Return the session that a path is about, or the path, up to what is done to its last object."""
    before, found, rest = path.partition(_SESSION)
    return f"{before}{found}{rest.partition('/')[0]}/" if found else f"{path}/"


def _related(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)

"""A run that sends nothing to its target: the same promises on a stand-in in process, to see what would be sent."""

import json
from collections import Counter
from collections.abc import Iterator

import httpx

from contracts.coverage.observing import operation_of
from contracts.wire.budget import Budget

STAND_IN = "mockserver.app:create_app"
STAND_IN_KEY, STAND_IN_OTHER_KEY = "mock-owner", "mock-neighbour-owner"
_LONGEST_BODY = 100
_JSON = "application/json"


def stand_in_key(role: str) -> str:
    """Return the key of a role on the stand-in."""
    return f"mock-{role.replace('_', '-')}"


class Rehearsal:
    """Notes what is sent, in its order. The answers are the stand-in's, so what follows from them may be different there."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._operations: Counter[str] = Counter()

    def note(self, request: httpx.Request) -> None:
        """Note a request."""
        path = request.url.raw_path.decode("ascii", "replace")
        self._operations[operation_of(request.method, request.url.path) or "none of the document"] += 1
        self._lines.append(" ".join(filter(None, (request.method, path, _body(request)))))

    def lines(self, budget: Budget) -> Iterator[str]:
        """Tell every request, then how many there are of each operation, and what they would cost."""
        yield from self._lines
        yield ""
        for name, count in sorted(self._operations.items()):
            yield f"{count:>7}  {name}"
        yield ""
        yield f"Nothing was sent. A run would send about {budget.requests:,} requests and ask agents for {budget.turns:,} turns."


def _body(request: httpx.Request) -> str:
    """Return the beginning of a body: a text as it is, of anything else how long it is."""
    kind = request.headers.get("content-type", "").partition(";")[0]
    if not request.content:
        return ""
    if kind != _JSON:
        return f"({kind or 'unknown media type'}, {len(request.content)} bytes)"
    text = json.dumps(request.content.decode("utf-8", "replace"), ensure_ascii=False)[1:-1].replace('\\"', '"')
    return text if len(text) <= _LONGEST_BODY else f"{text[:_LONGEST_BODY]}…"

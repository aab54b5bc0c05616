"""Chaos in the life of a request: which faults fall on it, and how they get into its answer."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from random import Random
from threading import Lock

from mockserver.domain.chaos import FAULTS, NONE, BrokenTransferError, Faults, Reach, Rule, fallen, faults_in, faulty
from mockserver.domain.errors import Refused
from mockserver.domain.ports import Clock, Ids
from mockserver.spec.operations import Operation
from mockserver.spec.requests import RawRequest
from mockserver.spec.responses import EVENT_STREAM, NEVER_REACHED, RawResponse

_CODES: Mapping[int, str] = {429: "SM501", 500: "SM502", 502: "SM503", 503: "SM504"}
_COUNTED_AT_MOST = 10_000
_BEFORE_THE_ANSWER = ("latency", "status")


class Falling:
    """The faults that fall on one request; `happened` names those that did, as they do."""

    def __init__(self, faults: Faults, random: Random, sleep: Callable[[float], None], *, is_head: bool = False) -> None:
        self.happened: list[str] = []
        self._faults = faults
        self._random = random
        self._sleep = sleep
        self._is_head = is_head

    def before(self) -> None:
        """Let those faults happen that come before the request is handled. Raises Refused SM501 to SM504."""
        if self._faults.latency:
            self._note("latency")
            self._sleep(self._faults.latency / 1000)
        if self._faults.status is not None:
            self._note("status")
            asked = "a header X-Mock-Chaos-Status, a rule of /__admin/chaos or a scenario"
            message = f"This {self._faults.status} is chaos: {asked} asked for it."
            raise Refused(_CODES[self._faults.status], message)

    def on(self, raw: RawResponse) -> RawResponse:
        """Give an answer the faults that fall on it, named in `X-Mock-Chaos`."""
        if self._faults == NONE:
            return raw
        names = self._names(raw)
        told = {"X-Mock-Chaos": ", ".join(map(self._faults.shown, names))} if names else {}
        if set(names) <= set(_BEFORE_THE_ANSWER):
            return replace(raw, headers={**raw.headers, **told})
        is_stream = raw.headers.get("Content-Type") == EVENT_STREAM
        close = _once(raw.close)
        body = faulty(raw.body, self._faults, self._random, self._sleep, self._note, is_stream=is_stream)
        return RawResponse(
            status=raw.status if _has_body(raw) else 200,
            headers={**raw.headers, **told, **self._length(raw, is_stream=is_stream)},
            body=_closing(body, close),
            close=close,
        )

    def _names(self, raw: RawResponse) -> list[str]:
        """Name the faults that this answer can show: a HEAD has no body to break, JSON no frames."""
        reaches = {Reach.ANSWERS}
        if _has_body(raw):
            reaches |= {Reach.BODIES}
        if raw.headers.get("Content-Type") == EVENT_STREAM:
            reaches |= {Reach.STREAMS}
        possible = [FAULTS[name] for name in self._faults.as_json() if not self._is_head or name in _BEFORE_THE_ANSWER]
        return [row.name for row in possible if row.reach in reaches]

    def _length(self, raw: RawResponse, *, is_stream: bool) -> dict[str, str]:
        """Say how long the body would be; a broken one is shorter."""
        if is_stream:
            return {"Content-Length": str(NEVER_REACHED)} if self._faults.reset or self._faults.cut else {}
        return {"Content-Length": str(max(1, sum(map(len, raw.body))))}

    def _note(self, name: str) -> None:
        told = self._faults.shown(name)
        if told not in self.happened:
            self.happened.append(told)


NOTHING_FALLS = Falling(NONE, Random(0), lambda _: None)  # noqa: S311 - draws nothing


class Chaos:
    """The rules in force, and the count of requests from which their randomness comes."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock, self._ids, self._lock = clock, ids, Lock()
        self._rules: tuple[Rule, ...] = ()
        self._counts: OrderedDict[tuple[str, str], int] = OrderedDict()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules as they are now, `times` counted down."""
        return self._rules

    def replace(self, rules: tuple[Rule, ...]) -> None:
        """Set the rules, and count requests anew."""
        with self._lock:
            self._rules = rules
            self._counts.clear()

    def falling(self, request: RawRequest, operation: Operation) -> Falling:
        """Draw the faults of a request: what its headers ask for, else those of the first rule with times left that matches.

        A seed in the headers alone decides what is random; otherwise the seed of the rule or of the mock, with method, path
        and how many such requests came before. Raises Refused SM213.
        """
        asked = faults_in(request.headers)
        if asked is None and not self._rules:
            return NOTHING_FALLS
        with self._lock:
            place = None if asked else self._matching(request, operation)
            faults = asked or (NONE if place is None else self._rules[place].faults)
            random = self._random(request, faults, only_seed=asked is not None and faults.seed is not None)
            faults = fallen(faults, random)
            if place is not None and faults != NONE:
                self._count_down(place)
        return Falling(faults, random, self._clock.sleep, is_head=request.method == "HEAD")

    def drawn(self, request: RawRequest, faults: Faults) -> Falling:
        """Draw the faults that a scenario asks for; a seed of its own alone decides what is random."""
        with self._lock:
            random = self._random(request, faults, only_seed=faults.seed is not None)
        return Falling(fallen(faults, random), random, self._clock.sleep, is_head=request.method == "HEAD")

    def _matching(self, request: RawRequest, operation: Operation) -> int | None:
        for place, rule in enumerate(self._rules):
            if rule.times != 0 and rule.match.takes(request.method, request.path, operation.id):
                return place
        return None

    def _random(self, request: RawRequest, faults: Faults, *, only_seed: bool) -> Random:
        if only_seed:
            return Random(faults.seed)  # noqa: S311 - repeatable on purpose, protects nothing
        which = (request.method, request.path)
        number = self._counts.pop(which, 0) + 1
        self._counts[which] = number
        if len(self._counts) > _COUNTED_AT_MOST:
            self._counts.popitem(last=False)
        return self._ids.random_for("chaos", faults.seed, *which, number)

    def _count_down(self, place: int) -> None:
        rule = self._rules[place]
        if rule.times is not None:
            fewer = replace(rule, times=rule.times - 1)
            self._rules = (*self._rules[:place], fewer, *self._rules[place + 1 :])


def _has_body(raw: RawResponse) -> bool:
    return raw.body != ()


def _once(close: Callable[[], None]) -> Callable[[], None]:
    """Close at the first call only: a body that breaks closes itself, and the face closes too."""
    left = [close]

    def run() -> None:
        while left:
            left.pop()()

    return run


def _closing(body: Iterable[bytes], close: Callable[[], None]) -> Iterator[bytes]:
    """Close where the transfer breaks, since nobody need close what raised before it began."""
    try:
        yield from body
    except BrokenTransferError:
        close()
        raise

"""The mock that answers from a recording: what was not recorded is refused, or left to the simulation."""

from collections import OrderedDict
from threading import Lock

from mockserver.authentication import test_id_in
from mockserver.domain.errors import Refused
from mockserver.pipeline import Pipeline
from mockserver.recordings.matching import Matcher
from mockserver.recordings.replay import Replay
from mockserver.spec.requests import RawRequest
from mockserver.spec.responses import RawResponse

SIMULATE = "simulate"


class Replaying:
    """Answers requests in front of a pipeline. Each test (`X-Test-Id`) replays the recording from its beginning.

    `most_tests` are remembered; the one that asked longest ago begins again.
    """

    def __init__(self, pipeline: Pipeline, replay: Replay, *, unmatched: str, most_tests: int) -> None:
        self._pipeline = pipeline
        self._replay = replay
        self._simulates = unmatched == SIMULATE
        self._most_tests = most_tests
        self._lock = Lock()
        self._own = replay.matcher()
        self._tests: OrderedDict[str, Matcher] = OrderedDict()

    def __call__(self, request: RawRequest) -> RawResponse:
        """Answer a request."""
        try:
            test_id = test_id_in(request.headers)
        except Refused as refused:
            return self._pipeline.refused(request, refused)
        matcher = self._matcher(test_id)
        found = self._replay.exchange(request, matcher)
        if found is not None:
            self._pipeline.note(request, found.answered.status, test_id=test_id, replayed=found.number)
            return self._replay.response(found)
        if self._simulates:
            return self._pipeline(request)
        unknown = Refused("SM250", self._replay.unmatched(request, matcher), missing_id=request.path)
        return self._pipeline.refused(request, unknown)

    def reset(self, test_id: str | None) -> None:
        """Begin the recording again, for a test or for all who ask."""
        with self._lock:
            if test_id is None:
                self._own = self._replay.matcher()
                self._tests.clear()
            self._tests.pop(test_id or "", None)

    def _matcher(self, test_id: str | None) -> Matcher:
        with self._lock:
            if test_id is None:
                return self._own
            if test_id not in self._tests:
                self._tests[test_id] = self._replay.matcher()
            self._tests.move_to_end(test_id)
            while len(self._tests) > self._most_tests:
                self._tests.popitem(last=False)
            return self._tests[test_id]

"""The part of the pytest plugin that has failures reproduced: while the objects of the failed test are still there."""

from collections import Counter
from collections.abc import Generator

import httpx
import pytest
from hypothesis import currently_in_test_context
from hypothesis.control import current_build_context

from contracts.identities import FORGED_TOKEN, UNKNOWN_KEY
from contracts.sequences.curl import script
from contracts.sequences.names import other_ids
from contracts.sequences.replay import Replay
from contracts.sequences.reproduction import Outcome, Reproduction
from contracts.sequences.selecting import whole
from contracts.sequences.steps import REMOVER, Known, Steps
from contracts.sequences.writer import steps_of
from contracts.target import Target
from contracts.wire.recorder import Recorder

MOST_OF_A_PROMISE = 2
NAME = "contracts-sequences"
SECTION = "call sequence"


def example() -> object | None:
    """Return what stands for the example of a property that runs now; None outside of any."""
    return current_build_context() if currently_in_test_context() else None


class Sequences:
    """Has the wire of a target recorded, and tells of each failure how it came about."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._target: Target | None = None
        self._tried: Counter[str] = Counter()
        self._run_id = ""
        self._other_ids: list[str] = []

    def follow(self, target: Target, run_id: str) -> None:
        """Record what goes to a target in a run."""
        self._target, target.wire.recorder = target, self._recorder
        self._run_id, self._other_ids = run_id, other_ids(run_id)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Begin with an empty page for each test."""
        self._recorder.begin()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put the sequence into the report of a failure, from where it comes to the controller too."""
        report = yield
        marker = item.get_closest_marker("promise")
        if report.failed and report.when != "teardown" and marker and self._target and self._recorder.now:
            made = self._reproduced(self._target, str(marker.args[0]), report.nodeid.rpartition("::")[2])
            vars(report)["reproduction"] = made.as_json()
            report.sections.append((SECTION, made.shown))
        return report

    def _reproduced(self, target: Target, code: str, test: str) -> Reproduction:
        steps = steps_of(whole(self._recorder.before, self._recorder.now), known_of(target, self._run_id))
        outcome, why = self._tried_again(target, steps, code)
        told = [f"{code} {test}", f"{outcome}{why and f': {why}'}"]
        return Reproduction(outcome, why, len(steps.steps), script(steps, None if target.app else target.base_url, told))

    def _tried_again(self, target: Target, steps: Steps, code: str) -> tuple[Outcome, str]:
        """Carry a sequence out again, but not too many: on a deployment each costs time and tokens."""
        if self._tried[code] == MOST_OF_A_PROMISE or not self._other_ids:
            return (
                Outcome.NOT_TRIED,
                f"so were {MOST_OF_A_PROMISE} others of {code}" if self._other_ids else "so were many others",
            )
        self._tried[code] += 1
        with target.http() as http:
            return Replay(http, target.wire, self._other_ids.pop(0)).tried(steps, self._run_id)


def known_of(target: Target, run_id: str) -> Known:
    """Return what a sequence on a target may hold that has to be a variable."""
    given = {REMOVER: (target.api_key, "the API key of an owner or administrator")}
    if target.other_api_key:
        given["OTHER_API_KEY"] = target.other_api_key, "the API key of an administrator of another account"
    for role, key in target.role_keys.items():
        given[f"{role.upper()}_KEY"] = key, f"an API key with the role {role}"
    base_path = httpx.URL(target.base_url).path.rstrip("/")
    return Known(run_id, base_path, given, frozenset({UNKNOWN_KEY, FORGED_TOKEN}))

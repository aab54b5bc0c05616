"""The part of the pytest plugin that measures coverage: in each process what its tests cover, in the first one the sum."""

from collections import defaultdict
from collections.abc import Generator

import pytest

from contracts.coverage.callers import Callers
from contracts.coverage.measure import Dimension, measured
from contracts.coverage.observing import Place, covered
from contracts.wire.exchange import Exchange
from contracts.wire.recorder import Recorder

NAME = "contracts-coverage"


class Coverage:
    """Sees what is recorded of tests, and sums up what their reports tell."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        recorder.forgetting = self._see
        self.callers = Callers()
        self._pending: set[Place] = set()
        self._told: set[Place] = set()
        self._sum: defaultdict[str, set[str]] = defaultdict(set)

    def measured(self) -> tuple[Dimension, ...]:
        """Return the coverage of all tests so far."""
        return measured(self._sum)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self) -> None:
        """From here on the test itself speaks."""
        self._pending.clear()
        self._recorder.is_testing = True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put what a test covers into its report, if it is the check of a promise that passed or failed."""
        if call.when == "call":
            self._recorder.is_testing = False
        report = yield
        if call.when == "call" and not report.skipped and item.get_closest_marker("promise"):
            for exchange, is_of_test in self._recorder.noted:
                self.callers.learn(exchange)
                if is_of_test:
                    self._see(exchange)
            new = self._pending - self._told
            self._told |= new
            vars(report)["covered"] = sorted(map(list, new))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Sum up, in the process to which all report."""
        for dimension, place in vars(report).get("covered", ()):
            self._sum[dimension].add(place)

    def _see(self, exchange: Exchange) -> None:
        self.callers.learn(exchange)
        self._pending.update(covered(exchange, self.callers))

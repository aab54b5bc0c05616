"""The part of the pytest plugin that notes what answers consist of, by promise, for a comparison with another target."""

import json
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest

from contracts.parity.answers import answers_of
from contracts.promises import PROMISES
from contracts.wire.recorder import Recorder

NAME = "contracts-answers"


class Noting:
    """Notes the answers to tests of exact promises, and writes the sum into a file where the run ends.

    What a model says is left to itself: promises that are statistical on a live model are not noted.
    """

    def __init__(self, recorder: Recorder, file: Path) -> None:
        self._recorder, self._file = recorder, file
        self._sum: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put the answers to a test that passed into its report, from where they come to the controller too."""
        report = yield
        marker = item.get_closest_marker("promise")
        if call.when == "call" and report.passed and marker and PROMISES[marker.args[0]].exact:
            noted = answers_of(exchange for exchange, is_of_test in self._recorder.noted if is_of_test)
            vars(report)["answers"] = {"promise": marker.args[0], "seen": {name: sorted(all_) for name, all_ in noted.items()}}
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Sum up, in the process to which all report."""
        told = vars(report).get("answers", {"promise": "", "seen": {}})
        for name, members in told["seen"].items():
            self._sum[told["promise"]][name].update(members)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the file."""
        if not hasattr(session.config, "workerinput"):
            told = {code: {name: sorted(members) for name, members in seen.items()} for code, seen in self._sum.items()}
            self._file.write_text(json.dumps(told, sort_keys=True), "utf-8")

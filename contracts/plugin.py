"""The pytest plugin of the suites: options, fixtures, and the verdict by promise at the end of a run."""

import random
import secrets
from collections import defaultdict
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase

from contracts.client import Api
from contracts.promises import PHASES, PROMISES, wants_generated
from contracts.target import Target, TargetError, UnreachableError, check_reachable, open_target
from contracts.world import RunWorld

GENERATED_SUITE = "test_document.py"
EXIT_WRONG_USE, EXIT_UNREACHABLE, EXIT_NOTHING_VERIFIED = 2, 3, 5
_OPTIONS = (
    ("--url", "the deployment to test", None),
    ("--app", "the application to test in process, MODULE:FACTORY", None),
    ("--api-key", "API key of an owner or administrator", None),
    ("--model", "model name for the run's agents", "gpt-4o"),
    ("--phases", "how requests are generated", ",".join(PHASES)),
)


@dataclass(slots=True)
class Generation:
    """What the options say of generated requests: a suite needs to know it when it is collected, where no fixture reaches."""

    seed: int | None = None
    phases: tuple[str, ...] = PHASES


GENERATION = Generation()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a contract run."""
    group = parser.getgroup("sessions-contracts")
    for name, meaning, default in _OPTIONS:
        group.addoption(name, help=meaning, default=default)
    group.addoption("--role-key", action="append", default=[], help="ROLE=KEY, once for each role (agent_viewer, agent_user)")
    group.addoption("--promises", default="", help="check only these promises, e.g. SC2,SC301 (beginnings suffice)")
    group.addoption("--max-examples", type=int, default=25, help="generated requests an operation")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and set how much is generated.

    The explaining phase is left out: on a failing property over HTTP it costs fifty times the search itself.
    """
    config.addinivalue_line("markers", "promise(code): the promise that a test checks")
    seed = config.getoption("--hypothesis-seed")
    GENERATION.seed = int(seed) if seed is not None and seed.isdecimal() else None
    GENERATION.phases = tuple(config.getoption("--phases").split(","))
    hypothesis.settings.register_profile(
        "contracts",
        max_examples=config.getoption("--max-examples"),
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    if config.getoption("--url") or config.getoption("--app"):
        hypothesis.settings.load_profile("contracts")


def _opened(config: pytest.Config) -> Target:
    option = config.getoption
    return open_target(url=option("--url"), app=option("--app"), api_key=option("--api-key"), role_keys=option("--role-key"))


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config) -> Target:
    """The target of the run."""
    try:
        return _opened(pytestconfig)
    except TargetError as error:
        pytest.exit(str(error), returncode=EXIT_WRONG_USE)


@pytest.fixture(scope="session")
def api(target: Target) -> Iterator[Api]:
    """The API as the administrator of the run."""
    with target.http() as http:
        yield Api(http, target.api_key)


@pytest.fixture(scope="session")
def run_id(target: Target, pytestconfig: pytest.Config) -> str:
    """What marks the objects of this run: repeatable in process, unique on a deployment that others use too."""
    if target.app is None:
        return secrets.token_hex(4)
    worker = getattr(pytestconfig, "workerinput", {}).get("workerid", "main")
    return f"{random.Random(worker).getrandbits(32):08x}"  # noqa: S311 - a name, not a secret


@pytest.fixture(scope="session")
def world(api: Api, run_id: str, pytestconfig: pytest.Config) -> Iterator[RunWorld]:
    """What the run makes for itself; cleared when it ends, however it ends."""
    made = RunWorld(api, run_id, model=pytestconfig.getoption("--model"))
    try:
        yield made
    finally:
        made.clear()


def _wanted(config: pytest.Config) -> tuple[str, ...]:
    return tuple(filter(None, config.getoption("--promises").upper().split(",")))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the generated suite alone where nobody asks for it: only to collect it takes Schemathesis ten seconds."""
    is_wanted = wants_generated(config.getoption("--promises"))
    return True if collection_path.name == GENERATED_SUITE and not is_wanted else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the promises that were not asked for."""
    if wanted := _wanted(config):
        kept = [item for item in items if (marker := item.get_closest_marker("promise")) and marker.args[0].startswith(wanted)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Carry the promise of a test with its report, also from a worker to the controller."""
    report = yield
    marker = item.get_closest_marker("promise")
    if marker:
        report.user_properties = [*report.user_properties, ("promise", marker.args[0])]
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Book the outcome under its promise."""
    promise = dict(report.user_properties).get("promise")
    if promise and (report.when == "call" or report.outcome != "passed"):
        _BOOK.append((str(promise), report.outcome, _reason(report)))


_BOOK: list[tuple[str, str, str]] = []


def _reason(report: pytest.TestReport) -> str:
    if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ").removeprefix("not testable here: ")
    return ""


def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin with an empty book; where a target is named, see that it answers before anything is asked of it."""
    _BOOK.clear()
    config = session.config
    if not hasattr(config, "workerinput") and (config.getoption("--url") or config.getoption("--app")):
        try:
            check_reachable(_opened(config))
        except UnreachableError as error:
            pytest.exit(str(error), returncode=EXIT_UNREACHABLE)
        except TargetError as error:
            pytest.exit(str(error), returncode=EXIT_WRONG_USE)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A run that verified nothing is not green."""
    verified = any(outcome == "passed" for _, outcome, _ in _BOOK)
    if exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED} and _BOOK and not verified:
        session.exitstatus = EXIT_NOTHING_VERIFIED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the verdict: every promise checked, kept, broken, or not testable here and why."""
    verdicts: dict[str, set[str]] = defaultdict(set)
    reasons: dict[str, str] = {}
    for code, outcome, reason in _BOOK:
        verdicts[code].add(outcome)
        if reason:
            reasons[code] = reason
    if not verdicts:
        return
    terminalreporter.section("promises")
    for code in sorted(verdicts):
        verdict = _verdict(verdicts[code])
        why = f" ({reasons[code]})" if verdict == "not testable here" and code in reasons else ""
        terminalreporter.write_line(f"{code}  {verdict:<17}  {PROMISES[code].sentence}{why}", **_COLOURS[verdict])


def _verdict(outcomes: set[str]) -> str:
    if "failed" in outcomes:
        return "BROKEN"
    return "kept" if "passed" in outcomes else "not testable here"


_COLOURS: dict[str, dict[str, bool]] = {"kept": {"green": True}, "BROKEN": {"red": True}, "not testable here": {"yellow": True}}

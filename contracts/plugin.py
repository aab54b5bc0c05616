"""The pytest plugin of the suites: fixtures, and the verdict by promise at the end of a run."""

import random
import secrets
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase

from contracts import ending, options
from contracts.book import Book, cell_as_json
from contracts.broken import SEEN, faults_in
from contracts.client import Api
from contracts.coverage import plugin as coverage
from contracts.coverage.plugin import Coverage
from contracts.credentials import Credentials
from contracts.dialects.probes import Probed, probe
from contracts.dialects.spoken import Speaks, Spoken
from contracts.dialects.table import Answer
from contracts.ending import EXIT_UNREACHABLE, EXIT_WRONG_USE
from contracts.identities import Identities
from contracts.journal import Journal
from contracts.matrix import Cell, Matrix
from contracts.parity import plugin as noting
from contracts.parity.plugin import Noting
from contracts.pictures import picture_of
from contracts.places import Places
from contracts.profiles import PHASES
from contracts.promises import asked_for, wants_generated
from contracts.redaction import NAME as REDACTION
from contracts.redaction import Redaction
from contracts.rehearsal import Rehearsal
from contracts.sequences import plugin as sequences
from contracts.sequences.names import stem_of
from contracts.sequences.plugin import Sequences, example
from contracts.target import MOCK_OWNER, Target, TargetError, UnreachableError, check_reachable
from contracts.telling import pytest_assertrepr_compare
from contracts.wire.budget import Budget
from contracts.wire.recorder import Recorder
from contracts.world import RunWorld

__all__ = ["pytest_assertrepr_compare"]

CELLS = pytest.StashKey[list[Cell]]()
"""Where a test leaves the cells of the matrix that it has seen."""

REHEARSAL = pytest.StashKey[Rehearsal]()
"""What a dry run would send."""

HEARD = pytest.StashKey[list[Answer]]()
"""What a test has asked of the target's dialect."""

BUDGET = pytest.StashKey[Budget]()
"""What this process has sent to the target."""

GENERATED_SUITE = "test_document.py"
DIALECTS_SUITE = "test_dialects.py"


@dataclass(slots=True)
class Generation:
    """What the options say of generated requests: a suite needs to know it when it is collected, where no fixture reaches."""

    seed: int | None = None
    phases: tuple[str, ...] = PHASES
    reads_only: bool = False
    operations: tuple[str, ...] = ()
    api_key: str = field(default="", repr=False)


GENERATION = Generation()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a contract run."""
    options.add_to(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and set how much is generated.

    The explaining phase is left out: on a failing property over HTTP it costs fifty times the search itself.
    """
    config.addinivalue_line("markers", "promise(code, …): the promises that a test checks")
    options.settle(config)
    options.minimum(config)
    if config.getoption("--dry-run"):
        config.stash[REHEARSAL] = Rehearsal()
    recorder = Recorder(example)
    config.pluginmanager.register(Sequences(recorder), sequences.NAME)
    config.pluginmanager.register(Coverage(recorder), coverage.NAME)
    with suppress(TargetError):  # told when the run begins
        config.pluginmanager.register(Redaction(options.given_keys(config)), REDACTION)
    if file := config.getoption("--answers"):
        config.pluginmanager.register(Noting(recorder, Path(file)), noting.NAME)
    seed = config.getoption("--hypothesis-seed")
    GENERATION.seed = int(seed) if seed is not None and seed.isdecimal() else None
    GENERATION.phases = tuple(config.getoption("--phases").split(","))
    GENERATION.operations = tuple(filter(None, config.getoption("--operations").split(",")))
    GENERATION.reads_only = not options.profile(config).generates_writes
    with suppress(TargetError):  # told when the run begins
        GENERATION.api_key = options.keys(config).api_key or MOCK_OWNER
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


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config) -> Target:
    """The target of the run."""
    try:
        opened = options.opened(pytestconfig)
    except TargetError as error:
        pytest.exit(str(error), returncode=EXIT_WRONG_USE)
    pytestconfig.stash[BUDGET] = opened.wire.budget
    pytestconfig.pluginmanager.getplugin(REDACTION).follow(opened.wire)
    return opened


@pytest.fixture(scope="session")
def api(target: Target) -> Iterator[Api]:
    """The API as the administrator of the run."""
    with target.http() as http:
        yield Api(http, target.api_key)


@pytest.fixture(scope="session")
def run_id(target: Target, pytestconfig: pytest.Config) -> str:
    """What marks the objects of this run: repeatable in process, unique on a deployment that others use too."""
    if target.app is None:
        run_id = secrets.token_hex(4)
    else:
        worker = getattr(pytestconfig, "workerinput", {}).get("workerid", "main")
        run_id = f"{random.Random(worker).getrandbits(32):08x}"  # noqa: S311 - a name, not a secret
    folder = Path(pytestconfig.getoption("--journal-dir")) if target.app is None else None
    target.wire.journal = Journal(folder, target.base_url, stem_of(run_id))
    if rehearsal := pytestconfig.stash.get(REHEARSAL, None):
        target.wire.heard = rehearsal.note
    pytestconfig.pluginmanager.getplugin(sequences.NAME).follow(target, run_id)
    pytestconfig.pluginmanager.getplugin(coverage.NAME).callers.know(target.role_keys)
    return run_id


@pytest.fixture(scope="session")
def world(api: Api, run_id: str, target: Target, pytestconfig: pytest.Config) -> Iterator[RunWorld]:
    """What the run makes for itself; cleared when it ends, however it ends."""
    made = RunWorld(api, run_id, model=pytestconfig.getoption("--model"))
    try:
        yield made
    finally:
        if not pytestconfig.getoption("--keep"):
            with target.wire.budget.cleaning():
                made.clear()
        if target.wire.journal:
            target.wire.journal.close()


@pytest.fixture(scope="session")
def credentials(world: RunWorld, target: Target) -> Credentials:
    """Makes keys and tokens of the run."""
    return Credentials(world, target)


@pytest.fixture
def places(world: RunWorld, credentials: Credentials) -> Places:
    """Objects for paths to name, which nobody else uses."""
    return Places(world, credentials)


@pytest.fixture
def identities(credentials: Credentials, places: Places, target: Target) -> Identities:
    """Makes identities with few roles."""
    return Identities(credentials, places, target)


@pytest.fixture
def matrix(api: Api, places: Places, identities: Identities, credentials: Credentials, pytestconfig: pytest.Config) -> Matrix:
    """Carries the matrix of roles out."""
    return Matrix(api, places, identities, credentials, refusals_only=pytestconfig.getoption("--matrix") == "refusals")


@pytest.fixture(scope="session")
def spoken(world: RunWorld, credentials: Credentials, target: Target, pytestconfig: pytest.Config) -> Spoken:
    """What the target speaks where the facts leave a choice."""
    probed = Probed(target, world, credentials)
    expected = options.expected_dialects(pytestconfig)
    return Spoken(lambda dialect: probe(dialect, probed), expected=expected, is_strict=options.is_strict(pytestconfig))


@pytest.fixture
def speaks(spoken: Spoken, request: pytest.FixtureRequest) -> Speaks:
    """What the target speaks, as one test asks for it; noted for the verdict."""
    request.node.stash[HEARD] = heard = list[Answer]()
    return Speaks(spoken, heard)


def _wanted(config: pytest.Config) -> tuple[str, ...]:
    return tuple(filter(None, config.getoption("--promises").upper().split(",")))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave suites alone that nobody asks for: only to collect the generated one takes Schemathesis ten seconds."""
    unwanted = {
        GENERATED_SUITE: not wants_generated(config.getoption("--promises")),
        DIALECTS_SUITE: options.is_strict(config),
    }
    return unwanted.get(collection_path.name) or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the promises that were not asked for, and skip those that the profile has no time for."""
    if wanted := _wanted(config):
        kept = [item for item in items if any(code.startswith(wanted) for code in _codes(item))]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
    profile = options.profile(config)
    for item in items:
        if set(_codes(item)[:1]) & profile.leaves_out:
            item.add_marker(pytest.mark.skip(reason=f"--profile {profile.name} leaves it out"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Carry the promises of a test and what it has seen with its report, also from a worker to the controller."""
    report = yield
    if codes := _codes(item):
        report.user_properties = [*report.user_properties, ("promise", codes[0])]
        wanted = [code for code in codes if code in asked_for(item.config.getoption("--promises"))]
        own = wanted[0] if wanted[0] == codes[0] else ""
        broken = faults_in(call.excinfo.value, wanted[0]) if call.excinfo and report.outcome == "failed" else {}
        vars(report)["told"] = {"own": own, "codes": wanted, "seen": sorted(item.stash.get(SEEN, ())), "broken": broken}
    if report.when == "call":
        vars(report)["cells"] = [cell_as_json(cell) for cell in item.stash.get(CELLS, ())]
        vars(report)["heard"] = [asdict(answer) for answer in item.stash.get(HEARD, ())]
    if call.excinfo:
        vars(report)["picture"] = picture_of(call.excinfo.value)
    if budget := item.config.stash.get(BUDGET, None):
        vars(report)["spent"] = {"requests": budget.requests, "turns": budget.turns}
    return report


def _codes(item: pytest.Item) -> tuple[str, ...]:
    """Return the codes of the promises that a test checks; the first is its own."""
    marker = item.get_closest_marker("promise")
    return marker.args if marker else ()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Book the outcome under its promise."""
    BOOK.add(report)


BOOK = Book()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin with an empty book; where a target is named, see that it answers before anything is asked of it."""
    BOOK.clear()
    config = session.config
    if not hasattr(config, "workerinput") and (config.getoption("--url") or config.getoption("--app")):
        try:
            check_reachable(options.opened(config))
        except UnreachableError as error:
            pytest.exit(str(error), returncode=EXIT_UNREACHABLE)
        except TargetError as error:
            pytest.exit(str(error), returncode=EXIT_WRONG_USE)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Sum up, where the run began; a run that verified nothing is not green."""
    if REHEARSAL in session.config.stash:
        session.exitstatus = 0 if session.exitstatus in ending.ENDED else session.exitstatus
    elif not hasattr(session.config, "workerinput"):
        ending.end(session, BOOK, GENERATION.seed)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the verdict: every promise checked, kept, broken, or not testable here and why. Write the reports asked for."""
    result = config.stash.get(ending.RESULT, None)
    teller = config.pluginmanager.getplugin("contracts-shown") or ending.Plain(terminalreporter)
    if rehearsal := config.stash.get(REHEARSAL, None):
        for line in rehearsal.lines(config.stash[BUDGET]) if BUDGET in config.stash else ():
            teller.line(line)
    elif result and result.findings:
        ending.tell(config, result, teller)

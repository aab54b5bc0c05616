"""The options of a contract run as pytest knows them, and what they say together."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from contracts.auth_file import AuthFileError, Keys, read_keys
from contracts.baseline import Change
from contracts.coverage.measure import minimum_of
from contracts.dialects.table import ASSUMED, DIALECTS_ARE, PROBED, expected_answers
from contracts.journal import FOLDER as JOURNALS
from contracts.profiles import FULL, MATRICES, PROFILES, SAFE, Profile
from contracts.rates import spacing_of
from contracts.rehearsal import STAND_IN, STAND_IN_KEY, STAND_IN_OTHER_KEY, stand_in_key
from contracts.report.kinds import FOLDER, KINDS
from contracts.target import Target, TargetError, allowed, is_here, open_target, role_key
from contracts.wire.budget import Budget, Limits

_OPTIONS = (
    ("--url", "the deployment to test", None),
    ("--app", "the application to test in process, MODULE:FACTORY", None),
    ("--api-key", "API key of an owner or administrator", None),
    ("--auth-wfc", "a Web Fuzzing Commons auth file with these keys", None),
    ("--other-api-key", "API key of an owner or administrator of another account", None),
    ("--model", "model name for the run's agents", "gpt-4o"),
    ("--answers", "note what answers consist of, by promise, in this file", None),
    ("--min-coverage", "the least percentage of every dimension that is to be covered, or DIMENSION=PERCENT", ""),
    ("--report", "kinds of reports to write, separated by commas: " + ", ".join(KINDS), ""),
    ("--report-dir", "folder of the reports", FOLDER),
    ("--phases", "how requests are generated", None),
    ("--operations", "generate requests for these operations alone, by operationId", ""),
    ("--profile", "what is done to the target: " + ", ".join(PROFILES), None),
    ("--dialects", "what the facts leave open: " + " or ".join(DIALECTS_ARE), None),
    ("--journal-dir", "folder of the journals of what runs make", JOURNALS),
)
_LIMITS: tuple[tuple[str, Callable[[str], float], str], ...] = (
    ("--max-requests", int, "the most requests that are sent"),
    ("--max-turns", int, "the most turns that agents are asked for"),
    ("--max-time", float, "the seconds after which nothing more is tested"),
    ("--rate-limit", spacing_of, "the most requests in a time, e.g. 10/s or 100/m"),
)


def add_to(parser: pytest.Parser) -> None:
    """Add the options of a contract run."""
    group = parser.getgroup("sessions-contracts")
    for name, meaning, default in _OPTIONS:
        group.addoption(name, help=meaning, default=default)
    for name, kind, meaning in _LIMITS:
        group.addoption(name, type=kind, default=None, help=meaning)
    group.addoption("--allow-host", action="append", default=[], help="a host that requests may go to, besides this machine")
    group.addoption("--baseline", help="file of failures that are known: others fail the run, and so do those that are gone")
    group.addoption("--baseline-update", action="store_true", help="write all present failures into the baseline")
    group.addoption("--baseline-prune", action="store_true", help="take out of the baseline what fails no more")
    group.addoption("--dry-run", action="store_true", help="send nothing to the target; print what would be sent")
    group.addoption("--keep", action="store_true", help="leave what the run makes; sweep removes it later")
    group.addoption("--dialect", action="append", default=[], help="NAME=ANSWER, what the target answers; once for each")
    group.addoption("--role-key", action="append", default=[], help="ROLE=KEY, once for each role (agent_viewer, agent_user)")
    group.addoption("--matrix", choices=MATRICES, default=None, help="the matrix of roles: all of it, or no permitted writes")
    group.addoption("--promises", default="", help="check only these promises, e.g. SC2,SC301 (beginnings suffice)")
    group.addoption("--max-examples", type=int, default=None, help="generated requests an operation")


def minimum(config: pytest.Config) -> Mapping[str, float]:
    """The least coverage that is asked for, by dimension. Raises UsageError."""
    try:
        return minimum_of(config.getoption("--min-coverage"))
    except ValueError as error:
        raise pytest.UsageError(f"--min-coverage: {error}") from error


def opened(config: pytest.Config) -> Target:
    """Open the target that the options name. Raises TargetError."""
    option, given = config.getoption, keys(config)
    if option("--dry-run"):
        return _stand_in(config, given)
    return open_target(
        url=option("--url"),
        app=option("--app"),
        api_key=given.api_key,
        role_keys=given.role_keys,
        allow_hosts=option("--allow-host"),
        budget=Budget(_limits(config)),
        reads_only=not profile(config).writes,
        other_api_key=given.other_api_key,
    )


def _stand_in(config: pytest.Config, given: Keys) -> Target:
    """Open what answers in a dry run. Raises TargetError for what would not be sent in a run either."""
    option = config.getoption
    if option("--url"):
        allowed(option("--url"), option("--allow-host"))
    return open_target(
        url=None,
        app=STAND_IN,
        api_key=STAND_IN_KEY,
        role_keys={role: stand_in_key(role) for role in given.role_keys},
        other_api_key=STAND_IN_OTHER_KEY if given.other_api_key else None,
        budget=Budget(_limits(config)),
        reads_only=not profile(config).writes,
    )


def keys(config: pytest.Config) -> Keys:
    """The keys that the run is given: in a file, and before these as options. Raises TargetError."""
    option = config.getoption
    try:
        filed = read_keys(Path(option("--auth-wfc"))) if option("--auth-wfc") else Keys()
    except AuthFileError as error:
        raise TargetError(str(error)) from error
    by_role = {**filed.role_keys, **dict(map(role_key, option("--role-key")))}
    return Keys(option("--api-key") or filed.api_key, option("--other-api-key") or filed.other_api_key, by_role)


def _limits(config: pytest.Config) -> Limits:
    """What this process may send: its share, where several run."""
    option = config.getoption
    limits = Limits(option("--max-requests"), option("--max-turns"), option("--max-time"), option("--rate-limit") or 0.0)
    return limits.shared(getattr(config, "workerinput", {}).get("workercount", 1))


def profile(config: pytest.Config) -> Profile:
    """What is done to the target: everything on this machine, what is safe elsewhere, unless an option says otherwise."""
    option = config.getoption
    return PROFILES[option("--profile")] if option("--profile") else FULL if is_here(option("--url")) else SAFE


def settle(config: pytest.Config) -> None:
    """Let the profile say what no option says. A profile that never generates writes has no permitted writes in its matrix."""
    chosen, given = profile(config), config.option
    given.max_examples = given.max_examples or chosen.examples
    given.phases = given.phases or ",".join(chosen.phases)
    given.matrix = given.matrix if given.matrix and chosen.generates_writes else chosen.matrix


def is_strict(config: pytest.Config) -> bool:
    """Whether the target has to give our answers where the facts leave a choice, as one on this machine has by default."""
    option = config.getoption
    return (option("--dialects") or (ASSUMED if is_here(option("--url")) else PROBED)) == ASSUMED


def expected_dialects(config: pytest.Config) -> Mapping[str, str]:
    """The answers that the target is known to give, by dialect. Raises TargetError for one that is not in the table."""
    try:
        return expected_answers(tuple(config.getoption("--dialect")))
    except ValueError as error:
        raise TargetError(f"--dialect: {error}") from error


def given_keys(config: pytest.Config) -> list[str]:
    """The keys that the run was given; those of a mock are no secrets."""
    given = keys(config)
    return [key for key in (given.api_key, given.other_api_key, *given.role_keys.values()) if key and not key.startswith("mock-")]


def baseline(config: pytest.Config) -> tuple[Path, Change | None] | None:
    """The file of known failures, and what is to be done to it; None where there is none."""
    option = config.getoption
    update, prune = option("--baseline-update"), option("--baseline-prune")
    if not option("--baseline"):
        return None
    return Path(option("--baseline")), Change.UPDATE if update else Change.PRUNE if prune else None

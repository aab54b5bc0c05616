"""The command `sessions-contracts`: run (default), explain."""

import sys
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from contracts.auth_file import AuthFileError, Keys, read_keys
from contracts.baseline import BaselineError, read
from contracts.coverage.measure import minimum_of
from contracts.dialects.table import DIALECTS_ARE, expected_answers
from contracts.drift.command import drift
from contracts.journal import FOLDER as JOURNALS
from contracts.operations import operations
from contracts.parity.command import parity
from contracts.profiles import FULL, MATRICES, PHASES, PROFILES, QUICK
from contracts.promises import PROMISES, wants_generated
from contracts.rates import spacing_of
from contracts.report.catalogue import catalogue, explained
from contracts.report.kinds import FOLDER, JUNIT_FILE, KINDS

_FOLDER = Path(__file__).parent
_ONE_TARGET = "Name one target: --app MODULE:FACTORY (in process) or --url URL with --api-key KEY."
_MISSING = (
    "The contracts need their libraries: pip install 'sessionsuite[contracts]', in a checkout pip install -e '.[contracts]'."
)


class _RunsByDefault(click.Group):
    """A group whose `run` may be left out."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in {"--help", "--version"}):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_RunsByDefault)
@click.version_option(package_name="sessionsuite")
def main() -> None:
    """Hold a deployment of the Sessions API, or the mock, to its promises. Without a command it runs."""


def _phases(_: click.Context, __: click.Parameter, given: str | None) -> str | None:
    unknown = [phase for phase in given.split(",") if phase not in PHASES] if given is not None else []
    if unknown:
        raise click.BadParameter(f"there is no phase {unknown[0]!r}; there are {', '.join(PHASES)}")
    return given


def _operations(_: click.Context, __: click.Parameter, given: str) -> str:
    known = [operation.id for operation in operations()]
    for name in filter(None, given.split(",")):
        if name not in known:
            near = ", ".join(get_close_matches(name, known, n=3)) or "none"
            raise click.BadParameter(f"there is no operation {name!r} in the document; near it: {near}")
    return given


def _kinds(_: click.Context, __: click.Parameter, given: str) -> str:
    unknown = [kind for kind in given.split(",") if kind not in {"", *KINDS}]
    if unknown:
        raise click.BadParameter(f"there is no report {unknown[0]!r}; there are {', '.join(KINDS)}")
    return given


def _need_libraries() -> None:
    """End with advice where the extra is not installed."""
    if any(find_spec(name) is None for name in ("pytest", "schemathesis", "httpx")):
        click.echo(_MISSING, err=True)
        sys.exit(2)


def _workers(_: click.Context, __: click.Parameter, given: str) -> str:
    if given != "auto" and not (given.isdecimal() and int(given)):
        raise click.BadParameter(f"a number from 1 on, or auto, not {given!r}")
    return given


def _rate(_: click.Context, __: click.Parameter, given: str | None) -> str | None:
    try:
        return given if given is None or spacing_of(given) else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _dialects(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    try:
        expected_answers(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return given


def _coverage(_: click.Context, __: click.Parameter, given: str) -> str:
    try:
        minimum_of(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return given


_EXAMPLES = f"[default: {FULL.examples}, {QUICK.name}: {QUICK.examples}]"
_FILE = click.Path(exists=True, dir_okay=False)
_JOURNALS = click.option("--journal-dir", type=click.Path(), default=JOURNALS, show_default=True, help="folder of the journals")


@main.command()
@click.option("-u", "--url", envvar="SESSIONSUITE_CONTRACTS_URL", help="the deployment to test")
@click.option("--app", help="the application to test in process, MODULE:FACTORY")
@click.option("--api-key", envvar="SESSIONSUITE_CONTRACTS_API_KEY", help="API key of an owner or administrator")
@click.option("--other-api-key", envvar="SESSIONSUITE_CONTRACTS_OTHER_API_KEY", help="the same of another account")
@click.option(
    "--auth-wfc", envvar="SESSIONSUITE_CONTRACTS_AUTH_WFC", type=_FILE, help="auth file of Web Fuzzing Commons with keys"
)
@click.option("--role-key", multiple=True, metavar="ROLE=KEY", help="key of a role, where the run can make none")
@click.option("--model", default="gpt-4o", show_default=True, help="model name for the run's agents")
@click.option("-n", "--max-examples", type=click.IntRange(1), help=f"generated requests an operation {_EXAMPLES}")
@click.option("--phases", callback=_phases, help=f"how requests are generated: some of {','.join(PHASES)}")
@click.option("--operations", callback=_operations, default="", metavar="IDS", help="generate requests for these alone")
@click.option("--seed", type=int, default=1, show_default=True, help="seed of the generated requests")
@click.option("-w", "--workers", callback=_workers, default="1", show_default=True, help="processes to run in, or auto")
@click.option("--profile", type=click.Choice(list(PROFILES)), help="what is done to the target: full here, safe elsewhere")
@click.option("--dialects", type=click.Choice(DIALECTS_ARE), help="what the facts leave open: as ours here, probed elsewhere")
@click.option("--dialect", multiple=True, callback=_dialects, metavar="NAME=ANSWER", help="what the target answers there")
@click.option("--allow-host", multiple=True, metavar="HOST", help="a host that requests may go to, besides this machine")
@click.option("--max-requests", type=click.IntRange(1), help="send no more requests than these")
@click.option("--max-turns", type=click.IntRange(1), help="ask agents for no more turns than these; they cost money")
@click.option("--max-time", type=click.FloatRange(0, min_open=True), help="test nothing more after so many seconds")
@click.option("--rate-limit", callback=_rate, metavar="N/UNIT", help="send no more than e.g. 10/s or 100/m")
@click.option("--dry-run", is_flag=True, help="send nothing: print what would be sent, as a mock in its place is asked")
@click.option("--keep", is_flag=True, help="leave what the run makes, to look at; sweep removes it")
@_JOURNALS
@click.option("--promises", default="", metavar="CODES", help="check only these, e.g. SC2,SC301 (beginnings suffice)")
@click.option(
    "--matrix",
    type=click.Choice(MATRICES),
    help="the matrix of roles: all of it, or without what permitted callers write",
)
@click.option("--max-failures", type=click.IntRange(1), help="stop after so many broken checks")
@click.option("--progress/--no-progress", default=None, help="a bar on the terminal; without it where CI is set")
@click.option("--ci", envvar="CI", hidden=True)
@click.option("--baseline", type=click.Path(dir_okay=False, path_type=Path), help="tolerate the failures in this file, no others")
@click.option("--baseline-update", is_flag=True, help="write all present failures into the baseline")
@click.option("--baseline-prune", is_flag=True, help="take out of the baseline what fails no more")
@click.option("--answers", type=click.Path(), hidden=True, help="note what answers consist of, for parity")
@click.option("--min-coverage", callback=_coverage, default="", metavar="PERCENTS", help="fail below: 80 or role=100,event=60")
@click.option("--report", default="", callback=_kinds, metavar="KINDS", help=f"write these reports: {', '.join(KINDS)}")
@click.option("--report-dir", type=click.Path(), default=FOLDER, show_default=True, help="folder of the reports")
@click.option("--report-junit-path", type=click.Path(), help="write a JUnit report")
def run(**options: Any) -> None:
    """Run every suite and print the verdict. Exit codes: 0 kept, 1 broken, 2 wrong use, 3 unreachable, 5 nothing verified."""
    _need_libraries()
    if bool(options["url"]) == bool(options["app"]):
        click.echo(_ONE_TARGET, err=True)
        sys.exit(2)
    if options["dry_run"] and options["workers"] != "1":
        raise click.UsageError("--dry-run goes with one process: leave --workers out")
    _check_baseline(options["baseline"], update=options["baseline_update"], prune=options["baseline_prune"])
    import pytest  # noqa: PLC0415 - an extra that need not be installed

    sys.exit(_exit_code(int(pytest.main(_arguments(options)))))


def _check_baseline(file: Path | None, *, update: bool, prune: bool) -> None:
    """See that the baseline can be read before anything is asked of the target. Raises UsageError."""
    if (update or prune) and (file is None or (update and prune)):
        raise click.UsageError("--baseline-update and --baseline-prune, one of them, go with --baseline FILE")
    try:
        if file is not None and (file.exists() or not update):
            read(file)
    except BaselineError as error:
        raise click.UsageError(str(error)) from error


def _arguments(options: dict[str, Any]) -> list[str]:
    arguments = [
        str(_FOLDER / "suites"), "-c", str(_FOLDER / "pytest.ini"), "--rootdir", str(_FOLDER),
        f"--hypothesis-seed={options['seed']}", f"--model={options['model']}", f"--promises={options['promises']}",
    ]  # fmt: skip
    arguments += ["--disable-plugin-autoload", *(f"-p{plugin}" for plugin in _plugins(options))]
    named = (
        "url", "app", "api_key", "auth_wfc", "other_api_key", "matrix", "report", "report_dir", "profile", "journal_dir",
        "max_requests", "max_turns", "max_time", "rate_limit", "dialects", "baseline", "max_examples", "phases",
        "min_coverage", "answers", "operations",
    )  # fmt: skip
    arguments += [f"--{name.replace('_', '-')}={options[name]}" for name in named if options[name]]
    arguments += [f"--role-key={entry}" for entry in options["role_key"]]
    arguments += [f"--allow-host={host}" for host in options["allow_host"]]
    arguments += [f"--dialect={entry}" for entry in options["dialect"]]
    is_quiet = bool(options["ci"]) if options["progress"] is None else not options["progress"]
    arguments += ["--no-bar"] if is_quiet else []
    flags = ("dry_run", "keep", "baseline_update", "baseline_prune")
    arguments += [f"--{name.replace('_', '-')}" for name in flags if options[name]]
    arguments += ["-n", options["workers"]] if options["workers"] != "1" else []
    arguments += [f"--maxfail={options['max_failures']}"] if options["max_failures"] else []
    arguments += [f"--junitxml={junit}"] if (junit := _junit_file(options)) else []
    return arguments


def _junit_file(options: dict[str, Any]) -> Path | None:
    """Return where the JUnit report goes, if one is asked for."""
    if options["report_junit_path"]:
        return Path(options["report_junit_path"])
    return Path(options["report_dir"]) / JUNIT_FILE if "junit" in options["report"].split(",") else None


def _plugins(options: dict[str, Any]) -> list[str]:
    """Name the plugins of others that the run needs: what else is installed costs time and might take part."""
    generating = ["schemathesis.pytest.plugin"] if wants_generated(options["promises"]) else []
    dividing = ["xdist.plugin"] if options["workers"] != "1" else []
    return ["_hypothesis_pytestplugin", "contracts.progress", *generating, *dividing]


def _exit_code(code: int) -> int:
    """Translate pytest's codes: 4 (usage) is 2, and 2 to 5 of our own plugin stay."""
    return {4: 2}.get(code, code)


@main.command()
@click.argument("code", required=False)
@click.option("--page", type=click.Path(path_type=Path), metavar="FILE", help="write the page of all promises, in Markdown")
def explain(code: str | None, page: Path | None) -> None:
    """Say what a promise is, what it takes, and whether a live model keeps it exactly; without a code, list all."""
    if page is not None:
        page.write_text(catalogue(), "utf-8")
        return
    if code is None:
        for row in PROMISES.values():
            click.echo(f"{row.code}  {row.kind:<11}  {row.severity:<8}  {row.sentence}")
        return
    promise = PROMISES.get(code.upper())
    if promise is None:
        click.echo(f"There is no promise {code!r}; there are {', '.join(PROMISES)}.", err=True)
        sys.exit(2)
    for line in explained(promise):
        click.echo(line)


@main.command()
@click.option(
    "-u", "--url", envvar="SESSIONSUITE_CONTRACTS_URL", help="sweep this deployment alone; without it, those of all journals"
)
@click.option("--api-key", envvar="SESSIONSUITE_CONTRACTS_API_KEY", help="API key of an owner or administrator")
@click.option(
    "--auth-wfc", envvar="SESSIONSUITE_CONTRACTS_AUTH_WFC", type=_FILE, help="auth file of Web Fuzzing Commons with keys"
)
@click.option("--other-api-key", envvar="SESSIONSUITE_CONTRACTS_OTHER_API_KEY", help="the same of another account")
@click.option("--allow-host", multiple=True, metavar="HOST", help="a host that requests may go to, besides this machine")
@_JOURNALS
def sweep(**options: Any) -> None:
    """Remove what runs left behind, by their journals. Exit codes: 0 nothing is left, 1 something, 2 wrong use, 3 unreachable."""
    _need_libraries()
    from contracts.sweeping import sweep_all  # noqa: PLC0415 - it needs the extra

    file = options.pop("auth_wfc")
    try:
        filed = read_keys(Path(file)) if file else Keys()
    except AuthFileError as error:
        raise click.UsageError(str(error)) from error
    options["api_key"] = options["api_key"] or filed.api_key
    options["other_api_key"] = options["other_api_key"] or filed.other_api_key
    if not options["api_key"]:
        raise click.UsageError("name the key of an owner or administrator: --api-key KEY or --auth-wfc FILE")
    sys.exit(sweep_all(click.echo, **options))


main.add_command(parity)
main.add_command(drift)

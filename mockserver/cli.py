"""The command `sessions-mock`: serve (default), routes, scenarios, explain, and commands that other packages add.

Those are entry points of the group `sessionsuite.mock`, so that the mock need not know what they are built on.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.metadata import EntryPoints, entry_points
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import click
from rich.console import Console

import openapi
from mockserver.banner import replays, show
from mockserver.domain.errors import REFUSALS
from mockserver.settings import Settings, SettingsError, resolve, rows
from mockserver.web.guard import Guard, is_loopback

_SHORT = {"port": "-p"}


def _setting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command a flag for every setting."""
    for name, default, meaning in reversed(rows()):
        names = [f"--{name.replace('_', '-')}", *filter(None, [_SHORT.get(name)])]
        text = f"{meaning} [default: {default!r}]"
        command = click.option(*names, type=type(default), metavar="VALUE", help=text)(command)
    return command


class _Commands(click.Group):
    """A group whose `serve` may be left out (`sessions-mock --port 4011`), with the commands that were added to it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_added().names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _added().names:
            return super().get_command(ctx, cmd_name)
        try:
            command: click.Command = _added()[cmd_name].load()
        except ModuleNotFoundError as error:
            return _lacking(cmd_name, f"needs {error.name}: pip install 'sessionsuite[{cmd_name}]'")
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in {"--help", "--version"}):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


def _lacking(name: str, needed: str) -> click.Command:
    """Make a command that says what has to be installed before it can be used."""

    def refuse() -> None:
        raise _Wrong(f"`{name}` {needed}")

    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    return click.Command(name, help=f"({needed})", callback=refuse, context_settings=settings)


def _added() -> EntryPoints:
    return entry_points(group="sessionsuite.mock")


@click.group(cls=_Commands)
@click.version_option(package_name="sessionsuite")
def main() -> None:
    """A stateful mock of an agent platform's Sessions API. Without a command it serves."""


@main.command()
@_setting_options
@click.option("-q", "--quiet", is_flag=True, help="print nothing but errors")
def serve(*, quiet: bool, **flags: Any) -> None:
    """Serve the mock until Ctrl+C."""
    from mockserver.app import create_pipeline  # noqa: PLC0415 - `--help` and `explain` need not pay for the document
    from mockserver.contents import worlds_of  # noqa: PLC0415
    from mockserver.recordings.reading import RecordingError, read_recording  # noqa: PLC0415
    from mockserver.replaying import SIMULATE  # noqa: PLC0415
    from mockserver.scenario_files import ScenarioFileError  # noqa: PLC0415
    from mockserver.seeds import WorldError  # noqa: PLC0415
    from mockserver.serving.granian import AddressInUseError, free_port  # noqa: PLC0415
    from mockserver.serving.granian import serve as serve_app  # noqa: PLC0415

    try:
        chosen = resolve(flags, folder=Path.cwd())
        settings = with_admin_token(chosen)
        port = free_port(settings.host, settings.port)
        pipeline = create_pipeline(settings)
        worlds = worlds_of(settings)
        recording = read_recording(Path(settings.replay)) if settings.replay else None
        keys = [(_holder(world.tenant, roles, worlds[0].tenant), key) for world in worlds for roles, key in world.keys]
    except (SettingsError, WorldError, ScenarioFileError, RecordingError) as error:
        raise _Wrong(str(error)) from error
    except AddressInUseError as error:
        raise _Wrong(f"{error}. Stop what listens there, or choose another port: --port 0 takes a free one.") from error
    if not quiet:
        show(
            Console(),
            settings,
            url=f"http://{_in_url(settings.host)}:{port}",
            operations=len(pipeline.operations.by_id),
            keys=keys,
            admin_token=settings.admin_token if settings != chosen else "",
            replays=replays(recording.about, len(recording.exchanges), simulates=settings.unmatched == SIMULATE)
            if recording
            else "",
        )
    serve_app(partial(load_app, settings), host=settings.host, port=port, threads=settings.threads)


def with_admin_token(settings: Settings) -> Settings:
    """Make a token for the admin API where others can reach it and the settings have none."""
    if settings.admin_token or is_loopback(settings.host):
        return settings
    return replace(settings, admin_token=token_urlsafe())


def load_app(settings: Settings) -> Any:
    """Build the application in the server's worker."""
    from mockserver.app import create_app  # noqa: PLC0415 - in the worker, when it is needed

    return create_app(settings, guard=Guard(settings.host, settings.admin_token))


def _holder(tenant: str, roles: str, first: str) -> str:
    """Say who has a key: its roles, behind the tenant where that is not the first."""
    return roles if tenant == first else f"{tenant}: {roles}"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Wrong(click.ClickException):
    """Wrong use or configuration."""

    exit_code = 2


@main.command()
def routes() -> None:
    """List the operations: method, path, id, roles."""
    from mockserver.spec.document import load  # noqa: PLC0415 - reads the document
    from mockserver.spec.operations import Operations  # noqa: PLC0415

    console = Console()
    for operation in Operations(load(openapi.DOCUMENT)).by_id.values():
        console.print(f"{operation.method:<7}{operation.path}", highlight=False, soft_wrap=True)
        roles = "everybody" if operation.is_public else ", ".join(sorted(operation.roles.api))
        console.print(f"       {operation.id}: {roles}", highlight=False, soft_wrap=True)


@main.command()
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.pass_context
def scenarios(context: click.Context, files: tuple[Path, ...]) -> None:
    """List the scenarios: name, what it shows, its event types. Those of FILE count too.

    With a mistake in any file the exit code is 2, and every mistake is told by line and column.
    """
    from mockserver.app import scenario_book  # noqa: PLC0415 - reads scenario files
    from mockserver.domain.simulator.scenarios import kinds_of  # noqa: PLC0415
    from mockserver.scenario_files import ScenarioFileError  # noqa: PLC0415
    from mockserver.seeds import WorldError  # noqa: PLC0415

    try:
        book = scenario_book(resolve({}, folder=Path.cwd()), *files)
    except ScenarioFileError as error:
        click.echo(str(error), err=True)
        context.exit(2)
    except (SettingsError, WorldError) as error:
        raise _Wrong(str(error)) from error
    for name, scenario in sorted(book.scenarios.items()):
        click.echo(f"{name} ({scenario.source}): {scenario.about}")
        click.echo(f"       {', '.join(kinds_of(scenario)) or 'what the agent does by itself'}")


@main.command()
@click.argument("code")
def explain(code: str) -> None:
    """Say what a code in `X-Mock-Code` means and how to mend it."""
    refusal = REFUSALS.get(code.upper())
    if refusal is None:
        raise _Wrong(f"There is no code {code!r}; codes run from {min(REFUSALS)} to {max(REFUSALS)}.")
    console = Console()
    console.print(f"[bold]{refusal.code}[/bold]  {refusal.meaning}")
    console.print(f"       {refusal.remedy}", highlight=False)

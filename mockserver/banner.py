"""What a person sees when the mock starts."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from mockserver.settings import Settings
from mockserver.web.guard import is_loopback

_WELL_KNOWN = "mock-"
"""How the keys of the default world begin."""


def show(
    console: Console,
    settings: Settings,
    *,
    url: str,
    operations: int,
    keys: Sequence[tuple[str, str]],
    admin_token: str,
    replays: str = "",
) -> None:
    """Print where the mock listens, what to type first, and one API key for each role (role, key).

    `admin_token` is that of the admin API if it was made just now: this is the only place where it is told. `replays` says what
    recording answers, if one does.
    """
    console.print(f"[bold]sessions-mock[/bold]  {url}", highlight=False, soft_wrap=True)
    console.print(f"{operations} operations, seed {settings.seed}; what is stored: /__admin/state", highlight=False)
    if replays:
        console.print(replays, highlight=False, soft_wrap=True)
    if keys:
        console.print(_table(keys))
    else:
        console.print("the API keys are those of the mock that wrote the world; it keeps digests of them alone", soft_wrap=True)
    tried = keys[0][1] if keys else "KEY"
    console.print(f"try    curl -H 'x-api-key: {tried}' {url}/v2/agents", highlight=False, soft_wrap=True)
    if admin_token:
        console.print(f"admin  curl -H 'X-Admin-Token: {admin_token}' {url}/__admin/state", highlight=False, soft_wrap=True)
    if not is_loopback(settings.host) and any(key.startswith(_WELL_KNOWN) for _, key in keys):
        warning = "others can reach this address, and these keys are well known; `--world FILE` gives others"
        console.print(f"[bold]warning[/bold]  {warning}", highlight=False, soft_wrap=True)
    console.print("stop   Ctrl+C", highlight=False)


def replays(about: Mapping[str, Any], exchanges: int, *, simulates: bool) -> str:
    """Say what is replayed, and what becomes of other requests. `about` is what the recording says of itself."""
    others = "are simulated" if simulates else "are answered 404"
    return f"replays {exchanges} exchanges of {about.get('upstream')}, recorded {about.get('begun')}; other requests {others}"


def _table(keys: Sequence[tuple[str, str]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("role")
    table.add_column("API key (x-api-key)", overflow="fold")
    for role, key in keys:
        table.add_row(role, key)
    return table

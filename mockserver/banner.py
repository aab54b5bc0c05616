"""What a person sees when the mock starts."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from mockserver.settings import Settings


def show(console: Console, settings: Settings, *, url: str, operations: int, keys: Sequence[tuple[str, str]]) -> None:
    """Print where the mock listens, what to type first, and one API key for each role (role, key)."""
    console.print(f"[bold]sessions-mock[/bold]  {url}", highlight=False, soft_wrap=True)
    console.print(f"{operations} operations, seed {settings.seed}; what is stored: /__admin/state", highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("role")
    table.add_column("API key (x-api-key)", overflow="fold")
    for role, key in keys:
        table.add_row(role, key)
    console.print(table)
    console.print(f"try    curl -H 'x-api-key: mock-owner' {url}/v2/agents", highlight=False, soft_wrap=True)
    console.print("stop   Ctrl+C", highlight=False)

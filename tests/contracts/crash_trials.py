"""Kill runs at a random request, sweep, and look what is left: `python -m tests.contracts.crash_trials --trials 100 --seed 1`.

Each trial has a mock of its own with foreign objects, some of which look like those of a run. A trial is good when its state is
afterwards what it was before, to the byte.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import click
from rich.progress import track
from werkzeug.test import Client

from mockserver.app import create_app
from tests.contracts.listening import listening
from tests.contracts.running import ROOT

SUITES = ("--promises", "SC201,SC210,SC211,SC5,SC601,SC706,SC713")
GENERATED = ("--promises", "SC1", "--phases", "fuzzing", "--max-examples", "4", "--profile", "full")
LATEST_REQUEST = 400
OWNER = {"x-api-key": "mock-owner"}
FOREIGN = (
    (
        "/v2/agents",
        {
            "key": "sc-deadbeef-agent-1",
            "name": "Another's",
            "model": {"name": "gpt-4o"},
            "tool_configurations": {},
            "first_step_name": "one",
            "steps": {"one": {"instructions": [], "output_parser": {"type": "default"}}},
        },
    ),
    ("/v2/corpora", {"key": "sc-deadbeef-corpus-1"}),
    ("/v2/instructions", {"type": "initial", "name": "sc-deadbeef-instruction-1", "template": "Be kind."}),
    ("/v2/tools", {"type": "client", "name": "sc-deadbeef-tool-1", "description": "Another's."}),
    ("/v2/api_keys", {"name": "sc-deadbeef-key-1"}),
)


@dataclass(frozen=True)
class Trial:
    """What came of a trial: whether the run was killed, what sweep said, and whether everything is as it was."""

    killed: bool
    said: str
    swept: int
    unchanged: bool

    @property
    def is_good(self) -> bool:
        return self.swept == 0 and self.unchanged


class Counting:
    """Passes requests to an application, and calls `at` when the k-th comes, before or behind its being handled."""

    def __init__(self, app: Callable, k: int, at: Callable[[], None], *, before: bool) -> None:
        self._app, self._k, self._at, self._before = app, k, at, before
        self._lock, self._count = threading.Lock(), 0

    def __call__(self, environ, start_response):
        with self._lock:
            self._count += 1
            is_it = self._count == self._k
        if is_it and self._before:
            self._at()
        answer = self._app(environ, start_response)
        if is_it and not self._before:
            self._at()
        return answer


def _contracts(*arguments: str) -> subprocess.Popen:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SESSIONSUITE_")}  # noqa: TID251
    command = [sys.executable, "-m", "contracts", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def trial(random: Random, journals: str, kind: tuple[str, ...]) -> Trial:
    """Carry one out on a run of a kind: of suites, or of generated requests."""
    app = create_app()
    client = Client(app)
    for path, body in FOREIGN:
        assert client.post(path, json=body, headers=OWNER).status_code == 201, path
    before = _state(client)
    running: list[subprocess.Popen] = []
    killed: list[int] = []

    def kill() -> None:
        os.kill(running[0].pid, signal.SIGKILL)
        running[0].wait()
        killed.append(running[0].pid)

    counting = Counting(app, random.randint(2, LATEST_REQUEST), kill, before=random.random() < 0.5)
    with listening(counting) as url:
        keys = ("--api-key", "mock-owner", "--journal-dir", journals)
        running.append(_contracts("run", "--url", url, *keys, *kind))
        running[0].communicate()
        sweep = _contracts("sweep", "--url", url, "--other-api-key", "mock-neighbour-owner", *keys)
        said, _ = sweep.communicate()
    return Trial(bool(killed), said, sweep.returncode, _state(client) == before)


def _state(client: Client) -> list:
    return [client.get("/__admin/state", query_string={"tenant": tenant}).data for tenant in ("default", "neighbour")]


@click.command()
@click.option("--trials", default=100, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(trials: int, seed: int) -> None:
    """Carry trials out and say how many left nothing and touched nothing."""
    random, done = Random(seed), []  # noqa: S311 - trials, not secrets
    for number in track(range(trials), "Crash trials"):
        with tempfile.TemporaryDirectory() as journals:
            done.append(trial(random, journals, (SUITES, GENERATED)[number % 2]))
        if not done[-1].is_good:
            click.echo(f"trial {number}: {done[-1]}")
    good = sum(one.is_good for one in done)
    click.echo(f"{sum(one.killed for one in done)} of {trials} runs killed; {good} of {trials} left nothing and touched nothing")
    sys.exit(0 if good == trials else 1)


if __name__ == "__main__":
    main()

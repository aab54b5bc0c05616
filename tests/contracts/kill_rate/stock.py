"""Runs of Schemathesis as it comes: its own command, checks and settings, with the same document and a good key.

Schemathesis finds fault with the sound mock too. So these findings are recorded, as its own baseline does it, and with a broken
server that alone counts which the sound mock does not show: not in runs with several seeds, and not when it is asked for just
the operations concerned with the same seed for the same time.
"""

import importlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

import openapi
from tests.contracts.defects import Defect
from tests.contracts.false_alarms import SOUND
from tests.contracts.forked import forked
from tests.contracts.kill_rate.results import NoVerdictError, Told
from tests.contracts.listening import listening

_SEED = 1
_BETWEEN = " with "
_STARTING_SECONDS = 300.0


class Stock:
    """Schemathesis with what it has found on the sound mock, in a folder of its own."""

    def __init__(self, folder: Path, seconds: int) -> None:
        self._known, self._seconds = folder / "known.json", seconds

    def learn(self, seeds: Iterable[int] = (1, 2, 3)) -> None:
        """Record what it finds on the sound mock with these seeds."""
        for seed in seeds:
            self._run(SOUND, self._known, seed=seed)

    def told(self, defect: Defect) -> Told:
        """Run it against a broken server, and say what it finds there that it does not find on the sound mock."""
        began = monotonic()
        found = self._found(defect.app)
        seconds = monotonic() - began
        if found:
            found -= self._found(SOUND, *dict.fromkeys(name.partition(_BETWEEN)[2] for name in found))
        return Told(tuple(sorted(found)), round(seconds, 1))

    def _found(self, app: str, *operations: str) -> set[str]:
        with tempfile.TemporaryDirectory() as folder:
            recorded = Path(folder, "recorded.json")
            shutil.copy(self._known, recorded)
            self._run(app, recorded, *operations)
            return _entries(recorded) - _entries(self._known)

    def _run(self, app: str, recorded: Path, *operations: str, seed: int = _SEED) -> None:
        arguments = (app, self._seconds, seed, str(recorded), operations)
        run = forked(_schemathesis, arguments, seconds=self._seconds * 3 + _STARTING_SECONDS)
        if run.returncode not in {0, 1}:
            raise NoVerdictError(f"{app}: exit code {run.returncode}\n{run.stdout[-2000:]}{run.stderr[-2000:]}")


def _entries(recorded: Path) -> set[str]:
    entries = json.loads(recorded.read_text("utf-8"))["entries"]
    return {f"{entry['check']}{_BETWEEN}{entry['operation']}" for entry in entries}


def _schemathesis(app: str, seconds: int, seed: int, recorded: str, operations: tuple[str, ...]) -> int:
    module, _, factory = app.partition(":")
    options = {"--max-time": seconds, "--seed": seed, "--baseline": recorded, "--header": "x-api-key: mock-owner"}
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(openapi.DOCUMENT), "--baseline-update", "--no-color"]
    command += [part for name, value in options.items() for part in (name, str(value))]
    command += [part for operation in operations for part in ("--include-name", operation)]
    with listening(getattr(importlib.import_module(module), factory)()) as url, tempfile.TemporaryDirectory() as folder:
        return subprocess.run([*command, "--url", url], cwd=folder, check=False).returncode

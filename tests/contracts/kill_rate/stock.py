"""Runs of Schemathesis as it comes: its own command, checks and settings, with the same document and a good key.

Schemathesis finds fault with the sound mock too. So these findings are recorded, as its own baseline does it, and with a broken
server only that counts which the sound mock does not show in runs with several seeds, and which parts the two once more when both
are asked for just the collections concerned (`/v2/agents` and below) with the same seed for the same time.
"""

import importlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from math import ceil
from pathlib import Path
from typing import NamedTuple

import openapi
from tests.contracts.defects import Defect
from tests.contracts.forked import forked
from tests.contracts.kill_rate.results import NoVerdictError, Told
from tests.contracts.listening import listening

SOUND = "mockserver.app:create_app"
_SEED = 1
_EVERYWHERE = "^/"
_STARTING_SECONDS = 300.0
_Run = Callable[[str, int, int, Path, str], None]


class Finding(NamedTuple):
    """What makes two findings of Schemathesis the same, by the names that its baseline has for it."""

    check: str
    operation: str
    failure: str
    signature: str


def findings(baseline: Path) -> set[Finding]:
    """Read a baseline; where there is no file nothing was found."""
    entries = json.loads(baseline.read_text("utf-8"))["entries"] if baseline.exists() else ()
    return {Finding(*(entry[name] for name in Finding._fields)) for entry in entries}


def schemathesis(app: str, seconds: int, seed: int, baseline: Path, paths: str) -> None:
    """Run Schemathesis against an application for so many seconds, and add to a baseline what it finds.

    It asks for all operations whose paths fit a pattern. Raises NoVerdictError.
    """
    arguments = (app, seconds, seed, str(baseline), paths)
    run = forked(_schemathesis, arguments, seconds=seconds * 3 + _STARTING_SECONDS)
    if run.returncode not in {0, 1}:
        raise NoVerdictError(f"{app}: exit code {run.returncode}\n{run.stdout[-2000:]}{run.stderr[-2000:]}")


def _schemathesis(app: str, seconds: int, seed: int, baseline: str, paths: str) -> int:
    module, _, factory = app.partition(":")
    options = {"--max-time": seconds, "--seed": seed, "--baseline": baseline, "--include-path-regex": paths}
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(openapi.DOCUMENT), "--baseline-update", "--no-color"]
    command += ["--header", "x-api-key: mock-owner"]
    command += [part for name, value in options.items() for part in (name, str(value))]
    with listening(getattr(importlib.import_module(module), factory)()) as url, tempfile.TemporaryDirectory() as folder:
        return subprocess.run([*command, "--url", url], cwd=folder, check=False).returncode


class Stock:
    """Schemathesis with what it has found on the sound mock, in a folder of its own."""

    def __init__(self, folder: Path, seconds: int, run: _Run = schemathesis) -> None:
        self._known, self._seconds, self._run = folder / "known.json", seconds, run
        self._noise: set[Finding] = set()

    def learn(self, seeds: Iterable[int] = (1, 2, 3)) -> None:
        """Record what it finds on the sound mock with these seeds."""
        for seed in seeds:
            self._run(SOUND, self._seconds, seed, self._known, _EVERYWHERE)

    def told(self, defect: Defect, *, at_least: float = 0.0) -> Told:
        """Run it against a broken server, and say what it finds there that it does not find on the sound mock."""
        seconds = max(self._seconds, ceil(at_least))
        found = self._found(defect.app, seconds, _EVERYWHERE) - self._noise
        if found:
            collections = _collections(found)
            found &= self._found(defect.app, seconds, collections)
            self._noise |= self._found(SOUND, seconds, collections)
        real = {f"{finding.check} with {finding.operation}" for finding in found - self._noise}
        return Told(tuple(sorted(real)), seconds)

    def _found(self, app: str, seconds: int, paths: str) -> set[Finding]:
        with tempfile.TemporaryDirectory() as folder:
            baseline = Path(folder, "baseline.json")
            if self._known.exists():
                shutil.copy(self._known, baseline)
            self._run(app, seconds, _SEED, baseline, paths)
            return findings(baseline) - findings(self._known)


def _collections(found: Iterable[Finding]) -> str:
    """Make a pattern of the collections in which something was found, which hold what makes the objects that paths name."""
    paths = {"/".join(finding.operation.partition(" ")[2].split("/")[:3]) for finding in found}
    return f"^({'|'.join(map(re.escape, sorted(paths)))})(/|$)"

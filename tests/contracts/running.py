"""Run the contracts as a person does, as a process of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_TWO = ("-w", "2")
BY_WORKERS = pytest.mark.parametrize("workers", [(), _TWO], ids=["alone", "two-workers"])
"""For what a process of its own has to hand over."""
ALONE = pytest.mark.parametrize("workers", [(), pytest.param(_TWO, marks=pytest.mark.campaign)], ids=["alone", "two-workers"])
"""Likewise, where the gate has enough with one process."""
ROOT = Path(__file__).parents[2]


def contracts(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m contracts` without the settings of whoever runs the tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SESSIONSUITE_")}  # noqa: TID251
    command = [sys.executable, "-m", "contracts", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def verdicts(run: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Return the verdict of each promise that the run printed."""
    lines = (line.split(None, 2) for line in run.stdout.splitlines() if line.startswith("SC"))
    return {code: verdict for code, verdict, *_ in lines}

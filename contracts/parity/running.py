"""Runs the promises on one side of a comparison, in a process of its own, and reads what came of it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from contracts.dialects.table import PROBED
from contracts.target import is_here

_SPOKEN_FOR = {0, 1, 5}
_KEY, _OTHER_KEY = "SESSIONSUITE_CONTRACTS_API_KEY", "SESSIONSUITE_CONTRACTS_OTHER_API_KEY"
_LAST_LINES = 15


class SideError(Exception):
    """A side could not be run; says why, with the exit code that says so too."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two targets: `where` is a URL, or an application as MODULE:FACTORY."""

    name: str
    where: str
    api_key: str | None = field(default=None, repr=False)
    other_api_key: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str | None:
        """Its URL; None for an application in process."""
        return self.where if "://" in self.where else None

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine."""
        return is_here(self.url)


def run(side: Side, options: Sequence[str]) -> Mapping[str, Any]:
    """Run the promises on a side with these options of `run`; its report as JSON has it, with `answers`. Raises SideError."""
    target = ["--app", side.where] if side.url is None else ["--url", side.where]
    with TemporaryDirectory() as folder:
        report = ["--report", "json", "--report-dir", folder, "--answers", f"{folder}/answers.json"]
        command = [sys.executable, "-m", "contracts", "run", *target, "--dialects", PROBED, *options, *report]
        done = subprocess.run(command, env=_environment(side), capture_output=True, text=True, check=False)  # noqa: S603 - itself
        if done.returncode not in _SPOKEN_FOR:
            raise SideError(f"{side.name} ({side.where}) could not be run:\n{_last_words(done)}", done.returncode)
        written, answers = (json.loads((Path(folder) / name).read_text("utf-8")) for name in ("report.json", "answers.json"))
    return {**written, "answers": answers}


def _environment(side: Side) -> dict[str, str]:
    """Give a side its own keys and none of the other; they stay out of the command line, which others can read."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SESSIONSUITE_CONTRACTS_")}  # noqa: TID251 - passed on
    keys = {_KEY: side.api_key, _OTHER_KEY: side.other_api_key}
    return environment | {name: key for name, key in keys.items() if key}


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return "\n".join(lines[-_LAST_LINES:])

"""README is true: its tables are those of the code, its commands those of the gate, its walk works as written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.readme.generate import README, generated
from tests.serving.process import environment, served

ROOT = README.parent
TEXT = README.read_text("utf-8")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def walk() -> list[tuple[str, str]]:
    """Return the commands of the walk, each with the output that README shows."""
    part = TEXT.split("<!-- walk -->")[1].split("<!-- end walk -->")[0]
    blocks = _BLOCK.findall(part)
    return [(command, blocks[index + 1][1]) for index, (kind, command) in enumerate(blocks) if kind == "bash"]


def as_pattern(shown: str) -> re.Pattern[str]:
    """Make a pattern of shown output, where `…` stands for anything."""
    return re.compile(".*".join(map(re.escape, shown.strip().split("…"))), re.DOTALL)


def test_the_tables_are_those_of_the_code():
    assert generated(TEXT) == TEXT, "run: python -m tests.readme.generate"


def test_the_gate_runs_the_test_command_of_readme():
    commands = [command.strip() for kind, command in _BLOCK.findall(TEXT) if kind == "bash"]
    test_command = next(command for command in commands if command.endswith("pytest"))
    assert test_command in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


def test_every_step_of_the_walk_shows_what_it_gives():
    assert len(walk()) == 8


def test_the_walk_works_as_written(tmp_path):
    if shutil.which("curl") is None and not os.environ.get("CI"):  # noqa: TID251 - what is needed must be there in CI
        pytest.skip("the walk needs curl")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # noqa: TID251 - to pass it on
    shell = environment(tmp_path, PATH=path)
    with served(folder=tmp_path) as mock:
        for command, shown in walk():
            script = command.replace("localhost:4010", mock.url.removeprefix("http://"))
            ran = subprocess.run(["bash", "-ec", script], cwd=tmp_path, env=shell, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
            if not as_pattern(shown).fullmatch(ran.stdout.strip()):
                pytest.fail(f"README shows\n{shown}\nbut the command\n{command}\ngives\n{ran.stdout}")

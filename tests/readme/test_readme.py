"""README is true: its tables are those of the code, its commands those of the gate, its walk works as written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.report.catalogue import catalogue
from mockserver.serving.granian import free_port
from tests.readme.generate import PROMISES_PAGE, README, generated
from tests.serving.process import environment, served

ROOT = README.parent
TEXT = README.read_text("utf-8")
PARTS = {
    "walk": 8,
    "metadata": 4,
    "turns": 5,
    "keys": 3,
    "first run": 1,
    "drift": 1,
    "fixtures": 3,
    "situation": 1,
    "recording": 2,
}
"""The parts of README that are carried out, with the number of their steps."""
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def steps(part_name: str) -> list[tuple[str, str]]:
    """Return the commands of a part of README, each with the output that it shows."""
    part = TEXT.split(f"<!-- {part_name} -->")[1].split(f"<!-- end {part_name} -->")[0]
    blocks = _BLOCK.findall(part)
    return [(command, blocks[index + 1][1]) for index, (kind, command) in enumerate(blocks) if kind == "bash"]


def as_pattern(shown: str) -> re.Pattern[str]:
    """Make a pattern of shown output, where `…` stands for anything."""
    return re.compile(".*".join(map(re.escape, shown.strip().split("…"))), re.DOTALL)


def test_the_tables_are_those_of_the_code():
    assert generated(TEXT) == TEXT, "run: python -m tests.readme.generate"


def test_the_page_of_promises_is_that_of_the_code():
    assert PROMISES_PAGE.read_text("utf-8") == catalogue(), "run: python -m tests.readme.generate"


def test_the_gate_runs_the_test_command_of_readme():
    commands = [command.strip() for kind, command in _BLOCK.findall(TEXT) if kind == "bash"]
    test_command = next(command for command in commands if command.endswith("pytest"))
    assert test_command in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


@pytest.mark.parametrize(("part", "number"), PARTS.items(), ids=PARTS)
def test_every_step_shows_what_it_gives(part, number):
    assert len(steps(part)) == number


@pytest.mark.parametrize("part", PARTS)
def test_the_examples_work_as_written(part, tmp_path):
    if shutil.which("curl") is None and not os.environ.get("CI"):  # noqa: TID251 - what is needed must be there in CI
        pytest.skip("the examples need curl")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # noqa: TID251 - to pass it on
    shell = environment(tmp_path, PATH=path)
    others = {port: str(free_port("127.0.0.1", 0)) for port in ("4030", "4040")}
    with served(folder=tmp_path) as mock:
        for command, shown in steps(part):
            script = re.sub("localhost:40[12]0", mock.url.removeprefix("http://"), command)
            script = re.sub("40[34]0", lambda port: others[port[0]], script)
            ran = subprocess.run(["bash", "-ec", script], cwd=tmp_path, env=shell, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
            if not as_pattern(shown).fullmatch(ran.stdout.strip()):
                pytest.fail(f"README shows\n{shown}\nbut the command\n{command}\ngives\n{ran.stdout}")

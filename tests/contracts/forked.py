"""Runs of the contracts that cost no imports: a process that has imported what they need forks for each.

The process is Python's own fork server: it has no threads, and nothing of the one who asks for a run is in it.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from contracts.cli import main
from tests.contracts.running import ROOT

_IMPORTED = [
    "contracts.sweeping",
    "contracts.identities",
    "contracts.matrix",
    "contracts.options",
    "contracts.relations",
    "contracts.report.writing",
    "hypothesis",
    "pytest",
    "schemathesis",
    "tests.contracts.sabotage.making",
    "tests.contracts.warmed",
]
_REWRITTEN = Path(tempfile.gettempdir(), f"sessionsuite-pycache-{os.getuid()}")
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(_IMPORTED)


def contracts(*arguments: str, seconds: float | None = None) -> CompletedProcess[str]:
    """Run the contracts in a process of their own, as `running.contracts` does. Raises TimeoutError after so many seconds."""
    return forked(_contracts, arguments, seconds=seconds)


def forked(work: Callable[..., int], arguments: tuple[Any, ...], *, seconds: float | None = None) -> CompletedProcess[str]:
    """Carry work out in a process of its own; it returns an exit code."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _SERVER.Process(target=_carried_out, args=(work, arguments, out, err))
        process.start()
        process.join(seconds)
        if process.is_alive():
            process.kill()
            process.join()
            raise TimeoutError(f"not done after {seconds} seconds: {out.read_text()[-3000:]}")
        return CompletedProcess(arguments, process.exitcode or 0, out.read_text(), err.read_text())


def _carried_out(work: Callable[..., int], arguments: tuple[Any, ...], out: Path, err: Path) -> None:
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(_REWRITTEN)  # a suite is made ready for pytest by the first run
    for file, stream in ((out, 1), (err, 2)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    os.chdir(ROOT)
    for name in [name for name in os.environ if name.startswith("SESSIONSUITE_")]:  # noqa: TID251 - not those of whoever asks
        del os.environ[name]  # noqa: TID251
    sys.exit(work(*arguments))


def _contracts(*arguments: str) -> int:
    main(arguments)  # exits with its code
    return 0

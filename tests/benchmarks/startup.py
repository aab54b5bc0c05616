"""How long it takes from the command to the first answer: `python tests/benchmarks/startup.py`.

With `--against COMMIT` that version is measured too, with `--prism COMMAND` a Prism on our document
(`--prism 'node_modules/.bin/prism mock exported/openapi.yaml'`), all in alternation on the same machine; the ratios are printed.
"""

import argparse
import http.client
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.versions import ROOT, checked_out

ROUNDS = 9
LONGEST = 60.0
_LOOK_EVERY = 0.003


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Say whether a validated request is answered, by more than the failure of a server that is not ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    try:
        connection.request("GET", "/v2/agents?limit=1", headers={"x-api-key": "mock-owner"})
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def seconds_to_answer(command: Sequence[str], folder: Path) -> float:
    """Start a server that listens on the port that is put behind its command; return after how long it answers."""
    port, silent = free_port(), {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = time.perf_counter()
    process = subprocess.Popen([*command, "--port", str(port)], cwd=folder, env=_environment(), start_new_session=True, **silent)
    try:
        while not answers(port):
            if process.poll() is not None or time.perf_counter() - started > LONGEST:
                raise SystemExit(f"{shlex.join(command)} did not answer")
            time.sleep(_LOOK_EVERY)
        return time.perf_counter() - started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environment() -> dict[str, str]:
    """Let Python keep what it has compiled, as it does unless it is told otherwise."""
    own = os.environ  # noqa: TID251 - to pass it on
    return {name: value for name, value in own.items() if name != "PYTHONDONTWRITEBYTECODE"}


def measured(servers: Mapping[str, tuple[Sequence[str], Path]], rounds: int) -> Mapping[str, float]:
    """Return the median of each server's rounds, in seconds; they take turns, after one round that is not counted."""
    found: dict[str, list[float]] = {name: [] for name in servers}
    for number in range(rounds + 1):
        for name, (command, folder) in servers.items():
            taken = seconds_to_answer(command, folder)
            if number:
                found[name].append(taken)
    return {name: median(times) for name, times in found.items()}


def main() -> None:
    """Measure, and print a line for each server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", metavar="COMMIT", help="another version, measured in alternation")
    parser.add_argument("--prism", metavar="COMMAND", help="the command of a Prism, without its port")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    ours = [sys.executable, "-m", "mockserver", "serve", "--quiet"]
    servers: dict[str, tuple[Sequence[str], Path]] = {"this version": (ours, ROOT)}
    with ExitStack() as stack:
        if given.against:
            servers[given.against] = (ours, stack.enter_context(checked_out(given.against)))
        if given.prism:
            servers["Prism"] = (shlex.split(given.prism), Path.cwd())
        found = measured(servers, given.rounds)
    first = found["this version"]
    for name, seconds in found.items():
        print(f"{name:<14} {seconds:6.3f} s  {first / seconds:5.2f}")  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()

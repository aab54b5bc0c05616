"""The mock as a process of its own, as a person starts it."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

LONGEST_START = 20.0
_URL = re.compile(r"sessions-mock(?: proxy)? +(http://\S+)")


@dataclass(frozen=True)
class Process:
    """A running mock: where it listens, what it printed before, how to stop it."""

    url: str
    banner: str
    popen: subprocess.Popen

    def client(self, key="mock-owner", **more):
        return httpx.Client(base_url=self.url, headers={"x-api-key": key}, timeout=20, **more)

    def stop(self, number=signal.SIGINT):
        """Send a signal; return the exit code and what was printed since the banner."""
        self.popen.send_signal(number)
        printed, _ = self.popen.communicate(timeout=10)
        return self.popen.returncode, printed.decode()


def environment(folder, **settings):
    """The environment without the settings of whoever runs the tests; `folder` holds nothing that is not meant."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SESSIONSUITE_")}  # noqa: TID251 - to pass it on
    return {**kept, "HOME": str(folder), "COLUMNS": "80", "NO_COLOR": "1", **settings}


def run(*arguments, folder, **settings):
    """Run `sessions-mock` to its end; return its exit code, what it printed, and its errors."""
    popen = subprocess.Popen(
        [sys.executable, "-m", "mockserver", *arguments],
        cwd=folder,
        env=environment(folder, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        printed, errors = popen.communicate(timeout=LONGEST_START)
    finally:
        _ended(popen)
    return subprocess.CompletedProcess(arguments, popen.returncode, printed, errors)


def _ended(popen):
    """End the process with its worker, if it has not ended."""
    if popen.poll() is None:
        os.killpg(popen.pid, signal.SIGKILL)
    popen.wait()
    for pipe in (popen.stdout, popen.stderr):
        if pipe:
            pipe.close()


@contextmanager
def served(*arguments, folder, command="serve", **settings):
    """Run `sessions-mock` (or its `proxy`) on a free port until the block ends; what it prints goes to one pipe."""
    popen = subprocess.Popen(
        [sys.executable, "-m", "mockserver", command, "--port", "0", *arguments],
        cwd=Path(folder),
        env=environment(folder, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield _ready(popen, "/ready" if command == "serve" else "/__admin/health")
    finally:
        _ended(popen)


def _ready(popen, path):
    until = time.monotonic() + LONGEST_START
    banner = _banner(popen.stdout, until)
    url = _URL.search(banner).group(1)
    while time.monotonic() < until:
        with suppress(httpx.TransportError):
            httpx.get(f"{url}{path}").raise_for_status()
            return Process(url, banner, popen)
    raise AssertionError(f"not ready in time: {banner}")


def _banner(pipe, until):
    """Read up to the line that says how to stop."""
    read = b""
    while b"stop   Ctrl+C\n" not in read:
        assert select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0], f"no banner in time: {read!r}"
        piece = os.read(pipe.fileno(), 65536)
        assert piece, f"ended before it served: {read!r}"
        read += piece
    return read.decode()

"""The server of `sessions-mock serve`: one Granian worker, since the memory store lives in one process."""

import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from mockserver.serving.transfers import BreakingTransfers

_BACKPRESSURE_FACTOR = 2
_SECONDS_TO_STOP = 1
"""How long transfers may go on when the server is told to stop: a slow turn would keep it for as long as it likes."""


class AddressInUseError(OSError):
    """Somebody else listens on the address."""


def free_port(host: str, port: int) -> int:
    """Return the port to use: `port`, or one the system chooses for 0. Raises AddressInUseError when it is taken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise AddressInUseError(f"cannot listen on {host}:{port}: {error.strerror}") from error
        return int(probe.getsockname()[1])


def serve(load: Callable[[], Any], *, host: str, port: int, threads: int) -> None:
    """Serve the WSGI application that `load` makes, until interrupted. `load` must be picklable: it runs in the worker."""
    server = Server(
        "mockserver",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=threads,
        backpressure=threads * _BACKPRESSURE_FACTOR,
        workers_kill_timeout=_SECONDS_TO_STOP,
        log_level=LogLevels.error,
    )
    server.serve(target_loader=partial(_application, load), wrap_loader=False)


def _application(load: Callable[[], Any]) -> BreakingTransfers:
    return BreakingTransfers(load())

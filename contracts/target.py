"""What is tested: an application in process (`--app MODULE:FACTORY`) or a deployment (`--url`), behind one HTTP client."""

import importlib
import ipaddress
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from contracts.operations import roles_of_kind
from contracts.wire.budget import Budget
from contracts.wire.in_process import InProcess
from contracts.wire.wire import Wire

TIMEOUT_SECONDS = 60.0
IN_PROCESS = "mock.test"
TOKENS_PER_SECOND = 10
MOCK_OWNER = "mock-owner"
MOCK_NEIGHBOUR = "mock-neighbour-owner"
DEPLOYMENT_SETTLES_WITHIN_SECONDS = 90.0


class TargetError(Exception):
    """The target cannot be opened; says why and what to do."""


class UnreachableError(TargetError):
    """Nobody answers."""


@dataclass(frozen=True, slots=True)
class Target:
    """The target: `base_url`, the WSGI application if it is in process, the wire to it, the administrator's key, keys by role.

    `other_api_key` is of an owner or administrator of another account on the same deployment.
    """

    base_url: str
    app: Any
    wire: Wire
    api_key: str
    role_keys: dict[str, str] = field(default_factory=dict)
    other_api_key: str | None = None

    @property
    def settles_within_seconds(self) -> float:
        """How long a change of a key may take to count: on a deployment about a minute (api-facts §1.1)."""
        return 0.0 if self.app is not None or self.api_key.startswith("mock-") else DEPLOYMENT_SETTLES_WITHIN_SECONDS

    @property
    def unhurried(self) -> Mapping[str, str]:
        """Headers for a turn that is to be met while it runs: they ask a mock for the pace of a model.

        Who does not know a preference ignores it (RFC 7240 §2). In process none is needed: there a turn waits for its reader.
        """
        return {} if self.app is not None else {"prefer": f'physics="tokens_per_second={TOKENS_PER_SECOND}"'}

    def http(self) -> httpx.Client:
        """Open a client without credentials; requests bring their own. Answers come unpacked, to be kept as they are."""
        unpacked = {"accept-encoding": "identity"}
        return httpx.Client(base_url=self.base_url, transport=self.wire, timeout=TIMEOUT_SECONDS, headers=unpacked)


def open_target(
    *,
    url: str | None,
    app: str | None,
    api_key: str | None,
    role_keys: Mapping[str, str] | None = None,
    other_api_key: str | None = None,
    allow_hosts: Sequence[str] = (),
    budget: Budget | None = None,
    reads_only: bool = False,
) -> Target:
    """Open what the options name. Raises TargetError for none, both, one that cannot be opened, a host that is not allowed."""
    if bool(url) == bool(app):
        raise TargetError("Name one target: --app MODULE:FACTORY (in process) or --url URL with --api-key KEY.")
    keys = dict(role_keys or {})
    if app:
        other, loaded = other_api_key or MOCK_NEIGHBOUR, _load(app)
        wire = Wire(InProcess(loaded), IN_PROCESS, budget=budget, reads_only=reads_only)
        return Target(f"http://{IN_PROCESS}", loaded, wire, api_key or MOCK_OWNER, keys or _mock_keys(), other)
    host = allowed(str(url), allow_hosts)
    if not api_key:
        message = "A deployment needs --api-key KEY (or SESSIONSUITE_CONTRACTS_API_KEY) of an owner or administrator."
        raise TargetError(message)
    if api_key.startswith("mock-"):
        keys, other_api_key = keys or _mock_keys(), other_api_key or MOCK_NEIGHBOUR
    return Target(
        str(url).rstrip("/"),
        None,
        Wire(httpx.HTTPTransport(), host, budget=budget, reads_only=reads_only),
        api_key,
        keys,
        other_api_key,
    )


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")  # RFC 6761 §6.3


def is_here(url: str | None) -> bool:
    """Say whether a target is in this process (no URL) or on this machine. What is no URL is not."""
    try:
        return url is None or is_loopback(httpx.URL(url).host)
    except httpx.InvalidURL:
        return False


def allowed(url: str, allow_hosts: Sequence[str]) -> str:
    """Return the host of a URL. Raises TargetError where it is not this machine and nobody has named it."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise TargetError(f"--url {url} is no URL: {error}") from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise TargetError(f"--url takes http://HOST or https://HOST, not {url!r}.")
    if not is_loopback(parsed.host) and parsed.host not in allow_hosts:
        raise TargetError(
            f"{parsed.host} is not this machine. Nothing is sent there unless you name it: --allow-host {parsed.host}"
        )
    return parsed.host


def _mock_keys() -> dict[str, str]:
    """Return the keys of the mock's default world, one for each role and named after it."""
    return {role: f"mock-{role.replace('_', '-')}" for role in roles_of_kind("api")}


def role_key(entry: str) -> tuple[str, str]:
    """Read a `ROLE=KEY` entry. Raises TargetError."""
    role, separator, key = entry.partition("=")
    if not separator or not key:
        raise TargetError(f"--role-key takes ROLE=KEY, not {entry!r}.")
    return role, key


def _load(name: str) -> Any:
    module, _, attribute = name.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        factory = getattr(importlib.import_module(module), attribute or "create_app")
    except (ImportError, AttributeError) as error:
        raise TargetError(f"--app {name} cannot be loaded: {error}") from error
    return factory()


def check_reachable(target: Target) -> None:
    """Ask once for a list of agents. Raises UnreachableError where nobody answers, TargetError where the key is refused."""
    try:
        with target.http() as http:
            answer = http.get("/v2/agents", params={"limit": 1}, headers={"x-api-key": target.api_key})
    except httpx.HTTPError as error:
        raise UnreachableError(f"{target.base_url} does not answer: {error}") from error
    if answer.status_code in {401, 403}:
        problem = f"refuses the API key with {answer.status_code}; it must be of an owner or administrator."
        raise TargetError(f"{target.base_url} {problem}")

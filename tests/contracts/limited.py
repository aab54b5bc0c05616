"""Sound servers for `--app` on which not every promise can be tested."""

from typing import Any

from tests.contracts.sabotage.making import Wsgi, json_requests, streams, wrapped


def is_done_at_once() -> Wsgi:
    """A turn is over before its first frame is sent."""
    return streams(lambda frames: frames)


def calls_no_tool() -> Wsgi:
    """A model that does not call the tools that it is told to call."""

    def change(_method: str, path: str, body: Any) -> Any:
        return {**body, "tool_configurations": {}} if path == "/v2/agents" else body

    return json_requests(change)


def makes_no_keys() -> Wsgi:
    """A deployment on which API keys are made elsewhere."""
    nowhere = "/v2/nowhere"

    def change(environ: dict[str, Any]) -> None:
        if environ["PATH_INFO"].startswith(("/v2/api_keys", "/v2/app_clients", "/oauth")):
            environ["PATH_INFO"] = nowhere

    return wrapped(change)

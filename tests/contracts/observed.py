"""A sound mock for `--app` that sees what each test asks for: as a plugin of a run it says so at the end, promise by promise.

`-p tests.contracts.observed` with `--app tests.contracts.observed:create_observed_app` writes into OBSERVED_FILE.
"""

import io
import json
import os
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from contracts.operations import operations
from contracts.promise import Needs
from tests.contracts.complete import NEIGHBOUR, create_complete_app

OBSERVED_FILE = "SESSIONSUITE_TEST_OBSERVED_FILE"
TURN = re.compile(r"/v2/(agents|agent_aliases)/[^/]+/sessions/[^/]+/events")
CREATED = {"/v2/api_keys": Needs.KEYS, "/v2/app_clients": Needs.CLIENTS}
KEYS = {f"mock-{role.replace('_', '-')}" for role in ("viewer", "agent_viewer", "agent_user")}
PLACES = [(operation.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", operation.path)), operation.id) for operation in operations()]

_needs: set[Needs] = set()
_operations: set[str] = set()
_observed: dict[str, dict[str, set[str]]] = defaultdict(lambda: {"needs": set(), "operations": set()})


def create_observed_app() -> Any:
    app = create_complete_app()

    def observing(environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        see(environ["REQUEST_METHOD"], environ["PATH_INFO"], body, environ.get("HTTP_X_API_KEY", ""))
        return app(environ, start_response)

    return observing


def see(method: str, path: str, body: bytes, key: str) -> None:
    """Note what a request asks for."""
    _operations.update(name for verb, place, name in PLACES if verb == method and place.fullmatch(path))
    if method == "POST" and TURN.fullmatch(path) and b'"interrupt"' not in body:
        _needs.add(Needs.TURNS)
    if path.startswith("/v2/corpora/") or b'"corpus_key"' in body:
        _needs.add(Needs.CORPUS)
    if method == "POST" and path in CREATED:
        _needs.add(CREATED[path])
    if key == NEIGHBOUR:
        _needs.add(Needs.ACCOUNT)
    if key in KEYS:
        _needs.add(Needs.ROLES)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    yield
    marker = item.get_closest_marker("promise")
    for code in marker.args if marker else ():
        _observed[code]["needs"] |= _needs
        _observed[code]["operations"] |= _operations


def pytest_runtest_logstart():
    _needs.clear()
    _operations.clear()


def pytest_sessionfinish():
    told = {code: {name: sorted(values) for name, values in seen.items()} for code, seen in sorted(_observed.items())}
    Path(os.environ[OBSERVED_FILE]).write_text(json.dumps(told), "utf-8")  # noqa: TID251 - where the test wants it

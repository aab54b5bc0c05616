"""A sound mock for `--app` that says at the end of its process which requests it got, by their hash."""

import atexit
import hashlib
import io
import re
from typing import Any

from mockserver.app import create_app

_BOUNDARY = re.compile(rb"--[0-9a-f]{32}|-{17}WerkzeugFormPart_[0-9.]+")


def create_recorded_app() -> Any:
    app, got = create_app(), hashlib.sha256()
    atexit.register(lambda: print(f"requests {got.hexdigest()}"))  # noqa: T201 - for the test that reads it

    def recording(environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        for part in (environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"]):
            got.update(part.encode("utf-8", "replace") + b"\0")
        got.update(_BOUNDARY.sub(b"--", body) + b"\0")  # clients draw a boundary for every form
        return app(environ, start_response)

    return recording

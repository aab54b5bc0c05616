"""Flask in front of the pipeline: requests in, responses out, nothing decided here."""

from urllib.parse import quote

from flask import Flask, Response, request

from mockserver.pipeline import Pipeline
from mockserver.spec.requests import RawRequest
from mockserver.spec.responses import RawResponse
from mockserver.web.admin import admin_blueprint

_OWN_PATHS = frozenset({"/health", "/ready", "/__admin"})
_CHUNK, _DRAINED_AT_MOST = 1 << 16, 1 << 28
_ADMIN_PREFIX = "/__admin/"


def create_face(pipeline: Pipeline) -> Flask:
    """Make the WSGI application: the mock's own paths by Flask's routes, everything else by the pipeline, which routes itself."""
    app = Flask("mockserver", static_folder=None)
    app.register_blueprint(admin_blueprint(pipeline))

    @app.before_request
    def answer() -> Response | None:
        if request.path in _OWN_PATHS or request.path.startswith(_ADMIN_PREFIX):
            return None
        return _response(pipeline(_raw_request(pipeline.limits.longest)))

    return app


def _body(most: int) -> bytes:
    """Read the body; of one over the limit keep as much as shows that it is.

    The rest is read and let go: a client that is still sending when the connection closes never sees the refusal.
    """
    body = request.stream.read(most + 1)
    if len(body) > most:
        for _ in range(_DRAINED_AT_MOST // _CHUNK):
            if not request.stream.read(_CHUNK):
                break
    return body


def _raw_request(most: int) -> RawRequest:
    """Read the request."""
    return RawRequest(
        method=request.method,
        path=quote(request.path, safe="/!$&'()*+,;=:@~"),
        query=request.query_string.decode("ascii", "replace"),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=_body(most),
    )


def _response(raw: RawResponse) -> Response:
    response = Response(raw.body, status=raw.status)
    response.headers.clear()
    response.headers.update(raw.headers)
    response.call_on_close(raw.close)
    if isinstance(raw.body, tuple):
        response.content_length = sum(map(len, raw.body))
    return response

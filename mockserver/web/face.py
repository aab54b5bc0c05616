"""Flask in front of the pipeline: requests in, responses out, nothing decided here."""

from collections.abc import Mapping
from urllib.parse import quote

from flask import Flask, Response, request

from mockserver.domain.errors import Refused
from mockserver.domain.origins import origins_of
from mockserver.pipeline import Pipeline
from mockserver.replaying import Replaying
from mockserver.spec.requests import RawRequest
from mockserver.spec.responses import RawResponse
from mockserver.web.admin import admin_blueprint
from mockserver.web.cors import Cors
from mockserver.web.guard import SECURITY_HEADERS, Guard
from mockserver.web.replies import refusal

_OPEN = frozenset({"/health", "/ready"})
_CHUNK, _DRAINED_AT_MOST = 1 << 16, 1 << 28
_ADMIN = "/__admin"


def create_face(
    pipeline: Pipeline, *, cors: Cors | None = None, guard: Guard | None = None, replaying: Replaying | None = None
) -> Flask:
    """Make the WSGI application: the mock's own paths by Flask's routes, everything else by the pipeline, which routes itself.

    With `replaying` it stands in front of the pipeline. Without `cors` no page of another origin may call it, without `guard`
    anybody may use the admin API.
    """
    app = Flask("mockserver", static_folder=None)
    app.register_blueprint(admin_blueprint(pipeline, replaying))
    answering = replaying or pipeline
    cors, guard = cors or Cors(origins_of(""), pipeline.operations), guard or Guard()

    @app.before_request
    def answer() -> Response | None:
        path, headers = request.path, {name.lower(): value for name, value in request.headers.items()}
        try:
            if _is_admin(path):
                guard.check(headers)
            if _is_own(path):
                return None
            preflight = cors.preflight(request.method, path, headers)
        except Refused as refused:
            return refusal(refused)
        if preflight is not None:
            return Response(status=204, headers=preflight)
        response = _response(answering(_raw_request(headers, pipeline.limits.bodies.longest)))
        response.headers.update(cors.headers(path, headers))
        return response

    app.after_request(_secured)
    return app


def _secured(response: Response) -> Response:
    """Give the mock's own answers their headers for browsers, where they have none themselves."""
    if _is_own(request.path):
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
    return response


def _is_admin(path: str) -> bool:
    return path == _ADMIN or path.startswith(f"{_ADMIN}/")


def _is_own(path: str) -> bool:
    return path in _OPEN or _is_admin(path)


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


def _raw_request(headers: Mapping[str, str], most: int) -> RawRequest:
    """Read the request."""
    return RawRequest(
        method=request.method,
        path=quote(request.path, safe="/!$&'()*+,;=:@~"),
        query=request.query_string.decode("ascii", "replace"),
        headers=headers,
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

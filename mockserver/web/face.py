"""Flask in front of the pipeline: requests in, responses out, nothing decided here."""

from urllib.parse import quote

from flask import Flask, Response, request

from mockserver.pipeline import Pipeline, RawResponse
from mockserver.spec.requests import RawRequest
from mockserver.web.admin import admin_blueprint

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


def create_face(pipeline: Pipeline) -> Flask:
    """Make the WSGI application: admin paths to the admin API, everything else to the pipeline."""
    app = Flask("mockserver", static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.register_blueprint(admin_blueprint(pipeline))

    def answer(path: str = "") -> Response:  # noqa: ARG001 - the pipeline routes by itself
        return _response(pipeline(_raw_request(pipeline.max_body_bytes)))

    for number, rule in enumerate(("/", "/<path:path>")):
        app.add_url_rule(rule, f"api{number}", answer, methods=_METHODS, provide_automatic_options=False)
    return app


def _raw_request(max_body_bytes: int) -> RawRequest:
    """Read the request; of a body over the limit only as much as shows that it is."""
    return RawRequest(
        method=request.method,
        path=quote(request.path, safe="/!$&'()*+,;=:@~"),
        query=request.query_string.decode("ascii", "replace"),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.stream.read(max_body_bytes + 1),
    )


def _response(raw: RawResponse) -> Response:
    response = Response(raw.body, status=raw.status)
    response.headers.clear()
    response.headers.update(raw.headers)
    response.call_on_close(raw.close)
    if isinstance(raw.body, tuple):
        response.content_length = sum(map(len, raw.body))
    return response

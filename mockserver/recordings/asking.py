"""What a request asks, in the form in which it is recorded and looked for: read by the document, without its secrets."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from mockserver.domain.errors import Refused
from mockserver.domain.secrecy import redacted, secrets_in
from mockserver.keeper import Keeper, credentials_in
from mockserver.recordings.exchange import Asked, Body
from mockserver.spec.bodies import JSON, decoded
from mockserver.spec.operations import Operation, Operations
from mockserver.spec.requests import RawRequest

_SAFE = "/!$&'()*+,;=:@~"
_CREDENTIALS = ("x-api-key", "authorization")


class Reader:
    """Reads requests as the document says, and remembers their secrets, so that they are found wherever else they stand."""

    def __init__(self, operations: Operations, keeper: Keeper) -> None:
        self._operations = operations
        self._keeper = keeper

    def operation(self, request: RawRequest) -> Operation | None:
        """Return the operation that is asked for, if the document has it."""
        try:
            return self._operations.route(request.method, request.path).operation
        except Refused:
            return None

    def asked(self, request: RawRequest) -> Asked:
        """Return what a request asks."""
        self._keeper.note(credentials_in(request.headers))
        query = sorted(parse_qsl(request.query, keep_blank_values=True))
        path = quote(unquote_to_bytes(request.path), safe=_SAFE)
        asked = Asked(request.method, path, tuple(query), self._body(request, self.operation(request)))
        return asked.without_secrets(self._keeper.told)

    def _body(self, request: RawRequest, operation: Operation | None) -> Body:
        if not request.body:
            return None
        content_type = request.headers.get("content-type", "")
        media_type = content_type.partition(";")[0].strip().lower()
        form = operation.body.forms.get(media_type) if operation and operation.body else None
        if operation is None or form is None:
            return body_of(request.body, media_type)
        try:
            content = form.read(request.body, content_type)
        except Refused:
            return body_of(request.body, media_type)
        shape = operation.secrecy.request
        self._keeper.note(secrets_in(content.value, shape))
        value = redacted(content.value, shape)
        if media_type == JSON:
            return {"json": value}
        files = [{"filename": file.filename, "mime_type": file.mime_type, **_digest(file.data)} for file in content.files]
        return {"form": value, "files": files}


def caller_in(request: RawRequest) -> str | None:
    """Return the credential by which callers are told apart, None where there is none."""
    sent = [request.headers[name].removeprefix("Bearer ") for name in _CREDENTIALS if request.headers.get(name)]
    return "\n".join(sent) or None


def body_of(raw: bytes, media_type: str) -> Body:
    """Return a body of which the document says nothing: JSON, a text, or bytes."""
    if not raw:
        return None
    if media_type == JSON or media_type.endswith("+json"):
        try:
            return {"json": decoded(raw)}
        except Refused:
            pass
    if media_type.startswith("multipart/"):
        return _digest(raw)
    try:
        return {"text": raw.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode("ascii")}


def bytes_of(body: Body) -> bytes:
    """Return the bytes of an answer's body; JSON as it is written on the wire."""
    if body is None:
        return b""
    if "text" in body:
        return str(body["text"]).encode("utf-8", "surrogatepass")
    return base64.b64decode(body["base64"]) if "base64" in body else json.dumps(body.get("json"), separators=(",", ":")).encode()


def _digest(data: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}

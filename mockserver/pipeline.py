"""The life of a request, framework-free: authenticate → authorise → validate → handle → reply."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mockserver.domain.access import Principal, permits
from mockserver.domain.errors import Kind, Refused
from mockserver.domain.values import timestamp
from mockserver.operations.call import Call, Handler, Reply, Services
from mockserver.spec.operations import Operation, Operations
from mockserver.spec.requests import RawRequest, validated

logger = logging.getLogger("sessionsuite.mock")

STATUS: Mapping[Kind, int] = {
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.INVALID: 400,
    Kind.UNKNOWN: 404,
    Kind.WRONG_METHOD: 405,
    Kind.CONFLICT: 409,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED_MEDIA: 415,
    Kind.UNPROCESSABLE: 422,
}
_CHALLENGE = 'ApiKey header="x-api-key", Bearer'
_CLIENT_ERROR = 400


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A response as a face sends it; `close` must be called when it is over, however it ended."""

    status: int
    headers: dict[str, str]
    body: Iterable[bytes]
    close: Callable[[], None]


class Pipeline:
    """Answers requests for one world. `journal` keeps the latest, newest last."""

    def __init__(
        self,
        operations: Operations,
        handlers: Mapping[str, Handler],
        services: Services,
        *,
        seed: int,
        max_body_bytes: int,
        journal_size: int,
    ) -> None:
        unhandled = operations.by_id.keys() ^ handlers.keys()
        if unhandled:
            raise ValueError(f"operations and handlers do not match: {', '.join(sorted(unhandled))}")
        self.operations = operations
        self.services = services
        self.max_body_bytes = max_body_bytes
        self.journal: deque[dict[str, Any]] = deque(maxlen=journal_size)
        self._handlers = handlers
        self._seed = str(seed)

    def __call__(self, request: RawRequest) -> RawResponse:
        """Answer a request; never raises for what a client sends."""
        headers = {"X-Request-Id": self.services.ids.request_id(), "X-Mock-Seed": self._seed}
        try:
            reply = self._handled(request)
        except Refused as refused:
            reply = _refusal(refused, headers)
        except Exception:
            logger.exception("%s %s failed: a defect of the mock, please report it", request.method, request.path)
            message = "The mock has a defect; its log says more."
            reply = Reply(500, {"messages": [message], "request_id": headers["X-Request-Id"]})
        self._record(request, reply, headers)
        return _raw(reply, headers)

    def _handled(self, request: RawRequest) -> Reply:
        route = self.operations.route(request.method, request.path)
        principal = self._authenticated(request.headers)
        _authorised(principal, route.operation, route.path_parameters)
        valid = validated(route, request, max_body_bytes=self.max_body_bytes)
        call = Call(valid.operation, principal, valid.parameters, valid.body)
        return self._handlers[route.operation.id](call, self.services)

    def _authenticated(self, headers: Mapping[str, str]) -> Principal:
        key, authorization = headers.get("x-api-key"), headers.get("authorization", "")
        scheme, _, bearer = authorization.partition(" ")
        if authorization and (scheme.lower() != "bearer" or not bearer.strip()):
            raise Refused("SM102", "The Authorization header is not of the form `Bearer KEY`.")
        if key and bearer and key != bearer.strip():
            raise Refused("SM103", "x-api-key and Authorization carry different credentials; send one of them.")
        credential = key or bearer.strip()
        if not credential:
            raise Refused("SM101", "The request carries no credential: send `x-api-key: KEY` or `Authorization: Bearer KEY`.")
        principal = self.services.store.principal(credential)
        if principal is None:
            raise Refused("SM102", "The API key is not known.")
        return principal

    def _record(self, request: RawRequest, reply: Reply, headers: Mapping[str, str]) -> None:
        self.journal.append(
            {
                "time": timestamp(self.services.clock.now()),
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "status": reply.status,
                "code": headers.get("X-Mock-Code"),
                "request_id": headers["X-Request-Id"],
            }
        )


def _authorised(principal: Principal, operation: Operation, path: Mapping[str, str]) -> None:
    if not permits(operation.roles, principal, agent_key=path.get("agent_key"), corpus_key=path.get("corpus_key")):
        wanted = ", ".join(sorted(operation.roles.api))
        objects = (("agent", operation.roles.agent), ("corpus", operation.roles.corpus))
        also = "".join(f", or on the {name} one of {', '.join(sorted(roles))}" for name, roles in objects if roles)
        raise Refused("SM110", f"{operation.id} needs one of the roles {wanted}{also}; {principal.name} has none of them.")


def _refusal(refused: Refused, headers: dict[str, str]) -> Reply:
    """Say no in the API's own shape: messages and request_id, fields on 400, the missing id on 404 (design §7)."""
    refusal = refused.refusal
    headers["X-Mock-Code"] = refusal.code
    body: dict[str, Any] = {"messages": [refused.message], "request_id": headers["X-Request-Id"]}
    if refusal.kind is Kind.INVALID and refused.fields:
        body["field_errors"] = dict(refused.fields)
    if refusal.kind is Kind.UNKNOWN:
        body["id"] = refused.missing_id
    if refusal.kind is Kind.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = _CHALLENGE
    if refusal.kind is Kind.WRONG_METHOD:
        headers["Allow"] = refused.fields["Allow"]
    return Reply(STATUS[refusal.kind], body)


def _raw(reply: Reply, headers: dict[str, str]) -> RawResponse:
    if reply.stream is not None:
        headers |= {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        return RawResponse(reply.status, headers, reply.stream, reply.close)
    if reply.body is None:
        return RawResponse(reply.status, headers, (), reply.close)
    headers["Content-Type"] = "application/json"
    return RawResponse(reply.status, headers, (orjson.dumps(reply.body),), reply.close)

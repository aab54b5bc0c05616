"""The life of a request, framework-free: (chaos, wishes →) authenticate → authorise → validate → handle → reply (→ chaos)."""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from mockserver.domain.access import Principal, permits
from mockserver.domain.chaos import Faults
from mockserver.domain.errors import Kind, Refused
from mockserver.domain.values import timestamp
from mockserver.domain.wishes import wishes_in
from mockserver.faults import NOTHING_FALLS, Chaos, Falling
from mockserver.operations.call import Call, Handler, Reply, Services
from mockserver.spec.operations import Operation, Operations, Route
from mockserver.spec.requests import BodyLimits, RawRequest, validated
from mockserver.spec.responses import EVENT_STREAM, RawResponse

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
    Kind.RATE_LIMITED: 429,
    Kind.FAILED: 500,
    Kind.BAD_GATEWAY: 502,
    Kind.UNAVAILABLE: 503,
}
_CHALLENGE = 'ApiKey header="x-api-key", Bearer'
_CLIENT_ERROR = 400
_RETRY_AFTER_SECONDS = "1"


class Pipeline:
    """Answers requests for one world. `journal` keeps the latest, newest last; `chaos` has the rules of faults."""

    def __init__(
        self,
        operations: Operations,
        handlers: Mapping[str, Handler],
        services: Services,
        *,
        seed: int,
        limits: BodyLimits,
        journal_size: int,
    ) -> None:
        unhandled = operations.by_id.keys() ^ handlers.keys()
        if unhandled:
            raise ValueError(f"operations and handlers do not match: {', '.join(sorted(unhandled))}")
        self.operations = operations
        self.services = services
        self.chaos = Chaos(services.clock, services.ids)
        self.limits = limits
        self.journal: deque[dict[str, Any]] = deque(maxlen=journal_size)
        self._handlers = handlers
        self._seed = str(seed)

    def __call__(self, request: RawRequest) -> RawResponse:
        """Answer a request; never raises for what a client sends."""
        headers = {"X-Request-Id": self.services.ids.request_id(), "X-Mock-Seed": self._seed}
        falling = NOTHING_FALLS

        def fall(faults: Faults) -> None:
            nonlocal falling
            if falling is NOTHING_FALLS:
                falling = self.chaos.drawn(request, faults)
                falling.before()

        try:
            route = self.operations.route(request.method, request.path)
            falling = self.chaos.falling(request, route.operation)
            falling.before()
            reply = self._handled(route, request, headers, fall)
        except Refused as refused:
            reply = _refusal(refused, headers)
        except Exception:
            logger.exception("%s %s failed: a defect of the mock, please report it", request.method, request.path)
            message = "The mock has a defect; its log says more."
            reply = Reply(500, {"messages": [message], "request_id": headers["X-Request-Id"]})
        self._record(request, reply, headers, falling)
        return falling.on(_raw(reply, headers))

    def _handled(self, route: Route, request: RawRequest, headers: dict[str, str], fall: Callable[[Faults], None]) -> Reply:
        wishes = wishes_in(request.headers)
        if wishes.code is not None:
            return _wished(wishes.code, route, headers)
        principal = self._authenticated(request.headers)
        _authorised(principal, route.operation, route.path_parameters)
        valid = validated(route, request, self.limits)
        call = Call(valid.operation, principal, valid.parameters, valid.body, files=valid.files, wishes=wishes, fall=fall)
        reply = self._handlers[route.operation.id](call, self.services)
        if applied := wishes.applied(reply.applied):
            headers["Preference-Applied"] = applied
        return reply

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

    def _record(self, request: RawRequest, reply: Reply, headers: Mapping[str, str], falling: Falling) -> None:
        self.journal.append(
            {
                "time": timestamp(self.services.clock.now()),
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "status": reply.status,
                "code": headers.get("X-Mock-Code"),
                "request_id": headers["X-Request-Id"],
                "faults": falling.happened,
            }
        )


def _authorised(principal: Principal, operation: Operation, path: Mapping[str, str]) -> None:
    if not permits(operation.roles, principal, agent_key=path.get("agent_key"), corpus_key=path.get("corpus_key")):
        wanted = ", ".join(sorted(operation.roles.api))
        objects = (("agent", operation.roles.agent), ("corpus", operation.roles.corpus))
        also = "".join(f", or on the {name} one of {', '.join(sorted(roles))}" for name, roles in objects if roles)
        raise Refused("SM110", f"{operation.id} needs one of the roles {wanted}{also}; {principal.name} has none of them.")


def _wished(status: int, route: Route, headers: dict[str, str]) -> Reply:
    """Answer with the error that the request prefers. Raises Refused SM214 for one that the operation does not declare."""
    declared = sorted(known for known in route.operation.statuses if known >= _CLIENT_ERROR)
    if status not in declared:
        reason = f"code must be an error that {route.operation.id} declares: {', '.join(map(str, declared))}"
        raise Refused("SM214", f"Prefer: {reason}; it is {status}.", fields={"Prefer": reason})
    headers["Preference-Applied"] = f"code={status}"
    message = f"{route.operation.id} answers {status}, as the request prefers."
    missing = ([*route.path_parameters.values()] or [route.operation.path])[-1]
    return _error(status, Refused("SM215", message, missing_id=missing), headers)


def _refusal(refused: Refused, headers: dict[str, str]) -> Reply:
    return _error(STATUS[refused.refusal.kind], refused, headers)


def _error(status: int, refused: Refused, headers: dict[str, str]) -> Reply:
    """Say no in the API's own shape: messages and request_id, fields on 400, the missing id on 404 (design §7)."""
    headers["X-Mock-Code"] = refused.refusal.code
    body: dict[str, Any] = {"messages": [refused.message], "request_id": headers["X-Request-Id"]}
    match status:
        case 400 if refused.fields:
            body["field_errors"] = dict(refused.fields)
        case 401:
            headers["WWW-Authenticate"] = _CHALLENGE
        case 404:
            body["id"] = refused.missing_id
        case 405:
            headers["Allow"] = refused.fields["Allow"]
        case 429 | 503:
            headers["Retry-After"] = _RETRY_AFTER_SECONDS
        case _:
            pass
    return Reply(status, body)


def _raw(reply: Reply, headers: dict[str, str]) -> RawResponse:
    if reply.stream is not None:
        headers |= {"Content-Type": EVENT_STREAM, "Cache-Control": "no-cache"}
        return RawResponse(reply.status, headers, reply.stream, reply.close)
    if reply.body is None:
        return RawResponse(reply.status, headers, (), reply.close)
    headers["Content-Type"] = "application/json"
    return RawResponse(reply.status, headers, (orjson.dumps(reply.body),), reply.close)

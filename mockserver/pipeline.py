"""The life of a request, framework-free: (chaos, wishes →) authenticate → authorise → validate → handle → reply (→ chaos)."""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from mockserver.authentication import Authentication, Caller
from mockserver.authorisation import FORBIDDEN, authorise
from mockserver.domain.access import NOBODY, Principal
from mockserver.domain.chaos import Faults
from mockserver.domain.errors import Kind, Refused
from mockserver.domain.values import timestamp
from mockserver.domain.wishes import wishes_in
from mockserver.faults import NOTHING_FALLS, Falling
from mockserver.keeper import Keeper
from mockserver.limits import Limits
from mockserver.operations.call import Call, Handler, Reply, Services
from mockserver.operations.tokens import oauth_error
from mockserver.spec.operations import Operation, Operations, Route
from mockserver.spec.requests import RawRequest, validated
from mockserver.spec.responses import EVENT_STREAM, RawResponse
from mockserver.worlds import Worlds

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
    Kind.HEADERS_TOO_LARGE: 431,
    Kind.RATE_LIMITED: 429,
    Kind.FAILED: 500,
    Kind.BAD_GATEWAY: 502,
    Kind.UNAVAILABLE: 503,
}
_CHALLENGE = 'ApiKey header="x-api-key", Bearer'
_TOKEN_CODES, _OF_A_TOKEN = ("SM105", "SM106"), 'Bearer error="invalid_token"'  # RFC 6750 §3.1
_CLIENT_ERROR = 400


class Pipeline:
    """Answers requests for all worlds. `journal` keeps the latest, newest last."""

    def __init__(
        self,
        operations: Operations,
        handlers: Mapping[str, Handler],
        worlds: Worlds,
        authentication: Authentication,
        *,
        seed: int,
        limits: Limits,
        journal_size: int,
        foreign_objects: str = FORBIDDEN,
    ) -> None:
        unhandled = operations.by_id.keys() ^ handlers.keys()
        if unhandled:
            raise ValueError(f"operations and handlers do not match: {', '.join(sorted(unhandled))}")
        self.operations = operations
        self.worlds = worlds
        self.authentication = authentication
        self.limits = limits
        self.keeper = Keeper()
        self.journal: deque[dict[str, Any]] = deque(maxlen=journal_size)
        self._handlers = handlers
        self._seed = str(seed)
        self._foreign_objects = foreign_objects

    @property
    def services(self) -> Services:
        """Those of the first tenant's own world."""
        return self.worlds.own()[0].services

    def __call__(self, request: RawRequest) -> RawResponse:
        """Answer a request; never raises for what a client sends."""
        caller = self.authentication.caller(request.headers)
        chaos = caller.world.chaos
        headers = {"X-Request-Id": caller.world.services.ids.request_id(), "X-Mock-Seed": self._seed}
        falling, operation = NOTHING_FALLS, None

        def fall(faults: Faults) -> None:
            nonlocal falling
            if falling is NOTHING_FALLS:
                falling = chaos.drawn(request, faults)
                falling.before()

        try:
            self.limits.admit(request, caller)
            route = self.operations.route(request.method, request.path)
            operation = route.operation
            falling = chaos.falling(request, operation)
            falling.before()
            reply = self._handled(route, request, caller, headers, fall)
        except Refused as refused:
            reply = _refusal(refused, headers, operation)
        except Exception:
            logger.exception("%s %s failed: a defect of the mock, please report it", request.method, request.path)
            message = "The mock has a defect; its log says more."
            reply = Reply(500, {"messages": [message], "request_id": headers["X-Request-Id"]})
        reply = self.keeper.refusal(request.headers, reply)
        self._record(request, caller, reply, headers, falling)
        return falling.on(_raw(reply, headers))

    def refused(self, request: RawRequest, refused: Refused) -> RawResponse:
        """Say no to a request that is not handled at all."""
        caller = self.authentication.caller(request.headers)
        headers = {"X-Request-Id": caller.world.services.ids.request_id(), "X-Mock-Seed": self._seed}
        reply = self.keeper.refusal(request.headers, _refusal(refused, headers, None))
        self._record(request, caller, reply, headers, NOTHING_FALLS)
        return _raw(reply, headers)

    def _handled(
        self, route: Route, request: RawRequest, caller: Caller, headers: dict[str, str], fall: Callable[[Faults], None]
    ) -> Reply:
        wishes = wishes_in(request.headers)
        if wishes.code is not None:
            return _wished(wishes.code, route, headers)
        services, principal = self._admitted(route, request, caller)
        valid = validated(route, request, self.limits.bodies)
        self.limits.check_room(valid, services.store)
        call = Call(valid.operation, principal, valid.parameters, valid.body, files=valid.files, wishes=wishes, fall=fall)
        self.keeper.note_call(call, request.headers)
        reply = self.limits.streamed(valid, caller, lambda: self._handlers[route.operation.id](call, services))
        reply = self.keeper.masked(call, request.headers, reply)
        if applied := wishes.applied(reply.applied):
            headers["Preference-Applied"] = applied
        return reply

    def _admitted(self, route: Route, request: RawRequest, caller: Caller) -> tuple[Services, Principal]:
        """Return the world of a caller who may do it; anybody may do what is public. Raises Refused SM101 to SM110, SM216."""
        if route.operation.is_public:
            return self.authentication.outside(request.headers).services, NOBODY
        if caller.principal is None:
            raise caller.refused or Refused("SM101", "The request carries no credential.")
        services = caller.world.services
        authorise(route.operation, caller.principal, route.path_parameters, services.store, self._foreign_objects)
        return services, caller.principal

    def _record(self, request: RawRequest, caller: Caller, reply: Reply, headers: Mapping[str, str], falling: Falling) -> None:
        self.note(
            request,
            reply.status,
            tenant=caller.world.tenant,
            test_id=caller.world.test_id,
            code=headers.get("X-Mock-Code"),
            request_id=headers["X-Request-Id"],
            faults=falling.happened,
        )

    def note(self, request: RawRequest, status: int, **more: Any) -> None:
        """Put a request into the journal, with how it was answered."""
        asked = {"method": request.method, "path": request.path, "query": request.query}
        self.journal.append({"time": timestamp(self.services.clock.now()), **asked, "status": status, **more})


def _wished(status: int, route: Route, headers: dict[str, str]) -> Reply:
    """Answer with the error that the request prefers. Raises Refused SM214 for one that the operation does not declare."""
    declared = sorted(known for known in route.operation.statuses if known >= _CLIENT_ERROR)
    if status not in declared:
        reason = f"code must be an error that {route.operation.id} declares: {', '.join(map(str, declared))}"
        raise Refused("SM214", f"Prefer: {reason}; it is {status}.", fields={"Prefer": reason})
    headers["Preference-Applied"] = f"code={status}"
    message = f"{route.operation.id} answers {status}, as the request prefers."
    missing = ([*route.path_parameters.values()] or [route.operation.path])[-1]
    return _error(status, Refused("SM215", message, missing_id=missing), headers, route.operation)


def _refusal(refused: Refused, headers: dict[str, str], operation: Operation | None) -> Reply:
    return _error(STATUS[refused.refusal.kind], refused, headers, operation)


def _error(status: int, refused: Refused, headers: dict[str, str], operation: Operation | None) -> Reply:
    """Say no in the API's own shape: messages and request_id, fields on 400, the missing id on 404 (design §7)."""
    headers["X-Mock-Code"] = refused.refusal.code
    body: dict[str, Any] = {"messages": [refused.message], "request_id": headers["X-Request-Id"]}
    match status:
        case 400 if refused.fields:
            body["field_errors"] = dict(refused.fields)
        case 401:
            headers["WWW-Authenticate"] = _OF_A_TOKEN if refused.refusal.code in _TOKEN_CODES else _CHALLENGE
        case 404:
            body["id"] = refused.missing_id
        case 405:
            headers["Allow"] = refused.fields["Allow"]
        case 429 | 503 if refused.retry_after is not None:
            headers["Retry-After"] = str(refused.retry_after)
        case _:
            pass
    if operation is not None and operation.has_oauth_errors:
        body |= oauth_error(status, refused)
    return Reply(status, body)


def _raw(reply: Reply, headers: dict[str, str]) -> RawResponse:
    headers |= reply.headers
    if reply.stream is not None:
        headers |= {"Content-Type": EVENT_STREAM, "Cache-Control": "no-cache"}
        return RawResponse(reply.status, headers, reply.stream, reply.close)
    if reply.body is None:
        return RawResponse(reply.status, headers, (), reply.close)
    headers["Content-Type"] = "application/json"
    return RawResponse(reply.status, headers, (orjson.dumps(reply.body),), reply.close)

"""Cross-origin requests (Fetch standard, CORS): pages of the origins in the setting `cors_origins` may call the API, it alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.authentication import TEST_ID
from mockserver.domain.chaos import FAULTS
from mockserver.domain.errors import Refused
from mockserver.domain.origins import Origins
from mockserver.spec.operations import METHODS, Operations

SECONDS_PREFLIGHTS_COUNT = 600
EXPOSED = (
    "Allow", "Preference-Applied", "Retry-After", "WWW-Authenticate",
    "X-Mock-Chaos", "X-Mock-Code", "X-Mock-Seed", "X-Request-Id",
)  # fmt: skip
"""What a script may read of an answer besides what it always may."""
_SENT_BY_CLIENTS = (
    "Accept", "Authorization", "Baggage", "Cache-Control", "Content-Type", "Last-Event-ID", "Prefer", "Traceparent", "Tracestate",
    "X-Api-Key", "X-Fern-Language", "X-Fern-Platform", "X-Fern-Runtime", "X-Fern-Runtime-Version", "X-Fern-SDK-Name",
    "X-Fern-SDK-Version", "X-Mock-Physics", "X-Mock-Scenario",
)  # fmt: skip
_API = ("/v2/", "/oauth/", "/oauth2/")


@dataclass(frozen=True, slots=True)
class Cors:
    """Which origins may call the API, and what their requests may hold."""

    origins: Origins
    operations: Operations

    def headers(self, path: str, request: Mapping[str, str]) -> dict[str, str]:
        """Return what an answer at a path tells the browser, whatever it answers; nothing off the API. Names in lower case."""
        if not path.startswith(_API):
            return {}
        told = {} if self.origins.are_all else {"Vary": "Origin"}
        origin = request.get("origin")
        if origin is not None and self.origins.has(origin):
            told |= {
                "Access-Control-Allow-Origin": "*" if self.origins.are_all else origin,
                "Access-Control-Expose-Headers": ", ".join(EXPOSED),
            }
        return told

    def preflight(self, method: str, path: str, request: Mapping[str, str]) -> dict[str, str] | None:
        """Return the headers that answer a preflight, None for any other request. Raises Refused SM123."""
        is_one = method == "OPTIONS" and "origin" in request and "access-control-request-method" in request
        if not is_one or not path.startswith(_API):
            return None
        if not self.origins.has(request["origin"]):
            raise Refused("SM123", f"A page of {request['origin']} may not call the API (setting cors_origins).")
        # Where the document has no path, the request itself shall be made, so that its 404 is seen.
        methods = self.operations.methods(path) or tuple(sorted(map(str.upper, METHODS)))
        told = {
            **self.headers(path, request),
            "Access-Control-Allow-Methods": ", ".join(methods),
            "Access-Control-Allow-Headers": ", ".join(self._known_headers()),
            "Access-Control-Max-Age": str(SECONDS_PREFLIGHTS_COUNT),
        }
        del told["Access-Control-Expose-Headers"]
        if request.get("access-control-request-private-network") == "true":
            told["Access-Control-Allow-Private-Network"] = "true"
        return told

    def _known_headers(self) -> list[str]:
        """List the request headers of the document and of the mock, and those that clients send by themselves."""
        parameters = (one for operation in self.operations.by_id.values() for one in operation.parameters)
        declared = (one.name for one in parameters if one.location == "header")
        return sorted({*declared, *_SENT_BY_CLIENTS, TEST_ID.title(), *(fault.header for fault in FAULTS.values())})

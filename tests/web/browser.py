"""A browser, as far as the Fetch standard says what a page of one origin may have of another (§3.2, CORS protocol)."""

from dataclasses import dataclass
from typing import Any

SIMPLE_METHODS = {"GET", "HEAD", "POST"}
SIMPLE_HEADERS = {"accept", "accept-language", "content-language"}
SIMPLE_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}
ALWAYS_READABLE = {
    "cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma",
}  # fmt: skip


class BlockedError(Exception):
    """The browser keeps the answer, or the whole request, from the page."""


@dataclass(frozen=True)
class Answer:
    """What the page's script gets to see."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Page:
    """A page of an origin, whose script calls the mock without credentials mode."""

    app: Any
    origin: str

    def fetch(self, method, path, headers=None, **body):
        headers = {**(headers or {}), **({"Content-Type": "application/json"} if "json" in body else {})}
        unsafe = sorted(name.lower() for name, value in headers.items() if not _is_simple(name, value))
        if unsafe or method not in SIMPLE_METHODS:
            self._preflight(method, path, unsafe)
        response = self.app.test_client().open(path, method=method, headers={**headers, "Origin": self.origin}, **body)
        self._check_origin(response)
        exposed = _names(response.headers.get("Access-Control-Expose-Headers", ""))
        readable = {name.lower(): text for name, text in response.headers if name.lower() in ALWAYS_READABLE | exposed}
        return Answer(response.status_code, readable, response.text)

    def _preflight(self, method, path, unsafe):
        asked = {"Origin": self.origin, "Access-Control-Request-Method": method}
        if unsafe:
            asked["Access-Control-Request-Headers"] = ",".join(unsafe)
        response = self.app.test_client().options(path, headers=asked)
        self._check_origin(response)
        if not 200 <= response.status_code <= 299:
            raise BlockedError(f"preflight: {response.status_code}")
        if method not in SIMPLE_METHODS and method.lower() not in _names(response.headers["Access-Control-Allow-Methods"]):
            raise BlockedError(f"preflight: {method} is not allowed")
        if missing := set(unsafe) - _names(response.headers["Access-Control-Allow-Headers"]):
            raise BlockedError(f"preflight: not allowed: {missing}")

    def _check_origin(self, response):
        if response.headers.getlist("Access-Control-Allow-Origin") not in (["*"], [self.origin]):
            raise BlockedError(f"the answer is not for {self.origin}")


def _is_simple(name, value):
    if name.lower() == "content-type":
        return value.partition(";")[0].strip() in SIMPLE_TYPES
    return name.lower() in SIMPLE_HEADERS


def _names(header):
    return {name.strip().lower() for name in header.split(",") if name.strip()}

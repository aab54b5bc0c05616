"""An exchange as it is recorded: what was asked and answered, when each frame came. Secrets stand in none.

A body is one of `{"json": …}`, `{"form": …, "files": […]}`, `{"text": …}` and `{"base64": …}`; None where there was none. A file
that is sent, and a form that cannot be read, is told by its digest: `{"sha256": …, "bytes": …}`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from mockserver.domain.values import JsonObject

Body: TypeAlias = JsonObject | None
Told: TypeAlias = Callable[[Any], Any]
"""Returns a JSON value without what is secret."""
_NO_TEXT = frozenset({"base64", "sha256", "bytes"})


@dataclass(frozen=True, slots=True)
class Frame:
    """A server-sent event, and how many milliseconds after the request it came; `raw` is what could not be read as one."""

    after_ms: int
    event: str | None = None
    data: Any = None
    raw: str | None = None

    def as_json(self) -> JsonObject:
        """Write the frame."""
        if self.raw is not None:
            return {"after_ms": self.after_ms, "raw": self.raw}
        return {"after_ms": self.after_ms, "event": self.event, "data": self.data}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request without its secrets: `query` in order of names."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Body

    def as_json(self) -> JsonObject:
        """Write the request."""
        return {"method": self.method, "path": self.path, "query": [list(pair) for pair in self.query], "body": self.body}

    def without_secrets(self, told: Told) -> "Asked":
        """Return the request with its texts masked."""
        query = tuple((str(told(name)), str(told(text))) for name, text in self.query)
        return Asked(self.method, str(told(self.path)), query, _told_body(self.body, told))

    def __str__(self) -> str:
        """Name the request."""
        query = "&".join(f"{name}={value}" for name, value in self.query)
        return f"{self.method} {self.path}{'?' * bool(query)}{query}"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: `body`, or the `frames` of a stream. `broke_off` says that it did not come to its end."""

    status: int
    headers: Mapping[str, str]
    after_ms: int
    body: Body = None
    frames: tuple[Frame, ...] | None = None
    broke_off: bool = False

    def as_json(self) -> JsonObject:
        """Write the answer."""
        said = {"body": self.body} if self.frames is None else {"frames": [frame.as_json() for frame in self.frames]}
        broken = {"broke_off": True} if self.broke_off else {}
        return {"status": self.status, "headers": dict(self.headers), "after_ms": self.after_ms, **said, **broken}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer. `caller` tells those apart who sent a credential; `violations` are those of the document."""

    number: int
    at: str
    operation: str | None
    caller: str | None
    asked: Asked
    answered: Answered
    violations: tuple[JsonObject, ...] = ()

    def as_json(self) -> JsonObject:
        """Write the exchange."""
        return {
            "number": self.number,
            "at": self.at,
            "operation": self.operation,
            "caller": self.caller,
            "request": self.asked.as_json(),
            "answer": self.answered.as_json(),
            "violations": list(self.violations),
        }


def without_secrets(exchange: Exchange, told: Told) -> Exchange:
    """Return an exchange in whose texts `told` has masked what is secret; the names of its own members stay."""
    answered = exchange.answered
    frames = answered.frames and tuple(replace(one, data=told(one.data), raw=told(one.raw)) for one in answered.frames)
    return replace(
        exchange,
        asked=exchange.asked.without_secrets(told),
        answered=replace(
            answered,
            headers={name: str(told(text)) for name, text in answered.headers.items()},
            body=_told_body(answered.body, told),
            frames=frames,
        ),
        violations=tuple({name: told(text) for name, text in one.items()} for one in exchange.violations),
    )


def _told_body(body: Body, told: Told) -> Body:
    return None if body is None else {name: value if name in _NO_TEXT else told(value) for name, value in body.items()}


def exchange_of(value: Any) -> Exchange:
    """Read an exchange. Raises KeyError, TypeError or ValueError for what is none."""
    asked, answered = value["request"], value["answer"]
    query = tuple((str(name), str(text)) for name, text in asked["query"])
    frames = tuple(map(_frame, answered["frames"])) if "frames" in answered else None
    return Exchange(
        number=int(value["number"]),
        at=str(value["at"]),
        operation=value["operation"],
        caller=value["caller"],
        asked=Asked(str(asked["method"]), str(asked["path"]), query, _body(asked["body"])),
        answered=Answered(
            status=int(answered["status"]),
            headers={str(name): str(text) for name, text in answered["headers"].items()},
            after_ms=int(answered["after_ms"]),
            body=_body(answered.get("body")),
            frames=frames,
            broke_off=bool(answered.get("broke_off", False)),
        ),
        violations=tuple(value["violations"]),
    )


def _frame(value: Any) -> Frame:
    return Frame(int(value["after_ms"]), value.get("event"), value.get("data"), value.get("raw"))


def _body(value: Any) -> Body:
    if value is not None and not isinstance(value, dict):
        raise TypeError(f"a body is an object or null, not {value!r}")
    return value

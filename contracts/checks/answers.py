"""Promises that every answer has to keep, whatever the request was: what refusals say, whom answers are about, what is secret.

Each check returns what is wrong, sentence by sentence, or None where an answer has nothing for it to look at.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import unquote

from contracts.checks.order import faults_of_stream, faults_of_turn
from contracts.checks.secrecy import MASK, secrets_in
from contracts.document import EventOrder
from contracts.operations import Operation
from contracts.schemas import answered
from contracts.sse import Json, Reader

Names: TypeAlias = Mapping[str, Any]
_INPUTS = {"createAgentInput", "createAliasRoutedInput"}
_OVERRIDES = "resolved_argument_overrides"
_TEMPLATE = re.compile(r"\$!?\{(session|agent)\.")
_NOT_FOUND = 404
_CREATED = 201


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and what was asked: `names` are those of the path, `asked` the body and parameters, `body` the answer's JSON.

    `stream` are the bytes of an answer that is a stream, read to its end.
    """

    operation: Operation
    names: Names
    asked: Any
    status: int
    headers: Mapping[str, str]
    body: Any = None
    stream: bytes | None = None
    query: Names = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        """Whether what was asked for was done."""
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110 §15.3

    @property
    def is_since(self) -> bool:
        """Whether what comes may begin before the input."""
        return isinstance(self.asked, dict) and "since" in self.asked


Faults: TypeAlias = Iterable[str] | None
Check: TypeAlias = Callable[[Answer], Faults]


def refusal(answer: Answer) -> Faults:
    """A refusal bears the id of its request, as the header does, and on 404 what was not found."""
    if answer.status < 400 or answered(answer.operation, answer.status) is None:  # noqa: PLR2004 - RFC 9110 §15.5
        return None
    return _refusal(answer)


def _refusal(answer: Answer) -> Iterator[str]:
    named, header = answer.body["request_id"], answer.headers.get("x-request-id")
    if named != header:
        yield f"the refusal has the request_id {named!r}; expected {header!r} as in X-Request-Id"
    if answer.status == _NOT_FOUND:
        in_path = (one for name in answer.names.values() for one in _read(name))
        asked_for = {MASK, *in_path, *_texts(answer.asked), *_texts(dict(answer.query))}  # a caller may have asked for a secret
        told = answer.body["id"]
        if told not in asked_for and not any(text in told for text in asked_for - {""}):
            yield f"what was not found is said to be {told!r}; expected something that the request names"


def subject(answer: Answer) -> Faults:
    """An answer is about what its path names, and a listing has nothing twice."""
    if not answer.is_success or not isinstance(answer.body, dict):
        return None
    return [*_other_names(answer.body, answer.names, "the answer"), *_about_another(answer), *_in_lists(answer)]


def _about_another(answer: Answer) -> Iterator[str]:
    """Where the path ends with a name, it is the key or id of what is answered."""
    parameters = answer.operation.parameters
    if parameters and answer.operation.path.endswith(f"{{{parameters[-1]}}}"):
        named = answer.names[parameters[-1]]
        own = "key" if parameters[-1].endswith("_key") else "id"
        if own in answer.body and str(answer.body[own]) not in _read(named) and parameters[-1] != "version":
            yield f"the answer has the {own} {answer.body[own]!r}; expected {named!r} as in the path"


def _other_names(body: Mapping[str, Any], names: Names, what: str) -> Iterator[str]:
    for name, value in names.items():
        if name in body and str(body[name]) not in _read(value):
            yield f"{what} has the {name} {body[name]!r}; expected {value!r} as in the path"


def _in_lists(answer: Answer) -> Iterator[str]:
    """The lists of a listing; the events of an input may be those of other sessions."""
    if answer.operation.writes:
        return
    for name, listed in answer.body.items():
        objects = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        for index, one in enumerate(objects):
            yield from _other_names(one, answer.names, f"{name}[{index}]")
        for own in ("id", "key"):
            named = [str(one[own]) for one in objects if own in one]
            if twice := {given for given in named if named.count(given) > 1}:
                yield f"{name} has the {own} {', '.join(sorted(twice))} more than once"


def turn_order(order: EventOrder) -> Check:
    """The events of an input's answer follow the order grammar."""

    def check(answer: Answer) -> Faults:
        if answer.operation.id not in _INPUTS or answer.status != _CREATED:
            return None
        if answer.stream is not None:
            return faults_of_stream(frames_of(answer.stream), order, since=answer.is_since)
        if answer.body is None:  # a stream that was not read to its end, or no JSON, which is for the schema to tell
            return None
        return faults_of_turn(answer.body["events"], order, since=answer.is_since)

    return check


def secrecy(answer: Answer) -> Faults:
    """No answer shows what the document marks as secret, but those that are there to hand a secret out."""
    if answer.operation.shows_secrets or not answer.is_success or answer.body is None:
        return None
    shown = secrets_in(answer.body, answered(answer.operation, answer.status))
    return [f"the answer shows {place}, which is secret; expected ****" for place, _ in shown]


def resolution(*, renders: bool) -> Check:
    """What a tool was called with shows values: no reference in their place and, where these are rendered, no `${…}` (§5.3)."""

    def check(answer: Answer) -> Faults:
        shown = [event[_OVERRIDES] for event in _events(answer) if isinstance(event, dict) and event.get(_OVERRIDES)]
        return [fault for values in shown for fault in _unresolved(values, _OVERRIDES, renders=renders)] if shown else None

    return check


def _events(answer: Answer) -> list[Any]:
    """The events that an answer has: those of a list, of a stream, or the one that it is."""
    if answer.stream is not None:
        return [*frames_of(answer.stream)]
    body = answer.body if answer.is_success and isinstance(answer.body, dict) else {}
    return body["events"] if isinstance(body.get("events"), list) else [body]


def _unresolved(value: Any, where: str, *, renders: bool) -> Iterator[str]:
    if isinstance(value, dict):
        if value.keys() == {"$ref"}:
            yield f"{where} is the reference {value['$ref']!r}; expected the value that it leads to"
        for name, inner in value.items():
            yield from _unresolved(inner, f"{where}/{name}", renders=renders)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unresolved(inner, f"{where}/{index}", renders=renders)
    elif renders and isinstance(value, str) and _TEMPLATE.search(value):
        yield f"{where} is {value!r}; expected it rendered"


def frames_of(stream: bytes) -> list[Json]:
    """Read a whole stream. Raises StreamFault."""
    reader = Reader()
    frames = reader.feed(stream)
    reader.close()
    return [frame.data for frame in frames]


def _read(named: Any) -> tuple[str, str]:
    """Return how a name in a path may be read: one that is taken from another answer is sent in its escaped form."""
    return str(named), unquote(str(named))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif value is not None:
        yield str(value)

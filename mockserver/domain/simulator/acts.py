"""Acts: what a scenario makes the simulated agent do, one after the other. A closed union of values that have a JSON form.

In JSON every act is an object with one member, the kind of act: `{"say": "One moment."}`. The reader here expects what
`fixtures/seed/scenarios.schema.json` admits. Texts are Velocity templates, see `act_texts`.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class Think:
    """The agent reasons."""

    text: str


@dataclass(frozen=True, slots=True)
class Say:
    """The agent says something; the last words of a turn are its answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The agent does what it would do without a scenario: tools, steps, answer."""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool is called and returns `output`, or fails with `error`: one of them is there. `activity` is its news meanwhile.

    `tool` is a name among the agent's tool configurations, `name` that of the tool itself.
    """

    tool: str
    name: str
    input: JsonObject
    output: JsonObject | None = None
    error: JsonObject | None = None
    activity: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parallel:
    """Several tools are called before the first of them returns."""

    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class ClientCall:
    """A call that the caller has to carry out; `output_schema` is a JSON Schema that holds its result."""

    tool: str
    name: str
    input: JsonObject
    output_schema: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """The turn waits for what the caller's own tools return, then goes on with the acts behind this one."""

    calls: tuple[ClientCall, ...]


@dataclass(frozen=True, slots=True)
class Structured:
    """The agent answers with JSON of the schema `name`."""

    name: str
    content: Any


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill is loaded, by the model or as if by the user. Without `content` it is the agent's skill of this name."""

    name: str
    content: str | None = None
    by: str = "model"


@dataclass(frozen=True, slots=True)
class Image:
    """The model looks at an image of the session, which is made if the session has none."""

    filename: str = "picture.png"
    detail: str = "auto"


@dataclass(frozen=True, slots=True)
class MakeArtifact:
    """A file of this text (`content`) or of these bytes (`base64`). A tool makes it, or it is as if the user sent it."""

    filename: str
    mime_type: str
    content: str | None = None
    base64: str | None = None
    description: str | None = None
    by: str = "model"

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return base64.b64decode(self.base64) if self.content is None and self.base64 else (self.content or "").encode()


@dataclass(frozen=True, slots=True)
class SubAgent:
    """A tool asks another agent, which gives `answer`. Without `agent`, a key, the session's own agent asks itself."""

    tool: str
    message: str
    answer: str
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """The turn goes on to another step, which is told `content`."""

    to: str
    content: str = ""


@dataclass(frozen=True, slots=True)
class ExceedTransitions:
    """The turn ends: it went from step to step too often."""

    limit: int


@dataclass(frozen=True, slots=True)
class Compact:
    """A summary takes the place of the session's older events; the simulated agent writes it where none is given."""

    summary: str | None = None


@dataclass(frozen=True, slots=True)
class ExceedContext:
    """The turn ends: the conversation has more `tokens` than the model's `limit`."""

    limit: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The turn ends as if the user had interrupted it."""


@dataclass(frozen=True, slots=True)
class Fail:
    """The turn breaks off; a stream carries an `error` with this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing happens for this long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Repeat:
    """The acts are performed so many times."""

    times: int
    acts: tuple["Act", ...]


Act: TypeAlias = (
    Think
    | Say
    | Answer
    | Call
    | Parallel
    | Client
    | Structured
    | Skill
    | Image
    | MakeArtifact
    | SubAgent
    | Transition
    | ExceedTransitions
    | Compact
    | ExceedContext
    | Interrupt
    | Fail
    | Wait
    | Repeat
)
KINDS: Mapping[str, type[Act]] = {
    "think": Think,
    "say": Say,
    "answer": Answer,
    "call": Call,
    "parallel": Parallel,
    "client": Client,
    "structured": Structured,
    "skill": Skill,
    "image": Image,
    "artifact": MakeArtifact,
    "sub_agent": SubAgent,
    "transition": Transition,
    "transitions_exceed": ExceedTransitions,
    "compact": Compact,
    "exceed_context": ExceedContext,
    "interrupt": Interrupt,
    "fail": Fail,
    "wait": Wait,
    "repeat": Repeat,
}
_NAMES = {kind: name for name, kind in KINDS.items()}
_BARE = frozenset({"think", "say", "fail", "wait", "transitions_exceed"})
"""Kinds whose only field stands without its name."""


def acts_of(raw: Sequence[JsonObject]) -> tuple[Act, ...]:
    """Read acts from JSON that fits the schema."""
    return tuple(_read(kind, value) for each in raw for kind, value in each.items())


def as_json(acts: Sequence[Act]) -> list[JsonObject]:
    """Write acts so that `acts_of` gives the same again."""
    return [{_NAMES[type(act)]: _written(act)} for act in acts]


def _read(kind: str, value: Any) -> Act:
    if kind in _READERS:
        return _READERS[kind](value)
    make: Callable[..., Act] = KINDS[kind]
    return make(value) if kind in _BARE else make(**value)


def _call(raw: JsonObject) -> Call:
    error = raw.get("error")
    news = {"activity": tuple(raw.get("activity", ())), **({"error": {"error": error}} if isinstance(error, str) else {})}
    return Call(**{"name": raw["tool"], "input": {}, **raw, **news})


def _client_call(raw: JsonObject) -> ClientCall:
    return ClientCall(**{"name": raw["tool"], "input": {}, **raw})


def _artifact(raw: JsonObject) -> MakeArtifact:
    return MakeArtifact(**{"mime_type": "text/plain" if "content" in raw else "application/octet-stream", **raw})


_READERS: Mapping[str, Callable[[Any], Act]] = {
    "call": _call,
    "parallel": lambda raw: Parallel(tuple(map(_call, raw))),
    "client": lambda raw: Client(tuple(map(_client_call, raw))),
    "skill": lambda raw: Skill(raw) if isinstance(raw, str) else Skill(**raw),
    "artifact": _artifact,
    "repeat": lambda raw: Repeat(raw["times"], acts_of(raw["acts"])),
}


def _written(act: Act) -> Any:
    match act:
        case Repeat(times, acts):
            return {"times": times, "acts": as_json(acts)}
        case Parallel(calls) | Client(calls):
            return [_members(call) for call in calls]
        case _ if _NAMES[type(act)] in _BARE:
            return getattr(act, fields(act)[0].name)
        case _:
            return _members(act)


def _members(value: Act | ClientCall) -> JsonObject:
    """Write the fields, without those that are not given and need not be."""
    members = {field.name: getattr(value, field.name) for field in fields(value)}
    needless = {field.name for field in fields(value) if field.default is None and members[field.name] is None}
    return {name: list(part) if isinstance(part, tuple) else part for name, part in members.items() if name not in needless}

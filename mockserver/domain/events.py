"""Events: what happened in a session, in order. A closed union of bodies: stored ones, and passing ones that no list has.

Names and fields are those of api-facts §4.4. What is stored comes again in listings, the rest only in the answer to an input.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, TypeAlias

from mockserver.domain.values import JsonObject, timestamp
from mockserver.domain.words import tokens_of

_JSON = json.JSONEncoder(default=str)


@dataclass(frozen=True, slots=True)
class InputMessage:
    """What the user sent: text and skill parts."""

    messages: tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True)
class SkillLoad:
    """A skill's text came into the context."""

    skill_name: str
    content: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """The agent's reasoning."""

    content: str


@dataclass(frozen=True, slots=True)
class ToolInput:
    """The agent calls a tool: only the arguments that the model chose; the pinned ones are named by path."""

    tool_call_id: str
    tool_configuration_name: str
    tool_name: str
    tool_input: JsonObject
    argument_override_paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """What the tool answered, or why it failed; the pinned arguments with their values, None where they were not resolved."""

    tool_call_id: str
    tool_configuration_name: str
    tool_name: str
    tool_output: JsonObject
    error: bool
    resolved_argument_overrides: JsonObject | None


@dataclass(frozen=True, slots=True)
class AgentOutput:
    """The agent's answer."""

    content: str


@dataclass(frozen=True, slots=True)
class ArtifactUpload:
    """The user handed over files; `message` is what the model is told about them."""

    artifacts: tuple[JsonObject, ...]
    message: str


@dataclass(frozen=True, slots=True)
class StructuredOutput:
    """The agent's answer as JSON that fits the schema of its step."""

    schema_name: str
    content: Any


@dataclass(frozen=True, slots=True)
class ImageRead:
    """An image of the session was shown to the model."""

    artifact_id: str
    detail: str


@dataclass(frozen=True, slots=True)
class StepTransition:
    """The turn went on to another step, which is told `content`."""

    from_step: str
    to_step: str
    content: str


@dataclass(frozen=True, slots=True)
class Compaction:
    """A summary took the place of the older events, which are hidden."""

    turns_compacted: int
    events_compacted: int
    summary_key: str
    summary_text: str


@dataclass(frozen=True, slots=True)
class ContextLimitExceeded:
    """The conversation is too long for the model, in tokens. Not stored."""

    context_limit: int
    actual_tokens: int


@dataclass(frozen=True, slots=True)
class StepTransitionLimitExceeded:
    """The turn went from step to step too often. Not stored."""

    transition_limit: int


@dataclass(frozen=True, slots=True)
class SessionInterrupted:
    """The turn was stopped by an `interrupt`. Not stored."""


@dataclass(frozen=True, slots=True)
class ClientToolPending:
    """The turn waits for the outputs of these calls, arguments whole and in clear. Not stored."""

    pending_calls: tuple[JsonObject, ...]


Stored: TypeAlias = (
    InputMessage
    | SkillLoad
    | ArtifactUpload
    | Thinking
    | ToolInput
    | ToolOutput
    | AgentOutput
    | StructuredOutput
    | ImageRead
    | StepTransition
    | Compaction
)
Passing: TypeAlias = ContextLimitExceeded | StepTransitionLimitExceeded | SessionInterrupted | ClientToolPending
Body: TypeAlias = Stored | Passing
NOT_COUNTED = -1
PASSING = (ContextLimitExceeded, StepTransitionLimitExceeded, SessionInterrupted, ClientToolPending)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A body with its id, its session and its time. A hidden one is out of the agent's context and of plain listings.

    `tokens` is about how much of the model's window it takes; an event with another body than before has to be counted anew.
    """

    id: str
    session_key: str
    created_at: datetime
    body: Body
    hidden: bool = False
    sequence: int = 0
    tokens: int = field(default=NOT_COUNTED, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Count the tokens, once: events are copied often, and counted on every turn."""
        if self.tokens == NOT_COUNTED:
            object.__setattr__(self, "tokens", tokens_of(_read_by_model(self.body)))

    def numbered(self, sequence: int) -> "Event":
        """Return it with its place among all that a store holds; tokens need not be counted anew."""
        copy: Event = object.__new__(Event)
        for name in self.__slots__:
            object.__setattr__(copy, name, getattr(self, name))
        object.__setattr__(copy, "sequence", sequence)
        return copy

    @property
    def is_stored(self) -> bool:
        """Say whether the store keeps it; the others are only sent."""
        return not isinstance(self.body, PASSING)

    def as_json(self) -> JsonObject:
        """Write it as the API does."""
        return {
            "id": self.id,
            "session_key": self.session_key,
            "created_at": timestamp(self.created_at),
            **body_as_json(self.body),
        }


TYPES: Mapping[type, str] = {
    InputMessage: "input_message",
    SkillLoad: "skill_load",
    ArtifactUpload: "artifact_upload",
    Thinking: "thinking",
    ToolInput: "tool_input",
    ToolOutput: "tool_output",
    AgentOutput: "agent_output",
    StructuredOutput: "structured_output",
    ImageRead: "image_read",
    StepTransition: "step_transition",
    Compaction: "compaction",
    ContextLimitExceeded: "context_limit_exceeded",
    StepTransitionLimitExceeded: "step_transition_limit_exceeded",
    SessionInterrupted: "session_interrupted",
    ClientToolPending: "client_tool_pending",
}


def new_event_id(random: Random) -> str:
    """Make an event's id, `aev_` and a UUID of version 4 (api-facts §4.4)."""
    return f"aev_{uuid.UUID(int=random.getrandbits(128), version=4)}"


def type_of(body: Body) -> str:
    """Return the `type` under which the API writes this body."""
    return TYPES[type(body)]


def text_of(message: InputMessage) -> str:
    """Return the text parts of an input message, a line each."""
    return "\n".join(part["content"] for part in message.messages if part["type"] == "text")


def _read_by_model(body: Body) -> str:
    match body:
        case InputMessage():
            return text_of(body)
        case Compaction():
            return body.summary_text
        case _:
            content = getattr(body, "content", None)
            return content if isinstance(content, str) else _JSON.encode(body_as_json(body))


def body_as_json(body: Body) -> JsonObject:
    """Write what an event says, its `type` first."""
    return {"type": TYPES[type(body)], **_fields_as_json(body)}


def _fields_as_json(body: Body) -> JsonObject:
    fields = {name: getattr(body, name) for name in body.__slots__}
    match body:
        case ToolOutput(resolved_argument_overrides=None):
            del fields["resolved_argument_overrides"]
        case ArtifactUpload():
            fields["agent_upload_message"] = fields.pop("message")
        case ContextLimitExceeded():
            fields["message"] = f"The context of {body.actual_tokens} tokens exceeds the model's limit of {body.context_limit}."
        case StepTransitionLimitExceeded():
            fields["message"] = f"The turn made {body.transition_limit} step transitions, which is the limit."
        case _:
            pass
    return fields

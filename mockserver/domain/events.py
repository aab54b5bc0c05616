"""Events: what happened in a session, in order. A closed union of bodies, each stored under an id (api-facts §4.4)."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TypeAlias

from mockserver.domain.values import JsonObject, timestamp


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


Body: TypeAlias = InputMessage | SkillLoad | Thinking | ToolInput | ToolOutput | AgentOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A body with its id, its session and its time. A hidden one is out of the agent's context and of plain listings."""

    id: str
    session_key: str
    created_at: datetime
    body: Body
    hidden: bool = False
    sequence: int = 0

    def as_json(self) -> JsonObject:
        """Write it as the API does."""
        return {
            "id": self.id,
            "session_key": self.session_key,
            "created_at": timestamp(self.created_at),
            **_body_as_json(self.body),
        }


def new_event_id(random: Random) -> str:
    """Make an event's id, `aev_` and a UUID of version 4 (api-facts §4.4)."""
    return f"aev_{uuid.UUID(int=random.getrandbits(128), version=4)}"


def type_of(body: Body) -> str:
    """Return the `type` under which the API writes this body."""
    return str(_body_as_json(body)["type"])


def text_of(message: InputMessage) -> str:
    """Return the text parts of an input message, a line each."""
    return "\n".join(part["content"] for part in message.messages if part["type"] == "text")


def _body_as_json(body: Body) -> JsonObject:
    match body:
        case InputMessage():
            return {"type": "input_message", "messages": body.messages}
        case SkillLoad():
            return {"type": "skill_load", "skill_name": body.skill_name, "content": body.content}
        case Thinking():
            return {"type": "thinking", "content": body.content}
        case ToolInput():
            return {
                "type": "tool_input",
                "tool_call_id": body.tool_call_id,
                "tool_configuration_name": body.tool_configuration_name,
                "tool_name": body.tool_name,
                "tool_input": body.tool_input,
                "argument_override_paths": body.argument_override_paths,
            }
        case ToolOutput():
            overrides = body.resolved_argument_overrides
            return {
                "type": "tool_output",
                "tool_call_id": body.tool_call_id,
                "tool_configuration_name": body.tool_configuration_name,
                "tool_name": body.tool_name,
                "tool_output": body.tool_output,
                "error": body.error,
                **({} if overrides is None else {"resolved_argument_overrides": overrides}),
            }
        case AgentOutput():
            return {"type": "agent_output", "content": body.content}

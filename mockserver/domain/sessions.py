"""A session: one conversation with an agent, its metadata, its life (api-facts §3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from mockserver.domain.errors import Refused
from mockserver.domain.values import JsonObject, timestamp

MASK = "****"
"""What stands for a secret wherever it could be read (api-facts §3.1)."""


class Status(Enum):
    """Where a session stands (api-facts §3.5)."""

    UNSTARTED = "unstarted"
    RUNNING = "running"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ContextUsage:
    """Tokens of the latest model call and the size of the model's window; never cumulative (api-facts §3.1)."""

    input_tokens: int
    output_tokens: int
    window: int

    def as_json(self) -> JsonObject:
        """Write it as the API does."""
        return {
            "input_tokens": {"count": self.input_tokens},
            "output_tokens": {"count": self.output_tokens, "reasoning_tokens": 0},
            "total_tokens": self.input_tokens + self.output_tokens,
            "model_context_window": self.window,
        }


@dataclass(frozen=True, slots=True)
class PendingCall:
    """A call of a client tool that waits for its output: what its `tool_input` said, and the arguments whole and in clear."""

    event_id: str
    tool_call_id: str
    tool_configuration_name: str
    tool_name: str
    arguments: JsonObject
    overrides: JsonObject
    tool_id: str | None = None
    output_schema: JsonObject | None = None
    output_transform: str | None = None

    def as_json(self) -> JsonObject:
        """Write it as `client_tool_pending` and the list of outstanding calls do (api-facts §4.8)."""
        return {
            "event_id": self.event_id,
            "tool_configuration_name": self.tool_configuration_name,
            "tool_name": self.tool_name,
            "arguments": self.arguments,
        }


@dataclass(frozen=True, slots=True)
class Parked:
    """A turn that waits for client tools: the calls, and where it goes on: in a step, with acts of its scenario (as JSON).

    `performed` counts the acts that lie behind it.
    """

    pending: tuple[PendingCall, ...]
    step: str
    text: str
    acts: tuple[JsonObject, ...] | None = None
    performed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as it is stored. `turns` counts its turns; `sequence` numbers it among all that the store ever held.

    `current_step` takes the next message, None for the agent's first; `parked` is there while client tools are waited for;
    `reminders` are those rendered so far, by step; `created_by` names the agent and the session whose tool made it.
    """

    key: str
    agent_key: str
    alias_key: str | None = None
    name: str
    created_at: datetime
    description: str | None = None
    metadata: JsonObject
    enabled: bool = True
    status: Status = Status.UNSTARTED
    tti_minutes: int = 0
    secrets: Mapping[str, str]
    effective_compaction: JsonObject
    usage: ContextUsage | None = None
    last_event_at: datetime | None = None
    turns: int = 0
    current_step: str | None = None
    parked: Parked | None = None
    created_by: tuple[str, str] | None = None
    reminders: Mapping[str, Sequence[JsonObject]] = field(default_factory=dict)
    sequence: int = 0

    def has_expired(self, now: datetime) -> bool:
        """Say whether it was idle for `tti_minutes`: counted from the last event, or from its creation (api-facts §9.47)."""
        if self.tti_minutes == 0 or self.status is Status.RUNNING:
            return False
        idle = now - (self.last_event_at or self.created_at)
        return idle // timedelta(minutes=1) >= self.tti_minutes

    def as_json(self) -> JsonObject:
        """Write it as the API does; secrets are masked, absent fields left out."""
        return {
            "key": self.key,
            "agent_key": self.agent_key,
            "name": self.name,
            **({} if self.description is None else {"description": self.description}),
            "metadata": self.metadata,
            "enabled": self.enabled,
            "status": self.status.value,
            **({} if self.current_step is None else {"current_step_name": self.current_step}),
            "tti_minutes": self.tti_minutes,
            "created_at": timestamp(self.created_at),
            "effective_compaction": self.effective_compaction,
            **({} if self.alias_key is None else {"alias_key": self.alias_key}),
            **({} if self.usage is None else {"session_context_usage": self.usage.as_json()}),
            **({"secrets": dict.fromkeys(self.secrets, MASK)} if self.secrets else {}),
            **self._origin(),
        }

    def created_in(self, parent: "Session") -> "Session":
        """Say that a tool of that session made this one."""
        return replace(self, created_by=(parent.agent_key, parent.key))

    def unparked(self) -> "Session":
        """Give up what it waits for."""
        return replace(self, parked=None)

    def _origin(self) -> JsonObject:
        if self.created_by is None:
            return {}
        agent_key, session_key = self.created_by
        return {"created_by_agent_key": agent_key, "created_by_session_key": session_key}


def create(
    body: JsonObject, *, key: str, agent_key: str, compaction: JsonObject, now: datetime, alias_key: str | None = None
) -> Session:
    """Make a session of a valid create request; name, metadata and secrets are its own even in a fork (api-facts §9.32)."""
    return Session(
        key=key,
        agent_key=agent_key,
        alias_key=alias_key,
        name=body.get("name") or f"Session {key}",
        description=body.get("description"),
        metadata=body.get("metadata", {}),
        enabled=body.get("enabled", True),
        tti_minutes=int(body.get("tti_minutes", 0)),
        secrets=body.get("secrets", {}),
        effective_compaction=compaction,
        created_at=now,
    )


def update(session: Session, body: JsonObject) -> Session:
    """Apply a valid PATCH: metadata is replaced, secrets are merged with null removing one (api-facts §3.4)."""
    secrets = {**session.secrets, **body.get("secrets", {})}
    return replace(
        session,
        name=body.get("name", session.name),
        description=body.get("description", session.description),
        metadata=body.get("metadata", session.metadata),
        enabled=body.get("enabled", session.enabled),
        tti_minutes=int(body.get("tti_minutes", session.tti_minutes)),
        secrets={name: value for name, value in secrets.items() if value is not None},
    )


def check_enabled(session: Session) -> None:
    """Raise Refused SM321 when the session takes no input at all."""
    if not session.enabled:
        raise Refused("SM321", f"Session {session.key} is disabled and takes no input.", fields={"enabled": "is false"})


def check_takes_messages(session: Session) -> None:
    """Raise Refused SM319 while the session waits for client tools."""
    if session.parked is not None:
        waiting = ", ".join(call.event_id for call in session.parked.pending)
        message = f"Session {session.key} waits for the outputs of client tools ({waiting}); send them, or an interrupt."
        raise Refused("SM319", message)


def begin_turn(session: Session) -> Session:
    """Mark the session as running its next turn. Raises Refused SM320 when it runs one, SM321 when it is disabled."""
    check_enabled(session)
    if session.status is Status.RUNNING:
        raise Refused("SM320", f"Session {session.key} is running a turn; wait for its end, then send the input again.")
    return replace(session, status=Status.RUNNING, turns=session.turns + 1)


def take_back_turn(session: Session) -> Session:
    """Undo `begin_turn`, for a turn that was refused after all."""
    turns = session.turns - 1
    return replace(session, status=Status.STOPPED if turns else Status.UNSTARTED, turns=turns)


def end_turn(
    session: Session, *, usage: ContextUsage | None, step: str | None, parked: Parked | None, last_event_at: datetime | None
) -> Session:
    """Mark the session as idle: `usage` is that of the turn's last model call, `step` takes the next message."""
    return replace(
        session,
        status=Status.STOPPED,
        usage=usage or session.usage,
        current_step=step,
        parked=parked,
        last_event_at=last_event_at,
    )


def gone(session: Session) -> Refused:
    """Say that the session was removed under the turn that runs in it."""
    return Refused("SM302", f"Session {session.key} was deleted while it ran.", missing_id=session.key)

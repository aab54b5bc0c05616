"""Schedules: what is said to an agent at set times, when it is due, and what came of it (api-facts §1.5).

Nothing here runs by itself: `claimed` says what has become due, for whoever looks to carry out.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from mockserver.domain.durations import Interval, interval_of
from mockserver.domain.errors import Refused
from mockserver.domain.values import JsonObject, timestamp

MOST_MISSED = 100
"""How many missed runs of a schedule are made up for at once; older ones are skipped."""
LONGEST_WRITTEN = 200
"""Characters of an interval or a cron expression."""
_DEFAULT_KEPT, _DEFAULT_STALL_SECONDS = 10, 3600
_JUST_BEFORE = timedelta(microseconds=1)


class Cron(Protocol):
    """Reads cron expressions of five fields, in UTC: a port, made real in `runtime`."""

    def after(self, expression: str, moment: datetime) -> datetime | None:
        """Return the first time behind `moment`; None where fifty years have none. Raises ValueError saying what is wrong."""

    def until(self, expression: str, moment: datetime) -> datetime | None:
        """Return the last time that is not behind `moment`, likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """A run of a schedule: `error` says why it failed. `sequence` counts the runs of its schedule."""

    schedule_key: str
    run_id: str
    session_key: str | None
    error: str | None
    executed_at: datetime
    sequence: int = 0

    def as_json(self) -> JsonObject:
        """Write it as the API does; there is one attempt."""
        return {
            "schedule_key": self.schedule_key,
            "workflow_run_id": self.run_id,
            **({} if self.session_key is None else {"session_key": self.session_key}),
            "attempt": 1,
            "status": "success" if self.error is None else "error",
            **({} if self.error is None else {"error_message": self.error}),
            "executed_at": timestamp(self.executed_at),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule as it is stored. `written` says when it runs, `interval` is None where that is a cron expression.

    Intervals are counted from `anchor`. What is due up to `claimed_until` is taken care of; what was skipped is no younger than
    `skipped_until`. `executions` are those that are kept, oldest first.
    """

    agent_key: str
    schedule_key: str
    name: str
    description: str | None = None
    message: tuple[JsonObject, ...]
    written: JsonObject
    interval: Interval | None
    enabled: bool = True
    session_metadata: JsonObject
    kept: int = _DEFAULT_KEPT
    stall_seconds: int = _DEFAULT_STALL_SECONDS
    created_at: datetime
    anchor: datetime
    claimed_until: datetime
    skipped_until: datetime | None = None
    executions: tuple[Execution, ...] = ()
    runs: int = 0
    last_execution_at: datetime | None = None
    sequence: int = 0

    @property
    def key(self) -> str:
        """Under which a collection keeps it: schedules of two agents may have the same key."""
        return stored_key(self.agent_key, self.schedule_key)

    def as_json(self) -> JsonObject:
        """Write it as the API does; absent fields are left out."""
        return {
            "key": self.schedule_key,
            "agent_key": self.agent_key,
            "name": self.name,
            **({} if self.description is None else {"description": self.description}),
            "message": self.message,
            "schedule": self.written,
            "enabled": self.enabled,
            "session_metadata": self.session_metadata,
            "max_executions_to_keep": self.kept,
            "stall_timeout_seconds": self.stall_seconds,
            **({} if self.last_execution_at is None else {"last_execution_at": timestamp(self.last_execution_at)}),
            "created_at": timestamp(self.created_at),
        }

    def ran(self, execution: Execution) -> "Schedule":
        """Remember an execution, and forget those that are too many."""
        numbered = replace(execution, sequence=self.runs + 1)
        executions = (*self.executions, numbered)[-self.kept :]
        return replace(self, executions=executions, runs=self.runs + 1, last_execution_at=execution.executed_at)


def stored_key(agent_key: str, schedule_key: str) -> str:
    """Return the key under which a collection keeps a schedule."""
    return f"{agent_key}/{schedule_key}"


def create(body: JsonObject, *, agent_key: str, key: str, now: datetime, cron: Cron) -> Schedule:
    """Make the schedule that a valid create request describes. Raises Refused SM380 for times that cannot be used."""
    return Schedule(
        agent_key=agent_key,
        schedule_key=key,
        name=body["name"],
        description=body.get("description"),
        message=tuple(body["message"]),
        written=body["schedule"],
        interval=_read(body["schedule"], cron, now),
        enabled=body.get("enabled", True),
        session_metadata=body.get("session_metadata", {}),
        kept=int(body.get("max_executions_to_keep", _DEFAULT_KEPT)),
        stall_seconds=int(body.get("stall_timeout_seconds", _DEFAULT_STALL_SECONDS)),
        created_at=now,
        anchor=now,
        claimed_until=now,
    )


def update(schedule: Schedule, body: JsonObject, *, now: datetime, cron: Cron) -> Schedule:
    """Apply a valid PATCH; other times, and being enabled again, count from now. Raises Refused SM380."""
    enabled, kept = body.get("enabled", schedule.enabled), int(body.get("max_executions_to_keep", schedule.kept))
    starts_anew = "schedule" in body or (enabled and not schedule.enabled)
    return replace(
        schedule,
        name=body.get("name", schedule.name),
        description=body.get("description", schedule.description),
        message=tuple(body.get("message", schedule.message)),
        written=body.get("schedule", schedule.written),
        interval=_read(body["schedule"], cron, now) if "schedule" in body else schedule.interval,
        enabled=enabled,
        session_metadata=body.get("session_metadata", schedule.session_metadata),
        kept=kept,
        stall_seconds=int(body.get("stall_timeout_seconds", schedule.stall_seconds)),
        anchor=now if starts_anew else schedule.anchor,
        claimed_until=now if starts_anew else schedule.claimed_until,
        executions=schedule.executions[-kept:],
    )


def due_after(schedule: Schedule, moment: datetime, cron: Cron) -> datetime | None:
    """Return when it is due first behind `moment`, whether it is enabled or not; None where fifty years have no such time."""
    if schedule.interval is None:
        return cron.after(schedule.written["cron_expression"], max(moment, schedule.anchor))
    return schedule.interval.times(schedule.anchor, schedule.interval.passed(schedule.anchor, moment) + 1)


def due_until(schedule: Schedule, moment: datetime, cron: Cron) -> datetime | None:
    """Return when it was due last, up to and with `moment`; None where it never was."""
    if schedule.interval is None:
        found = cron.until(schedule.written["cron_expression"], moment)
        return None if found is None or found <= schedule.anchor else found
    passed = schedule.interval.passed(schedule.anchor, moment)
    return schedule.interval.times(schedule.anchor, passed) if passed else None


def claimed(schedule: Schedule, now: datetime, cron: Cron) -> tuple[Schedule, list[datetime]]:
    """Say at which times it has become due since it was asked last, oldest first, and note that they are taken care of.

    Only the latest MOST_MISSED are; a schedule that is not enabled is never due.
    """
    if not schedule.enabled or now <= schedule.claimed_until:
        return schedule, []
    times: list[datetime] = []
    skipped, due = schedule.skipped_until, due_until(schedule, now, cron)
    while due is not None and due > schedule.claimed_until:
        if len(times) == MOST_MISSED:
            skipped = due
            break
        times.append(due)
        due = due_until(schedule, due - _JUST_BEFORE, cron)
    return replace(schedule, claimed_until=now, skipped_until=skipped), times[::-1]


def _read(written: JsonObject, cron: Cron, now: datetime) -> Interval | None:
    """Read when a schedule runs: its interval, None for a cron expression. Raises Refused SM380 for what cannot be used."""
    field = "interval" if written["type"] == "interval" else "cron_expression"
    try:
        return _readable(field, written[field], cron, now)
    except ValueError as error:
        place = f"/schedule/{field}"
        raise Refused("SM380", f"The schedule cannot be used: {place} {error}.", fields={place: str(error)}) from error


def _readable(field: str, text: str, cron: Cron, now: datetime) -> Interval | None:
    if len(text) > LONGEST_WRITTEN:
        raise ValueError(f"must have at most {LONGEST_WRITTEN} characters")
    if field == "interval":
        return interval_of(text)
    if cron.after(text, now) is None:
        raise ValueError("never comes: no day of the next fifty years matches")
    return None

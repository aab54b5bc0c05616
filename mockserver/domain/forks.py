"""Forks: the visible events and the files of a session, copied into a new one (api-facts §3.6)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from mockserver.domain.artifacts import Artifact
from mockserver.domain.errors import Refused
from mockserver.domain.events import NOT_COUNTED, Body, Compaction, Event, ToolOutput, new_event_id
from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class Fork:
    """Which session is copied, up to which event, None for all; and up to which event a summary stands for them."""

    agent_key: str
    session_key: str
    up_to: str | None
    compact_up_to: str | None


def fork_of(body: JsonObject, agent_key: str) -> Fork | None:
    """Read `from_session` of a valid create request; the source agent is that of the path where none is named.

    Raises Refused SM332 where both event ids are given, before anything is looked up.
    """
    given = body.get("from_session")
    if given is None:
        return None
    include, compact = given.get("include_up_to_event_id"), given.get("compact_up_to_event_id")
    if include is not None and compact is not None:
        message = "from_session names both include_up_to_event_id and compact_up_to_event_id; they exclude each other."
        raise Refused("SM332", message, fields={"/from_session": "takes one of the two event ids"})
    return Fork(given.get("agent_key", agent_key), given["session_key"], include, compact)


def copied(
    events: Iterable[Event], fork: Fork, session_key: str, random: Random, summed_up: Callable[[Sequence[Event]], Compaction]
) -> list[Event]:
    """Copy the visible events for the new session: new ids, the times and contents as they were.

    What is to be compacted is there as one event, its summary. Raises Refused SM333 where the event named is not there.
    """
    rows = [event for event in events if not event.hidden or event.id == fork.up_to]
    end = _end(rows, fork.up_to, "include_up_to_event_id", fork)
    compacted = _end(rows, fork.compact_up_to, "compact_up_to_event_id", fork) if fork.compact_up_to is not None else 0
    visible = [event for event in rows[compacted:end] if not event.hidden]
    ids = {event.id: new_event_id(random) for event in visible}
    copies = [_copy(event, ids, session_key) for event in visible]
    if not compacted:
        return copies
    summary = Event(
        id=new_event_id(random),
        session_key=session_key,
        created_at=rows[compacted - 1].created_at,
        body=summed_up(rows[:compacted]),
    )
    return [summary, *copies]


def _copy(event: Event, ids: Mapping[str, str], session_key: str) -> Event:
    body = _renamed(event.body, ids, session_key)
    return replace(event, id=ids[event.id], session_key=session_key, body=body, sequence=0, tokens=NOT_COUNTED)


def _end(rows: Sequence[Event], event_id: str | None, field: str, fork: Fork) -> int:
    """Return the place behind an event, behind all without one."""
    if event_id is None:
        return len(rows)
    place = next((number for number, event in enumerate(rows, 1) if event.id == event_id), None)
    if place is None:
        message = f"Session {fork.session_key} has no event {event_id!r} to copy up to."
        raise Refused("SM333", message, fields={f"/from_session/{field}": "must be an event of the source session"})
    return place


def _renamed(body: Body, ids: Mapping[str, str], session_key: str) -> Body:
    """Let the output of `image_read`, which repeats the event behind it, repeat the copy (api-facts §4.7)."""
    if isinstance(body, ToolOutput) and body.tool_output.get("id") in ids and body.tool_output.get("type") == "image_read":
        output = {**body.tool_output, "id": ids[body.tool_output["id"]], "session_key": session_key}
        return replace(body, tool_output=output)
    return body


def copied_files(artifacts: Iterable[Artifact], session_key: str, now: datetime) -> list[Artifact]:
    """Copy the files for the new session, but for those whose time is over; they keep their ids, which copied events name."""
    return [replace(artifact, session_key=session_key, sequence=0) for artifact in artifacts if not artifact.has_expired(now)]

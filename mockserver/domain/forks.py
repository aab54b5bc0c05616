"""Forks: the visible events and the files of a session, copied into a new one (api-facts §3.6)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from mockserver.domain.artifacts import Artifact
from mockserver.domain.errors import Refused
from mockserver.domain.events import Event, new_event_id
from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class Fork:
    """Which session is copied, and up to which event, None for all."""

    agent_key: str
    session_key: str
    up_to: str | None


def fork_of(body: JsonObject, agent_key: str) -> Fork | None:
    """Read `from_session` of a valid create request; the source agent is that of the path where none is named.

    Raises Refused SM332 where both event ids are given, SM331 for one that wants the events compacted.
    """
    given = body.get("from_session")
    if given is None:
        return None
    include, compact = given.get("include_up_to_event_id"), given.get("compact_up_to_event_id")
    if include is not None and compact is not None:
        message = "from_session names both include_up_to_event_id and compact_up_to_event_id; they exclude each other."
        raise Refused("SM332", message, fields={"/from_session": "takes one of the two event ids"})
    if compact is not None:
        fields = {"/from_session/compact_up_to_event_id": "is not supported yet"}
        raise Refused("SM331", "Compacting the events of a fork is not supported yet.", fields=fields)
    return Fork(given.get("agent_key", agent_key), given["session_key"], include)


def copied(events: Iterable[Event], fork: Fork, session_key: str, random: Random) -> list[Event]:
    """Copy the visible events for the new session: new ids, the times and contents as they were.

    Raises Refused SM333 where the event that ends the copy is not among the source's events.
    """
    rows = list(events)
    ids = [event.id for event in rows]
    if fork.up_to is not None and fork.up_to not in ids:
        message = f"Session {fork.session_key} has no event {fork.up_to!r} to copy up to."
        raise Refused("SM333", message, fields={"/from_session/include_up_to_event_id": "must be an event of the source session"})
    end = len(rows) if fork.up_to is None else ids.index(fork.up_to) + 1
    return [
        replace(event, id=new_event_id(random), session_key=session_key, sequence=0) for event in rows[:end] if not event.hidden
    ]


def copied_files(artifacts: Iterable[Artifact], session_key: str, now: datetime) -> list[Artifact]:
    """Copy the files for the new session, but for those whose time is over; they keep their ids, which copied events name."""
    return [replace(artifact, session_key=session_key, sequence=0) for artifact in artifacts if not artifact.has_expired(now)]

"""A whole store as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

from mockserver.domain.events import Event
from mockserver.domain.ports import Store
from mockserver.domain.sessions import Session, Status
from mockserver.domain.values import JsonObject
from mockserver.snapshots.codec import written

_GIVEN_BY_STORES = {"sequence", "revision"}
"""Fields that a value has from the store that it is in; another one gives it its own."""


def snapshot(store: Store) -> JsonObject:
    """Write all that a store holds, each kind in the order in which it came. A turn that runs is written as over."""
    sessions = (session for agent in store.agents(None) for session in store.sessions(agent.key, None))
    return {
        **{part: [_row(row) for row in _in_order(rows)] for part, rows in _rows(store).items()},
        "corpora": [
            {**_row(corpus), "documents": [_row(document) for document in store.documents(corpus.key, None)]}
            for corpus in _in_order(store.corpora(None))
        ],
        "sessions": [_session(store, session) for session in _in_order(sessions)],
    }


def _row(value: Any) -> JsonObject:
    return {name: inner for name, inner in written(value).items() if name not in _GIVEN_BY_STORES}


def _rows(store: Store) -> Mapping[str, Iterable[Any]]:
    return {
        "api_keys": store.api_keys.listed(None),
        "app_clients": store.app_clients.listed(None),
        "instructions": store.instructions(None),
        "tools": store.tools.listed(None),
        "agents": store.agents(None),
        "aliases": store.aliases.listed(None),
        "schedules": store.schedules.listed(None),
    }


def _in_order(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=attrgetter("sequence"))


def _session(store: Store, session: Session) -> JsonObject:
    events, artifacts = [*store.events(session, None)], store.artifacts(session)
    rested = _rested(session, events) if session.status is Status.RUNNING else session
    return {**_row(rested), "events": [*map(_row, events)], "artifacts": [*map(_row, artifacts)]}


def _rested(session: Session, events: Sequence[Event]) -> Session:
    """Let a session rest that runs a turn, as that turn's end would: from then on it is idle."""
    latest = events[-1].created_at if events else session.last_event_at
    return replace(session, status=Status.STOPPED, last_event_at=latest)

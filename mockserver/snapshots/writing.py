"""A whole store as JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any

from mockserver.domain.ports import Store
from mockserver.domain.sessions import Session, Status
from mockserver.domain.values import JsonObject
from mockserver.snapshots.codec import written


def snapshot(store: Store) -> JsonObject:
    """Write all that a store holds, each kind in the order in which it came. A turn that runs is written as over."""
    sessions = (session for agent in store.agents(None) for session in store.sessions(agent.key, None))
    return {
        **{part: [written(row) for row in _in_order(rows)] for part, rows in _rows(store).items()},
        "corpora": [
            {**written(corpus), "documents": [written(document) for document in store.documents(corpus.key, None)]}
            for corpus in _in_order(store.corpora(None))
        ],
        "sessions": [_session(store, session) for session in _in_order(sessions)],
    }


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
    rested = replace(session, status=Status.STOPPED) if session.status is Status.RUNNING else session
    events, artifacts = store.events(session, None), store.artifacts(session)
    return {**written(rested), "events": [*map(written, events)], "artifacts": [*map(written, artifacts)]}

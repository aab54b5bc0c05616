"""What a store is made with to hold again what another one held."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from mockserver.domain.agents import Agent
from mockserver.domain.aliases import Alias
from mockserver.domain.artifacts import Artifact
from mockserver.domain.corpora import Corpus, Document
from mockserver.domain.credentials import ApiKey, AppClient
from mockserver.domain.events import Event
from mockserver.domain.instructions import Instruction
from mockserver.domain.schedules import Schedule
from mockserver.domain.sessions import Session
from mockserver.domain.tools import Tool
from mockserver.domain.values import JsonObject
from mockserver.snapshots.codec import UnreadableError, read
from mockserver.stores.contents import Contents, SessionContents

_PLAIN: Mapping[str, type] = {
    "api_keys": ApiKey,
    "app_clients": AppClient,
    "instructions": Instruction,
    "tools": Tool,
    "agents": Agent,
    "aliases": Alias,
    "schedules": Schedule,
}
_PARTS = (*_PLAIN, "corpora", "sessions")


def contents_from(state: Any) -> Contents:
    """Read what was written. Raises UnreadableError with the place of a mistake."""
    if not isinstance(state, dict) or (unknown := sorted(state.keys() - set(_PARTS))):
        raise UnreadableError(f"/{unknown[0]}" if isinstance(state, dict) else "", f"is unknown; there are {', '.join(_PARTS)}")
    listed = {part: _list(state.get(part, []), f"/{part}") for part in _PARTS}
    plain = {part: [read(kind, row, f"/{part}/{at}") for at, row in enumerate(listed[part])] for part, kind in _PLAIN.items()}
    corpora = [_corpus_from(row, f"/corpora/{at}") for at, row in enumerate(listed["corpora"])]
    sessions = [_session_from(row, f"/sessions/{at}") for at, row in enumerate(listed["sessions"])]
    lineage = hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()
    return Contents(**plain, corpora=corpora, sessions=sessions, lineage=lineage)


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise UnreadableError(where, f"is {value!r:.60}, not a list")
    return value


def _parts(row: Any, where: str, *names: str) -> tuple[JsonObject, dict[str, list[Any]]]:
    """Take what hangs on an object out of it."""
    if not isinstance(row, dict) or not all(isinstance(row.get(name, []), list) for name in names):
        raise UnreadableError(where, f"is no mapping, or {' or '.join(names)} is no list")
    return {name: value for name, value in row.items() if name not in names}, {name: row.get(name, []) for name in names}


def _corpus_from(row: Any, where: str) -> tuple[Corpus, list[Document]]:
    own, parts = _parts(row, where, "documents")
    documents = [read(Document, one, f"{where}/documents/{at}") for at, one in enumerate(parts["documents"])]
    return read(Corpus, own, where), documents


def _session_from(row: Any, where: str) -> SessionContents:
    own, parts = _parts(row, where, "events", "artifacts")
    events = [read(Event, one, f"{where}/events/{at}") for at, one in enumerate(parts["events"])]
    artifacts = [read(Artifact, one, f"{where}/artifacts/{at}") for at, one in enumerate(parts["artifacts"])]
    return SessionContents(read(Session, own, where), events, artifacts)

"""Servers whose sessions are not what the calls before have made of them: it takes several calls to see it."""

import json
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import parse_qs

from mockserver.app import create_app
from mockserver.operations.call import Handler
from mockserver.operations.find import session_of
from mockserver.stores.memory import MemoryStore
from tests.contracts.sabotage.making import SETTINGS, Wsgi, json_requests, on, with_handlers
from tests.contracts.sabotage.wire import Answer, Request, behind


def _is_session(path: str) -> bool:
    return path.startswith("/v2/agents/") and path.count("/") == 5


def reads_sessions_from_a_cache() -> Wsgi:
    """What was read once is read again; a change of the metadata alone makes it look anew."""
    read: dict[str, Answer] = {}

    def handle(request: Request) -> Answer:
        if not _is_session(request.path):
            return request.sent()
        if request.method == "GET":
            return read.get(request.path) or read.setdefault(request.path, request.sent())
        if request.method != "PATCH" or b'"metadata"' in request.body:
            read.pop(request.path, None)
        return request.sent()

    return behind(create_app(SETTINGS), handle)


def forgets_the_description_of_who_is_disabled() -> Wsgi:
    class Store(MemoryStore):
        def change_session(self, agent_key, key, change):
            def changed(session):
                after = change(session)
                return replace(after, description=None) if session.enabled and not after.enabled else after

            return super().change_session(agent_key, key, changed)

    return on(Store)


def gives_a_new_session_the_metadata_of_the_old_one() -> Wsgi:
    class Store(MemoryStore):
        left: ClassVar[dict[tuple[str, str], Any]] = {}

        def add_session(self, session):
            metadata = session.metadata or self.left.get((session.agent_key, session.key), {})
            return super().add_session(replace(session, metadata=metadata))

        def remove_session(self, session):
            self.left[session.agent_key, session.key] = session.metadata
            return super().remove_session(session)

    return on(Store)


def takes_true_for_one() -> Wsgi:
    def plain(value: Any) -> Any:
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, list):
            return [plain(entry) for entry in value]
        return {name: plain(entry) for name, entry in value.items()} if isinstance(value, dict) else value

    def change(method: str, path: str, body: Any) -> Any:
        return {**body, "metadata": plain(body["metadata"])} if "/sessions" in path and "metadata" in body else body

    return json_requests(change)


def makes_a_session_of_a_patch() -> Wsgi:
    """A PATCH of what is gone makes it."""

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if request.method != "PATCH" or answer.code != 404 or not _is_session(request.path):
            return answer
        path, _, key = request.path.rpartition("/")
        body = json.dumps({"key": key, **json.loads(request.body)}).encode()
        return replace(request.to(path).of("POST"), body=body).sent()

    return behind(create_app(SETTINGS), handle)


def lists_what_was_there_before_the_latest_change() -> Wsgi:
    class Store(MemoryStore):
        behind: ClassVar[dict[str, Any]] = {}

        def _noted(self, agent_key):
            self.behind[agent_key] = list(super().sessions(agent_key, None))

        def add_session(self, session):
            self._noted(session.agent_key)
            return super().add_session(session)

        def remove_session(self, session):
            self._noted(session.agent_key)
            return super().remove_session(session)

        def sessions(self, agent_key, after):
            rows = list(super().sessions(agent_key, None))
            removed = [row for row in self.behind.get(agent_key, ()) if row.key not in {kept.key for kept in rows}]
            every = sorted([*rows, *removed], key=lambda row: -row.sequence)
            return [row for row in every if after is None or row.sequence < after]

    return on(Store)


def filters_by_the_first_name() -> Wsgi:
    """A session that got another name is not found by it: the index is filled when a session is made."""
    first: dict[str, str] = {}

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if request.method == "POST" and request.path.endswith("/sessions") and answer.code == 201:
            first[answer.json["key"]] = answer.json["name"]
        word = parse_qs(request.environ["QUERY_STRING"]).get("filter", [""])[0]
        if request.method != "GET" or not word or answer.code != 200:
            return answer
        rows = answer.json["sessions"]
        found = [row for row in rows if word in f"{first[row['key']]} {row.get('description')}"]
        return answer.saying({**answer.json, "sessions": found})

    return behind(create_app(SETTINGS), handle)


def filters_by_metadata_as_it_was_made() -> Wsgi:
    """A change of metadata takes a session out of every filtered listing."""
    changed: set[str] = set()

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if request.method == "PATCH" and b'"metadata"' in request.body:
            changed.add(request.path.rpartition("/")[2])
        if request.method != "GET" or "metadata_filter=" not in request.environ["QUERY_STRING"] or answer.code != 200:
            return answer
        return answer.saying({**answer.json, "sessions": [row for row in answer.json["sessions"] if row["key"] not in changed]})

    return behind(create_app(SETTINGS), handle)


def begins_a_page_anew_when_something_has_come() -> Wsgi:
    """What is behind a page key moves by one for every session made since the first page."""

    class Store(MemoryStore):
        made_since = 0

        def add_session(self, session):
            self.made_since += 1
            return super().add_session(session)

        def sessions(self, agent_key, after):
            rows = list(super().sessions(agent_key, None))
            if after is None:
                self.made_since = 0
                return rows
            behind = [number for number, row in enumerate(rows) if row.sequence < after]
            return rows[max(0, min(behind, default=len(rows)) - self.made_since) :]

    return on(Store)


def shows_an_event_again_at_the_end() -> Wsgi:
    class Store(MemoryStore):
        def change_event(self, session, event_id, change):
            with self._lock:
                before = self.event(session, event_id)
                if before is None or not before.hidden or change(before).hidden:
                    return super().change_event(session, event_id, change)
                self.remove_event(session, event_id)
                return self.append_event(session, change(before))

    return on(Store)


def copies_one_event_too_many() -> Wsgi:
    """`include_up_to_event_id` is taken for the first event that is left out, counted from one."""

    def make(sound: Handler) -> Handler:
        def created(call, services):
            origin = call.body.get("from_session") or {}
            source = services.store.session(call.agent_key, origin.get("session_key", ""))
            if not source or not origin.get("include_up_to_event_id"):
                return sound(call, services)
            ids = [event.id for event in services.store.events(source, None)]
            after = ids.index(origin["include_up_to_event_id"]) + 1
            further = {**origin, "include_up_to_event_id": ids[min(after, len(ids) - 1)]}
            return sound(replace(call, body={**call.body, "from_session": further}), services)

        return created

    return with_handlers(create_agent_session=make)


def deletes_the_copies_too() -> Wsgi:
    """A fork shares its events with its source: what is deleted there is deleted here."""

    class Store(MemoryStore):
        def remove_event(self, session, event_id):
            event = self.event(session, event_id)
            for rows in self._events.values():
                for other in list(rows.in_order):
                    if event and other.id != event_id and (other.body, other.created_at) == (event.body, event.created_at):
                        rows.remove(other.id)
            return super().remove_event(session, event_id)

    return on(Store)


def shows_what_is_hidden_when_something_is_said() -> Wsgi:
    class Store(MemoryStore):
        def append_event(self, session, event):
            for hidden in [old for old in self.events(session, None) if old.hidden]:
                self.change_event(session, hidden.id, lambda old: replace(old, hidden=False))
            return super().append_event(session, event)

    return on(Store)


def undoes_a_patch_when_a_session_is_removed() -> Wsgi:
    """The latest change of a session is lost when another one of its agent goes."""

    class Store(MemoryStore):
        before: ClassVar[dict[str, Any]] = {}

        def change_session(self, agent_key, key, change):
            self.before[agent_key] = self.session(agent_key, key)
            return super().change_session(agent_key, key, change)

        def remove_session(self, session):
            old = self.before.pop(session.agent_key, None)
            if old and old.key != session.key and old.turns == 0:
                super().change_session(old.agent_key, old.key, lambda _: old)
            return super().remove_session(session)

    return on(Store)


def brings_a_session_back_when_another_changes() -> Wsgi:
    """One bin for all that is removed, and the wrong thing taken out of it."""

    class Store(MemoryStore):
        latest: ClassVar[dict[str, Any]] = {}

        def remove_session(self, session):
            self.latest[session.agent_key] = session
            return super().remove_session(session)

        def change_session(self, agent_key, key, change):
            back = self.latest.pop(agent_key, None)
            if back and self.session(agent_key, back.key) is None:
                self.add_session(back)
            return super().change_session(agent_key, key, change)

    return on(Store)


def turns_a_session_off_when_it_is_copied() -> Wsgi:
    def make(sound: Handler) -> Handler:
        def created(call, services):
            reply = sound(call, services)
            source = (call.body.get("from_session") or {}).get("session_key")
            if source:
                services.store.change_session(call.agent_key, source, lambda session: replace(session, enabled=False))
            return reply

        return created

    return with_handlers(create_agent_session=make)


def forgets_the_newest_event_when_metadata_changes() -> Wsgi:
    def make(sound: Handler) -> Handler:
        def updated(call, services):
            session = session_of(call, services)
            events = list(services.store.events(session, None))
            if events and "metadata" in call.body:
                services.store.remove_event(session, events[-1].id)
            return sound(call, services)

        return updated

    return with_handlers(update_agent_session=make)

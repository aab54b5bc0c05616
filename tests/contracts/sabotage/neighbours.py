"""Servers that mix up objects of one account: what is done to the one is done, or shown, to another."""

import json
from dataclasses import replace
from itertools import count
from typing import Any

from mockserver.app import create_app
from mockserver.domain.events import AgentOutput
from mockserver.stores.memory import MemoryStore
from tests.contracts.sabotage.making import SETTINGS, Wsgi, on
from tests.contracts.sabotage.wire import OWNER, Answer, Request, behind


def lists_the_sessions_of_all_agents() -> Wsgi:
    class Store(MemoryStore):
        def sessions(self, agent_key, after):
            return [session for key in self._sessions for session in super(Store, self).sessions(key, after)]

    return on(Store)


def changes_every_session_of_the_key() -> Wsgi:
    class Store(MemoryStore):
        def change_session(self, agent_key, key, change):
            changed = super().change_session(agent_key, key, change)
            for other in [other for other in self._sessions if other != agent_key and changed]:
                super().change_session(other, key, lambda session: replace(session, metadata=changed.metadata))
            return changed

    return on(Store)


def removes_every_session_of_the_key() -> Wsgi:
    class Store(MemoryStore):
        def remove_session(self, session):
            for other in self._sessions:
                if found := self.session(other, session.key):
                    super().remove_session(found)
            return True

    return on(Store)


def remembers_the_words_of_all_sessions() -> Wsgi:
    """The simulated agent says what was said last, in whatever session that was."""

    class Store(MemoryStore):
        heard = ""

        def append_event(self, session, event):
            if isinstance(event.body, AgentOutput):
                event = replace(event, body=AgentOutput(f"{event.body.content} {self.heard}"))
                self.heard = event.body.content[-300:]
            return super().append_event(session, event)

    return on(Store)


def reads_events_through_any_session() -> Wsgi:
    class Store(MemoryStore):
        def event(self, session, event_id):
            return next((rows.by_key[event_id] for rows in self._events.values() if event_id in rows.by_key), None)

        def change_event(self, session, event_id, change):
            return super().change_event(session, event_id, change) if super().event(session, event_id) else None

    return on(Store)


def forks_sessions_of_any_agent() -> Wsgi:
    """A source that the agent does not have is looked for with all others."""

    class Store(MemoryStore):
        def session(self, agent_key, key):
            found = super().session(agent_key, key)
            if found is None and agent_key in self._sessions and key.endswith(("-left", "-right")):
                return next((rows.by_key[key] for rows in self._sessions.values() if key in rows.by_key), None)
            return found

    return on(Store)


def _as_owner(request: Request, method: str, path: str, body: Any = None) -> Answer:
    sent = replace(request.as_key(OWNER), body=b"" if body is None else json.dumps(body).encode()).of(method)
    return replace(sent, environ={**sent.environ, "PATH_INFO": path, "QUERY_STRING": ""}).sent()


def writes_documents_into_every_corpus() -> Wsgi:
    def handle(request: Request) -> Answer:
        answer = request.sent()
        if request.method == "POST" and request.path.endswith("/documents") and answer.code == 201:
            document = {**json.loads(request.body), "id": f"copy-{next(numbers)}"}
            for corpus in _as_owner(request, "GET", "/v2/corpora").json["corpora"]:
                _as_owner(request, "POST", f"/v2/corpora/{corpus['key']}/documents", document)
        return answer

    numbers = count(1)
    return behind(create_app(SETTINGS), handle)


def describes_every_agent_alike() -> Wsgi:
    def handle(request: Request) -> Answer:
        answer = request.sent()
        if request.method == "PATCH" and request.path.count("/") == 3 and request.path.startswith("/v2/agents/"):
            described.update({name: answer.json[name] for name in ("description", "metadata") if name in answer.json})
        is_agent = request.method == "GET" and request.path.count("/") == 3 and request.path.startswith("/v2/agents/")
        return answer.saying({**answer.json, **described}) if is_agent and answer.code == 200 else answer

    described: dict[str, Any] = {}
    return behind(create_app(SETTINGS), handle)

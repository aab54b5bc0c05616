"""Servers that each leave something behind of what is removed."""

import re
from dataclasses import replace

from mockserver.app import create_app
from mockserver.stores.memory import MemoryStore
from tests.contracts.sabotage.making import SETTINGS, Wsgi, on
from tests.contracts.sabotage.wire import Answer, Request, behind

_ROUTED = re.compile(r"(/v2/agent_aliases/[^/]+/sessions)/[^/]+")


def leaves_the_sessions_of_an_agent() -> Wsgi:
    """They are not to be seen without their agent, and there again with the next agent of its key."""

    class Store(MemoryStore):
        def add_agent(self, agent):
            left = self._sessions.get(agent.key)
            added = super().add_agent(agent)
            self._sessions[agent.key] = left or self._sessions[agent.key]
            return added

        def remove_agent(self, key):
            with self._lock:
                self.schedules.remove_those_of(key)
                return self._agents.remove(key)

    return on(Store)


def leaves_the_schedules_of_an_agent() -> Wsgi:
    class Store(MemoryStore):
        def remove_agent(self, key):
            with self._lock:
                self.schedules.remove_those_of = lambda _: None
                return super().remove_agent(key)

    return on(Store)


def leaves_the_documents_of_a_corpus() -> Wsgi:
    class Store(MemoryStore):
        def add_corpus(self, corpus):
            left = self._documents.get(corpus.key)
            added = super().add_corpus(corpus)
            self._documents[corpus.key] = left or self._documents[corpus.key]
            return added

        def remove_corpus(self, key):
            with self._lock:
                return self._corpora.remove(key)

    return on(Store)


def finds_what_was_in_the_index() -> Wsgi:
    """Documents are taken out of the corpus, and its index stays as it was."""

    class Store(MemoryStore):
        def remove_document(self, corpus_key, document_id):
            self._revised = lambda _: None
            try:
                return super().remove_document(corpus_key, document_id)
            finally:
                del self._revised

    return on(Store)


def hides_an_event_that_is_deleted() -> Wsgi:
    class Store(MemoryStore):
        def remove_event(self, session, event_id):
            return self.change_event(session, event_id, lambda event: replace(event, hidden=True)) is not None

    return on(Store)


def lists_tools_from_a_cache() -> Wsgi:
    """New tools are taken into the cache, removed ones stay in it."""
    listed: dict[str, object] = {}

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if (request.method, request.path, answer.code) == ("GET", "/v2/tools", 200):
            listed.update({row["id"]: row for row in answer.json["tools"]})
            return answer.saying({**answer.json, "tools": list(listed.values())})
        return answer

    return behind(create_app(SETTINGS), handle)


def is_always_glad_to_delete() -> Wsgi:
    """Nothing of an instruction is left, but it can be deleted again and again."""

    def handle(request: Request) -> Answer:
        answer = request.sent()
        gone = request.method == "DELETE" and request.path.startswith("/v2/instructions/") and answer.code == 404
        return replace(answer, status="204 NO CONTENT", body=b"") if gone else answer

    return behind(create_app(SETTINGS), handle)


def keeps_removed_keys_in_mind() -> Wsgi:
    """A key that was let in once is let in when it is gone, as a viewer."""
    known: set[str] = set()

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if answer.code == 401 and request.key in known:
            return request.as_key("mock-viewer").sent()
        if answer.code != 401:
            known.add(request.key)
        return answer

    return behind(create_app(SETTINGS), handle)


def gives_tokens_to_removed_clients() -> Wsgi:
    tokens: dict[bytes, Answer] = {}

    def handle(request: Request) -> Answer:
        answer = request.sent()
        if request.path != "/oauth/token":
            return answer
        return tokens.setdefault(request.body, answer)

    return behind(create_app(SETTINGS), handle)


def removes_a_session_from_its_alias_alone() -> Wsgi:
    """Deleted by the route of its alias, a session stays with its agent."""
    gone: set[str] = set()

    def handle(request: Request) -> Answer:
        place = _ROUTED.match(request.path)
        if place and place[0] in gone:
            return request.to(f"{place[1]}/nowhere").sent()
        if place and request.method == "DELETE" and place[0] == request.path and request.of("GET").sent().code == 200:
            gone.add(request.path)
            return replace(request.to(f"{place[1]}/nowhere").of("GET").sent(), status="204 NO CONTENT", body=b"")
        answer = request.sent()
        if request.method == "POST" and answer.code == 201 and "key" in answer.json:
            gone.discard(f"{request.path}/{answer.json['key']}")
        if request.method != "GET" or answer.code != 200 or "sessions" not in answer.json:
            return answer
        rows = [row for row in answer.json["sessions"] if f"{request.path}/{row['key']}" not in gone]
        return answer.saying({**answer.json, "sessions": rows})

    return behind(create_app(SETTINGS), handle)

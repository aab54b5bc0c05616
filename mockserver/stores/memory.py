"""The default store: this process's memory, one lock, values in and out."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from operator import attrgetter
from threading import RLock
from typing import Any

from mockserver.domain.agents import Agent
from mockserver.domain.aliases import Alias
from mockserver.domain.artifacts import Artifact
from mockserver.domain.corpora import Corpus, Document
from mockserver.domain.credentials import ApiKey, AppClient
from mockserver.domain.errors import Refused
from mockserver.domain.events import Event
from mockserver.domain.instructions import Instruction
from mockserver.domain.ports import Collection, Findable
from mockserver.domain.sessions import Session
from mockserver.domain.tools import Tool
from mockserver.domain.values import JsonObject
from mockserver.stores.contents import Contents, fill
from mockserver.stores.routed import Routed
from mockserver.stores.rows import FindableCollection, MemoryCollection, Rows, Tally
from mockserver.stores.schedules import Schedules

_digest: Callable[[ApiKey], str] = attrgetter("digest")
_NO_ROWS: Rows[Any] = Rows(Tally())
_client_id: Callable[[AppClient], str] = attrgetter("client_id")


class MemoryStore:
    """Keeps a world in memory; thread-safe; `reset` goes back to what it was made with."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self._lock = RLock()
        self._revisions = count(1)
        self.reset()

    def reset(self) -> None:  # noqa: D102 - see the port, as for every method below
        with self._lock:
            self._next = 1
            self._tally = tally = Tally()
            self._agents: Rows[Agent] = Rows(tally)
            self._sessions: dict[str, Rows[Session]] = {}
            self._events: dict[int, Rows[Event]] = {}
            self._contexts: dict[int, JsonObject] = {}
            self._artifacts: dict[int, Rows[Artifact]] = {}
            self._corpora: Rows[Corpus] = Rows(tally)
            self._documents: dict[str, Rows[Document]] = {}
            self._instructions: Rows[Instruction] = Rows(tally)
            self.aliases: MemoryCollection[Alias] = MemoryCollection(self._lock, self._sequence, tally)
            self._routed = Routed(self.aliases)
            self.tools: Collection[Tool] = MemoryCollection(self._lock, self._sequence, tally)
            self.schedules = Schedules(self._lock, self._sequence, tally, lambda key: key in self._agents.by_key)
            self.api_keys: Findable[ApiKey] = FindableCollection(self._lock, self._sequence, tally, _digest)
            self.app_clients: Findable[AppClient] = FindableCollection(self._lock, self._sequence, tally, _client_id)
            fill(self, self.contents)

    def size(self) -> int:  # noqa: D102
        return self._tally.rows

    def _sequence(self) -> int:
        self._next += 1
        return self._next - 1

    def add_corpus(self, corpus: Corpus) -> Corpus:  # noqa: D102
        with self._lock:
            if corpus.key in self._corpora.by_key:
                raise Refused("SM314", f"A corpus with key {corpus.key!r} already exists.", fields={"/key": "is taken"})
            sequence = self._sequence()
            number = corpus.number or sequence  # one that was stored before keeps its own, which nobody else gets then
            self._next = max(self._next, number + 1)
            corpus = replace(corpus, sequence=sequence, number=number, revision=next(self._revisions))
            self._corpora.add(corpus.key, corpus)
            self._documents[corpus.key] = Rows(self._tally)
            return corpus

    def corpus(self, key: str) -> Corpus | None:  # noqa: D102
        return self._corpora.by_key.get(key)

    def corpora(self, after: int | None) -> Iterable[Corpus]:  # noqa: D102
        with self._lock:
            return self._corpora.newest_first(after)

    def change_corpus(self, key: str, change: Callable[[Corpus], Corpus]) -> Corpus | None:  # noqa: D102
        with self._lock:
            corpus = self._corpora.by_key.get(key)
            return corpus and self._corpora.put(key, change(corpus))

    def remove_corpus(self, key: str) -> bool:  # noqa: D102
        with self._lock:
            if documents := self._documents.pop(key, None):
                documents.clear()
            return self._corpora.remove(key)

    def add_document(self, corpus_key: str, document: Document) -> Document:  # noqa: D102
        with self._lock:
            rows = self._documents.get(corpus_key)
            if rows is None:
                raise Refused("SM304", f"There is no corpus {corpus_key!r}.", missing_id=corpus_key)
            if document.id in rows.by_key:
                message = f"Indexing doesn't support updating documents: corpus {corpus_key} has a document {document.id!r}."
                raise Refused("SM315", message, fields={"/id": "is taken"})
            document = replace(document, sequence=self._sequence())
            rows.add(document.id, document)
            self._revised(corpus_key)
            return document

    def document(self, corpus_key: str, document_id: str) -> Document | None:  # noqa: D102
        return self._documents.get(corpus_key, _NO_ROWS).by_key.get(document_id)

    def documents(self, corpus_key: str, after: int | None) -> Iterable[Document]:  # noqa: D102
        with self._lock:
            rows = self._documents.get(corpus_key)
            return rows.oldest_first(after) if rows else ()

    def remove_document(self, corpus_key: str, document_id: str) -> bool:  # noqa: D102
        with self._lock:
            rows = self._documents.get(corpus_key)
            was_there = rows is not None and rows.remove(document_id)
            if was_there:
                self._revised(corpus_key)
            return was_there

    def _revised(self, corpus_key: str) -> None:
        self.change_corpus(corpus_key, lambda corpus: replace(corpus, revision=next(self._revisions)))

    def add_instruction(self, instruction: Instruction) -> Instruction | None:  # noqa: D102
        with self._lock:
            if instruction.id in self._instructions.by_key:
                return None
            instruction = replace(instruction, sequence=self._sequence())
            self._instructions.add(instruction.id, instruction)
            return instruction

    def instruction(self, instruction_id: str) -> Instruction | None:  # noqa: D102
        return self._instructions.by_key.get(instruction_id)

    def instructions(self, after: int | None) -> Iterable[Instruction]:  # noqa: D102
        with self._lock:
            return self._instructions.newest_first(after)

    def change_instruction(  # noqa: D102
        self, instruction_id: str, change: Callable[[Instruction], Instruction]
    ) -> Instruction | None:
        with self._lock:
            instruction = self._instructions.by_key.get(instruction_id)
            return instruction and self._instructions.put(instruction_id, change(instruction))

    def remove_instruction(self, instruction_id: str) -> bool:  # noqa: D102
        with self._lock:
            return self._instructions.remove(instruction_id)

    def add_agent(self, agent: Agent) -> Agent:  # noqa: D102
        with self._lock:
            if agent.key in self._agents.by_key:
                raise Refused("SM311", f"An agent with key {agent.key!r} already exists.", fields={"/key": "is taken"})
            self._check_name(agent)
            agent = replace(agent, sequence=self._sequence())
            self._agents.add(agent.key, agent)
            self._sessions[agent.key] = Rows(self._tally)
            return agent

    def _check_name(self, agent: Agent) -> None:
        if any(other.name == agent.name and other.key != agent.key for other in self._agents.in_order):
            raise Refused("SM312", f"An agent named {agent.name!r} already exists.", fields={"/name": "is taken"})

    def agent(self, key: str) -> Agent | None:  # noqa: D102
        return self._agents.by_key.get(key)

    def agents(self, after: int | None) -> Iterable[Agent]:  # noqa: D102
        with self._lock:
            return self._agents.newest_first(after)

    def change_agent(self, key: str, change: Callable[[Agent], Agent]) -> Agent | None:  # noqa: D102
        with self._lock:
            agent = self._agents.by_key.get(key)
            if agent is None:
                return None
            changed = change(agent)
            self._check_name(changed)
            return self._agents.put(key, changed)

    def remove_agent(self, key: str) -> bool:  # noqa: D102
        with self._lock:
            self.schedules.remove_those_of(key)
            if sessions := self._sessions.pop(key, None):
                for session in sessions.in_order:
                    self._forget(session)
                sessions.clear()
            return self._agents.remove(key)

    def add_session(self, session: Session) -> Session:  # noqa: D102
        with self._lock:
            siblings = self._sessions.get(session.agent_key)
            if siblings is None:
                raise Refused("SM301", f"There is no agent {session.agent_key!r}.", missing_id=session.agent_key)
            if session.key in siblings.by_key:
                message = f"Agent {session.agent_key} already has a session with key {session.key!r}."
                raise Refused("SM313", message, fields={"/key": "is taken"})
            self._routed.check(session)
            session = replace(session, sequence=self._sequence())
            siblings.add(session.key, session)
            self._routed.add(session)
            self._events[session.sequence] = Rows(self._tally)
            self._artifacts[session.sequence] = Rows(self._tally)
            return session

    def remove_alias(self, key: str) -> bool:  # noqa: D102
        with self._lock:
            return self._routed.remove_alias(key)

    def session(self, agent_key: str, key: str) -> Session | None:  # noqa: D102
        siblings = self._sessions.get(agent_key)
        return None if siblings is None else siblings.by_key.get(key)

    def sessions(self, agent_key: str, after: int | None) -> Iterable[Session]:  # noqa: D102
        with self._lock:
            siblings = self._sessions.get(agent_key)
            return siblings.newest_first(after) if siblings else ()

    def routed_session(self, alias_key: str, key: str) -> Session | None:  # noqa: D102
        with self._lock:
            agent_key = self._routed.agent_of(alias_key, key)
            return None if agent_key is None else self.session(agent_key, key)

    def routed_sessions(self, alias_key: str, after: int | None) -> Iterable[Session]:  # noqa: D102
        with self._lock:
            rows = (self._sessions[agent_key].by_key[key] for agent_key, key in self._routed.newest_first(alias_key))
            return [session for session in rows if after is None or session.sequence < after]

    def change_session(  # noqa: D102
        self, agent_key: str, key: str, change: Callable[[Session], Session]
    ) -> Session | None:
        with self._lock:
            session = self.session(agent_key, key)
            return session and self._sessions[agent_key].put(key, change(session))

    def remove_session(self, session: Session) -> bool:  # noqa: D102
        with self._lock:
            there = self.session(session.agent_key, session.key)
            if there is None or there.sequence != session.sequence:
                return False
            self._forget(session)
            return self._sessions[session.agent_key].remove(session.key)

    def _forget(self, session: Session) -> None:
        self._routed.forget(session)
        self._contexts.pop(session.sequence, None)
        for kept in (self._events, self._artifacts):
            if session.sequence in kept:
                kept.pop(session.sequence).clear()

    def append_event(self, session: Session, event: Event) -> Event | None:  # noqa: D102
        with self._lock:
            rows = self._events.get(session.sequence)
            if rows is None:
                return None
            event = event.numbered(self._sequence())
            rows.add(event.id, event)
            return event

    def event(self, session: Session, event_id: str) -> Event | None:  # noqa: D102
        rows = self._events.get(session.sequence)
        return None if rows is None else rows.by_key.get(event_id)

    def events(self, session: Session, after: int | None) -> Iterable[Event]:  # noqa: D102
        with self._lock:
            rows = self._events.get(session.sequence)
            return rows.oldest_first(after) if rows else ()

    def change_event(  # noqa: D102
        self, session: Session, event_id: str, change: Callable[[Event], Event]
    ) -> Event | None:
        with self._lock:
            event = self.event(session, event_id)
            return event and self._events[session.sequence].put(event_id, change(event))

    def remove_event(self, session: Session, event_id: str) -> bool:  # noqa: D102
        with self._lock:
            rows = self._events.get(session.sequence)
            return rows is not None and rows.remove(event_id)

    def add_artifact(self, session: Session, artifact: Artifact) -> Artifact | None:  # noqa: D102
        with self._lock:
            rows = self._artifacts.get(session.sequence)
            if rows is None or artifact.id in rows.by_key:
                return None
            artifact = replace(artifact, sequence=self._sequence())
            rows.add(artifact.id, artifact)
            return artifact

    def artifact(self, session: Session, artifact_id: str) -> Artifact | None:  # noqa: D102
        return self._artifacts.get(session.sequence, _NO_ROWS).by_key.get(artifact_id)

    def artifacts(self, session: Session) -> Iterable[Artifact]:  # noqa: D102
        with self._lock:
            return self._artifacts.get(session.sequence, _NO_ROWS).oldest_first(None)

    def note_context(self, session: Session, context: JsonObject) -> None:  # noqa: D102
        with self._lock:
            if session.sequence in self._events:
                self._contexts[session.sequence] = context

    def context(self, session: Session) -> JsonObject | None:  # noqa: D102
        return self._contexts.get(session.sequence)

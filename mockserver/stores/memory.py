"""The default store: this process's memory, one lock, values in and out."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from operator import attrgetter
from threading import RLock
from typing import Generic, TypeVar

from mockserver.domain.access import Principal
from mockserver.domain.agents import Agent
from mockserver.domain.corpora import Corpus
from mockserver.domain.errors import Refused
from mockserver.domain.events import Event
from mockserver.domain.sessions import Session

Row = TypeVar("Row", Agent, Session, Event)
_sequence = attrgetter("sequence")


class _Rows(Generic[Row]):
    """Rows by key and in the order in which they came."""

    def __init__(self) -> None:
        self.by_key: dict[str, Row] = {}
        self.in_order: list[Row] = []

    def add(self, key: str, row: Row) -> None:
        self.by_key[key] = row
        self.in_order.append(row)

    def put(self, key: str, row: Row) -> Row:
        self.by_key[key] = row
        self.in_order[bisect_left(self.in_order, row.sequence, key=_sequence)] = row
        return row

    def remove(self, key: str) -> bool:
        row = self.by_key.pop(key, None)
        if row is not None:
            del self.in_order[bisect_left(self.in_order, row.sequence, key=_sequence)]
        return row is not None

    def newest_first(self, after: int | None) -> list[Row]:
        end = len(self.in_order) if after is None else bisect_left(self.in_order, after, key=_sequence)
        return self.in_order[:end][::-1]

    def oldest_first(self, after: int | None) -> list[Row]:
        return self.in_order[0 if after is None else bisect_right(self.in_order, after, key=_sequence) :]


class MemoryStore:
    """Keeps a world in memory; thread-safe; `reset` goes back to the agents it was made with."""

    def __init__(self, *, principals: Mapping[str, Principal], corpora: Mapping[str, Corpus], agents: Iterable[Agent]) -> None:
        self._principals = principals
        self._corpora = corpora
        self._first_agents = tuple(agents)
        self._lock = RLock()
        self.reset()

    def reset(self) -> None:  # noqa: D102 - see the port, as for every method below
        with self._lock:
            self._next = 1
            self._agents: _Rows[Agent] = _Rows()
            self._sessions: dict[str, _Rows[Session]] = {}
            self._events: dict[int, _Rows[Event]] = {}
            for agent in self._first_agents:
                self.add_agent(agent)

    def _sequence(self) -> int:
        self._next += 1
        return self._next - 1

    def principal(self, key: str) -> Principal | None:  # noqa: D102
        return self._principals.get(key)

    def corpus(self, key: str) -> Corpus | None:  # noqa: D102
        return self._corpora.get(key)

    def add_agent(self, agent: Agent) -> Agent:  # noqa: D102
        with self._lock:
            if agent.key in self._agents.by_key:
                raise Refused("SM311", f"An agent with key {agent.key!r} already exists.", fields={"/key": "is taken"})
            self._check_name(agent)
            agent = replace(agent, sequence=self._sequence())
            self._agents.add(agent.key, agent)
            self._sessions[agent.key] = _Rows()
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
            for session in self._sessions.pop(key, _Rows()).in_order:
                self._events.pop(session.sequence, None)
            return self._agents.remove(key)

    def add_session(self, session: Session) -> Session:  # noqa: D102
        with self._lock:
            siblings = self._sessions.get(session.agent_key)
            if siblings is None:
                raise Refused("SM301", f"There is no agent {session.agent_key!r}.", missing_id=session.agent_key)
            if session.key in siblings.by_key:
                message = f"Agent {session.agent_key} already has a session with key {session.key!r}."
                raise Refused("SM313", message, fields={"/key": "is taken"})
            session = replace(session, sequence=self._sequence())
            siblings.add(session.key, session)
            self._events[session.sequence] = _Rows()
            return session

    def session(self, agent_key: str, key: str) -> Session | None:  # noqa: D102
        siblings = self._sessions.get(agent_key)
        return None if siblings is None else siblings.by_key.get(key)

    def sessions(self, agent_key: str, after: int | None) -> Iterable[Session]:  # noqa: D102
        with self._lock:
            siblings = self._sessions.get(agent_key)
            return siblings.newest_first(after) if siblings else ()

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
            del self._events[session.sequence]
            return self._sessions[session.agent_key].remove(session.key)

    def append_event(self, session: Session, event: Event) -> Event | None:  # noqa: D102
        with self._lock:
            rows = self._events.get(session.sequence)
            if rows is None:
                return None
            event = replace(event, sequence=self._sequence())
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

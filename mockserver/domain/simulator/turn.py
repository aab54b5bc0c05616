"""A running turn: an iterator of its stored events that always ends with the session idle again."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from mockserver.domain.agents import Agent
from mockserver.domain.errors import Refused
from mockserver.domain.events import AgentOutput, Event
from mockserver.domain.ports import Clock, Ids, Store
from mockserver.domain.sessions import ContextUsage, Session, end_turn
from mockserver.domain.simulator.calls import Outcome, Place, Run, ToolCall
from mockserver.domain.simulator.plan import MODEL_WINDOW, TurnPlan, tokens_of
from mockserver.domain.simulator.stages import bodies, recorded, stamped
from mockserver.domain.values import JsonObject


class Turn:
    """The events of a turn, each stored before it is given out.

    `close` plays the rest without anybody listening: a client that drops the connection does not stop the agent.
    """

    def __init__(self, plan: TurnPlan, agent: Agent, session: Session, run: Run, *, store: Store, clock: Clock, ids: Ids) -> None:
        self.usage: ContextUsage | None = None
        self._plan = plan
        self._session = session
        self._store = store
        self._searches: list[JsonObject] = []
        random = ids.random_for("events", session.agent_key, session.key, session.turns)
        place = Place(agent, session, clock.now(), random)
        produced = bodies(plan, run, place, self._note)
        self._events = recorded(stamped(produced, session.key, random, clock.now), self._append)
        self._over = False
        self._note_context()

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        try:
            return next(self._events)
        except BaseException:
            self._end()
            raise

    def close(self) -> None:
        """Play the turn to its end."""
        with suppress(Refused):
            for _ in self._events:
                pass
        self._end()

    def _append(self, event: Event) -> Event | None:
        if isinstance(event.body, AgentOutput):
            self.usage = ContextUsage(self._plan.context_tokens, tokens_of(event.body.content), MODEL_WINDOW)
        stored = self._store.append_event(self._session, event)
        if stored:
            self._change(lambda session: replace(session, last_event_at=event.created_at))
        return stored

    def _note(self, call: ToolCall, outcome: Outcome) -> None:
        self._searches.append(
            {
                "tool_configuration_name": call.configuration_name,
                "arguments": call.arguments,
                "resolved_argument_overrides": outcome.overrides,
                "effective_filters": outcome.filters,
                "error": outcome.error,
            }
        )
        self._note_context()

    def _note_context(self) -> None:
        """Keep what the model was told and which filters were in force, for people to look at."""
        told = self._plan.told
        context = {
            "turn": self._session.turns,
            "instructions": told.instructions,
            "reminders": told.reminders,
            "tools": told.tools,
            "language": self._plan.language,
            "tool_calls": list(self._searches),
        }
        self._store.note_context(self._session, context)

    def _end(self) -> None:
        if not self._over:
            self._over = True
            self._change(lambda session: end_turn(session, usage=self.usage))

    def _change(self, change: Callable[[Session], Session]) -> None:
        """Change this session, and leave alone a later one of the same key."""
        session = self._session
        self._store.change_session(
            session.agent_key, session.key, lambda now: change(now) if now.sequence == session.sequence else now
        )

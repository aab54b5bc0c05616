"""Servers that each break a promise about turns that run, whoever listens and whatever comes meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mockserver.domain.errors import Refused
from mockserver.domain.events import InputMessage, SessionInterrupted
from mockserver.domain.sessions import Session
from mockserver.domain.simulator.run import Run, Ticket
from mockserver.domain.simulator.runs import Runs
from mockserver.operations.call import Call, Handler, Reply, Services
from mockserver.operations.find import session_of
from mockserver.stores.memory import MemoryStore
from tests.contracts.sabotage.making import (
    Wsgi,
    frame_by_frame,
    json_answers,
    json_requests,
    made_up,
    on,
    with_handlers,
    with_runs,
)


def takes_every_cursor_for_the_start() -> Wsgi:
    class Sabotaged(Runs):
        def submit(self, session, given, *, since, steers):
            return super().submit(session, given, since=since and "start", steers=steers)

    return with_runs(Sabotaged)


def forgets_the_cursor_of_an_idle_session() -> Wsgi:
    def change(_method: str, _path: str, body: Any) -> Any:
        return {name: value for name, value in body.items() if name != "since"}

    return json_requests(change)


def replays_the_cursor_too() -> Wsgi:
    class Sabotaged(Runs):
        def _cursor(self, session, since):
            place = super()._cursor(session, since)
            return place and place - 1

    return with_runs(Sabotaged)


def replays_what_is_hidden() -> Wsgi:
    class Sabotaged(Runs):
        def _behind(self, session, since, cursor):
            return list(self.equipment.store.events(session, cursor)) if since else ()

    return with_runs(Sabotaged)


def loses_the_latest_event_of_a_replay() -> Wsgi:
    class Sabotaged(Runs):
        def _behind(self, session, since, cursor):
            return super()._behind(session, since, cursor)[:-1]

    return with_runs(Sabotaged)


def takes_any_input_while_a_turn_runs() -> Wsgi:
    class Sabotaged(Runs):
        def submit(self, session, given, *, since, steers):
            try:
                return super().submit(session, given, since=since, steers=steers)
            except Refused as refused:
                if refused.refusal.code != "SM320":
                    raise
                return super().submit(session, given, since="start", steers=steers)

    return with_runs(Sabotaged)


def stores_what_it_refuses_while_a_turn_runs() -> Wsgi:
    class Sabotaged(Runs):
        def submit(self, session, given, *, since, steers):
            try:
                return super().submit(session, given, since=since, steers=steers)
            except Refused as refused:
                if refused.refusal.code == "SM320":
                    self.equipment.store.append_event(session, made_up(session, InputMessage(given.messages)))
                raise

    return with_runs(Sabotaged)


def _running(run_class: type[Run]) -> Wsgi:
    class Sabotaged(Runs):
        def _run_of(self, session):
            with self._lock:
                if session.sequence not in self._live:
                    self._live[session.sequence] = run_class(self.equipment, session, self._retire)
                return self._live[session.sequence]

    return with_runs(Sabotaged)


def takes_the_latest_waiting_input_first() -> Wsgi:
    class Sabotaged(Run):
        def enqueue(self, ticket):
            self._queue.appendleft(ticket)

    return _running(Sabotaged)


def takes_a_waiting_input_twice() -> Wsgi:
    class Sabotaged(Run):
        def enqueue(self, ticket):
            self._queue.extend([Ticket(ticket.given), ticket])

    return _running(Sabotaged)


def loses_the_words_that_were_said_before_somebody_joined() -> Wsgi:
    class Sabotaged(Run):
        def joining_place(self):
            return len(self.log)

    return _running(Sabotaged)


def forgets_the_running_turn_for_those_who_join() -> Wsgi:
    class Sabotaged(Runs):
        def submit(self, session, given, *, since, steers):
            reader = super().submit(session, given, since=since, steers=steers)
            reader._at = None if since else reader._at  # noqa: SLF001 - the reader begins with its own turn
            return reader

    return with_runs(Sabotaged)


class _EndsThem:
    """Takes the turns that nobody listens to any more, and ends them."""

    def start(self, work: Callable[[], None]) -> None:
        work.__self__.interrupt(work.__self__.session)


def stops_a_turn_whose_client_is_gone() -> Wsgi:
    return with_runs(lambda equipment, _: Runs(equipment, _EndsThem()))


def ignores_interrupts() -> Wsgi:
    class Sabotaged(Runs):
        def interrupt(self, session):
            return False

    return with_runs(Sabotaged)


def tells_nobody_of_an_interrupt() -> Wsgi:
    return frame_by_frame(lambda frame: not frame.startswith(b"event: session_interrupted\n"))


def _behind_an_interrupt(then: Callable[[Services, Session], object]) -> Wsgi:
    def make(sound: Handler) -> Handler:
        def sabotaged(call: Call, services: Services) -> Reply:
            reply = sound(call, services)
            if call.body.get("type") == "interrupt":
                then(services, session_of(call, services))
            return reply

        return sabotaged

    return with_handlers(create_agent_input=make)


def forgets_what_was_said_before_an_interrupt() -> Wsgi:
    def then(services: Services, session: Session) -> None:
        *_, said = services.store.events(session, None)
        services.store.remove_event(session, said.id)

    return _behind_an_interrupt(then)


def lists_an_interrupt() -> Wsgi:
    return _behind_an_interrupt(
        lambda services, session: services.store.append_event(session, made_up(session, SessionInterrupted()))
    )


def takes_nothing_behind_an_interrupt() -> Wsgi:
    def then(services: Services, session: Session) -> None:
        services.store.change_session(session.agent_key, session.key, lambda now: replace(now, enabled=False))

    return _behind_an_interrupt(then)


def hides_the_newest_input_with_the_older_ones() -> Wsgi:
    class Store(MemoryStore):
        def change_event(self, session, event_id, change):
            newest = [event.id for event in self.events(session, None) if isinstance(event.body, InputMessage)][-1]
            super().change_event(session, newest, change)
            return super().change_event(session, event_id, change)

    return on(Store)


def counts_one_event_too_many() -> Wsgi:
    def change(_method: str, _path: str, _status: int, body: Any) -> Any:
        events = body.get("events", ())
        counted = [
            {**event, "events_compacted": event["events_compacted"] + 1} if event["type"] == "compaction" else event
            for event in events
        ]
        return {**body, "events": counted} if events else body

    return json_answers(change)


def compacts_all_for_an_unknown_event() -> Wsgi:
    def change(_method: str, _path: str, body: Any) -> Any:
        is_unknown = body.get("compact_up_to_event_id") == "aev_unknown"
        return {"type": "compact"} if is_unknown else body

    return json_requests(change)

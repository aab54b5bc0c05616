"""Servers that each break a promise about client tools and sub-agents."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mockserver.domain.errors import Refused
from mockserver.domain.events import ClientToolPending, ToolOutput
from mockserver.operations.call import Call, Handler, Reply, Services
from mockserver.operations.find import session_of
from mockserver.stores.memory import MemoryStore
from tests.contracts.sabotage.making import Wsgi, frame_by_frame, json_answers, made_up, on, turns, with_handlers


def forgets_which_calls_wait() -> Wsgi:
    def change(_method: str, path: str, _status: int, body: Any) -> Any:
        return {"client_tool_calls": []} if path.endswith("/outstanding_client_tool_calls") else body

    return json_answers(change)


def waits_without_a_word() -> Wsgi:
    return turns(lambda events: [event for event in events if event["type"] != "client_tool_pending"])


def _with_outputs(change: Callable[[ToolOutput], ToolOutput]) -> Wsgi:
    class Store(MemoryStore):
        def append_event(self, session, event):
            body = change(event.body) if isinstance(event.body, ToolOutput) else event.body
            return super().append_event(session, replace(event, body=body))

    return on(Store)


def takes_another_output_than_the_callers() -> Wsgi:
    return _with_outputs(lambda body: replace(body, tool_output={"number": 8}))


def takes_a_failure_for_a_success() -> Wsgi:
    return _with_outputs(lambda body: replace(body, error=False))


def _inputs(take: Callable[[Handler, Call, Services], Reply]) -> Wsgi:
    return with_handlers(create_agent_input=lambda sound: lambda call, services: take(sound, call, services))


def lists_that_calls_wait() -> Wsgi:
    def take(sound: Handler, call: Call, services: Services) -> Reply:
        reply = sound(call, services)
        session = session_of(call, services)
        if session.parked:
            pending = ClientToolPending(tuple(waiting.as_json() for waiting in session.parked.pending))
            services.store.append_event(session, made_up(session, pending))
        return reply

    return _inputs(take)


def ends_the_turn_behind_an_output() -> Wsgi:
    def take(sound: Handler, call: Call, services: Services) -> Reply:
        session, is_output = session_of(call, services), call.body.get("type") == "tool_output"
        before = {event.id for event in services.store.events(session, None)}
        reply = sound(call, services)
        for event in list(services.store.events(session, None)) if is_output else ():
            if event.id not in before and not isinstance(event.body, ToolOutput):
                services.store.remove_event(session, event.id)
        return reply

    return _inputs(take)


def takes_any_outputs_for_the_right_ones() -> Wsgi:
    def take(sound: Handler, call: Call, services: Services) -> Reply:
        session = session_of(call, services)
        is_output = call.body.get("type") == "tool_output" and all(
            output["type"] == "success" for output in call.body["tool_outputs"]
        )
        if is_output and session.parked:
            given = {"type": "success", "output": {"number": 7}}
            outputs = [{**given, "event_id": waiting.event_id} for waiting in session.parked.pending]
            call = replace(call, body={**call.body, "tool_outputs": outputs})
        return sound(call, services)

    return _inputs(take)


def takes_outputs_of_any_shape() -> Wsgi:
    class Store(MemoryStore):
        def session(self, agent_key, key):
            session = super().session(agent_key, key)
            if session is None or session.parked is None:
                return session
            pending = tuple(replace(call, output_schema=None) for call in session.parked.pending)
            return replace(session, parked=replace(session.parked, pending=pending))

    return on(Store)


def stores_outputs_that_it_refuses() -> Wsgi:
    def take(sound: Handler, call: Call, services: Services) -> Reply:
        try:
            return sound(call, services)
        except Refused:
            if call.body.get("type") != "tool_output":
                raise
            session = session_of(call, services)
            output = ToolOutput("call_0a1b2c3d", "pick_number", "pick_number", {}, error=True, resolved_argument_overrides=None)
            services.store.append_event(session, made_up(session, output))
            raise

    return _inputs(take)


def tells_nothing_of_a_sub_agent() -> Wsgi:
    return frame_by_frame(lambda frame: not frame.startswith(b"event: tool_activity\n"))


def tells_the_answer_of_a_sub_agent_alone() -> Wsgi:
    return frame_by_frame(lambda frame: b"tool_activity" not in frame or b'"agent_output"' in frame)


def forgets_who_made_a_session() -> Wsgi:
    def change(_method: str, _path: str, _status: int, body: Any) -> Any:
        return {name: value for name, value in body.items() if not name.startswith("created_by_")}

    return json_answers(change)

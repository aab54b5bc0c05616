"""Servers that each break a promise about the events of turns and how they are sent."""

import json
from dataclasses import replace
from typing import Any

from mockserver.domain.events import AgentOutput, Event
from mockserver.domain.sessions import Session
from mockserver.stores.memory import MemoryStore
from tests.contracts.sabotage.making import Wsgi, json_requests, on, streams, turns


def lists_the_events_of_all_sessions() -> Wsgi:
    class Store(MemoryStore):
        def events(self, session, after):
            every = [event for rows in self._events.values() for event in rows.oldest_first(after)]
            return sorted(every, key=lambda event: event.sequence)

    return on(Store)


def stores_another_text() -> Wsgi:
    class Store(MemoryStore):
        def append_event(self, session, event):
            if isinstance(event.body, AgentOutput):
                super().append_event(session, replace(event, body=AgentOutput(event.body.content + " ")))
                return event
            return super().append_event(session, event)

    return on(Store)


def forks_nothing() -> Wsgi:
    return json_requests(lambda _method, _path, body: {name: value for name, value in body.items() if name != "from_session"})


def hides_nothing() -> Wsgi:
    class Store(MemoryStore):
        def change_event(self, session, event_id, change):
            return self.event(session, event_id)

    return on(Store)


def streams_what_it_does_not_store() -> Wsgi:
    class Store(MemoryStore):
        def append_event(self, session: Session, event: Event) -> Event | None:
            return event if event.body.__class__.__name__ == "Thinking" else super().append_event(session, event)

    return on(Store)


def answers_before_it_is_asked() -> Wsgi:
    return turns(lambda events: events[::-1])


def loses_the_output_of_a_tool() -> Wsgi:
    return turns(lambda events: [event for event in events if event["type"] != "tool_output"])


def leaves_a_step_before_its_answer() -> Wsgi:
    def change(events: list[Any]) -> list[Any]:
        first, *rest = events
        step = {"type": "step_transition", "from_step": "conversation", "to_step": "another", "content": ""}
        return [first, {**first, "id": f"{first['id']}-step", **step}, *rest]

    return turns(change)


def tells_news_of_a_tool_that_is_done() -> Wsgi:
    def changed(frames: list[bytes]) -> list[bytes]:
        return [
            part for frame in frames for part in ((frame, _news_after(frame)) if b"event: tool_output" in frame else (frame,))
        ]

    return streams(changed)


def _news_after(frame: bytes) -> bytes:
    output = json.loads(frame.split(b"data: ")[1])
    news = {"type": "tool_activity", "activity_type": "generic", "message": "Searching."}
    named = {name: output[name] for name in ("tool_call_id", "created_at")}
    return b"event: tool_activity\ndata: " + json.dumps({**news, **named}).encode() + b"\n\n"


def names_another_answer() -> Wsgi:
    return streams(lambda frames: [frame.replace(b'"event_id":"aev_', b'"event_id":"aev_0') for frame in frames])


def ends_no_stream() -> Wsgi:
    return streams(lambda frames: frames[:-1])


def goes_on_after_the_end() -> Wsgi:
    return streams(lambda frames: [*frames, frames[0]])


def loses_a_piece() -> Wsgi:
    return streams(lambda frames: [frame for index, frame in enumerate(frames) if index != _second_piece(frames)])


def _second_piece(frames: list[bytes]) -> int:
    return [index for index, frame in enumerate(frames) if frame.startswith(b"event: streaming_agent_output\n")][1]


def sends_an_event_twice() -> Wsgi:
    return streams(lambda frames: [frames[0], *frames])

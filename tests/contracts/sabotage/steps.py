"""Servers that each break a promise about steps and structured outputs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mockserver.domain.events import StructuredOutput
from mockserver.stores.memory import MemoryStore
from tests.contracts.sabotage.making import Turns, Wsgi, json_answers, json_requests, on


def _with_structured_outputs(change: Callable[[StructuredOutput], StructuredOutput]) -> Wsgi:
    class Store(MemoryStore):
        def append_event(self, session, event):
            body = change(event.body) if isinstance(event.body, StructuredOutput) else event.body
            return super().append_event(session, replace(event, body=body))

    return on(Store)


def answers_with_json_of_any_shape() -> Wsgi:
    return _with_structured_outputs(lambda body: replace(body, content={}))


def answers_with_more_than_the_schema_has() -> Wsgi:
    return _with_structured_outputs(lambda body: replace(body, content={**body.content, "note": "Another member."}))


def _with_next_steps(change: Callable[[list[Any]], list[Any]]) -> Wsgi:
    def changed(_method: str, path: str, body: Any) -> Any:
        if path != "/v2/agents":
            return body
        steps = {
            name: {**step, "next_steps": change(step["next_steps"])} if "next_steps" in step else step
            for name, step in body["steps"].items()
        }
        return {**body, "steps": steps}

    return json_requests(changed)


def goes_on_whatever_the_condition_says() -> Wsgi:
    return _with_next_steps(lambda following: [{"step_name": step["step_name"]} for step in following])


def stays_in_its_step() -> Wsgi:
    return _with_next_steps(lambda _: [])


def takes_the_last_condition_that_holds() -> Wsgi:
    return _with_next_steps(lambda following: following[::-1])


def shows_no_step() -> Wsgi:
    def change(_method: str, _path: str, _status: int, body: Any) -> Any:
        return {name: value for name, value in body.items() if name != "current_step_name"}

    return json_answers(change)


def begins_every_turn_at_the_first_step() -> Wsgi:
    class Store(Turns):
        def beginning(self, session):
            return replace(session, current_step=None)

    return on(Store)


def knows_no_reentry() -> Wsgi:
    def change(_method: str, path: str, body: Any) -> Any:
        if path != "/v2/agents":
            return body
        steps = {
            name: {field: value for field, value in step.items() if field != "reentry_step"}
            for name, step in body["steps"].items()
        }
        return {**body, "steps": steps}

    return json_requests(change)

"""Servers that each break a promise about who may see what: documents, secrets, other people's sessions."""

import io
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from mockserver.app import create_app
from mockserver.domain.events import ToolOutput
from mockserver.domain.ports import Background
from mockserver.domain.references import Resolved
from mockserver.domain.sessions import MASK
from mockserver.domain.simulator.calls import Outcome, Place, ToolCall
from mockserver.domain.simulator.runs import Runs
from mockserver.domain.simulator.stage import Equipment
from mockserver.stores.memory import MemoryStore
from tests.contracts.sabotage.making import SETTINGS, UNREADABLE, Turns, Wsgi, json_answers, on, sized, turns, with_runs, wrapped
from tests.contracts.sabotage.wire import Answer, Request, behind


def lets_a_quote_out_of_the_filter() -> Wsgi:
    class Store(Turns):
        def seen(self, session):
            role = session.metadata.get("user_role")
            is_break_out = isinstance(role, str) and "' OR " in role
            return {**session.metadata, "user_role": "premium"} if is_break_out else dict(session.metadata)

    return on(Store)


def widens_the_filter_by_or() -> Wsgi:
    """Make a server that shows the filter as it should be, and searches by what an OR in it would find."""

    def widened(equipment: Equipment, background: Background) -> Runs:
        def run(call: ToolCall, outputs: Mapping[str, Any], place: Place) -> Outcome:
            sound = equipment.run(call, outputs, place)
            if " OR " not in str(call.overrides.value.get("metadata_filter")):
                return sound
            found = equipment.run(replace(call, overrides=Resolved({}, {})), outputs, place)
            return replace(found, overrides=sound.overrides, filters=sound.filters)

        return Runs(replace(equipment, run=run), background)

    return with_runs(widened)


def shows_secrets() -> Wsgi:
    app = create_app(SETTINGS)
    planted: list[str] = []

    def telling(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        with suppress(*UNREADABLE):
            planted.extend(value for value in json.loads(body)["secrets"].values() if isinstance(value, str))
        return [
            chunk.replace(b"****", planted[0].encode()) if planted else chunk for chunk in app(environ, sized(start_response))
        ]

    return telling


def logs_what_it_is_sent() -> Wsgi:
    log = logging.getLogger("access")

    def handled(request: Request) -> Answer:
        log.info("%s %s %s", request.method, request.path, request.body.decode("utf-8", "replace"))
        return request.sent()

    return behind(create_app(SETTINGS), handled)


def _found(body: ToolOutput) -> bool:
    return "search_results" in body.tool_output


def tells_the_secrets_of_an_agent_to_its_sessions() -> Wsgi:
    class Store(MemoryStore):
        def append_event(self, session, event):
            agent = self.agent(session.agent_key)
            if isinstance(event.body, ToolOutput) and _found(event.body) and agent.secrets:
                told = dict.fromkeys(event.body.resolved_argument_overrides, next(iter(agent.secrets.values())))
                event = replace(event, body=replace(event.body, resolved_argument_overrides=told))
            return super().append_event(session, event)

    return on(Store)


def tells_the_secrets_of_a_session_in_its_events() -> Wsgi:
    class Store(MemoryStore):
        def append_event(self, session, event):
            if isinstance(event.body, ToolOutput) and _found(event.body) and session.secrets:
                told = dict.fromkeys(event.body.resolved_argument_overrides, next(iter(session.secrets.values())))
                event = replace(event, body=replace(event.body, resolved_argument_overrides=told))
            return super().append_event(session, event)

    return on(Store)


def masks_what_the_caller_has_to_run() -> Wsgi:
    def masked(calls: list[Any]) -> list[Any]:
        return [{**call, "arguments": dict.fromkeys(call["arguments"], MASK)} for call in calls]

    def change(_method: str, _path: str, _status: int, body: Any) -> Any:
        events = [
            {**event, "pending_calls": masked(event["pending_calls"])} if "pending_calls" in event else event
            for event in body.get("events", ())
        ]
        calls = {"client_tool_calls": masked(body["client_tool_calls"])} if "client_tool_calls" in body else {}
        return {**body, **({"events": events} if events else {}), **calls}

    return json_answers(change)


def tells_in_the_call_what_the_caller_has_to_run() -> Wsgi:
    def change(events: list[Any]) -> list[Any]:
        told = {call["event_id"]: call["arguments"] for event in events for call in event.get("pending_calls", ())}
        return [{**event, "tool_input": told[event["id"]]} if event["id"] in told else event for event in events]

    return turns(change)


def takes_undeclared_fields_for_missing() -> Wsgi:
    class Store(MemoryStore):
        def corpus(self, key):
            corpus = super().corpus(key)
            clearance = {"name": "clearance", "level": "document", "type": "text"}
            return corpus and replace(corpus, filter_attributes=(*corpus.filter_attributes, clearance))

    return on(Store)


def finds_nothing() -> Wsgi:
    class Store(Turns):
        def seen(self, session):
            return {**session.metadata, "user_role": "nobody"} if "user_role" in session.metadata else dict(session.metadata)

    return on(Store)


def lets_everybody_in() -> Wsgi:
    def change(environ: dict[str, Any]) -> None:
        if environ.get("HTTP_X_API_KEY", "") not in {"mock-agent-viewer", "mock-agent-user"}:
            environ["HTTP_X_API_KEY"] = "mock-owner"

    return wrapped(change)


def lets_viewers_write() -> Wsgi:
    def change(environ: dict[str, Any]) -> None:
        if environ.get("HTTP_X_API_KEY") == "mock-agent-viewer":
            environ["HTTP_X_API_KEY"] = "mock-owner"

    return wrapped(change)


def lets_users_read_the_history() -> Wsgi:
    def change(environ: dict[str, Any]) -> None:
        if environ.get("HTTP_X_API_KEY") == "mock-agent-user" and environ["REQUEST_METHOD"] == "GET":
            environ["HTTP_X_API_KEY"] = "mock-owner"

    return wrapped(change)


def obeys_the_user_about_its_filter() -> Wsgi:
    class Store(Turns):
        asked = False

        def seen(self, session):
            return {**session.metadata, "user_role": "premium"} if Store.asked else dict(session.metadata)

    app = on(Store)

    def listening(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        Store.asked = b"Ignore your filter" in body
        return app(environ, start_response)

    return listening

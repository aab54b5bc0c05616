"""Servers that each break a promise about templates, references and pinned arguments."""

from dataclasses import replace
from typing import Any

from mockserver.stores.memory import MemoryStore
from tests.contracts.sabotage.making import Turns, Wsgi, json_answers, json_requests, on, turns


def ignores_metadata_in_instructions() -> Wsgi:
    class Store(Turns):
        def seen(self, session):
            return {name: value for name, value in session.metadata.items() if name != "language"}

    return on(Store)


def keeps_the_first_metadata() -> Wsgi:
    class Store(Turns):
        def add_session(self, session):
            added = super().add_session(session)
            self.first = {**getattr(self, "first", {}), added.sequence: dict(added.metadata)}
            return added

        def seen(self, session):
            return self.first[session.sequence]

    return on(Store)


def resolves_references_wrongly() -> Wsgi:
    class Store(Turns):
        def seen(self, session):
            return {**session.metadata, "topic": {"first": "something else"}}

    return on(Store)


def takes_everybody_for_premium() -> Wsgi:
    class Store(Turns):
        def seen(self, session):
            return {**session.metadata, "user_role": "premium"}

    return on(Store)


def hides_what_is_pinned() -> Wsgi:
    return turns(lambda events: [{**event, "argument_override_paths": []} for event in events])


def goes_on_without_a_reference() -> Wsgi:
    class Store(Turns):
        def seen(self, session):
            return {"no_such_field": "", **session.metadata}

    return on(Store)


def renders_missing_references_as_nothing() -> Wsgi:
    def change(_method: str, path: str, _status: int, body: Any) -> Any:
        return {"rendered_instruction": body["rendered_instruction"].replace("$5", "")} if path.endswith("/test") else body

    return json_answers(change)


def renders_twice() -> Wsgi:
    def change(_method: str, _path: str, _status: int, body: Any) -> Any:
        text = body.get("rendered_instruction", "")
        return {**body, "rendered_instruction": text.replace("${session.metadata.name}", "Jo")} if text else body

    return json_answers(change)


def takes_any_template() -> Wsgi:
    def change(method: str, path: str, body: Any) -> Any:
        return {**body, "template_type": "text"} if (method, path) == ("POST", "/v2/instructions") else body

    return json_requests(change)


def forgets_old_versions() -> Wsgi:
    class Store(MemoryStore):
        def instruction(self, instruction_id):
            found = super().instruction(instruction_id)
            if found is None:
                return None
            return replace(found, versions=tuple(replace(version, content=found.latest.content) for version in found.versions))

    return on(Store)

"""Servers that render most templates and resolve most overrides, and each get one thing about them wrong."""

from collections.abc import Callable
from typing import Any

from mockserver.operations.call import Call, Handler, Reply, Services
from tests.contracts.sabotage.making import Turns, Wsgi, json_answers, json_requests, on, turns, with_handlers


def renders_the_first_version_for_ever() -> Wsgi:
    def make(sound: Handler) -> Handler:
        def first(call: Call, services: Services) -> Reply:
            call.parameters["version"] = 1
            return sound(call, services)

        return first

    return with_handlers(test_instruction=make)


def _contexts(change: Callable[[Any], Any]) -> Wsgi:
    def changed(_method: str, path: str, body: Any) -> Any:
        return {**body, "context": change(body["context"])} if path.endswith("/test") else body

    return json_requests(changed)


def renders_for_the_context_of_the_call_before() -> Wsgi:
    seen: list[Any] = [{}]

    def one_late(context: Any) -> Any:
        seen.append(context)
        return seen[-2]

    return _contexts(one_late)


def takes_null_for_a_word() -> Wsgi:
    return _contexts(lambda context: {**context, "none": "null"})


def counts_in_fractions() -> Wsgi:
    return _contexts(lambda context: _mapped(context, lambda value: float(value) if type(value) is int else value))


def ends_every_loop_after_one_entry() -> Wsgi:
    return _contexts(lambda context: {name: value[:1] if isinstance(value, list) else value for name, value in context.items()})


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {name: _mapped(item, change) for name, item in value.items()}
    return [_mapped(item, change) for item in value] if isinstance(value, list) else change(value)


def _templates(change: Callable[[str], str]) -> Wsgi:
    def changed(_method: str, path: str, body: Any) -> Any:
        has_template = path.startswith("/v2/instructions/") and "template" in body
        return {**body, "template": change(body["template"])} if has_template else body

    return json_requests(changed)


def passes_over_elseif() -> Wsgi:
    return _templates(lambda template: template.replace("#elseif(", "#elseif(false && "))


def has_always_a_next_entry() -> Wsgi:
    return _templates(lambda template: template.replace("$foreach.hasNext", "true"))


def shows_plain_letters_only() -> Wsgi:
    def change(_method: str, path: str, _status: int, body: Any) -> Any:
        if not path.endswith("/test"):
            return body
        return {"rendered_instruction": body["rendered_instruction"].encode("ascii", "replace").decode()}

    return json_answers(change)


def makes_text_of_every_value() -> Wsgi:
    def as_text(event: Any) -> Any:
        shown = event.get("resolved_argument_overrides")
        return {**event, "resolved_argument_overrides": _mapped(shown, str)} if shown else event

    return turns(lambda events: list(map(as_text, events)))


def resolves_everything_for_the_first_session() -> Wsgi:
    class Store(Turns):
        def add_session(self, session):
            self.first = getattr(self, "first", session.metadata)
            return super().add_session(session)

        def seen(self, session):
            return dict(self.first)

    return on(Store)


def _overrides(change: Callable[[Any], Any]) -> Wsgi:
    def changed(method: str, path: str, body: Any) -> Any:
        if (method, path) != ("POST", "/v2/agents"):
            return body
        tools = {
            name: {**tool, "argument_override": change(tool["argument_override"])} if "argument_override" in tool else tool
            for name, tool in body["tool_configurations"].items()
        }
        return {**body, "tool_configurations": tools}

    return json_requests(changed)


def resolves_the_outermost_references_alone() -> Wsgi:
    def escaped(value: Any) -> Any:
        if isinstance(value, dict):
            return {"$$ref" if name == "$ref" else name: escaped(item) for name, item in value.items()}
        return [escaped(item) for item in value] if isinstance(value, list) else value

    return _overrides(
        lambda override: {
            name: value if isinstance(value, dict) and value.keys() == {"$ref"} else escaped(value)
            for name, value in override.items()
        }
    )


def fills_no_template_in_a_list() -> Wsgi:
    def change(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: change(item) for name, item in value.items()}
        return _mapped(value, _escaped) if isinstance(value, list) else value

    return _overrides(change)


def _escaped(value: Any) -> Any:
    return value.replace("${", "\\${") if isinstance(value, str) else value


def calls_without_what_is_pinned() -> Wsgi:
    def bare(event: Any) -> Any:
        if event["type"] != "client_tool_pending":
            return event
        return {**event, "pending_calls": [{**call, "arguments": {}} for call in event["pending_calls"]]}

    return turns(lambda events: list(map(bare, events)))


def _instructions(change: Callable[[Any], Any]) -> Wsgi:
    """Make a server whose agents have other instructions than they were given."""

    def changed(method: str, path: str, body: Any) -> Any:
        if (method, path) != ("POST", "/v2/agents"):
            return body
        steps = {name: {**step, "instructions": change(step["instructions"])} for name, step in body["steps"].items()}
        return {**body, "steps": steps}

    return json_requests(changed)


def tells_the_model_no_instruction() -> Wsgi:
    return _instructions(lambda _: [])


def tells_the_model_the_last_branch() -> Wsgi:
    def last(template: str) -> str:
        return template.replace("#if(", "#if(false && ").replace("#elseif(", "#elseif(false && ")

    return _instructions(lambda given: [{**one, "template": last(one["template"])} for one in given])


def tells_the_model_the_metadata_of_the_latest_session() -> Wsgi:
    class Store(Turns):
        def add_session(self, session):
            self.latest = session.metadata
            return super().add_session(session)

        def seen(self, session):
            return {**session.metadata, **self.latest}

    return on(Store)

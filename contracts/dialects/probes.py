"""How it is found out which answer a target gives: one function for each dialect, on objects of the run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from contracts.client import Api, events_path, message, of_type, session_path
from contracts.credentials import Credentials, Roles
from contracts.dialects import table
from contracts.dialects.table import Dialect
from contracts.target import Target
from contracts.world import RunWorld

GREETING = "Hello there!"
SEARCH = "Search the documents: how do I reset my password?"
NOT_FOUND_OUT = "the answer is none of the known ones: {}"


class UnclearError(Exception):
    """It cannot be told what the target answers; says why."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What a probe works with."""

    target: Target
    world: RunWorld
    credentials: Credentials

    @property
    def api(self) -> Api:
        """The API as the administrator of the run."""
        return self.world.api


def _metadata_patch(probed: Probed) -> str:
    session = probed.world.session(probed.world.agent(), metadata={"before": 1})
    probed.api.update_session(session["agent_key"], session["key"], metadata={"after": 2})
    metadata = probed.api.session(session["agent_key"], session["key"])["metadata"]
    return _one_of([({"after": 2}, "replaces"), ({"before": 1, "after": 2}, "merges")], metadata)


def _override_templates(probed: Probed) -> str:
    template = "${session.metadata.word}"
    agent = probed.world.agent(tools=probed.world.search_tool({"query": template}))
    outputs = of_type(probed.api.say(probed.world.session(agent, metadata={"word": "password"}), SEARCH), "tool_output")
    if not outputs:
        raise UnclearError("the agent did not call its search tool")
    query = outputs[0].get("resolved_argument_overrides", {}).get("query")
    return _one_of([("password", "rendered"), (template, "kept as written")], query)


def _unresolvable_references(probed: Probed) -> str:
    tools = probed.world.search_tool({"query": {"$ref": "session.metadata.nowhere"}})
    sessions = f"/v2/agents/{probed.world.agent(tools=tools)['key']}/sessions"
    made = probed.api.ask("POST", sessions, json={"key": probed.world.key("session")})
    if made.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
        return "at creation"
    _is(made, httpx.codes.CREATED)
    _is(probed.api.ask("POST", events_path(made.json()), json=message(SEARCH)), httpx.codes.UNPROCESSABLE_ENTITY)
    return "at the turn"


def _missing_references(probed: Probed) -> str:
    template = "${session.metadata.nowhere}"
    tested = probed.api.ask("POST", f"/v2/instructions/{probed.world.instruction(template)['id']}/test", json={"context": {}})
    if httpx.codes.is_client_error(tested.status_code):
        return "refused"
    return _one_of([(template, "as written"), ("", "nothing")], tested.json().get("rendered_instruction"))


def _undeclared_fields(probed: Probed) -> str:
    query = {"query": "password", "search": {"metadata_filter": "doc.undeclared = 'x'"}}
    answer = probed.api.ask("POST", f"/v2/corpora/{probed.world.corpus}/query", json=query)
    if answer.status_code == httpx.codes.BAD_REQUEST:
        return "error"
    _is(answer, httpx.codes.OK)
    return _one_of([([], "no match")], answer.json()["search_results"])


def _foreign_objects(probed: Probed) -> str:
    nobody = probed.api.bearing(probed.credentials.key(Roles()).headers)
    there, missing = (f"/v2/agents/{key}" for key in (probed.world.agent()["key"], probed.world.key("nobody")))
    statuses = tuple(nobody.ask("GET", path).status_code for path in (there, missing))
    return _one_of([((403, 403), "hidden"), ((404, 404), "hidden"), ((403, 404), "told")], statuses)


def _idle_since(probed: Probed) -> str:
    session = probed.world.session(probed.world.agent())
    first, *behind = (event["id"] for event in probed.api.say(session, GREETING))
    answer = probed.api.ask("POST", events_path(session), json=message(GREETING) | {"since": first})
    if httpx.codes.is_client_error(answer.status_code):
        return "refused"
    events = _is(answer, httpx.codes.CREATED).json()["events"]
    ids = [event["id"] for event in events]
    return "events since and the turn" if ids[: len(behind)] == behind else _one_of(
        [("input_message", "the turn alone")], events[0]["type"] if not set(ids) & set(behind) else ids
    )  # fmt: skip


def _taken_keys(probed: Probed) -> str:
    session = probed.world.session(probed.world.agent())
    return str(probed.api.ask("POST", session_path(session).rpartition("/")[0], json={"key": session["key"]}).status_code)


def _agents_with_sessions(probed: Probed) -> str:
    session = probed.world.session(probed.world.agent())
    removed = probed.api.ask("DELETE", f"/v2/agents/{session['agent_key']}")
    if removed.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.CONFLICT}:
        return "refused"
    _is(removed, httpx.codes.NO_CONTENT)
    _is(probed.api.ask("GET", session_path(session)), httpx.codes.NOT_FOUND)
    return "removes both"


def _disabled_sessions(probed: Probed) -> str:
    session = probed.world.session(probed.world.agent())
    probed.api.update_session(session["agent_key"], session["key"], enabled=False)
    return str(probed.api.ask("POST", events_path(session), json=message(GREETING)).status_code)


def _bearer_keys(probed: Probed) -> str:
    bearing = probed.api.bearing({"authorization": f"Bearer {probed.target.api_key}"})
    status = bearing.ask("GET", "/v2/agents", params={"limit": 1}).status_code
    return _one_of([(200, "accepted"), (401, "refused"), (403, "refused")], status)


def _event_lines(probed: Probed) -> str:
    _, frames = probed.api.stream(probed.world.session(probed.world.agent()), GREETING)
    return "sent" if all(frame.event for frame in frames) else _one_of([({None}, "left out")], {frame.event for frame in frames})


def _session_order(probed: Probed) -> str:
    """The oldest session is changed and talked to last, and keys are not in alphabetical order: neither is taken for age."""
    agent, api = probed.world.agent()["key"], probed.api
    made = [api.create_session(agent, key=f"{letter}-{probed.world.run_id}")["key"] for letter in "bca"]
    api.update_session(agent, made[0], name="Changed")
    api.say({"agent_key": agent, "key": made[0]}, GREETING)
    listed = [session["key"] for session in api.sessions(agent)]
    orders = {tuple(made[::-1]): "newest first", tuple(made): "oldest first"}
    return orders.get(tuple(listed), "neither")


def _page_keys(probed: Probed) -> str:
    agent = probed.world.agent()
    sessions = f"/v2/agents/{agent['key']}/sessions"
    for _ in range(3):
        probed.world.session(agent)
    listed = [session["key"] for session in probed.api.sessions(agent["key"])]
    pages = probed.api.pages(sessions, "sessions", {"limit": 1})
    next(pages)
    probed.api.call("DELETE", f"{sessions}/{listed[0]}", expect=204)
    return _one_of([([listed[1]], "goes on"), ([listed[2]], "skips a row")], [row["key"] for row in next(pages, [])])


PROBES: Mapping[str, Callable[[Probed], str]] = {
    table.METADATA_PATCH.name: _metadata_patch,
    table.OVERRIDE_TEMPLATES.name: _override_templates,
    table.UNRESOLVABLE_REFERENCES.name: _unresolvable_references,
    table.MISSING_REFERENCES.name: _missing_references,
    table.UNDECLARED_FIELDS.name: _undeclared_fields,
    table.FOREIGN_OBJECTS.name: _foreign_objects,
    table.IDLE_SINCE.name: _idle_since,
    table.TAKEN_KEYS.name: _taken_keys,
    table.AGENTS_WITH_SESSIONS.name: _agents_with_sessions,
    table.DISABLED_SESSIONS.name: _disabled_sessions,
    table.BEARER_KEYS.name: _bearer_keys,
    table.EVENT_LINES.name: _event_lines,
    table.SESSION_ORDER.name: _session_order,
    table.PAGE_KEYS.name: _page_keys,
}


def probe(dialect: Dialect, probed: Probed) -> str:
    """Find out which of the known answers a target gives.

    Raises UnclearError for any other answer, AssertionError, UnavailableError and NotSentError where it cannot be asked.
    """
    try:
        return dialect.known(PROBES[dialect.name](probed))
    except ValueError as error:
        raise UnclearError(str(error)) from error


def _one_of(known: list[tuple[Any, str]], seen: object) -> str:
    for value, answer in known:
        if seen == value:
            return answer
    raise UnclearError(NOT_FOUND_OUT.format(seen))


def _is(answer: httpx.Response, status: int) -> httpx.Response:
    if answer.status_code != status:
        request = answer.request
        raise UnclearError(NOT_FOUND_OUT.format(f"{request.method} {request.url.path} gave {answer.status_code}"))
    return answer

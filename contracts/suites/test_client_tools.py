"""Client tools: a call that the caller carries out, and its output (api-facts §4.8, §9.25)."""

import json
from dataclasses import dataclass

import pytest

from contracts.checks.holding import hold_stream, hold_turn
from contracts.client import Api, Json, events_path, message, of_type, session_path
from contracts.document import event_order
from contracts.promises import keeps
from contracts.world import RunWorld

NAMES = ("pick_number", "pick_another_number")
ASKED = {"type": "object", "properties": {"reason": {"type": "string"}}, "required": ["reason"], "additionalProperties": False}
GIVEN = {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"], "additionalProperties": False}
REFUSED = {400, 404, 409, 422}


@dataclass(frozen=True)
class Waiting:
    """A session that waits for client tools: the events of the turn, and the calls as the turn told them."""

    session: Json
    events: list[Json]
    calls: list[Json]


def _waiting(world: RunWorld, api: Api, names: tuple[str, ...] = NAMES[:1], form: str = "json") -> Waiting:
    """Let an agent call client tools."""
    tool = world.tool(input_schema=ASKED, output_schema=GIVEN)
    wanted = " and ".join(names)
    rule = f"For each message of the user call {wanted} exactly once, both at once if they are two; then say what was returned."
    agent = world.agent(instructions=[rule], tools={name: {"type": "client", "tool_id": tool["id"]} for name in names})
    return _asked(api, world.session(agent), f"Please call {wanted} now.", form)


def _asked(api: Api, session: Json, text: str, form: str) -> Waiting:
    events = _answer(api, session, message(text), form)
    if not of_type(events, "tool_input"):
        pytest.skip("not testable here: the agent did not call its client tool")
    return Waiting(session, events, _pending(events))


def _answer(api: Api, session: Json, given: Json, form: str = "json") -> list[Json]:
    """Give an input; the events of the answer, which are in order."""
    if form == "json":
        answer = api.give(session, given)
        hold_turn(answer, event_order())
        return answer
    with api.open(session, given) as stream:
        hold_stream(stream.rest(), event_order())
        return stream.data


def _pending(events: list[Json]) -> list[Json]:
    return [call for event in of_type(events, "client_tool_pending") for call in event["pending_calls"]]


def _number(call: Json, number: object = 7) -> Json:
    return {"type": "success", "event_id": call["event_id"], "output": {"number": number}}


def _outputs(*outputs: Json) -> Json:
    return {"type": "tool_output", "tool_outputs": list(outputs)}


@keeps("SC313")
@pytest.mark.parametrize("form", ["json", "stream"])
def test_a_call_of_a_client_tool_waits_and_goes_on_with_its_output(world: RunWorld, api: Api, form: str):
    waiting = _waiting(world, api, form=form)
    session, (called, *_) = waiting.session, of_type(waiting.events, "tool_input")
    assert [call["event_id"] for call in waiting.calls] == [event["id"] for event in of_type(waiting.events, "tool_input")]
    assert waiting.calls[0]["arguments"] == called["tool_input"]
    assert api.waiting_calls(session) == waiting.calls
    listed = api.events(session, include_hidden="true")
    assert called in listed
    assert of_type(listed, "client_tool_pending") == []
    answer = _answer(api, session, _outputs(*map(_number, waiting.calls)), form)
    assert answer[0] == api.events(session)[len(listed)]
    assert (answer[0]["type"], answer[0]["tool_call_id"]) == ("tool_output", called["tool_call_id"])
    assert (answer[0]["tool_output"], answer[0]["error"]) == ({"number": 7}, False)
    assert len(api.events(session)) > len(listed) + len(waiting.calls), "the turn does not go on"
    assert api.waiting_calls(session) == _pending(answer)


@keeps("SC313")
def test_a_failure_of_a_client_tool_is_told_to_the_agent(world: RunWorld, api: Api):
    waiting = _waiting(world, api)
    failed = [{"type": "error", "event_id": call["event_id"], "error": "There is no number today."} for call in waiting.calls]
    answer = _answer(api, waiting.session, _outputs(*failed))
    assert answer[0]["type"] == "tool_output"
    assert answer[0]["error"] is True
    assert "There is no number today." in json.dumps(answer[0]["tool_output"])
    assert len(answer) > len(failed)


@keeps("SC314")
def test_outputs_that_do_not_fit_the_calls_are_refused(world: RunWorld, api: Api):
    waiting = _waiting(world, api, NAMES)
    session, calls, right = waiting.session, waiting.calls, [_number(call) for call in waiting.calls]
    before = api.events(session, include_hidden="true")
    for wrong in (
        [],
        right[1:],
        [*right, right[0]],
        [*right, _number({"event_id": "aev_unknown"})],
        [_number({"event_id": before[0]["id"]}), *right[1:]],
        [_number(calls[0], "seven"), *right[1:]],
        [{**right[0], "output": {}}, *right[1:]],
    ):
        api.call("POST", events_path(session), json=_outputs(*wrong), expect=REFUSED)
        assert api.events(session, include_hidden="true") == before
        assert api.waiting_calls(session) == calls
    answer = _answer(api, session, _outputs(*right))
    assert [event["tool_output"] for event in of_type(answer, "tool_output")][: len(right)] == [{"number": 7}] * len(right)


@keeps("SC314")
def test_an_output_that_nobody_waits_for_is_refused(world: RunWorld, api: Api):
    session = world.session(world.agent())
    event = api.say(session, "Hello there!")[0]
    before = api.events(session, include_hidden="true")
    for given in (_outputs(_number({"event_id": event["id"]})), _outputs()):
        api.call("POST", events_path(session), json=given, expect=REFUSED)
    assert api.events(session, include_hidden="true") == before


@keeps("SC608")
def test_only_the_pending_call_of_a_client_tool_has_its_secrets_in_clear(world: RunWorld, api: Api):
    secrets = {"agent": f"agent-secret-{world.run_id}", "session": f"session-secret-{world.run_id}"}
    override = {"pin": {"$ref": "agent.secrets.pin"}, "headers": {"token": {"$ref": "session.secrets.token"}}}
    tool = world.tool()
    rule = "For each message of the user call pick_number exactly once, then say what was returned."
    tools = {"pick_number": {"type": "client", "tool_id": tool["id"], "argument_override": override}}
    agent = world.agent(instructions=[rule], tools=tools)
    path = f"/v2/agents/{agent['key']}"
    api.call("PUT", f"{path}/secrets", json={"secrets": {"pin": secrets["agent"]}}, expect=200)
    session = world.session(agent, secrets={"token": secrets["session"]})
    waiting = _asked(api, session, "Please call pick_number now.", "json")
    (call,) = waiting.calls
    assert call["arguments"] | {"pin": secrets["agent"], "headers": {"token": secrets["session"]}} == call["arguments"]
    assert api.waiting_calls(session) == waiting.calls
    seen = [event for event in waiting.events if event["type"] != "client_tool_pending"]
    answer = _answer(api, session, _outputs(_number(call)))
    told = [api.call("GET", where, expect=200).json() for where in (path, f"{path}/secrets", session_path(session))]
    shown = json.dumps([seen, answer, told, api.events(session, include_hidden="true")])
    assert [name for name, secret in secrets.items() if secret in shown] == []
    assert answer[0]["resolved_argument_overrides"] == {"pin": "****", "headers": {"token": "****"}}

"""Sub-agents: one agent asks another, in a session of its own (api-facts §2.7, §4.5)."""

import pytest

from contracts.checks.holding import hold_stream
from contracts.client import Api, Json, message, of_type
from contracts.document import event_order
from contracts.promises import keeps
from contracts.world import RunWorld

TOOL = "ask_colleague"
RULE = f"For each message of the user call {TOOL} exactly once with the message, then say what the colleague answered."


@keeps("SC315")
@pytest.mark.parametrize("text", ["how is a password reset?", "hello there!"], ids=["with-tools", "words-only"])
def test_the_events_of_a_sub_agent_are_told_while_its_call_runs(world: RunWorld, api: Api, text: str):
    child = world.agent(instructions=["Answer in one short sentence."], tools=world.search_tool(None))
    tools = {TOOL: {"type": "sub_agent", "sub_agent_configuration": {"agent_key": child["key"]}}}
    session = world.session(world.agent(instructions=[RULE], tools=tools))
    with api.open(session, message(f"Please call {TOOL}: {text}")) as stream:
        frames = stream.rest()
    calls, outputs = of_type(frames, "tool_input"), of_type(frames, "tool_output")
    if not calls:
        pytest.skip("not testable here: the agent did not ask its sub-agent")
    called = calls[0]
    hold_stream(frames, event_order())
    assert outputs[0]["error"] is False
    asked = api.session(child["key"], outputs[0]["tool_output"]["session_key"])
    assert (asked["created_by_agent_key"], asked["created_by_session_key"]) == (session["agent_key"], session["key"])
    order = [frames.index(called), *_places(frames, called["tool_call_id"]), frames.index(outputs[0])]
    assert order == sorted(order)
    assert [frames[place]["agent_event"] for place in order[1:-1]] == api.events(asked)
    assert of_type(api.events(session), "tool_activity") == []


def _places(frames: list[Json], call_id: str) -> list[int]:
    """Return where the call tells of stored events of the other agent."""
    stored = event_order().persisted
    return [
        place
        for place, frame in enumerate(frames)
        if frame["type"] == "tool_activity" and frame["tool_call_id"] == call_id
        if frame["activity_type"] == "sub_agent" and frame["agent_event"]["type"] in stored
    ]

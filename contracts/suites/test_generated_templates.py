"""Templating as a property: whatever form a template or a reference has, it becomes what its metadata says."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from contracts.client import Api, Json, message, of_type
from contracts.dialects.spoken import Speaks
from contracts.dialects.table import OVERRIDE_TEMPLATES
from contracts.promises import keeps
from contracts.templating.overrides import Pinned, pinned
from contracts.templating.templates import Case, cases
from contracts.world import RunWorld

FEWEST_TEMPLATES, FEWEST_TURNS = 150, 6
TURNS_SHARE = 4
"""Of so many examples one is worth a turn of an agent."""
CALL = "Please call lookup now."


@pytest.fixture
def examples(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("--max-examples"))


@keeps("SC511")
def test_a_generated_template_renders_to_what_its_parts_say(world: RunWorld, api: Api, examples: int):
    path = f"/v2/instructions/{world.instruction('Be kind.')['id']}"

    @settings(max_examples=max(FEWEST_TEMPLATES, 2 * examples))
    @given(cases())
    def renders(case: Case) -> None:
        api.call("PATCH", path, json={"type": "initial", "template": case.template}, expect=200)
        body = {"context": case.metadata, "tools": list(case.tools)}
        answer = api.call("POST", f"{path}/test", json=body, expect=200).json()
        assert answer["rendered_instruction"] == case.text, case.template

    renders()


@keeps("SC512")
def test_whatever_is_pinned_reaches_the_tool_resolved(world: RunWorld, api: Api, speaks: Speaks, examples: int):
    tool, renders = world.tool()["id"], speaks(OVERRIDE_TEMPLATES, "rendered")

    @settings(max_examples=max(FEWEST_TURNS, examples // TURNS_SHARE))
    @given(pinned(renders=renders))
    def reaches(drawn: Pinned) -> None:
        call, output = _called(world, api, tool, drawn)
        assert _exactly(output["resolved_argument_overrides"]) == _exactly(drawn.value), drawn.override
        arguments = {name: value for name, value in call["arguments"].items() if name in drawn.value}
        assert _exactly(arguments) == _exactly(drawn.value), drawn.override

    reaches()


def _called(world: RunWorld, api: Api, tool_id: str, drawn: Pinned) -> tuple[Json, Json]:
    """Let an agent call a client tool with these arguments pinned: the call as the caller gets it, and its output."""
    rule = "For each message of the user call lookup exactly once, then say what was returned."
    tools = {"lookup": {"type": "client", "tool_id": tool_id, "argument_override": drawn.override}}
    session = world.session(world.agent(instructions=[rule], tools=tools), metadata=drawn.metadata)
    pending = of_type(api.give(session, message(CALL)), "client_tool_pending")
    if not pending:
        pytest.skip("the agent did not call its client tool")
    calls = pending[0]["pending_calls"]
    outputs = [{"type": "success", "event_id": call["event_id"], "output": {"found": True}} for call in calls]
    answer = api.give(session, {"type": "tool_output", "tool_outputs": outputs})
    return calls[0], of_type(answer, "tool_output")[0]


def _exactly(value: Any) -> str:
    """Write a value so that its types count: to Python, true is 1."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)

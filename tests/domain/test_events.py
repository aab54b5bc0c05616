from dataclasses import replace

import pytest

from mockserver.domain.events import (
    AgentOutput,
    Compaction,
    InputMessage,
    SkillLoad,
    StructuredOutput,
    Thinking,
    ToolInput,
    ToolOutput,
    text_of,
    type_of,
)
from tests.arrange import an_event

BODIES = [
    (
        InputMessage(({"type": "text", "content": "hi"},)),
        {"type": "input_message", "messages": ({"type": "text", "content": "hi"},)},
    ),
    (SkillLoad("s", "text"), {"type": "skill_load", "skill_name": "s", "content": "text"}),
    (Thinking("hm"), {"type": "thinking", "content": "hm"}),
    (
        ToolInput("call_1", "search", "corpora_search", {"query": "q"}, ("metadata_filter",)),
        {
            "type": "tool_input",
            "tool_call_id": "call_1",
            "tool_configuration_name": "search",
            "tool_name": "corpora_search",
            "tool_input": {"query": "q"},
            "argument_override_paths": ("metadata_filter",),
        },
    ),
    (
        ToolOutput(
            "call_1", "search", "corpora_search", {"search_results": []}, error=False, resolved_argument_overrides={"a": 1}
        ),
        {
            "type": "tool_output",
            "tool_call_id": "call_1",
            "tool_configuration_name": "search",
            "tool_name": "corpora_search",
            "tool_output": {"search_results": []},
            "error": False,
            "resolved_argument_overrides": {"a": 1},
        },
    ),
    (AgentOutput("bye"), {"type": "agent_output", "content": "bye"}),
]


@pytest.mark.parametrize(("body", "written"), BODIES, ids=[written["type"] for _, written in BODIES])
def test_an_event_is_written_with_its_frame_and_body(body, written):
    event = an_event(7, body=body)

    assert event.as_json() == {"id": "aev_7", "session_key": "s1", "created_at": "2026-01-15T12:00:00.000Z", **written}
    assert type_of(body) == written["type"]


def test_the_text_of_a_message_is_that_of_its_text_parts():
    parts = ({"type": "text", "content": "one"}, {"type": "skill", "skill_name": "s"}, {"type": "text", "content": "two"})

    assert text_of(InputMessage(parts)) == "one\ntwo"


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        (AgentOutput(""), 0),
        (AgentOutput("abcde"), 2),
        (InputMessage(({"type": "text", "content": "12345678"}, {"type": "skill", "skill_name": "tea"})), 2),
        (Compaction(1, 2, "sum_1", "1234"), 1),
        (StructuredOutput("s", {"a": 1}), 18),
    ],
)
def test_an_event_knows_how_many_tokens_the_model_reads_of_it(body, tokens):
    assert an_event(body=body).tokens == tokens


@pytest.mark.parametrize("body", [body for body, _ in BODIES])
def test_a_numbered_event_is_the_same_but_for_its_number(body):
    event = replace(an_event(), body=body, hidden=True)

    assert event.numbered(7) == replace(event, sequence=7)
    assert event.numbered(7).tokens == event.tokens
    assert event.sequence == 0


def test_a_changed_event_is_not_counted_again():
    event = replace(an_event(body=AgentOutput("abcde")), tokens=7)

    assert replace(event, hidden=True, sequence=3).tokens == 7

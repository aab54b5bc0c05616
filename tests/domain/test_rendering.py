import pytest

from mockserver.domain.errors import Refused
from mockserver.domain.instructions import new_instruction, updated_instruction
from mockserver.domain.rendering import described_tools, rendered_instructions, rendered_reminders, template_context
from mockserver.domain.templating.dialect import DIALECT
from tests.arrange import NOON, a_session, an_agent

CONTEXT = {
    **template_context(an_agent("a1", metadata={"team": "care"}), a_session("s1", metadata={"x": 1}), NOON),
    "tools": [],
}
ONE = new_instruction({"name": "One", "template": "first"}, "ins_1", NOON)
TWO = updated_instruction(ONE, {"template": "second", "enabled": False}, NOON)


def told(*instructions, find=lambda _: TWO):
    return rendered_instructions({"instructions": instructions}, CONTEXT, DIALECT, find)


def test_the_variables_of_a_template_are_these_and_no_more():
    assert CONTEXT == {
        "agent": {"name": "Agent a1", "key": "a1", "metadata": {"team": "care"}},
        "session": {"key": "s1", "metadata": {"x": 1}},
        "currentDate": "2026-01-15T12:00:00.000Z",
        "tools": [],
    }


def test_a_description_sees_neither_key_nor_tools_and_is_empty_without_a_template():
    tools = {"a": {"description_template": "$agent.name $agent.key $tools $session.metadata.x"}, "b": {}}

    described = described_tools(tools, {name: CONTEXT[name] for name in ("agent", "session", "currentDate")}, DIALECT)

    assert described == [{"name": "a", "description": "Agent a1 $agent.key $tools 1"}, {"name": "b", "description": ""}]


@pytest.mark.parametrize(("reference", "text"), [({"version": 1}, "first"), ({"version": 2}, "second"), ({}, "second")])
def test_a_reference_gives_its_version_even_where_it_is_disabled(reference, text):
    assert told({"type": "reference", "id": "ins_1", **reference}) == [{"name": "One", "text": text}]


@pytest.mark.parametrize(("find", "reference"), [(lambda _: None, {}), (lambda _: ONE, {"version": 2})], ids=["gone", "version"])
def test_a_reference_that_is_gone_is_refused_by_id(find, reference):
    with pytest.raises(Refused) as caught:
        told({"type": "reference", "id": "ins_1", **reference}, find=find)

    assert caught.value.refusal.code == "SM406"
    assert "'ins_1'" in caught.value.message


def test_only_templated_reminders_are_rendered():
    reminders = [
        {"type": "templated", "template": "$session.key", "hooks": ["tool_output"]},
        {"type": "glossary_expansion", "glossary_key": "words"},
        {"type": "templated", "template": "$session.key", "template_type": "text", "hooks": ["input_message"]},
    ]

    assert rendered_reminders({"reminders": reminders}, CONTEXT, DIALECT) == [
        {"hooks": ["tool_output"], "text": "s1"},
        {"hooks": ["input_message"], "text": "$session.key"},
    ]
    assert rendered_reminders({}, CONTEXT, DIALECT) == []

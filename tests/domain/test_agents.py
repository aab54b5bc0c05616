import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.agents import COMPACTION_DEFAULTS, config_of, effective_compaction, patched
from mockserver.domain.errors import Refused
from tests.arrange import an_agent

MODEL = {"model": {"name": "m"}}
PARSER = {"type": "default"}
RULE = {"type": "inline", "name": "R", "template": "x"}
EMPTY = {"instructions": [], "output_parser": PARSER}
TOOL = {"type": "web_search"}


def base(**more):
    return config_of({**MODEL, "first_step_name": "a", "steps": {"a": {"instructions": [RULE]}, "b": {}}, **more})


def refused(make):
    with pytest.raises(Refused) as caught:
        make()
    assert caught.value.refusal.code == "SM330"
    return caught.value.fields


@pytest.mark.parametrize(
    ("body", "entry", "steps"),
    [
        pytest.param({"first_step_name": "a", "steps": {"a": {}}}, "a", {"a": EMPTY}, id="by name"),
        pytest.param({"first_step": {}}, "first_step", {"first_step": EMPTY}, id="older form, default name"),
        pytest.param({"first_step": {"name": "x"}}, "x", {"x": EMPTY}, id="older form, named"),
        pytest.param(
            {"first_step": {"name": "x", "instructions": [RULE]}, "steps": {"y": {}}},
            "x",
            {"y": EMPTY, "x": {**EMPTY, "instructions": [RULE]}},
            id="older form beside steps",
        ),
        pytest.param(
            {"first_step": {"name": "x"}, "first_step_name": "x", "steps": {"x": {}}}, "x", {"x": EMPTY}, id="both, same"
        ),
        pytest.param({"first_step": {}, "first_step_name": "x"}, "x", {"x": EMPTY}, id="both, unnamed step"),
    ],
)
def test_every_form_of_an_entry_becomes_the_same_normal_form(body, entry, steps):
    config = config_of({**MODEL, **body})

    assert (config["first_step_name"], config["steps"]) == (entry, steps)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({}, "/first_step_name", id="no entry"),
        pytest.param({"steps": {"a": {}}}, "/first_step_name", id="steps without an entry"),
        pytest.param({"first_step_name": "x", "steps": {"a": {}}}, "/first_step_name", id="unknown entry"),
        pytest.param({"first_step_name": "a", "steps": {"a": {}}, "first_step": {"name": "b"}}, "/first_step", id="names differ"),
        pytest.param(
            {"first_step_name": "a", "steps": {"a": {}}, "first_step": {"name": "a", "instructions": [RULE]}},
            "/first_step",
            id="steps differ",
        ),
        pytest.param({"first_step": {"name": "a"}, "steps": {"a": {}}}, "/first_step/name", id="a step of that name exists"),
        pytest.param(
            {"first_step": {"next_steps": [{"step_name": "z"}]}}, "/steps/first_step/next_steps/0/step_name", id="unknown next"
        ),
        pytest.param({"first_step": {"reentry_step": "z"}}, "/steps/first_step/reentry_step", id="unknown reentry"),
        pytest.param({"first_step": {"allowed_tools": ["z"]}}, "/steps/first_step/allowed_tools", id="unknown tool"),
        pytest.param({"first_step": {"allowed_skills": ["z"]}}, "/steps/first_step/allowed_skills", id="unknown skill"),
    ],
)
def test_what_does_not_fit_together_is_refused_by_field(body, field):
    assert set(refused(lambda: config_of({**MODEL, **body}))) == {field}


def test_all_that_does_not_fit_is_named_at_once():
    step = {"reentry_step": "z", "allowed_tools": ["t"]}

    fields = refused(lambda: config_of({**MODEL, "first_step": step}))

    assert set(fields) == {"/steps/first_step/reentry_step", "/steps/first_step/allowed_tools"}


def test_the_first_step_is_always_shown_under_its_name():
    agent = an_agent(steps={"talk": {"name": "another"}})

    assert agent.as_json()["first_step"] == {**EMPTY, "name": "talk"}


def test_null_tools_and_unknown_fields_are_dropped():
    config = base(tool_configurations={"t": None, "u": TOOL}, skills={"s": None}, surprise=1)

    assert config["tool_configurations"] == {"u": TOOL}
    assert "surprise" not in config


@pytest.mark.parametrize(
    ("patch", "field", "value"),
    [
        pytest.param({"description": "new"}, "description", "new", id="description replaced"),
        pytest.param({"description": None}, "description", None, id="description cleared"),
        pytest.param({"model": {"name": "n"}}, "model", {"name": "n"}, id="model replaced"),
        pytest.param({"metadata": {"b": 2}}, "metadata", {"b": 2}, id="metadata replaced"),
        pytest.param({"metadata": None}, "metadata", {}, id="metadata cleared"),
        pytest.param({"compaction": None}, "compaction", None, id="compaction cleared"),
        pytest.param({"tool_output_offloading": None}, "tool_output_offloading", None, id="offloading cleared"),
        pytest.param({"tool_configurations": {"u": TOOL}}, "tool_configurations", {"t": TOOL, "u": TOOL}, id="a tool is added"),
        pytest.param({"tool_configurations": {"t": None}}, "tool_configurations", {}, id="a tool is removed"),
        pytest.param({"tool_configurations": None}, "tool_configurations", {}, id="all tools are removed"),
        pytest.param({"skills": {"s": None}}, "skills", None, id="the last skill is removed"),
        pytest.param({"skills": None}, "skills", None, id="all skills are removed"),
        pytest.param({"first_step_name": "b"}, "first_step_name", "b", id="another entry"),
        pytest.param({"steps": {"b": None}}, "steps", {"a": {**EMPTY, "instructions": [RULE]}}, id="a step is removed"),
        pytest.param(
            {"steps": {"a": {"instructions": None}}}, "steps", {"a": EMPTY, "b": EMPTY}, id="null restores a step's default"
        ),
        pytest.param(
            {"steps": {"a": {"reentry_step": "b"}}},
            "steps",
            {"a": {**EMPTY, "instructions": [RULE], "reentry_step": "b"}, "b": EMPTY},
            id="a step is merged by field",
        ),
        pytest.param(
            {"first_step": {"reentry_step": "b"}},
            "steps",
            {"a": {**EMPTY, "instructions": [RULE], "reentry_step": "b"}, "b": EMPTY},
            id="older form merges the entry",
        ),
        pytest.param(
            {"steps": {"c": {}}},
            "steps",
            {"a": {**EMPTY, "instructions": [RULE]}, "b": EMPTY, "c": EMPTY},
            id="a step is added",
        ),
    ],
)
def test_a_patch_merges_maps_and_replaces_the_rest(patch, field, value):
    before = base(
        description="old",
        metadata={"a": 1},
        tool_configurations={"t": TOOL},
        skills={"s": {"description": "d", "content": "c"}},
        compaction={"enabled": False},
        tool_output_offloading={"enabled": True},
    )

    after = patched(before, patch)

    assert after.get(field) == value
    assert {name: after[name] for name in after if name != field} == {name: before[name] for name in before if name != field}


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        pytest.param({"steps": {"a": None}}, "/first_step_name", id="the entry is removed"),
        pytest.param({"first_step_name": "z"}, "/first_step_name", id="an unknown entry"),
        pytest.param({"steps": {"b": {}}, "first_step": {"name": "b"}}, "/first_step/name", id="a name that is taken"),
        pytest.param({"tool_configurations": None}, "/steps/a/allowed_tools", id="a tool in use is removed"),
    ],
)
def test_a_patch_that_leaves_loose_ends_is_refused(patch, field):
    before = config_of(
        {**MODEL, "first_step_name": "a", "steps": {"a": {"allowed_tools": ["t"]}}, "tool_configurations": {"t": TOOL}}
    )

    assert set(refused(lambda: patched(before, patch))) == {field}


names = st.sampled_from("tuv")
tool_patches = st.dictionaries(names, st.none() | st.just(TOOL))


@given(tool_patches, tool_patches)
def test_tools_are_merged_by_name(first, second):
    config = patched(patched(base(), {"tool_configurations": first}), {"tool_configurations": second})

    merged = {**first, **second}
    assert config["tool_configurations"] == {name: tool for name, tool in merged.items() if tool is not None}


@given(tool_patches)
def test_an_empty_patch_changes_nothing(tools):
    config = base(tool_configurations=tools)

    assert patched(config, {}) == config


def test_a_session_takes_over_the_agents_compaction_with_defaults():
    agent = an_agent(compaction={"threshold_percent": 60})

    assert effective_compaction(agent) == {**COMPACTION_DEFAULTS, "threshold_percent": 60}


def test_the_older_form_may_rename_the_entry_step():
    before = config_of({**MODEL, "first_step": {"name": "a", "reentry_step": "a"}})
    after = patched(before, {"first_step": {"name": "z", "reentry_step": "z"}})
    assert after["first_step_name"] == "z"
    assert after["steps"] == {"z": {**before["steps"]["a"], "reentry_step": "z"}}


@pytest.mark.parametrize("name", ["", "n" * 256], ids=["empty", "over-long"])
def test_the_entry_step_keeps_a_name_within_bounds(name):
    before = config_of({**MODEL, "first_step": {"name": "a"}})
    with pytest.raises(Refused) as refused:
        patched(before, {"first_step": {"name": name}})
    assert refused.value.fields == {"/first_step_name": "the entry step needs a name of 1 to 255 characters"}

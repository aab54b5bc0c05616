"""Choosing a scenario, putting books together, and what the built-in scenarios show."""

import json
from importlib.resources import files

import jsonschema_rs
import pytest
import yaml

import openapi
from mockserver.domain import filters, patterns
from mockserver.domain.errors import Refused
from mockserver.domain.events import TYPES
from mockserver.domain.simulator.act_texts import rendered
from mockserver.domain.simulator.acts import Call, Compact, Interrupt, MakeArtifact, Parallel, Repeat, Say, Skill, Think
from mockserver.domain.simulator.scenarios import (
    Book,
    Rule,
    Scenario,
    Scripted,
    count_of,
    kinds_of,
    merged,
    scenario_of,
    scripted_of,
    summary,
)
from mockserver.domain.streaming import pieces
from mockserver.domain.templating import parse
from mockserver.domain.templating.dialect import DIALECT
from mockserver.scenario_files import load_book

ORDER = yaml.safe_load((openapi.DOCUMENT.parent / "paths" / "events.yaml").read_text("utf-8"))["post"]["x-event-order"]
BUILT_IN = load_book([])
CALL = Call("t", "t", {}, output={})


def a_book(*names, rules=(), tools=None, about="x"):
    return Book({name: Scenario(name, about, (Say(name),)) for name in names}, rules, tools or {})


RULES = (
    Rule("gold", metadata=filters.parse("tier = 'gold'"), message=patterns.search("(?i)refund")),
    Rule("support", agent="support-agent", message=patterns.search("refund")),
    Rule("any", message=patterns.search("^tell")),
)
BOOK = a_book("gold", "support", "any", "wished", rules=RULES)


@pytest.mark.parametrize(
    ("wish", "agent", "metadata", "message", "name"),
    [
        pytest.param("wished", "support-agent", {"mock.scenario": "any"}, "tell me of a refund", "wished", id="wish first"),
        pytest.param(None, "support-agent", {"mock.scenario": "any"}, "a refund", "any", id="then the session's mark"),
        pytest.param(None, "a1", {"mock": {"scenario": "any", "more": 1}}, "", "any", id="a nested mark"),
        pytest.param(None, "a1", {"mock.scenario": "any", "mock": {"scenario": "gold"}}, "", "any", id="the key before the nest"),
        pytest.param(None, "a1", {"mock.scenario": None}, "tell", "any", id="a mark of null is none"),
        pytest.param(None, "a1", {"mock": "any"}, "", None, id="mock alone is no mark"),
        pytest.param(None, "support-agent", {"tier": "gold"}, "a REFUND", "gold", id="first rule"),
        pytest.param(None, "support-agent", {"tier": "tin"}, "a refund", "support", id="second rule"),
        pytest.param(None, "a1", {"tier": "gold"}, "tell me", "any", id="third rule"),
        pytest.param(None, "a1", {"tier": "tin"}, "a refund", None, id="no rule"),
    ],
)
def test_a_wish_goes_before_the_session_and_the_session_before_the_rules(wish, agent, metadata, message, name):
    chosen = BOOK.chosen(wish, agent, metadata, message)
    assert (chosen and chosen.name) == name


def test_a_rule_without_conditions_fits_everything():
    assert a_book("x", rules=(Rule("x"),)).chosen(None, "a", {}, "").name == "x"


LISTS = "`sessions-mock scenarios` and GET /__admin/scenarios list them."


@pytest.mark.parametrize(
    ("wish", "metadata", "message", "fields"),
    [
        pytest.param(
            "wishd",
            {},
            f"There is no scenario 'wishd'; did you mean 'wished'? {LISTS}",
            {"scenario": "names no scenario; did you mean 'wished'?"},
            id="wish",
        ),
        pytest.param("qqqq", {}, f"There is no scenario 'qqqq'. {LISTS}", {"scenario": "names no scenario"}, id="nothing near"),
        pytest.param("", {}, f"There is no scenario ''. {LISTS}", {"scenario": "names no scenario"}, id="empty"),
        pytest.param(
            None,
            {"mock.scenario": "golden"},
            f"There is no scenario 'golden'; did you mean 'gold'? {LISTS}",
            {"/metadata/mock.scenario": "names no scenario; did you mean 'gold'?"},
            id="mark",
        ),
        pytest.param(
            None,
            {"mock": {"scenario": [1]}},
            f"There is no scenario '[1]'. {LISTS}",
            {"/metadata/mock.scenario": "names no scenario"},
            id="no text",
        ),
        pytest.param(
            "x" * 10_000, {}, f"There is no scenario '{'x' * 50}'. {LISTS}", {"scenario": "names no scenario"}, id="cut short"
        ),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(wish, metadata, message, fields):
    with pytest.raises(Refused) as refused:
        BOOK.chosen(wish, "a1", metadata, "tell")
    assert (refused.value.refusal.code, refused.value.message, refused.value.fields) == ("SM230", message, fields)


def test_the_last_book_weighs_most():
    both = merged(
        [
            a_book("a", "b", rules=(Rule("a"),), tools={"t": Scripted({"n": 1}, failed=False)}, about="first"),
            a_book("b", rules=(Rule("b"),), tools={"t": Scripted({"n": 2}, failed=False)}, about="second"),
        ]
    )
    assert {name: scenario.about for name, scenario in both.scenarios.items()} == {"a": "first", "b": "second"}
    assert both.chosen(None, "a1", {}, "").name == "b"
    assert both.tools["t"].output == {"n": 2}


def test_a_scenario_keeps_pace_and_faults_as_they_are_written():
    raw = {"about": "x", "physics": {"jitter": 0.5}, "chaos": {"cut": "frame"}}
    assert scenario_of("n", raw, "f.yaml") == Scenario("n", "x", None, {"jitter": 0.5}, {"cut": "frame"}, "f.yaml")


@pytest.mark.parametrize(
    ("raw", "scripted"),
    [
        ({"output": {"a": 1}}, Scripted({"a": 1}, failed=False)),
        ({"error": "no"}, Scripted({"error": "no"}, failed=True)),
        ({"error": {"code": 5}}, Scripted({"code": 5}, failed=True)),
    ],
)
def test_a_tools_result_is_an_output_or_an_error(raw, scripted):
    assert scripted_of(raw) == scripted


USED = ("context_consumed", "end")


@pytest.mark.parametrize(
    ("turn", "kinds"),
    [
        (None, ()),
        ((Interrupt(),), ("input_message", "session_interrupted", "end")),
        ((CALL, Repeat(3, (CALL,))), ("input_message", "tool_input", "tool_output", *USED)),
        ((Parallel((CALL, CALL)),), ("input_message", "tool_input", "tool_output", *USED)),
        (
            (Call("t", "t", {}, output={}, activity=("x",)),),
            ("input_message", "tool_input", "tool_activity", "tool_output", *USED),
        ),
        ((Skill("s"),), ("input_message", "tool_input", "skill_load", *USED)),
        ((Skill("s", by="user"),), ("input_message", "skill_load", *USED)),
        ((MakeArtifact("a", "m/n", content=""),), ("input_message", "tool_input", "tool_output", *USED)),
        ((MakeArtifact("a", "m/n", content="", by="user"),), ("input_message", "artifact_upload", *USED)),
        (
            (Think("x"), Say("y"), Compact()),
            (
                "input_message",
                "thinking",
                "streaming_thinking",
                "streaming_thinking_end",
                "agent_output",
                "streaming_agent_output",
                "streaming_agent_output_end",
                "compaction_started",
                "compaction",
                "context_consumed",
                "end",
            ),
        ),
    ],
)
def test_a_scenario_tells_what_it_shows(turn, kinds):
    assert kinds_of(Scenario("n", "x", turn)) == kinds


def test_acts_are_counted_as_they_are_performed():
    assert count_of((Say("x"), Repeat(3, (Say("x"), Repeat(2, (CALL,)))))) == 10


def test_a_summary_is_what_the_admin_route_lists():
    scenario = Scenario("n", "x", (Interrupt(),), source="f.yaml")
    kinds = ["input_message", "session_interrupted", "end"]
    assert summary(scenario) == {"name": "n", "about": "x", "event_types": kinds, "acts": 1, "source": "f.yaml"}


KINDS = {*ORDER["persisted"], *ORDER["transient"], *ORDER["stream_only"]}
NAMED_OTHERWISE = {"error": "stream_error"}
ENDS = {"end", "streaming_agent_output_end", "streaming_thinking_end"}


def test_the_built_in_scenarios_show_every_type_of_the_document():
    assert set(TYPES.values()) <= KINDS
    assert {kind for scenario in BUILT_IN.scenarios.values() for kind in kinds_of(scenario)} == KINDS


@pytest.mark.parametrize("kind", sorted(KINDS - ENDS))
def test_a_type_has_a_scenario_of_its_name(kind):
    assert kind in kinds_of(BUILT_IN.scenarios[NAMED_OTHERWISE.get(kind, kind)])


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
def test_the_built_in_scenarios_read_the_same_with_either_yaml_parser(loader):
    raw = yaml.load((files("fixtures") / "seed" / "scenarios.yaml").read_text("utf-8"), Loader=loader)  # noqa: S506 - safe
    assert {name: scenario_of(name, value, "scenarios.yaml") for name, value in raw["scenarios"].items()} == BUILT_IN.scenarios


def test_the_file_of_the_built_in_scenarios_names_its_schema_for_editors():
    seed = files("fixtures") / "seed"
    first = (seed / "scenarios.yaml").read_text("utf-8").splitlines()[0]
    schema = json.loads((seed / first.rpartition("=")[2]).read_text("utf-8"))
    assert first.startswith("# yaml-language-server: $schema=")
    assert jsonschema_rs.meta.is_valid(schema)


@pytest.mark.parametrize("name", BUILT_IN.scenarios)
def test_the_texts_of_a_built_in_scenario_render(name):
    context = {"message": "Hello $x", "session": {"key": "s"}, "agent": {"name": "a"}, "currentDate": "2026", "index": 0}
    for act in BUILT_IN.scenarios[name].turn or ():
        rendered(act, lambda text: DIALECT.render(parse(text), context))


def said(name):
    return "".join(DIALECT.render(parse(act.text), {}) for act in BUILT_IN.scenarios[name].turn if isinstance(act, Say))


def test_the_long_answer_has_thousands_of_pieces():
    assert len(pieces(said("long_answer"))) > 5000


def test_ten_thousand_events_are_five_thousand_calls():
    assert count_of(BUILT_IN.scenarios["ten_thousand_events"].turn) == 5001


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("markdown", "\n## Dishes\n"),
        ("markdown", "formula: $e = mc^2$"),
        ("unicode", "e\u0301 is \u00e9"),
        ("unicode", "\U0001f468\u200d\U0001f469"),
        ("hostile_text", "<script>alert('made up')</script>"),
        ("hostile_text", "${7*7}"),
        ("hostile_text", "\x1b[31mred"),
        ("hostile_text", "\x00"),
        ("hostile_text", 'data: {"type":"end"}\n\n'),
    ],
)
def test_a_story_holds_what_it_is_told_for(name, part):
    assert part in said(name)

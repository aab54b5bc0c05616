"""Acts and their JSON form; the schema that ships with the mock and the reader admit the same."""

import base64
import json
from dataclasses import fields
from importlib.resources import files

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.simulator.act_texts import rendered, with_texts
from mockserver.domain.simulator.acts import (
    KINDS,
    Answer,
    Call,
    Client,
    ClientCall,
    Compact,
    ExceedContext,
    ExceedTransitions,
    Fail,
    Image,
    Interrupt,
    MakeArtifact,
    Parallel,
    Repeat,
    Say,
    Skill,
    Structured,
    SubAgent,
    Think,
    Transition,
    Wait,
    acts_of,
    as_json,
)
from tests.arrange import examples

SCHEMA = json.loads((files("fixtures") / "seed" / "scenarios.schema.json").read_text("utf-8"))
ACT = SCHEMA["definitions"]["act"]["properties"]
VALIDATOR = jsonschema_rs.Draft7Validator({**SCHEMA, "type": "array", "properties": {}, "items": {"$ref": "#/definitions/act"}})

SHORT_AND_READ = [
    ({"think": "Hm."}, Think("Hm.")),
    ({"say": "Yes."}, Say("Yes.")),
    ({"answer": {}}, Answer()),
    ({"call": {"tool": "t", "output": {}}}, Call("t", "t", {}, output={})),
    (
        {"call": {"tool": "t", "name": "n", "input": {"a": 1}, "error": "no", "activity": ["x"]}},
        Call("t", "n", {"a": 1}, error={"error": "no"}, activity=("x",)),
    ),
    ({"call": {"tool": "t", "error": {"code": 5}}}, Call("t", "t", {}, error={"code": 5})),
    ({"parallel": [{"tool": "t", "output": {"a": None}}]}, Parallel((Call("t", "t", {}, output={"a": None}),))),
    ({"client": [{"tool": "t"}]}, Client((ClientCall("t", "t", {}),))),
    (
        {"client": [{"tool": "t", "name": "n", "input": {"a": 1}, "output_schema": {}}]},
        Client((ClientCall("t", "n", {"a": 1}, {}),)),
    ),
    ({"structured": {"name": "s", "content": None}}, Structured("s", None)),
    ({"skill": "s"}, Skill("s", None, "model")),
    ({"skill": {"name": "s", "content": "x", "by": "user"}}, Skill("s", "x", "user")),
    ({"image": {}}, Image("picture.png", "auto")),
    ({"image": {"filename": "a.png", "detail": "low"}}, Image("a.png", "low")),
    ({"artifact": {"filename": "a", "content": "x"}}, MakeArtifact("a", "text/plain", content="x")),
    (
        {"artifact": {"filename": "a", "base64": "AAE=", "by": "user", "description": "d"}},
        MakeArtifact("a", "application/octet-stream", base64="AAE=", description="d", by="user"),
    ),
    ({"sub_agent": {"tool": "t", "message": "m", "answer": "a"}}, SubAgent("t", "m", "a")),
    ({"sub_agent": {"tool": "t", "message": "m", "answer": "a", "agent": "k"}}, SubAgent("t", "m", "a", "k")),
    ({"transition": {"to": "x"}}, Transition("x", "")),
    ({"transition": {"to": "x", "content": "c"}}, Transition("x", "c")),
    ({"transitions_exceed": 3}, ExceedTransitions(3)),
    ({"compact": {}}, Compact(None)),
    ({"compact": {"summary": "s"}}, Compact("s")),
    ({"exceed_context": {"limit": 1, "tokens": 2}}, ExceedContext(1, 2)),
    ({"interrupt": {}}, Interrupt()),
    ({"fail": "no"}, Fail("no")),
    ({"wait": 0.5}, Wait(0.5)),
    ({"repeat": {"times": 2, "acts": [{"say": "x"}, {"wait": 0}]}}, Repeat(2, (Say("x"), Wait(0)))),
]


@pytest.mark.parametrize(("raw", "act"), SHORT_AND_READ, ids=[json.dumps(raw) for raw, _ in SHORT_AND_READ])
def test_an_act_is_read_with_its_defaults(raw, act):
    assert VALIDATOR.is_valid([raw])
    assert acts_of([raw]) == (act,)


def test_the_examples_show_every_kind():
    assert {next(iter(raw)) for raw, _ in SHORT_AND_READ} == set(KINDS)


def test_the_schema_and_the_reader_know_the_same_kinds():
    assert set(ACT) == set(KINDS)


BARE = {"think", "say", "fail", "wait", "transitions_exceed", "parallel", "client"}


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - BARE))
def test_the_schema_and_the_reader_know_the_same_members(kind):
    schema = ACT[kind]
    if reference := schema.get("$ref"):
        schema = SCHEMA["definitions"][reference.rpartition("/")[2]]
    assert set(schema.get("properties", {})) == {field.name for field in fields(KINDS[kind])}


def test_a_call_of_a_client_tool_has_the_members_of_the_schema():
    assert set(ACT["client"]["items"]["properties"]) == {field.name for field in fields(ClientCall)}


TEXTS = st.text(max_size=5)
NAMES = st.text(min_size=1, max_size=5)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
OBJECTS = st.dictionaries(TEXTS, JSONS, max_size=2)
OUTCOMES = st.tuples(OBJECTS, st.none()) | st.tuples(st.none(), OBJECTS)
CALLS = st.builds(
    lambda tool, name, given, outcome, news: Call(tool, name, given, *outcome, tuple(news)),
    NAMES,
    NAMES,
    OBJECTS,
    OUTCOMES,
    st.lists(TEXTS, max_size=2),
)
CLIENT_CALLS = st.builds(ClientCall, NAMES, NAMES, OBJECTS, st.none() | OBJECTS)
BY = st.sampled_from(["model", "user"])
BYTES = st.binary(max_size=4).map(lambda data: base64.b64encode(data).decode())
SINGLE = st.one_of(
    st.builds(Think, TEXTS),
    st.builds(Say, TEXTS),
    st.builds(Answer),
    CALLS,
    st.builds(Parallel, st.lists(CALLS, min_size=1, max_size=2).map(tuple)),
    st.builds(Client, st.lists(CLIENT_CALLS, min_size=1, max_size=2).map(tuple)),
    st.builds(Structured, NAMES, JSONS),
    st.builds(Skill, NAMES, st.none() | TEXTS, BY),
    st.builds(Image, NAMES, st.sampled_from(["auto", "low", "high"])),
    st.builds(MakeArtifact, NAMES, NAMES, content=TEXTS, description=st.none() | TEXTS, by=BY),
    st.builds(MakeArtifact, NAMES, NAMES, base64=BYTES, by=BY),
    st.builds(SubAgent, NAMES, TEXTS, TEXTS, st.none() | NAMES),
    st.builds(Transition, NAMES, TEXTS),
    st.builds(ExceedTransitions, st.integers(1, 9)),
    st.builds(Compact, st.none() | TEXTS),
    st.builds(ExceedContext, st.integers(1, 9), st.integers(1, 9)),
    st.builds(Interrupt),
    st.builds(Fail, TEXTS),
    st.builds(Wait, st.integers(0, 9)),
)
ACTS = st.recursive(
    SINGLE, lambda inner: st.builds(Repeat, st.integers(1, 9), st.lists(inner, min_size=1, max_size=2).map(tuple)), max_leaves=4
)


@examples(200)
@given(acts=st.lists(ACTS, max_size=3).map(tuple))
def test_what_is_written_fits_the_schema_and_reads_the_same(acts):
    written = as_json(acts)
    assert list(VALIDATOR.iter_errors(written)) == []
    assert acts_of(json.loads(json.dumps(written))) == acts


@examples(100)
@given(act=ACTS)
def test_rendering_with_nothing_to_render_changes_nothing(act):
    assert rendered(act, lambda text: text) == act


@pytest.mark.parametrize(
    ("act", "shouted"),
    [
        (Say("a"), Say("A")),
        (
            Call("t", "n", {"a": ["b", {"c": "d"}, 1]}, output={"e": "f"}, activity=("g",)),
            Call("t", "n", {"a": ["B", {"c": "D"}, 1]}, output={"e": "F"}, activity=("G",)),
        ),
        (Parallel((Call("t", "t", {}, error={"error": "e"}),)), Parallel((Call("t", "t", {}, error={"error": "E"}),))),
        (Client((ClientCall("t", "n", {"a": "b"}, {"c": "d"}),)), Client((ClientCall("t", "n", {"a": "B"}, {"c": "d"}),))),
        (Structured("n", ["a"]), Structured("n", ["A"])),
        (Structured("n", "a"), Structured("n", "A")),
        (Skill("n", "a"), Skill("n", "A")),
        (Image("a.png", "low"), Image("a.png", "low")),
        (MakeArtifact("a", "m/n", content="b", description="c"), MakeArtifact("A", "m/n", content="B", description="C")),
        (MakeArtifact("a", "m/n", base64="YWFh"), MakeArtifact("A", "m/n", base64="YWFh")),
        (SubAgent("t", "a", "b", "k"), SubAgent("t", "A", "B", "k")),
        (Transition("x", "a"), Transition("x", "A")),
        (Compact("a"), Compact("A")),
        (Repeat(2, (Say("a"),)), Repeat(2, (Say("a"),))),
    ],
)
def test_texts_are_templates_and_names_are_not(act, shouted):
    assert rendered(act, str.upper) == shouted


def test_a_template_says_where_it_stands():
    places = []
    with_texts({"parallel": [{"tool": "t", "input": {"a": ["x"]}, "output": {}}]}, lambda path, text: places.append(path) or text)
    assert places == [("parallel", 0, "input", "a", 0)]


@pytest.mark.parametrize(
    ("act", "data"),
    [
        (MakeArtifact("a", "text/plain", content="é"), b"\xc3\xa9"),
        (MakeArtifact("a", "text/plain", content=""), b""),
        (MakeArtifact("a", "image/png", base64="AAH/"), b"\x00\x01\xff"),
    ],
)
def test_a_file_has_bytes(act, data):
    assert act.data == data

"""The stateless checks accept every turn in order and name every fault."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.checks.order import faults_of_stream, faults_of_turn, joined
from contracts.document import event_order
from contracts.languages import language_of
from contracts.sse import Frame, StreamFault, frames
from mockserver.domain.simulator.prose import PHRASES

ORDER = event_order()


def turn(*types):
    calls = {"tool_input": "call_1", "tool_output": "call_1"}
    return [
        {"id": f"aev_{index}", "type": name, "created_at": f"2026-01-01T00:00:0{index}.000Z", "tool_call_id": calls.get(name)}
        for index, name in enumerate(types)
    ]


@pytest.mark.parametrize(
    "types",
    [
        ("input_message", "agent_output"),
        ("input_message", "thinking", "tool_input", "tool_output", "agent_output"),
        ("input_message", "tool_input", "client_tool_pending"),
        ("tool_output", "agent_output"),
        ("artifact_upload", "input_message", "structured_output"),
    ],
    ids="-".join,
)
def test_a_turn_in_order_has_no_faults(types):
    assert list(faults_of_turn(turn(*types), ORDER)) == []


@pytest.mark.parametrize(
    ("events", "fault"),
    [
        ([], "the turn has no events"),
        (turn("agent_output", "input_message"), "the turn begins with agent_output"),
        (turn("input_message", "thinking"), "the turn ends with thinking"),
        (turn("input_message", "tool_output", "tool_input", "agent_output"), "event 1, tool_output of call_1, comes without"),
        (turn("input_message", "tool_input", "tool_output", "tool_output", "agent_output"), "event 3 is the second tool_output"),
        (turn("input_message", "streaming_agent_output", "agent_output"), "event 1 is a streaming_agent_output"),
        ([*turn("input_message"), *turn("agent_output")], "event 1 repeats the id aev_0"),
        (turn("input_message", "agent_output")[::-1], "before the one that it follows"),
    ],
    ids=["empty", "start", "end", "unpaired", "twice", "stream-only", "id", "time"],
)
def test_a_turn_out_of_order_is_told(events, fault):
    assert any(fault in told for told in faults_of_turn(events, ORDER))


def stream(*types):
    return [{"type": name, "id": f"aev_{index}", "content": name[:3]} for index, name in enumerate(types)]


def test_a_stream_in_form_has_no_faults():
    sound = ("input_message", "streaming_agent_output", "streaming_agent_output_end", "context_consumed", "end")
    assert list(faults_of_stream(stream(*sound), ORDER)) == []


@pytest.mark.parametrize(
    ("types", "fault"),
    [
        ((), "does not end with end: its last frame is missing"),
        (("input_message",), "does not end with end: its last frame is input_message"),
        (("end", "end"), "1 frames follow the first end"),
        (("streaming_agent_output", "end"), "frame 1, end, comes before streaming_agent_output_end"),
        (("agent_output", "end"), "frame 0 is a whole agent_output"),
        (("news", "end"), "frame 0 has the type 'news'"),
    ],
    ids=["empty", "no-end", "two-ends", "open", "whole", "unknown"],
)
def test_a_stream_out_of_form_is_told(types, fault):
    assert any(fault in told for told in faults_of_stream(stream(*types), ORDER))


def test_pieces_are_joined_under_the_name_of_what_is_stored():
    sent = stream(
        "input_message", "streaming_thinking", "streaming_thinking", "streaming_thinking_end", "context_consumed", "end"
    )
    assert joined(sent, ORDER) == [("input_message", "aev_0"), ("thinking", "strstr")]


@given(
    texts=st.lists(st.text(), min_size=1, max_size=4),
    cuts=st.lists(st.integers(0, 400), max_size=8),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    escaped=st.booleans(),
)
def test_a_stream_reads_the_same_wherever_it_is_cut(texts, cuts, newline, escaped):
    sent = [{"type": "news", "text": text} for text in texts]
    lines = "".join(f"event: news\ndata:{json.dumps(body, ensure_ascii=escaped)}\n\n" for body in sent)
    wire = lines.replace("\n", newline).encode("utf-8", "surrogatepass")
    places = sorted({min(cut, len(wire)) for cut in cuts} | {0, len(wire)})
    chunks = [wire[start:end] for start, end in pairwise(places)]
    assert frames(chunks) == [Frame("news", body) for body in sent]


@pytest.mark.parametrize(
    ("wire", "fault"),
    [
        (b'data: {"type": "end"}\n', "breaks off inside a frame"),
        (b"data: {\n\n", "frame 1 does not hold JSON"),
        (b'data: {"type": 7}\n\n', "frame 1 is not a JSON object with a type"),
        (b"data: []\n\n", "frame 1 is not a JSON object with a type"),
    ],
    ids=["cut", "not-json", "no-type", "no-object"],
)
def test_a_broken_stream_is_told(wire, fault):
    with pytest.raises(StreamFault, match=fault):
        frames([wire])


@pytest.mark.parametrize("code", ["en", "es", "fr", "de", "ja"])
def test_the_language_of_every_phrase_is_recognised(code):
    phrases = PHRASES[code]
    for text in (phrases.greeting, phrases.nothing, phrases.failed, phrases.recalled, phrases.blank):
        assert language_of(text) == code, text

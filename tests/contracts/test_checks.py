"""The stateless checks accept what is in order and name every fault; `test_order_mutations` does so in the large."""

import pytest

from contracts.checks.order import faults_against_store, faults_of_stream, faults_of_turn, texts_of
from contracts.document import event_order
from contracts.languages import language_of
from mockserver.domain.simulator.prose import PHRASES

ORDER = event_order()
FIELDS = {
    "tool_input": {
        "tool_call_id": "call_1",
        "tool_configuration_name": "search",
        "tool_name": "corpora_search",
        "tool_input": {},
    },
    "tool_output": {"tool_call_id": "call_1", "tool_configuration_name": "search", "tool_name": "corpora_search"},
    "tool_activity": {"tool_call_id": "call_1"},
    "client_tool_pending": {"pending_calls": [{"event_id": "aev_1", "tool_configuration_name": "search"}]},
    "step_transition": {"from_step": "first", "to_step": "second"},
    "skill_load": {"skill_name": "refund"},
    "streaming_agent_output": {"content": "Hi "},
    "streaming_thinking": {"content": "Hm "},
    "end": {},
    "error": {},
}
WITHOUT_ID = ORDER.stream_only - {"compaction_started"}


def turn(*types, **changes):
    """Make a turn of these types; `changes` are the fields that are others than usual, by `_` and place."""
    return [
        {
            "type": name,
            "created_at": f"2026-01-01T00:00:{index:02}.000Z",
            **({} if name in WITHOUT_ID else {"id": f"aev_{index}", "session_key": "ase_1"}),
            **FIELDS.get(name, {}),
            **changes.get(f"_{index}", {}),
        }
        for index, name in enumerate(types)
    ]


ANSWER = ("streaming_agent_output", "streaming_agent_output", "streaming_agent_output_end")
CALL = ("tool_input", "tool_output")


@pytest.mark.parametrize(
    "types",
    [
        (),
        ("input_message", "agent_output"),
        ("input_message", "thinking", *CALL, "agent_output"),
        ("input_message", "tool_input", "client_tool_pending"),
        ("tool_output", "agent_output"),
        ("artifact_upload", "input_message", "structured_output"),
        ("input_message", "structured_output", "step_transition", "agent_output"),
        ("input_message", *CALL, "session_interrupted"),
        ("input_message", "skill_load", "skill_load", "agent_output"),
        ("input_message", "compaction", "skill_load", "agent_output"),
        ("input_message", "agent_output", "input_message", "agent_output"),
        ("input_message", "context_limit_exceeded"),
        ("compaction",),
    ],
    ids="-".join,
)
def test_a_turn_in_order_has_no_faults(types):
    assert list(faults_of_turn(turn(*types), ORDER)) == []


LOAD = {"tool_name": "invoke_skill", "tool_input": {"skill_name": "refund"}}


@pytest.mark.parametrize(
    "types",
    [("tool_input", "skill_load"), ("tool_input", "skill_load", "tool_output"), ("tool_input", "tool_output", "skill_load")],
    ids="-".join,
)
def test_a_skill_closes_its_call_with_or_without_an_output(types):
    whole = ("input_message", *types, "agent_output")
    events = turn(*whole, **{f"_{index}": LOAD for index, name in enumerate(whole) if name.startswith("tool_")})
    assert list(faults_of_turn(events, ORDER)) == []
    assert list(faults_of_turn([{**event, "skill_name": "another"} for event in events], ORDER)) != []


@pytest.mark.parametrize(
    ("events", "fault"),
    [
        (turn("agent_output"), "event 0, agent_output, is the first; expected one of artifact_upload, compaction, input_message"),
        (turn("input_message", "thinking"), "the turn ends with event 1, thinking; it may end with agent_output"),
        (turn("input_message", "step_transition", "agent_output"), "event 1, step_transition, follows event 0, input_message"),
        (turn("input_message", *CALL, "tool_output", "agent_output"), "event 3 is the second tool_output of call_1"),
        (turn("tool_output", "agent_output", "tool_output"), "event 2 is the second tool_output of call_1"),
        (turn("input_message", "streaming_agent_output"), "event 1 is a streaming_agent_output, which only streams may hold"),
        (turn("input_message", "agent_output", _1={"id": "aev_0"}), "event 1 repeats the id aev_0 of event 0"),
        (turn("input_message", "agent_output", _1={"id": None}), "event 1, agent_output, has no id"),
        (turn("input_message", "agent_output", _1={"session_key": "ase_2"}), "has the session_key ase_2; expected ase_1"),
        (turn("input_message", "agent_output")[::-1], "event 1 was created at 2026-01-01T00:00:00.000Z; expected"),
        (turn("input_message", "agent_output", _1={"created_at": "today"}), "a created_at that is no time with a zone: 'today'"),
        (
            turn("input_message", "tool_input", "agent_output"),
            "event 2, agent_output, comes while the call call_1 of event 1 is open",
        ),
        (
            turn("input_message", *CALL, "agent_output", _2={"tool_call_id": "call_2"}),
            "event 2, tool_output of call_2, comes without",
        ),
        (turn("input_message", *CALL, "agent_output", _2={"tool_call_id": None}), "event 2, tool_output, has no tool_call_id"),
        (
            turn("input_message", *CALL, "agent_output", _2={"tool_name": "x"}),
            "event 2 has the tool_name 'x'; expected 'corpora_search'",
        ),
        (turn("input_message", *CALL, *CALL, "agent_output"), "event 3 opens the call call_1 a second time"),
        (turn("input_message", *CALL, "skill_load", "agent_output"), "closes no open call of invoke_skill"),
        (turn("input_message", "tool_input", "client_tool_pending", _1={"id": "aev_7"}), "does not name aev_7; expected it"),
        (
            turn("input_message", "tool_input", "client_tool_pending", _1={"id": "aev_7"}),
            "names aev_1; expected the id of an open call",
        ),
        (turn("input_message", *CALL, "image_read", "agent_output"), "event 3, image_read aev_3, comes without a tool_output"),
        (
            turn("input_message", *CALL, "agent_output", _2={"tool_output": {"type": "image_read", "id": "aev_7"}}),
            "event 2 holds the image_read aev_7; expected it as an event of its own before event 3, agent_output",
        ),
        (
            turn("input_message", *(2 * ("agent_output", "step_transition")), "agent_output"),
            "event 4, step_transition, leaves step 'first'; expected 'second', which event 2 entered",
        ),
    ],
)
def test_a_turn_out_of_order_is_told(events, fault):
    assert any(fault in told for told in faults_of_turn(events, ORDER)), list(faults_of_turn(events, ORDER))


@pytest.mark.parametrize(
    "types",
    [
        ("end",),
        ("input_message", *ANSWER, "context_consumed", "end"),
        (*ANSWER, "end"),
        (
            "input_message",
            "streaming_thinking",
            "streaming_thinking_end",
            "tool_input",
            "tool_activity",
            "tool_output",
            *ANSWER,
            "end",
        ),
        ("input_message", "streaming_agent_output", "error", "end"),
        ("input_message", *ANSWER, "session_interrupted", "end"),
        ("input_message", "tool_input", "session_interrupted", "end"),
        ("compaction_started", "compaction", "end"),
        ("compaction_started", "error", "end"),
        ("input_message", "tool_input", "client_tool_pending", "context_consumed", "end"),
    ],
    ids="-".join,
)
def test_a_stream_in_order_has_no_faults(types):
    assert list(faults_of_stream(turn(*types), ORDER)) == []


@pytest.mark.parametrize(
    ("types", "fault"),
    [
        ((), "does not end with end: its last frame is missing"),
        (("input_message",), "does not end with end: its last frame is input_message"),
        (("end", "end"), "frame 1, end, follows end; expected nothing behind it"),
        (("input_message", "end"), "frame 1, end, follows frame 0, input_message; expected one of artifact_upload"),
        (("streaming_agent_output", "end"), "frame 1, end, follows frame 0, streaming_agent_output; expected one of error"),
        (("agent_output", "end"), "frame 0 is a whole agent_output, which a stream sends in pieces"),
        (("news", "end"), "frame 0 has the type 'news', which the document does not know"),
        (("tool_input", "tool_activity", *ANSWER, "end"), "frame 2, streaming_agent_output, follows frame 1, tool_activity"),
        (
            (*CALL, "tool_activity", *ANSWER, "end"),
            "frame 2, tool_activity of call_1, stands outside its call; expected it between",
        ),
        ((*CALL, "context_consumed", "end"), "frame 3, end, follows frame 2, context_consumed"),
        ((*ANSWER, "compaction", "end"), "frame 3, compaction, follows frame 2, streaming_agent_output_end"),
    ],
    ids="-".join,
)
def test_a_stream_out_of_order_is_told(types, fault):
    assert any(fault in told for told in faults_of_stream(turn(*types), ORDER)), list(faults_of_stream(turn(*types), ORDER))


@pytest.mark.parametrize(
    "types",
    [
        ("step_transition", "agent_output"),
        ("agent_output", "input_message", "agent_output"),
        ("input_message", "tool_input", "input_message", "agent_output"),
        ("input_message", "tool_input", "compaction", "tool_output", "agent_output"),
        2 * ("input_message", "agent_output", "step_transition", "agent_output"),
    ],
    ids="-".join,
)
def test_an_answer_to_since_begins_anywhere_and_holds_several_turns(types):
    assert list(faults_of_turn(turn(*types), ORDER, since=True)) == []
    assert list(faults_of_turn(turn(*types), ORDER)) != []


SENT = turn("input_message", "streaming_thinking", "streaming_thinking_end", *CALL, *ANSWER, "end", _7={"event_id": "aev_9"})
STORED = [
    SENT[0],
    {"type": "thinking", "id": "aev_8", "content": "Hm "},
    *SENT[3:5],
    {"type": "agent_output", "id": "aev_9", "content": "Hi Hi "},
]


def test_what_is_stored_may_be_sent_in_pieces_and_without_the_input():
    assert list(faults_against_store(SENT, STORED, ORDER)) == []
    assert list(faults_against_store(SENT[1:], STORED, ORDER)) == []
    assert list(faults_against_store(STORED, STORED, ORDER)) == []
    assert [(text.type, text.id, text.content) for text in texts_of(SENT, ORDER)] == [
        ("thinking", None, "Hm "),
        ("agent_output", "aev_9", "Hi Hi "),
    ]


@pytest.mark.parametrize(
    ("sent", "stored", "fault"),
    [
        (SENT, STORED[:-1], "frame 7, agent_output aev_9, is not stored here; expected nothing more"),
        (SENT, [STORED[0], *STORED[2:]], "frame 2, thinking, is not stored here; expected tool_input aev_3"),
        ([*SENT[:3], *SENT[5:]], STORED, "tool_input aev_3 is stored and was not sent; expected it before frame 5"),
        (SENT[-1:], STORED[:1], "input_message aev_0 is stored and was not sent; expected it before the end"),
        (
            [*SENT[:5], *SENT[6:]],
            STORED,
            "the pieces that frame 6 closes are 'Hi ' joined; expected the content of agent_output aev_9",
        ),
        (
            [{**SENT[0], "messages": []}, *SENT[1:]],
            STORED,
            "frame 0, input_message aev_0, has the messages []; expected nothing",
        ),
        (
            turn("session_interrupted", "end"),
            turn("session_interrupted"),
            "session_interrupted aev_0 is stored; expected that it only",
        ),
        (
            turn("session_interrupted", "end"),
            [{**STORED[1], "id": "aev_0"}],
            "frame 0, session_interrupted aev_0, has the id of a stored",
        ),
    ],
)
def test_what_is_not_sent_as_it_is_stored_is_told(sent, stored, fault):
    assert any(fault in told for told in faults_against_store(sent, stored, ORDER)), list(
        faults_against_store(sent, stored, ORDER)
    )


def test_a_text_that_is_broken_off_is_not_stored():
    broken = turn("input_message", "streaming_agent_output", "error", "end")
    assert list(faults_against_store(broken, broken[:1], ORDER)) == []
    stored = [broken[0], {"type": "agent_output", "id": "aev_9", "content": "Hi "}]
    assert list(faults_against_store(broken, stored, ORDER)) == [
        "agent_output aev_9 is stored and was not sent; expected it before the end"
    ]


@pytest.mark.parametrize("code", ["en", "es", "fr", "de", "ja"])
def test_the_language_of_every_phrase_is_recognised(code):
    phrases = PHRASES[code]
    for text in (phrases.greeting, phrases.nothing, phrases.failed, phrases.recalled, phrases.blank):
        assert language_of(text) == code, text

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.domain.errors import Refused
from mockserver.domain.events import AgentOutput, InputMessage, Thinking
from mockserver.domain.sessions import ContextUsage
from mockserver.domain.streaming import ContextConsumed, End, Piece, StreamFailed, Whole, as_stream, encoded, paced, pieces
from tests.arrange import NOON, an_event

texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.sampled_from("日本語。テ 漢字,.\u3000\uffef\ufff0\u2fff a\n\r\t\0é😀👨‍👩‍👧\u2028")),
)


def no_usage():
    return None


def broken(events):
    yield from events
    raise Refused("SM302", "Session s1 was deleted while it ran.")


@example("")
@given(texts)
def test_pieces_joined_are_the_text_and_none_is_empty(text):
    assert "".join(pieces(text)) == text
    assert all(pieces(text))


@pytest.mark.parametrize(
    ("text", "cut"), [("two words", ["two ", "words"]), ("日本語です", ["日本", "語で", "す"]), ("  a", ["  ", "a"])]
)
def test_text_is_cut_as_a_model_streams_it(text, cut):
    assert pieces(text) == cut


bodies = st.one_of(
    texts.map(AgentOutput), texts.map(Thinking), texts.map(lambda text: InputMessage(({"type": "text", "content": text},)))
)
events_lists = st.lists(bodies, max_size=4).map(lambda found: [an_event(index, body=body) for index, body in enumerate(found)])


@given(events_lists, st.booleans())
def test_a_stream_ends_with_exactly_one_end(events, fails):
    frames = list(as_stream(broken(events) if fails else events, no_usage))

    assert frames[-1] == End()
    assert frames.count(End()) == 1
    assert sum(isinstance(frame, StreamFailed) for frame in frames) == fails


@given(events_lists)
def test_streamed_texts_are_the_stored_texts(events):
    stored, streamed = {}, {}
    for event in events:
        if isinstance(event.body, AgentOutput):
            stored[event.id] = event.body.content
    current = ""
    for frame in (frame.as_json() for frame in as_stream(events, no_usage)):
        if frame["type"] == "streaming_agent_output":
            current += frame["content"]
        elif frame["type"] == "streaming_agent_output_end":
            streamed[frame["event_id"]], current = current, ""

    assert streamed == stored


@given(events_lists)
def test_an_encoded_frame_is_ascii_on_two_lines_with_a_blank_one_behind(events):
    frames = list(as_stream(events, lambda: ContextUsage(1, 2, 3)))

    for frame, raw in zip(frames, encoded(frames), strict=True):
        event, data, *rest = raw.decode("ascii").split("\n")
        assert event == f"event: {frame.as_json()['type']}"
        assert data.startswith("data: ")
        assert json.loads(data.removeprefix("data: ")) == json.loads(json.dumps(frame.as_json()))
        assert rest == ["", ""]


def test_a_failure_tells_why_and_the_end_follows():
    frames = [frame.as_json() for frame in as_stream(broken([an_event(1)]), lambda: ContextUsage(1, 2, 3))]

    assert frames[-2:] == [{"type": "error", "messages": ("Session s1 was deleted while it ran.",)}, {"type": "end"}]


def test_the_usage_comes_before_the_end():
    usage = ContextUsage(1, 2, 3)

    assert list(as_stream([an_event(1)], lambda: usage))[-2:] == [ContextConsumed(usage, NOON), End()]


def test_nothing_but_the_end_comes_of_no_events():
    assert list(as_stream([], lambda: ContextUsage(1, 2, 3))) == [End()]


def test_only_pieces_are_waited_for():
    slept = []
    frames = [Whole(an_event(1)), Piece("streaming_thinking", "a", NOON), Piece("streaming_agent_output", "b", NOON), End()]

    assert list(paced(frames, slept.append, seconds=0.25)) == frames
    assert slept == [0.25, 0.25]


def test_no_delay_means_no_waiting():
    slept = []

    list(paced([Piece("streaming_thinking", "a", NOON)], slept.append, seconds=0))

    assert slept == []

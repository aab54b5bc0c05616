import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.domain.errors import Refused
from mockserver.domain.events import AgentOutput, InputMessage, Thinking
from mockserver.domain.streaming import End, PiecesEnd, StreamFailed, encoded, ended, events_of, frames_of, pieces
from tests.arrange import an_event

texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.sampled_from("日本語。テ 漢字,.\u3000\uffef\ufff0\u2fff a\n\r\t\0é😀👨‍👩‍👧\u2028")),
)


def frames_of_all(events):
    return [frame for event in events for frame in frames_of(event)]


def broken(frames):
    yield from frames
    raise Refused("SM302", "Session s1 was deleted while it ran.")


@example("")
@given(texts)
def test_pieces_joined_are_the_text_and_none_is_empty(text):
    assert "".join(pieces(text)) == text
    assert all(pieces(text)) or not text


@given(texts, st.integers(1, 50))
def test_larger_pieces_are_the_small_ones_put_together(text, tokens):
    large, small = pieces(text, tokens), pieces(text)

    assert "".join(large) == text
    assert len(large) == -(-len(small) // tokens)


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
    whole = frames_of_all(events)
    frames = list(ended(broken(whole) if fails else whole))

    assert frames[-1] == End()
    assert frames.count(End()) == 1
    assert sum(isinstance(frame, StreamFailed) for frame in frames) == fails


@given(events_lists)
def test_streamed_texts_are_the_stored_texts(events):
    stored = {event.id: event.body.content for event in events if isinstance(event.body, AgentOutput)}
    streamed, current = {}, ""
    for frame in (frame.as_json() for frame in frames_of_all(events)):
        if frame["type"] == "streaming_agent_output":
            current += frame["content"]
        elif frame["type"] == "streaming_agent_output_end":
            streamed[frame["event_id"]], current = current, ""

    assert streamed == stored


@given(events_lists)
def test_the_events_of_a_stream_are_those_that_were_sent(events):
    assert list(events_of(ended(frames_of_all(events)))) == events


@given(events_lists)
def test_an_encoded_frame_is_ascii_on_two_lines_with_a_blank_one_behind(events):
    frames = list(ended(frames_of_all(events)))

    for frame, raw in zip(frames, encoded(frames), strict=True):
        event, data, *rest = raw.decode("ascii").split("\n")
        assert event == f"event: {frame.as_json()['type']}"
        assert data.startswith("data: ")
        assert json.loads(data.removeprefix("data: ")) == json.loads(json.dumps(frame.as_json()))
        assert rest == ["", ""]


def test_a_failure_tells_why_and_the_end_follows():
    frames = [frame.as_json() for frame in ended(broken(frames_of(an_event(1))))]

    assert frames[-2:] == [{"type": "error", "messages": ("Session s1 was deleted while it ran.",)}, {"type": "end"}]


def test_nothing_but_the_end_comes_of_no_events():
    assert list(ended([])) == [End()]


def test_the_end_of_a_thought_names_no_event():
    ends = [PiecesEnd(an_event(1, body=Thinking("a"))).as_json(), PiecesEnd(an_event(2)).as_json()]

    assert [end.get("event_id") for end in ends] == [None, "aev_2"]

"""The reader of server-sent events gives the frames that the WHATWG standard sees, however the bytes are cut."""

import json
from itertools import pairwise, zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.sse import Frame, Reader, StreamFault, frames

NEWLINES = ("\n", "\r\n", "\r")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["\u2028", "\x85", "🙂", "\ufeff", "data: x"]
)
NOISE = st.sampled_from([":", ": ping", ":data: x", "id: 7", "retry: 3", "unknown: x", "unknown", "data\u00a0: x", ""])


@st.composite
def streams(draw):
    """Draw a stream with the frames that it holds: lines of any end, several data lines, comments and unknown fields between."""
    lines, expected = draw(st.lists(NOISE, max_size=2)), []
    lines += ["event: dropped", ""] if draw(st.booleans()) else [""]
    for text in draw(st.lists(TEXTS, max_size=3)):
        body = {"type": "news", "text": text}
        event = draw(st.sampled_from([None, "news", " padded"]))
        written = json.dumps(body, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1])))
        space = draw(st.sampled_from(["", " "]))
        fields = [f"data:{space}{line}" for line in written.split("\n")] + ([] if event is None else [f"event: {event}"])
        for field in fields:
            lines += [*(noise for noise in draw(st.lists(NOISE, max_size=1)) if noise), field]
        lines.append("")
        expected.append(Frame(event, body))
    newlines = [draw(st.sampled_from(NEWLINES))] * len(lines)
    if draw(st.booleans()):
        newlines = draw(st.lists(st.sampled_from(NEWLINES), min_size=len(lines), max_size=len(lines)))
    bom = draw(st.sampled_from(["", "\ufeff"]))
    return (bom + "".join(_ended(lines, newlines))).encode(), expected


def _ended(lines, newlines):
    """End the lines. A lone return with the feed of an empty line behind it would be one end instead of two."""
    following = zip(lines[1:], newlines[1:], strict=True)
    for line, newline, then in zip_longest(lines, newlines, following):
        yield line + ("\r\n" if newline == "\r" and then == ("", "\n") else newline)


def cuts(wire, places):
    edges = sorted({min(place, len(wire)) for place in places} | {0, len(wire)})
    return [wire[start:end] for start, end in pairwise(edges)]


@given(stream=streams(), places=st.lists(st.integers(0, 400), max_size=8))
def test_a_stream_reads_the_same_wherever_it_is_cut(stream, places):
    wire, expected = stream
    assert list(frames([wire])) == expected
    assert list(frames(cuts(wire, places))) == expected
    assert list(frames(wire[place : place + 1] for place in range(len(wire)))) == expected


@given(stream=streams())
def test_a_frame_is_given_with_the_byte_that_completes_it(stream):
    wire, expected = stream
    reader = Reader()
    given_at = [len(reader.feed(wire[place : place + 1])) for place in range(len(wire))]
    reader.close()
    assert sum(given_at) == len(expected)
    assert max(given_at, default=0) <= 1


@pytest.mark.parametrize("newline", NEWLINES, ids=repr)
def test_a_frame_does_not_wait_for_what_follows(newline):
    reader = Reader()
    wire = f'data: {{"type": "end"}}{newline}{newline}'.encode()
    early = reader.feed(wire[:-1])
    assert early + reader.feed(wire[-1:]) == [Frame(None, {"type": "end"})]
    assert (early == []) == (newline != "\r\n")


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (b'event: a\nevent: b\ndata: {"type": "x"}\n\n', [Frame("b", {"type": "x"})]),
        (b'event:\ndata: {"type": "x"}\n\n', [Frame(None, {"type": "x"})]),
        (b'data:  {"type": "x"}\n\n', [Frame(None, {"type": "x"})]),
        (b'data: {"type":\ndata:"x"}\n\n', [Frame(None, {"type": "x"})]),
        (b'event: lost\n\ndata: {"type": "x"}\n\n', [Frame(None, {"type": "x"})]),
        (b'data : {"type": "y"}\n\n Data: {}\n\n', []),
        (b'\xef\xbb\xbfdata: {"type": "x"}\n\n', [Frame(None, {"type": "x"})]),
        (b"\n\n\r\n\r: comment", []),
    ],
    ids=["last-event", "empty-event", "one-space", "data-lines", "no-data", "other-names", "bom", "nothing"],
)
def test_lines_are_read_as_the_standard_says(wire, expected):
    assert list(frames([wire])) == expected


@pytest.mark.parametrize(
    ("wire", "fault"),
    [
        (b'data: {"type": "end"}\n', "breaks off inside a frame"),
        (b'data: {"type": "end"}', "breaks off inside a frame"),
        (b'data: {"type": "end"}\n\neve', "breaks off inside a frame: 'eve' is not followed by a blank line"),
        (b"event: end\n", "breaks off inside a frame"),
        (b"data: {\n\n", "frame 1 does not hold JSON"),
        (b"data\n\n", "frame 1 does not hold JSON"),
        (b'data: {"type": 7}\n\n', "frame 1 is not a JSON object with a type"),
        (b"data: []\n\n", "frame 1 is not a JSON object with a type"),
        (b'data: {"type": "x"}\n\ndata: {"type": "\xff"}\n\n', "frame 2 is not UTF-8"),
        (b'data: {"type": "x"}\n\n\xe4\xbf', "breaks off inside a frame: '\ufffd'"),
        (b'data: {"type": "x"}\n\n: \xe4\xbf\n', "frame 2 is not UTF-8"),
        (b'\xef\xbb\xbf\xef\xbb\xbfdata: {"type": "x"}\n\nx\n', None),
    ],
    ids=[
        "cut",
        "cut-line",
        "cut-name",
        "no-data",
        "not-json",
        "empty",
        "no-type",
        "no-object",
        "not-utf8",
        "cut-char",
        "half-char",
        "second-bom",
    ],
)
def test_a_broken_stream_is_told_however_it_is_cut(wire, fault):
    for chunks in ([wire], cuts(wire, range(len(wire)))):
        if fault is None:  # only the first mark is dropped: the field's name is another one
            assert list(frames(chunks)) == []
            continue
        with pytest.raises(StreamFault, match=fault):
            list(frames(chunks))

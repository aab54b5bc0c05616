import json
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.chaos import NONE, BrokenTransferError, Faults, fallen, faulty
from mockserver.domain.events import AgentOutput
from mockserver.domain.streaming import encoded, ended
from mockserver.domain.streaming import frames_of as frames_of_event
from tests.arrange import an_event, examples

HEARTBEAT = b": heartbeat\n\n"
END = b'event: end\ndata: {"type":"end"}\n\n'
shares = st.sampled_from([0.1, 0.5, 1.0])
seeds = st.integers(0, 1 << 32)
texts = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("aé日😀 ")), max_size=60)


def frames_of(*said):
    events = [an_event(number, body=AgentOutput(text)) for number, text in enumerate(said)]
    return list(encoded(ended(frame for event in events for frame in frames_of_event(event))))


streams = st.lists(texts, max_size=3).map(lambda said: frames_of(*said))
answers = st.dictionaries(texts, texts, max_size=3).map(lambda body: json.dumps(body, ensure_ascii=False).encode())


def dice(seed):
    return Random(seed)  # noqa: S311 - repeatable on purpose


def sent(body, faults, seed=1, *, is_stream=True):
    """Send a body with faults: the chunks, the faults that happened, the sleeps, whether the transfer broke."""
    chunks, happened, slept, broke = [], [], [], False
    try:
        chunks.extend(faulty(body, faults, dice(seed), slept.append, happened.append, is_stream=is_stream))
    except BrokenTransferError:
        broke = True
    return chunks, happened, slept, broke


any_faults = st.builds(
    Faults,
    reset=st.sampled_from([None, "before_body", "in_body"]),
    cut=st.sampled_from([None, "frame", "character"]),
    stall=st.sampled_from([0, 20]),
    duplicate=st.sampled_from([0, 0.5]),
    reorder=st.sampled_from([0, 0.5]),
    unterminated=st.booleans(),
    heartbeat=st.sampled_from([0, 2]),
)


@examples(60)
@given(streams, any_faults, seeds)
def test_the_same_seed_gives_the_same_bytes(frames, faults, seed):
    assert sent(frames, faults, seed) == sent(frames, faults, seed)


@examples(60)
@given(streams, any_faults, seeds)
def test_a_transfer_breaks_exactly_if_a_fault_breaks_it(frames, faults, seed):
    _, happened, _, broke = sent(frames, faults, seed)

    assert broke == bool(faults.reset or faults.cut)
    assert broke == (("reset" in happened) != ("cut" in happened))


@examples(60)
@given(streams, any_faults, seeds)
def test_only_the_faults_that_are_given_happen(frames, faults, seed):
    assert set(sent(frames, faults, seed)[1]) <= set(faults.as_json())


@given(streams, seeds)
def test_no_faults_leave_the_body_as_it_is(frames, seed):
    assert sent(frames, NONE, seed) == (frames, [], [], False)


@given(any_faults, seeds)
def test_with_probability_0_no_fault_falls(faults, seed):
    impossible = Faults(**{**faults.as_json(), "probability": 0})

    assert fallen(impossible, dice(seed)) == NONE
    assert fallen(Faults(**{**faults.as_json(), "probability": 1}), dice(seed)) == faults


@given(st.integers(0, 1000))
def test_a_probability_is_about_as_often_as_it_says(seed):
    random = dice(seed)

    fell = sum(fallen(Faults(status=503, probability=0.3), random) != NONE for _ in range(1000))

    assert 200 < fell < 400


@given(streams, shares, seeds)
def test_duplicates_add_nothing_new_and_lose_nothing(frames, share, seed):
    chunks, happened, _, _ = sent(frames, Faults(duplicate=share), seed)

    assert dict.fromkeys(chunks) == dict.fromkeys(frames)
    assert all(count <= Counter(chunks)[frame] <= 2 * count for frame, count in Counter(frames).items())
    assert (len(chunks) > len(frames)) == ("duplicate" in happened)


def test_every_frame_is_sent_twice_with_probability_1():
    frames = frames_of("one two")

    assert sent(frames, Faults(duplicate=1))[0] == [frame for frame in frames for _ in range(2)]


@given(streams, shares, seeds)
def test_reordering_keeps_every_frame(frames, share, seed):
    chunks, happened, _, _ = sent(frames, Faults(reorder=share), seed)

    assert Counter(chunks) == Counter(frames)
    assert "reorder" in happened or chunks == frames


def test_with_probability_1_each_frame_changes_places_with_its_neighbour():
    assert sent([b"1", b"2", b"3", b"4", b"5"], Faults(reorder=1))[0] == [b"2", b"1", b"4", b"3", b"5"]


@given(streams, seeds)
def test_an_unterminated_stream_lacks_its_end_and_nothing_else(frames, seed):
    assert sent(frames, Faults(unterminated=True), seed) == (frames[:-1], ["unterminated"], [], False)
    assert frames[-1] == END


@given(streams, st.integers(1, 5), seeds)
def test_heartbeats_come_after_every_so_many_frames_and_none_after_the_end(frames, every, seed):
    chunks, _, _, _ = sent(frames, Faults(heartbeat=every), seed)

    assert [chunk for chunk in chunks if chunk != HEARTBEAT] == frames
    assert chunks.count(HEARTBEAT) == (len(frames) - 1) // every
    assert chunks[-1] == END


@given(streams, seeds)
def test_a_reset_in_the_body_comes_behind_a_whole_frame_and_before_the_end(frames, seed):
    chunks, happened, _, broke = sent(frames, Faults(reset="in_body"), seed)

    assert (broke, happened) == (True, ["reset"])
    assert chunks == frames[: len(chunks)]
    assert len(chunks) < len(frames)
    assert chunks or len(frames) == 1


@given(streams, seeds)
def test_a_reset_before_the_body_sends_nothing_and_asks_for_nothing(frames, seed):
    left = iter(frames)

    assert sent(left, Faults(reset="before_body", cut="frame"), seed) == ([], ["reset"], [], True)
    assert list(left) == frames


@given(streams, seeds)
def test_a_cut_frame_is_a_part_of_the_frame_that_comes_next(frames, seed):
    chunks, happened, _, broke = sent(frames, Faults(cut="frame"), seed)

    assert (broke, happened) == (True, ["cut"])
    assert chunks[:-1] == frames[: len(chunks) - 1]
    whole = frames[len(chunks) - 1]
    assert whole.startswith(chunks[-1])
    assert 0 < len(chunks[-1]) < len(whole)


def assert_breaks_off_in_a_character(raw):
    with pytest.raises(UnicodeDecodeError) as caught:
        raw.decode()
    assert caught.value.reason == "unexpected end of data"
    assert caught.value.end == len(raw)


@given(streams, any_faults, seeds)
def test_a_cut_character_is_an_incomplete_one_at_the_end_and_all_before_is_whole(frames, faults, seed):
    cut = Faults(**{**faults.as_json(), "cut": "character", "reset": None})

    chunks, _, _, broke = sent(frames, cut, seed)

    assert broke
    assert_breaks_off_in_a_character(b"".join(chunks))


@given(seeds)
def test_a_cut_character_is_one_of_the_frame_where_it_has_one(seed):
    frames = [f'event: x\ndata: {{"content":"{text}"}}\n\n'.encode() for text in ("\\u65e5\\ud83d\\ude00",) * 40]

    last = sent(frames, Faults(cut="character"), seed)[0][-1]

    assert last in (b'event: x\ndata: {"content":"\xe6', 'event: x\ndata: {"content":"日'.encode() + b"\xf0")


@given(seeds)
def test_half_a_pair_of_surrogates_stays_escaped(seed):
    frames = [b'event: x\ndata: {"content":"\\ud83d\\u65e5"}\n\n'] * 40

    assert sent(frames, Faults(cut="character"), seed)[0][-1] == b'event: x\ndata: {"content":"\\ud83d\xe6'


@given(seeds)
def test_without_such_a_character_a_comment_brings_one(seed):
    frames = frames_of("plain " * 20)

    chunks = sent(frames, Faults(cut="character"), seed)[0]

    assert chunks[-1] == frames[len(chunks) - 1] + b": \xc3"


@given(answers, st.sampled_from([Faults(reset="in_body"), Faults(cut="frame")]), seeds)
def test_broken_json_is_the_beginning_of_the_answer(answer, faults, seed):
    chunks, _, _, broke = sent([answer], faults, seed, is_stream=False)

    assert broke
    assert answer.startswith(b"".join(chunks))
    assert 0 < len(b"".join(chunks)) < len(answer)


@given(answers, seeds)
def test_json_cut_in_a_character_is_shorter_than_the_answer(answer, seed):
    chunks, _, _, _ = sent([answer], Faults(cut="character"), seed, is_stream=False)

    raw = b"".join(chunks)
    assert_breaks_off_in_a_character(raw)
    assert len(raw) < len(answer)
    assert answer.startswith(raw if answer.decode().isascii() is False else raw[:-1])


@given(streams, seeds)
def test_a_body_stands_still_once_within_and_is_all_there(frames, seed):
    chunks, happened, slept, _ = sent(frames, Faults(stall=250), seed)

    assert (chunks, happened, slept) == (frames, ["stall"], [0.25])


@given(answers, seeds)
def test_json_stands_still_within(answer, seed):
    waits = []
    read = b""
    for chunk in faulty([answer], Faults(stall=250), dice(seed), waits.append, lambda _: None, is_stream=False):
        read += chunk
        if not waits:
            assert 0 < len(read) < len(answer)

    assert (read, waits) == (answer, [0.25])


@given(answers, seeds)
def test_faults_of_frames_do_not_happen_to_json(answer, seed):
    faults = Faults(duplicate=1, reorder=1, unterminated=True, heartbeat=1)

    assert sent([answer], faults, seed, is_stream=False) == ([answer], [], [], False)


@given(streams, any_faults, seeds)
def test_one_fault_more_leaves_the_others_in_place(frames, faults, seed):
    alone = Faults(cut="frame")

    first = sent(frames, alone, seed)[0]
    second = sent(frames, Faults(cut="frame", stall=20), seed)[0]

    assert first == second

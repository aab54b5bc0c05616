import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.recordings.exchange import Answered, Asked, Exchange, Frame, exchange_of, without_secrets
from mockserver.recordings.reading import RecordingError, caller_of, read_recording

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)
BODIES = st.none() | st.fixed_dictionaries({"json": VALUES}) | st.fixed_dictionaries({"text": st.text()})
FRAMES = st.builds(Frame, st.integers(0), st.none() | st.text(), VALUES) | st.builds(Frame, st.integers(0), raw=st.text())
ANSWERS = st.builds(Answered, st.integers(100, 599), st.dictionaries(st.text(), st.text()), st.integers(0), BODIES) | st.builds(
    Answered,
    st.integers(100, 599),
    st.dictionaries(st.text(), st.text()),
    st.integers(0),
    frames=st.lists(FRAMES).map(tuple),
    broke_off=st.booleans(),
)
ASKED = st.builds(Asked, st.text(), st.text(), st.lists(st.tuples(st.text(), st.text())).map(tuple), BODIES)
EXCHANGES = st.builds(Exchange, st.integers(1), st.text(), st.none() | st.text(), st.none() | st.text(), ASKED, ANSWERS)


@given(EXCHANGES)
def test_what_is_written_is_read_back_the_same(exchange):
    assert exchange_of(json.loads(json.dumps(exchange.as_json()))) == exchange


@given(EXCHANGES)
def test_taking_nothing_out_changes_nothing(exchange):
    assert without_secrets(exchange, lambda value: value) == exchange


def test_a_secret_that_is_called_like_a_member_of_the_form_does_not_spoil_it():
    asked = Asked("POST", "/request", (("answer", "answer"),), {"json": {"request": "answer"}})
    frames = (Frame(1, "e", {"answer": "json"}), Frame(2, raw="the answer"))
    exchange = Exchange(1, "", None, None, asked, Answered(200, {"x": "answer"}, 0, frames=frames), ({"in": "answer"},))

    def told(value):
        text = json.dumps(value)
        return json.loads(text.replace("answer", "****").replace("request", "****"))

    masked = without_secrets(exchange, told)
    assert exchange_of(masked.as_json()) == masked
    assert masked.asked == Asked("POST", "/****", (("****", "****"),), {"json": {"****": "****"}})
    assert masked.answered.frames == (Frame(1, "e", {"****": "json"}), Frame(2, raw="the ****"))
    assert masked.answered.headers == {"x": "****"}


ABOUT = {"recording": 1, "salt": "0a", "upstream": "http://127.0.0.1", "begun": ""}
LINE = json.dumps(Exchange(1, "", None, None, Asked("GET", "/", (), None), Answered(200, {}, 0)).as_json())


def a_recording(folder, *, about=ABOUT, exchanges=""):
    (folder / "recording.json").write_text(about if isinstance(about, str) else json.dumps(about))
    if exchanges is not None:
        (folder / "exchanges.jsonl").write_text(exchanges)
    return folder


def test_exchanges_are_read_in_the_order_in_which_they_began(tmp_path):
    lines = "".join(LINE.replace('"number": 1', f'"number": {number}') + "\n" for number in (3, 1, 2))
    assert [one.number for one in read_recording(a_recording(tmp_path, exchanges=lines)).exchanges] == [1, 2, 3]


def test_a_last_line_that_a_crash_cut_off_is_left_out(tmp_path):
    assert len(read_recording(a_recording(tmp_path, exchanges=f"{LINE}\n{LINE[:40]}")).exchanges) == 1


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"about": "{"}, "recording.json is not JSON"),
        ({"about": []}, "is not that of a recording"),
        ({"about": {"recording": 1}}, "is not that of a recording"),
        ({"about": ABOUT | {"recording": 2}}, "has the form 2; this version reads 1"),
        ({"exchanges": None}, "exchanges.jsonl cannot be read"),
        ({"exchanges": f"{LINE}\n{{}}\n"}, "exchanges.jsonl:2 is no exchange"),
        ({"exchanges": "nothing\n"}, "exchanges.jsonl:1 is no exchange"),
        ({"exchanges": "[]\n"}, "exchanges.jsonl:1 is no exchange"),
    ],
)
def test_what_is_no_recording_is_told_by_file_and_line(tmp_path, more, told):
    with pytest.raises(RecordingError, match=told):
        read_recording(a_recording(tmp_path, **more))


def test_a_folder_without_a_recording_is_told_how_to_make_one(tmp_path):
    with pytest.raises(RecordingError, match="sessions-mock proxy --upstream URL --record"):
        read_recording(tmp_path)


def test_a_caller_is_known_again_only_with_the_salt():
    assert caller_of("mock-owner", "a") == caller_of("mock-owner", "a") != caller_of("mock-owner", "b")
    assert caller_of("mock-owner", "a") != caller_of("mock-viewer", "a")

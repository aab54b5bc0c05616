"""The picture of a turn: what came, what is stored, and where it is wrong; it comes through from a worker and into the page."""

import json
from dataclasses import asdict

import pytest

from contracts.checks.holding import StreamFailure, hold_stream, hold_to_store, hold_turn, shown
from contracts.document import event_order
from contracts.pictures import LEFT_OUT, Picture, Row, picture_from, picture_of
from contracts.promises import PROMISES
from contracts.report.html import page
from contracts.report.timeline import timeline
from contracts.report.writing import without
from contracts.sse import StreamFault, frames
from contracts.verdicts import Failure, Finding, Result, Verdict
from tests.contracts.forked import contracts
from tests.contracts.running import ALONE
from tests.contracts.test_checks import ANSWER, CALL, turn
from tests.contracts.test_report import HOSTILE, Read

ORDER = event_order()


def failing(hold, *arguments):
    with pytest.raises(StreamFailure) as caught:
        hold(*arguments, ORDER)
    return caught.value


def wrong(rows):
    return [row.index for row in rows if row.is_wrong]


def test_what_is_in_order_does_not_fail():
    events = turn("input_message", *CALL, "agent_output")
    hold_turn(events, ORDER)
    hold_stream(turn("input_message", *ANSWER, "end"), ORDER)
    hold_to_store(events, events, ORDER)


def test_the_event_that_is_wrong_is_marked():
    failure = failing(hold_turn, turn("input_message", "thinking", "input_message", "agent_output"))
    assert wrong(failure.picture.rows) == [2]
    assert not failure.picture.is_short
    assert str(failure).startswith("not as expected:\n  event 2, input_message, follows event 1, thinking; expected one of ")


def test_what_lacks_at_the_end_is_marked_there():
    picture = failing(hold_stream, turn("input_message", *ANSWER)).picture
    assert (wrong(picture.rows), picture.is_short) == ([], True)


def test_what_was_sent_and_is_not_stored_is_marked_on_its_side():
    events = turn("input_message", "thinking", "agent_output")
    sent = failing(hold_to_store, events, events[:1] + events[2:]).picture
    assert (wrong(sent.rows), wrong(sent.stored)) == ([1], [])
    lost = failing(hold_to_store, events[:1] + events[2:], events).picture
    assert (wrong(lost.rows), wrong(lost.stored)) == ([], [1])


def test_what_has_no_counterpart_is_marked_where_an_assertion_says_no_more():
    events = turn("input_message", "thinking", "agent_output")
    with pytest.raises(StreamFailure, match="they differ") as caught, shown(events[:2], ORDER, events[1:]):
        raise AssertionError("they differ")
    assert (wrong(caught.value.picture.rows), wrong(caught.value.picture.stored)) == ([0], [1])


def test_the_pieces_of_a_text_are_one_row():
    picture = failing(hold_stream, turn("input_message", *ANSWER)).picture
    assert [(row.index, row.type, row.count, row.text) for row in picture.rows] == [
        (0, "input_message", 1, ""),
        (1, "streaming_agent_output", 2, "Hi Hi "),
        (3, "streaming_agent_output_end", 1, ""),
    ]


def test_a_long_picture_leaves_out_what_is_not_about_the_fault():
    made = turn("input_message", *CALL * 100, "thinking", "input_message", "agent_output")
    events = [event | {"created_at": "2026-01-01T00:00:00.000Z"} for event in made]
    for index in range(1, 201):
        events[index]["tool_call_id"] = f"call_{(index - 1) // 2}"
    rows = failing(hold_turn, events).picture.rows
    assert wrong(rows) == [202]
    assert [row.index for row in rows if row.type == LEFT_OUT] == [8]
    assert sum(row.count for row in rows) == len(made)


def test_a_picture_comes_through_from_a_worker():
    failure = failing(hold_to_store, turn("input_message", *CALL), turn("input_message"))
    assert picture_from(json.loads(json.dumps(picture_of(failure)))) == failure.picture
    assert picture_of(AssertionError("none")) is None


def test_a_stream_that_breaks_off_shows_what_came_before():
    whole = b'data: {"type":"input_message","id":"aev_1"}\n\ndata: {"type":"thinking","id":"aev_2"}\n\n'
    with pytest.raises(StreamFault) as caught:
        list(frames([whole + b'data: {"type":"agent_ou']))
    picture = picture_from(picture_of(caught.value))
    assert [(row.type, row.id) for row in picture.rows] == [("input_message", "aev_1"), ("thinking", "aev_2")]
    assert picture.is_short


def test_calls_are_joined_with_their_outputs_and_open_ones_shown():
    joined = timeline(Picture((Row(0, "tool_input", "a", "c"), Row(1, "tool_output", "b", "c"), Row(2, "tool_input", "d", "e"))))
    assert (len(joined.arcs), len(joined.open), len(joined.links)) == (1, 1, 0)


def test_what_is_sent_is_joined_with_what_is_stored_by_id():
    drawn = timeline(Picture((Row(0, "thinking", "a"), Row(1, "agent_output", "b")), (Row(0, "agent_output", "b"),)))
    assert drawn.has_store
    assert len(drawn.links) == 1
    assert all(mark.x + mark.width <= drawn.width and mark.y < drawn.height for mark in drawn.marks)


def _page(picture, secrets=()):
    finding = Finding(PROMISES["SC302"], Verdict.BROKEN, (), (Failure("test_order", "", "told", picture=picture),))
    return page(without(Result("target", "", (finding,)), secrets))


def test_the_page_draws_it_and_takes_nothing_for_markup():
    read = Read(_page(Picture((Row(0, HOSTILE, HOSTILE, text=HOSTILE, is_wrong=True),), faults=(HOSTILE,), is_short=True)))
    assert read.open == []
    assert not {"script", "img"} & {tag for tag, _ in read.tags}
    assert read.all("svg")[0]["role"] == "img"
    assert "✗ something lacks here" in read.texts


def test_keys_that_a_run_was_given_do_not_get_into_pictures():
    picture = Picture((Row(0, "agent_output", text="x" * 45 + "zqt_0123456789"),), (Row(0, "thinking", "zqt_0123456789"),))
    assert "zqt_" not in _page(picture, ["zqt_0123456789"])
    assert "zqt_" in json.dumps(asdict(picture))


@ALONE
def test_a_run_draws_the_turn_that_breaks_a_promise(tmp_path, workers):
    app = ("--app", "tests.contracts.sabotage.events:loses_the_output_of_a_tool")
    run = contracts("run", *app, "--promises", "SC302", "--report", "html,json", "--report-dir", str(tmp_path), *workers)
    assert run.returncode == 1
    read = Read((tmp_path / "report.html").read_text("utf-8"))
    assert len(read.all("svg")) == 1
    assert any(text.startswith("✗ 3  agent_output  aev_") for text in read.texts)
    (failure,) = json.loads((tmp_path / "report.json").read_text("utf-8"))["promises"][0]["failures"]
    assert [row["type"] for row in failure["picture"]["rows"]] == ["input_message", "thinking", "tool_input", "agent_output"]

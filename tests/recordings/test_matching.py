import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.recordings.exchange import Answered, Asked, Exchange
from mockserver.recordings.matching import Matcher

EVENTS = "/v2/agents/a/sessions/s/events"


def get(path=EVENTS):
    return Asked("GET", path, (), None)


def post(text, path=EVENTS):
    return Asked("POST", path, (), {"json": {"text": text}})


def recorded(*asked, caller="k"):
    return [
        Exchange(number, "2026-01-15T12:00:00.000Z", None, caller, one, Answered(200, {}, 0))
        for number, one in enumerate(asked, 1)
    ]


def numbers(matcher, *asked, caller="k"):
    found = [matcher.answer(one, caller) for one in asked]
    return [one and one.number for one in found]


def test_the_same_request_gets_its_answers_in_order_and_the_last_one_stays():
    assert numbers(Matcher(recorded(post("a"), post("a"))), post("a"), post("a"), post("a")) == [1, 2, 2]


def test_a_read_gets_no_answer_from_after_a_write_that_has_not_been_replayed():
    matcher = Matcher(recorded(get(), post("a"), get(), post("b"), get()))
    assert numbers(matcher, get(), get(), post("a"), get(), get(), post("b"), get(), get()) == [1, 1, 2, 3, 3, 4, 5, 5]


@pytest.mark.parametrize(
    ("written", "read", "is_related"),
    [
        ("/v2/agents/a/sessions/s/events/e1/hide", EVENTS, True),
        (EVENTS, "/v2/agents/a/sessions/s/artifacts", True),
        (EVENTS, "/v2/agents/a/sessions/s", True),
        ("/v2/agents/a/sessions", "/v2/agents/a/sessions/s", True),
        ("/v2/agents/a/sessions/s2/events", EVENTS, False),
        ("/v2/agents/ab", "/v2/agents/a", False),
        ("/v2/corpora/c/documents", "/v2/agents/a", False),
    ],
)
def test_only_writes_that_have_to_do_with_it_hold_a_read_back(written, read, is_related):
    matcher = Matcher(recorded(get(read), post("x", written), get(read)))
    assert numbers(matcher, get(read), get(read)) == [1, 1 if is_related else 3]


def test_a_client_that_begins_in_the_middle_is_answered():
    assert numbers(Matcher(recorded(post("a"), get(), post("b"), get("/v2/agents"))), get(), get("/v2/agents")) == [2, 4]


def test_an_answer_to_one_caller_is_never_given_to_another_who_is_known():
    exchanges = [*recorded(get(), caller="owner"), Exchange(2, "", None, "viewer", get("/v2/x"), Answered(403, {}, 0))]
    assert numbers(Matcher(exchanges), get(), caller="viewer") == [None]
    assert numbers(Matcher(exchanges), get("/v2/x"), caller="owner") == [None]
    assert numbers(Matcher(exchanges), get(), caller=None) == [None]
    assert numbers(Matcher(exchanges), get(), get("/v2/x"), caller="somebody else") == [1, 2]


def test_what_is_nearest_is_named():
    matcher = Matcher(recorded(get("/v2/agents/support/sessions"), get("/v2/corpora")))
    assert matcher.nearest(get("/v2/agents/suport/sessions")) == "GET /v2/agents/support/sessions"
    assert matcher.nearest(Asked("PUT", "/elsewhere", (), None)) is None


REQUESTS = st.builds(
    Asked,
    st.sampled_from(["GET", "POST", "DELETE", "PATCH"]),
    st.sampled_from([EVENTS, "/v2/agents/a/sessions/s", "/v2/agents/a/sessions/t/events", "/v2/agents/a", "/v2/agents"]),
    st.just(()),
    st.none() | st.just({"json": {}}),
)


@given(st.lists(REQUESTS, max_size=12), st.data())
def test_a_recording_that_is_replayed_in_its_own_order_gives_every_answer(asked, data):
    exchanges = [
        Exchange(number, "", None, data.draw(st.sampled_from(["a", "b", None])), one, Answered(200, {}, 0))
        for number, one in enumerate(asked, 1)
    ]
    matcher = Matcher(exchanges)
    assert [matcher.answer(one.asked, one.caller).number for one in exchanges] == [one.number for one in exchanges]

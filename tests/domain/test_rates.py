"""A rate lets through what it says and no more, and tells truly how long to wait."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.rates import Rate
from tests.arrange import NOON

NOTHING, SECOND = timedelta(0), timedelta(seconds=1)
rates = (st.integers(1, 10) | st.integers(1, 2000)).map(Rate)
gaps = st.lists(st.just(0) | st.integers(0, 3_000_000) | st.integers(0, 2000), max_size=60)


def moments(microseconds):
    now = NOON
    for gap in microseconds:
        now += timedelta(microseconds=gap)
        yield now


def played(rate, times):
    """Try at each of the times; return those that passed, and the last `due`."""
    due, passed = None, []
    for now in times:
        if rate.wait(due, now) == NOTHING:
            due = rate.after(due, now)
            passed.append(now)
    return passed, due


@given(rates, gaps)
def test_in_no_stretch_of_time_does_more_pass_than_a_full_bucket_and_what_flows_in(rate, microseconds):
    assert (
        timedelta(seconds=1) - timedelta(microseconds=rate.per_second) < rate.interval * rate.per_second <= timedelta(seconds=1)
    )
    passed, _ = played(rate, moments(microseconds))
    for first, start in enumerate(passed):
        for last, end in enumerate(passed[first:], 1):
            assert last <= rate.per_second + (end - start) // rate.interval


@given(rates, gaps, st.integers(0, 2_000_000))
def test_after_the_wait_it_passes_and_not_a_microsecond_before(rate, microseconds, later):
    times = list(moments(microseconds))
    _, due = played(rate, times)
    now = (times[-1] if times else NOON) + timedelta(microseconds=later)
    wait = rate.wait(due, now)
    assert rate.wait(due, now + wait) == NOTHING
    if wait:
        assert rate.wait(due, now + wait - timedelta(microseconds=1)) == timedelta(microseconds=1)


@given(rates, st.integers(1, 100))
def test_a_steady_pace_within_the_rate_is_never_held_up(rate, number):
    passed, _ = played(rate, [NOON + rate.interval * place for place in range(number)])
    assert len(passed) == number
    assert all(later - earlier == rate.interval for earlier, later in pairwise(passed))


@given(st.integers(1, 300).map(Rate), st.timedeltas(SECOND, timedelta(days=400)))
def test_a_bucket_that_rested_for_a_second_or_longer_lets_a_whole_second_through_at_once(rate, rest):
    passed, due = played(rate, [NOON] * (rate.per_second + 5))
    assert len(passed) == rate.per_second
    assert due <= NOON + SECOND
    for _ in range(rate.per_second):
        assert rate.wait(due, NOON + rest) == NOTHING
        due = rate.after(due, NOON + rest)
    assert rate.wait(due, NOON + rest) > NOTHING


@given(rates, gaps, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_a_clock_that_is_set_back_costs_a_second_at_most(rate, microseconds, back):
    times = list(moments(microseconds))
    _, due = played(rate, times)
    now = (times[-1] if times else NOON) - back
    assert rate.wait(due, now) <= rate.interval

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mockserver.domain.durations import Interval, interval_of
from mockserver.domain.errors import Refused
from mockserver.domain.schedules import MOST_MISSED, Execution, claimed, create, due_after, due_until, update
from mockserver.runtime import CronTimes
from tests.arrange import NOON, examples

CRON = CronTimes()
MOMENTS = st.integers(-(36 * 365 * 86_400_000), 64 * 365 * 86_400_000).map(lambda millis: NOON + timedelta(milliseconds=millis))
INTERVALS = st.builds(
    Interval, st.integers(0, 30), st.timedeltas(timedelta(seconds=1), timedelta(days=90)) | st.just(timedelta(hours=1))
)
MINUTE = timedelta(minutes=1)


def a_schedule(written=None, *, now=NOON, **more):
    body = {"name": "Daily", "message": [{"type": "text", "content": "Hello"}], "schedule": written or every("PT1H"), **more}
    return create(body, agent_key="a1", key="h1", now=now, cron=CRON)


def every(interval):
    return {"type": "interval", "interval": interval}


def cron(expression):
    return {"type": "cron", "cron_expression": expression}


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@st.composite
def minutes_and_hours(draw):
    """A cron expression for some times of every day, and these times."""
    minutes, hours = (draw(st.sets(st.integers(0, top), min_size=1, max_size=3)) for top in (59, 23))
    fields = (",".join(map(str, sorted(values))) for values in (minutes, hours))
    return f"{' '.join(fields)} * * *", {(hour, minute) for hour in hours for minute in minutes}


@examples(200)
@given(INTERVALS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3000)))
def test_an_interval_is_due_next_behind_the_moment_and_no_time_before_is(interval, anchor, later):
    passed = interval.passed(anchor, anchor + later)

    assert interval.times(anchor, passed) <= anchor + later < interval.times(anchor, passed + 1)
    assert interval.times(anchor, 0) == anchor


@examples(100)
@given(minutes_and_hours(), MOMENTS)
def test_a_cron_expression_is_due_next_at_the_first_minute_that_matches(drawn, moment):
    expression, times = drawn
    due, last = CRON.after(expression, moment), CRON.until(expression, moment)

    first = moment.replace(second=0, microsecond=0) + MINUTE
    ahead = (first + MINUTE * number for number in range(1441))
    behind = (first - MINUTE * number for number in range(1, 1442))
    assert due == next(minute for minute in ahead if (minute.hour, minute.minute) in times)
    assert last == next(minute for minute in behind if (minute.hour, minute.minute) in times)


@examples(100)
@given(
    st.sampled_from([every("PT1H"), every("P1M"), every("PT90M0.5S"), cron("*/7 * * * *"), cron("0 9 * * 1-5")]),
    st.lists(st.timedeltas(timedelta(0), timedelta(hours=3)), max_size=8),
)
def test_however_often_somebody_looks_each_due_time_is_claimed_once_and_in_order(written, pauses):
    schedule = patient = a_schedule(written)
    now, seen = NOON, []
    for pause in pauses:
        now += pause
        schedule, times = claimed(schedule, now, CRON)
        seen += times

    _, at_once = claimed(patient, now, CRON)

    assume(len(at_once) < MOST_MISSED)
    assert seen == at_once == sorted(set(seen))
    assert all(NOON < due <= now for due in seen)


@examples(100)
@given(st.sampled_from([every("PT11M"), every("P1M"), cron("*/7 * * * *"), cron("0 9 29 2 *")]), MOMENTS)
def test_what_is_due_next_is_what_was_due_last_once_it_has_come(written, moment):
    schedule = a_schedule(written, now=moment)

    due = due_after(schedule, moment, CRON)

    assert due_until(schedule, due - timedelta(microseconds=1), CRON) is None
    assert due_until(schedule, due, CRON) == due < due_after(schedule, due, CRON)


@pytest.mark.parametrize(
    ("written", "anchor", "expected"),
    [
        (every("PT24H"), "2026-01-15T12:00", ["2026-01-16T12:00", "2026-01-17T12:00"]),
        (every("P1M"), "2026-01-31T08:00", ["2026-02-28T08:00", "2026-03-31T08:00", "2026-04-30T08:00"]),
        (every("P1Y"), "2024-02-29T00:00", ["2025-02-28T00:00", "2026-02-28T00:00", "2027-02-28T00:00", "2028-02-29T00:00"]),
        (every("P1MT1H"), "2026-01-31T23:30", ["2026-03-01T00:30", "2026-04-01T01:30"]),
        (every("PT1.5S"), "2026-01-15T12:00", ["2026-01-15T12:00:01.5", "2026-01-15T12:00:03"]),
        (cron("0 9 * * 1-5"), "2026-01-16T09:00", ["2026-01-19T09:00", "2026-01-20T09:00"]),
        (cron("*/15 * * * *"), "2026-01-16T09:01", ["2026-01-16T09:15", "2026-01-16T09:30"]),
        (cron("0 0 1 * *"), "2026-01-01T00:00", ["2026-02-01T00:00", "2026-03-01T00:00"]),
        (cron("30 8 13 * 5"), "2026-02-01T00:00", ["2026-02-06T08:30", "2026-02-13T08:30", "2026-02-20T08:30"]),
    ],
)
def test_a_schedule_is_due_at_these_times(written, anchor, expected):
    schedule, moment, times = a_schedule(written, now=at(anchor)), at(anchor), []
    for _ in expected:
        moment = due_after(schedule, moment, CRON)
        times.append(moment)

    assert times == [at(text) for text in expected]
    assert claimed(schedule, times[-1], CRON)[1] == times


@pytest.mark.parametrize(
    ("written", "field", "reason"),
    [
        (every("P"), "interval", "must be at least one second"),
        (every("PT0S"), "interval", "must be at least one second"),
        (every("PT0.999999S"), "interval", "must be at least one second"),
        (every("P101Y"), "interval", "must be at most a hundred years"),
        (every("P1201M"), "interval", "must be at most a hundred years"),
        (every(f"P{'9' * 190}Y"), "interval", "must be at most a hundred years"),
        (every(f"P{'9' * 190}D"), "interval", "must be at most a hundred years"),
        (every(f"PT{'0' * 200}1S"), "interval", "must have at most 200 characters"),
        (every("PT1H\n"), "interval", "must be an ISO 8601 duration such as PT24H"),
        (cron(""), "cron_expression", "must have five fields: minute, hour, day of month, month, day of week"),
        (cron("@daily"), "cron_expression", "must have five fields: minute, hour, day of month, month, day of week"),
        (cron("* * * * * *"), "cron_expression", "must have five fields: minute, hour, day of month, month, day of week"),
        (cron("60 * * * *"), "cron_expression", "cannot be read: Bad minute"),
        (cron("* * * * ٣"), "cron_expression", "cannot be read: Bad day-of-week"),
        (cron("*/0 * * * *"), "cron_expression", "cannot be read: Bad minute"),
        (cron("0 0 30 2 *"), "cron_expression", "cannot be read: Bad day-of-month"),
        (cron("0 0 */29 2 MON#5"), "cron_expression", "never comes: no day of the next fifty years matches"),
        (cron(f"{'1,' * 100}1 * * * *"), "cron_expression", "must have at most 200 characters"),
    ],
)
def test_times_that_cannot_be_used_are_refused_by_field(written, field, reason):
    for attempt in (lambda: a_schedule(written), lambda: update(a_schedule(), {"schedule": written}, now=NOON, cron=CRON)):
        with pytest.raises(Refused) as refused:
            attempt()
        assert (refused.value.refusal.code, refused.value.fields) == ("SM380", {f"/schedule/{field}": reason})


@examples(200)
@given(st.text("0123456789*/-,L#W?MONFEB ", max_size=30) | st.text(max_size=20))
def test_whatever_a_cron_expression_says_it_is_used_or_refused(expression):
    try:
        due = due_after(a_schedule(cron(expression)), NOON, CRON)
    except Refused as refused:
        wrong, due = refused.fields, None

    assert due > NOON if due else wrong.keys() == {"/schedule/cron_expression"}


def test_a_duration_is_read_part_by_part():
    assert interval_of("P1Y2M3DT4H5M6.7S") == Interval(14, timedelta(days=3, hours=4, minutes=5, seconds=6.7))
    assert interval_of("P100Y") == Interval(1200, timedelta(0))
    assert interval_of("PT1.00000049S") == Interval(0, timedelta(seconds=1))


def test_of_the_missed_times_the_latest_hundred_count_and_the_rest_is_skipped():
    schedule, times = claimed(a_schedule(every("PT1M")), NOON + MINUTE * 250, CRON)

    assert times == [NOON + MINUTE * number for number in range(151, 251)]
    assert schedule.skipped_until == NOON + MINUTE * 150
    assert claimed(schedule, NOON + MINUTE * 250, CRON) == (schedule, [])
    assert claimed(schedule, NOON + MINUTE * 251, CRON)[1] == [NOON + MINUTE * 251]


def test_a_schedule_that_rests_is_never_due_and_counts_anew_when_it_is_enabled():
    resting = a_schedule(every("PT1H"), enabled=False)
    later = NOON + timedelta(hours=5, minutes=30)

    assert claimed(resting, later, CRON) == (resting, [])

    awake = update(resting, {"enabled": True}, now=later, cron=CRON)
    assert claimed(awake, later + timedelta(hours=1), CRON)[1] == [later + timedelta(hours=1)]


def test_other_times_count_from_the_change_and_other_changes_do_not_touch_the_times():
    later = NOON + timedelta(minutes=30)
    renamed = update(a_schedule(every("PT1H")), {"name": "N", "enabled": True}, now=later, cron=CRON)
    quicker = update(renamed, {"schedule": every("PT10M")}, now=later, cron=CRON)

    assert due_after(renamed, later, CRON) == NOON + timedelta(hours=1)
    assert due_after(quicker, later, CRON) == later + timedelta(minutes=10)


def test_a_clock_that_goes_back_makes_nothing_due_twice():
    schedule, _ = claimed(a_schedule(every("PT1H")), NOON + timedelta(hours=3), CRON)

    assert claimed(schedule, NOON + timedelta(hours=1), CRON) == (schedule, [])


def test_as_many_executions_are_kept_as_the_schedule_says():
    schedule = a_schedule(max_executions_to_keep=3)
    for number in range(5):
        schedule = schedule.ran(
            Execution(schedule_key="h1", run_id=str(number), session_key=None, error=None, executed_at=NOON + MINUTE * number)
        )

    assert [(one.run_id, one.sequence) for one in schedule.executions] == [("2", 3), ("3", 4), ("4", 5)]
    assert schedule.last_execution_at == NOON + MINUTE * 4
    fewer = update(schedule, {"max_executions_to_keep": 1}, now=NOON, cron=CRON)
    assert [one.run_id for one in fewer.executions] == ["4"]

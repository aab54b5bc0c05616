from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.errors import Refused
from mockserver.domain.sessions import MASK, ContextUsage, Status, begin_turn, create, end_turn, update
from tests.arrange import NOON, a_session

FULL = {
    "name": "Name",
    "description": "About",
    "metadata": {"a": 1},
    "enabled": False,
    "tti_minutes": 5,
    "secrets": {"token": "t0p"},
}


def created(**body):
    return create(body, key="s1", agent_key="a1", compaction={"enabled": True}, now=NOON)


def test_an_empty_request_gives_the_defaults():
    assert created().as_json() == {
        "key": "s1",
        "agent_key": "a1",
        "name": "Session s1",
        "metadata": {},
        "enabled": True,
        "status": "unstarted",
        "tti_minutes": 0,
        "created_at": "2026-01-15T12:00:00.000Z",
        "effective_compaction": {"enabled": True},
    }


def test_a_full_request_is_shown_with_its_secrets_masked():
    assert created(**FULL).as_json() | FULL == created(**FULL).as_json() | {"secrets": {"token": "t0p"}}
    assert created(**FULL).as_json()["secrets"] == {"token": MASK}


@given(st.dictionaries(st.text("abc", min_size=1), st.text(min_size=5), min_size=1))
def test_a_secret_is_never_shown(secrets):
    shown = created(secrets=secrets).as_json()["secrets"]

    assert shown == dict.fromkeys(secrets, MASK)


@pytest.mark.parametrize(
    ("patch", "field", "value"),
    [
        pytest.param({"name": "New"}, "name", "New", id="name"),
        pytest.param({"description": ""}, "description", "", id="empty description"),
        pytest.param({"metadata": {"b": 2}}, "metadata", {"b": 2}, id="metadata is replaced"),
        pytest.param({"metadata": {}}, "metadata", {}, id="metadata is emptied"),
        pytest.param({"enabled": True}, "enabled", True, id="enabled"),
        pytest.param({"tti_minutes": 0}, "tti_minutes", 0, id="never expires"),
        pytest.param({"tti_minutes": 7.0}, "tti_minutes", 7, id="a whole number with a point"),
        pytest.param({"secrets": {"new": "x"}}, "secrets", {"token": "t0p", "new": "x"}, id="a secret is added"),
        pytest.param({"secrets": {"token": "x"}}, "secrets", {"token": "x"}, id="a secret is replaced"),
        pytest.param({"secrets": {"token": None}}, "secrets", {}, id="a secret is removed"),
        pytest.param({"secrets": {"gone": None}}, "secrets", {"token": "t0p"}, id="an unknown secret is removed"),
        pytest.param({"key": "other"}, "key", "s1", id="the key stays"),
        pytest.param({"agent_key": "other"}, "agent_key", "a1", id="the agent stays"),
        pytest.param({"status": "running"}, "status", Status.UNSTARTED, id="the status stays"),
    ],
)
def test_a_patch_changes_what_it_names_and_nothing_else(patch, field, value):
    before = created(**FULL)

    after = update(before, patch)

    assert getattr(after, field) == value
    assert {name for name in after.__slots__ if getattr(after, name) != getattr(before, name)} <= {field}


patches = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text(),
        "description": st.text(),
        "metadata": st.dictionaries(st.text(), st.integers()),
        "enabled": st.booleans(),
        "tti_minutes": st.integers(0, 2**63 - 1),
        "secrets": st.dictionaries(st.sampled_from("ab"), st.none() | st.text(min_size=1)),
    },
)


@given(patches)
def test_a_patch_twice_is_the_same_as_once(patch):
    once = update(created(**FULL), patch)

    assert update(once, patch) == once


@given(patches, patches)
def test_the_later_patch_wins_field_by_field(first, second):
    both = update(update(created(**FULL), first), second)

    for name in set(first) | set(second):
        if name != "secrets":
            assert getattr(both, name) == second.get(name, first.get(name))


@pytest.mark.parametrize(
    ("tti", "idle", "expired"),
    [
        pytest.param(0, timedelta(days=36500), False, id="never"),
        pytest.param(5, timedelta(minutes=5) - timedelta(microseconds=1), False, id="just before"),
        pytest.param(5, timedelta(minutes=5), True, id="on the minute"),
        pytest.param(1, timedelta(0), False, id="at once"),
        pytest.param(2**63 - 1, timedelta(days=36500), False, id="a huge value"),
        pytest.param(1, timedelta(minutes=-5), False, id="a clock that went back"),
    ],
)
def test_a_session_expires_after_its_idle_minutes(tti, idle, expired):
    assert a_session(tti_minutes=tti).has_expired(NOON + idle) is expired


def test_the_idle_time_runs_from_the_last_event():
    session = a_session(tti_minutes=5, last_event_at=NOON + timedelta(minutes=3))

    assert session.has_expired(NOON + timedelta(minutes=7)) is False
    assert session.has_expired(NOON + timedelta(minutes=8)) is True


def test_a_running_session_does_not_expire():
    assert a_session(tti_minutes=1, status=Status.RUNNING).has_expired(NOON + timedelta(days=1)) is False


def test_a_turn_runs_and_stops():
    running = begin_turn(a_session())
    ended = NOON + timedelta(minutes=1)
    stopped = end_turn(running, usage=ContextUsage(10, 5, 100), step=None, parked=None, last_event_at=ended)

    assert stopped.last_event_at == ended
    assert (running.status, running.turns) == (Status.RUNNING, 1)
    assert (stopped.status, stopped.turns) == (Status.STOPPED, 1)
    assert stopped.as_json()["session_context_usage"] == {
        "input_tokens": {"count": 10},
        "output_tokens": {"count": 5, "reasoning_tokens": 0},
        "total_tokens": 15,
        "model_context_window": 100,
    }


def test_a_turn_that_made_no_call_keeps_the_latest_usage():
    usage = ContextUsage(10, 5, 100)

    assert end_turn(a_session(usage=usage), usage=None, step=None, parked=None, last_event_at=None).usage == usage


@pytest.mark.parametrize(
    ("session", "code"),
    [
        pytest.param(a_session(status=Status.RUNNING), "SM320", id="running"),
        pytest.param(a_session(enabled=False), "SM321", id="disabled"),
    ],
)
def test_a_busy_or_disabled_session_takes_no_turn(session, code):
    with pytest.raises(Refused) as caught:
        begin_turn(session)

    assert caught.value.refusal.code == code

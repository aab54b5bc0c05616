"""Sessions that run: what a run of one session may not do to another, to a later one of its key, or to who reads it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from mockserver.app import create_pipeline
from mockserver.domain.errors import Refused
from mockserver.domain.events import type_of
from mockserver.domain.sessions import Status
from mockserver.domain.simulator.stage import Input
from mockserver.domain.streaming import Piece, Whole
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from mockserver.snapshots.writing import snapshot
from mockserver.stores.memory import MemoryStore
from tests.arrange import NOON, HaltingClock, a_session, an_agent, contents

HELLO = Input("input_message", messages=({"type": "text", "content": "Hello!"},))


@pytest.fixture
def store():
    return MemoryStore(contents(an_agent(skills={"cook": {"description": "Cooks.", "content": "How to cook."}})))


@pytest.fixture
def runs(store):
    return create_pipeline(Settings(), store=store, clock=FixedClock(NOON)).services.runs


@pytest.fixture
def session(store):
    return store.add_session(a_session(effective_compaction={"enabled": False, "keep_recent_inputs": 1}))


def submit(runs, session, given=HELLO, **more):
    return runs.submit(session, given, **{"since": None, "steers": False, **more})


def kinds(reader):
    return [type_of(frame.event.body) for frame in reader if hasattr(frame, "event")]


def refusal(work):
    with pytest.raises(Refused) as caught:
        work()
    return caught.value.refusal.code


def stored(store, session):
    return [type_of(event.body) for event in store.events(session, None)]


@pytest.mark.parametrize("is_interrupted", [False, True], ids=["ended", "broken off"])
def test_a_session_has_been_idle_since_the_last_event_that_it_keeps(store, session, is_interrupted):
    clock = FixedClock(NOON)
    runs = create_pipeline(Settings(physics="first_token_ms=400, tokens_per_second=20"), store=store, clock=clock).services.runs
    reader = submit(runs, session)
    next(reader)
    if is_interrupted:
        assert runs.interrupt(session)
    list(reader)
    clock.sleep(60)

    last = [event.created_at for event in store.events(session, None)][-1]
    assert store.session("a1", "s1").last_event_at == last
    assert (last > NOON) is not is_interrupted


def test_a_session_that_is_written_in_mid_turn_is_idle_since_its_last_event(store, session):
    runs = create_pipeline(Settings(), store=store, clock=FixedClock(NOON)).services.runs
    next(submit(runs, session))

    (row,) = snapshot(store)["sessions"]

    assert store.session("a1", "s1").status is Status.RUNNING
    assert row["status"] == "stopped"
    assert row["last_event_at"] == row["events"][-1]["created_at"]


def test_an_input_for_a_session_that_was_made_anew_meanwhile_is_refused(runs, store, session):
    store.remove_session(session)
    again = store.add_session(a_session(effective_compaction=session.effective_compaction))

    assert refusal(lambda: submit(runs, session)) == "SM302"

    assert store.session("a1", "s1") == again
    assert len(runs) == 0
    assert kinds(submit(runs, again)) == ["input_message", "agent_output"]


def test_a_run_leaves_a_later_session_of_its_key_alone(runs, store, session):
    reader = submit(runs, session)
    assert next(reader)
    store.remove_session(session)
    again = store.add_session(a_session(effective_compaction=session.effective_compaction))
    other = submit(runs, again)

    assert refusal(lambda: list(reader)) == "SM302"

    assert kinds(other) == ["input_message", "agent_output"]
    assert stored(store, again) == ["input_message", "agent_output"]
    assert store.session("a1", "s1").turns == 1


def test_a_refused_input_is_as_if_it_had_never_come(runs, store, session):
    broken = Input("input_message", messages=({"type": "skill", "skill_name": "none"},))

    assert refusal(lambda: submit(runs, session, broken)) == "SM403"

    assert store.session("a1", "s1") == session
    assert kinds(submit(runs, session)) == ["input_message", "agent_output"]
    assert store.session("a1", "s1").status is Status.STOPPED
    assert refusal(lambda: submit(runs, session, broken)) == "SM403"
    assert (store.session("a1", "s1").status, store.session("a1", "s1").turns) == (Status.STOPPED, 1)
    assert len(runs) == 0


def test_a_steering_input_for_a_skill_that_came_with_a_change_of_the_agent_gets_a_turn_of_its_own(runs, store, session):
    reader = submit(runs, session)
    assert next(reader)
    skills = {"bake": {"description": "Bakes.", "content": "How to bake."}}
    store.change_agent("a1", lambda agent: an_agent(skills=skills) if agent.key == "a1" else agent)
    asking = Input("input_message", messages=({"type": "skill", "skill_name": "bake"},))

    steering = submit(runs, session, asking, since="start", steers=True)

    assert kinds(reader) == ["agent_output"]
    assert kinds(steering) == ["input_message", "agent_output", "input_message", "skill_load", "agent_output"]


def test_a_steering_input_that_a_turn_is_interrupted_for_is_not_joined_to_it(runs, store, session):
    reader = submit(runs, session)
    steering = submit(runs, session, since="start", steers=True)

    assert runs.interrupt(session) is True

    assert kinds(reader) == ["input_message", "session_interrupted"]
    assert kinds(steering)[-2:] == ["input_message", "agent_output"]


def test_a_session_that_does_not_run_has_nothing_to_interrupt(runs, session):
    assert runs.interrupt(session) is False


def test_a_reader_that_has_left_reads_no_more(runs, session):
    reader = submit(runs, session)
    assert next(reader)

    reader.close()

    assert list(reader) == []
    assert len(runs) == 0


def test_a_reader_that_is_closed_while_it_waits_ends_though_the_turn_stands_still(store, session):
    clock = HaltingClock(NOON)
    runs = create_pipeline(Settings(physics="tokens_per_second=10"), store=store, clock=clock).services.runs
    driving, waiting = submit(runs, session), submit(runs, session, since="start")
    clock.halt_after(1)
    with ThreadPoolExecutor(2) as pool:
        driven = pool.submit(kinds, driving)
        assert clock.has_halted.wait(10)
        assert [type(next(waiting)), type(next(waiting))] == [Whole, Piece]
        read = pool.submit(list, waiting)

        waiting.close()

        assert read.result(10) == []
        assert not driven.done()
        clock.go_on()
        runs.interrupt(session)
        assert driven.result(10) == ["input_message", "agent_output", "session_interrupted"]

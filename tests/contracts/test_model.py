"""The reference model says what the facts say, and names every difference."""

import pytest

from contracts.model.conditions import CONDITIONS, names
from contracts.model.session import State, canonical, created, faults, patched
from contracts.model.sessions import Dialect, Sessions, Stored, faults_of_copies, faults_of_events

READ = {"key": "s", "name": "A", "metadata": {}, "enabled": True, "tti_minutes": 0, "status": "unstarted", "created_at": "1"}


def event(name, text):
    return {"id": name, "type": "input_message", "content": text, "session_key": "s", "created_at": "1"}


def kept(dialect=Dialect()):  # noqa: B008 - it is frozen
    model = Sessions(dialect)
    model.create("s", {"name": "A"}, "1")
    return model


def test_a_session_is_what_was_sent_and_the_defaults():
    assert created({}) == State(None, None, "{}", True, 0)
    sent = {"name": "A", "description": "", "metadata": {"b": 1, "a": None}, "enabled": False, "tti_minutes": 5}
    assert created({**sent, "unknown": 1}) == State("A", "", '{"a": null, "b": 1}', False, 5)


def test_a_patch_changes_what_it_names_and_replaces_metadata_or_merges_it():
    before = created({"name": "A", "metadata": {"a": 1, "b": 1}})
    assert patched(before, {"enabled": False}) == State("A", None, before.metadata, False, 0)
    assert patched(before, {"metadata": {"b": 2}}).values == {"b": 2}
    assert patched(before, {"metadata": {"b": 2}}, replaces=False).values == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("read", "fault"),
    [
        ({"name": "B"}, 'name is "B", not "A"'),
        ({"metadata": {"a": 1}}, 'metadata is {"a": 1}, not {}'),
        ({"enabled": 1}, "enabled is 1, not true"),
        ({"tti_minutes": 1}, "tti_minutes is 1, not 0"),
    ],
)
def test_every_field_that_differs_is_named(read, fault):
    state = created({"name": "A"})
    assert list(faults(state, READ)) == []
    assert list(faults(state, READ | read)) == [fault]


def test_what_was_left_to_the_service_is_not_judged():
    assert list(faults(created({}), READ | {"name": "Whatever", "description": "Written by the service"})) == []
    assert list(faults(created({}), READ | {"name": ""})) == ["it has no name"]
    assert list(faults(created({"description": ""}), READ)) == []


def test_true_is_not_one():
    assert canonical({"a": True}) != canonical({"a": 1})
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})


def test_what_is_gone_is_not_to_be_seen_and_its_key_may_be_used_again():
    model = kept()
    assert model.may_answer("s") == {400, 409}
    model.remove("s")
    assert list(model.faults_of(READ)) == ["session s is shown, and should not be there"]
    assert model.may_answer("s") == {201, 409}
    assert model.may_answer("t") == {201}


def test_the_status_tells_whether_there_was_an_input():
    model = kept()
    assert list(model.faults_of(READ)) == []
    model.kept["s"].told = True
    assert list(model.faults_of(READ)) == ["session s is unstarted, and was given an input"]


def test_a_fork_holds_the_visible_events_through_the_one_that_is_named():
    model = kept()
    model.kept["s"].events = [Stored(event("1", "a")), Stored(event("2", "b"), hidden=True), Stored(event("3", "c"))]
    model.fork("s", "t", {"name": "B"}, "2", up_to=None)
    assert [copy["id"] for copy in model.kept["t"].visible()] == ["1", "3"]
    model.fork("s", "u", {"name": "C"}, "2", up_to="1")
    assert [copy["id"] for copy in model.kept["u"].visible()] == ["1"]


def test_events_are_compared_one_by_one_and_copies_but_for_their_ids():
    one, other = event("1", "a"), event("2", "a")
    assert list(faults_of_events([one], [one])) == []
    assert list(faults_of_events([one], [other])) == ["listed are input_message 2, not input_message 1"]
    assert list(faults_of_copies([one], [other])) == []
    assert len(list(faults_of_copies([one], [event("2", "b")]))) == 1
    assert len(list(faults_of_copies([one], []))) == 1


@pytest.mark.parametrize(("newest_first", "times", "is_right"), [(True, "321", True), (True, "31", True), (True, "12", False),
    (False, "12", True), (False, "21", False), (None, "132", True), (True, "11", True)])  # fmt: skip
def test_a_listing_has_an_order_or_none(newest_first, times, is_right):
    model = Sessions(Dialect(newest_first=newest_first))
    assert (not list(model.faults_of_order([{"created_at": time} for time in times]))) is is_right


def test_null_and_what_is_missing_are_never_admitted_but_by_is_null():
    admitted = [condition.text for condition in CONDITIONS if condition.admits({"tier": None})]
    assert admitted == [condition.text for condition in CONDITIONS if condition.admits({})] == ["tier IS NULL"]


def test_a_word_is_looked_for_in_name_and_description():
    assert names("zunfel", created({"name": "A zunfel"}))
    assert names("zunfel", created({"description": "a zunfel"}))
    assert not names("zunfel", created({"name": "quorvex"}))

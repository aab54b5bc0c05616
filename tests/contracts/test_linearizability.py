"""The checker of histories: what is sequential is accepted, what no order explains is not, and brute force agrees."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.linearizability import NEVER, Call, judge
from contracts.model.registers import Answered, Asked, Place, event_steps, session_steps
from contracts.model.session import created

VALUES = (0, 1, 2)


def register(state, call):
    """A register of one value: `w 1` writes, `r` reads, `cas` of a pair writes where it finds the first."""
    kind, *given_ = call.asked
    after = given_[0] if kind == "w" else given_[1] if kind == "cas" and state == given_[0] else state
    right = {"w": None, "r": state, "cas": kind == "cas" and state == given_[0]}[kind]
    if call.is_pending or call.answer == right:
        yield after


def brute_force(history, initial):
    """Whether some order of all calls that have ended, and some of those that are pending, explains the answers."""
    ended = [call for call in history if not call.is_pending]
    pending = [call for call in history if call.is_pending]
    chosen = [[call for number, call in enumerate(pending) if bits >> number & 1] for bits in range(2 ** len(pending))]
    return any(explains(order, initial) for some in chosen for order in permutations(ended + some))


def explains(order, initial):
    if any(later.ended < earlier.began for number, earlier in enumerate(order) for later in order[number + 1 :]):
        return False
    states = {initial}
    for call in order:
        states = {after for state in states for after in register(state, call)}
    return bool(states)


asked = st.one_of(
    st.tuples(st.just("w"), st.sampled_from(VALUES)),
    st.tuples(st.just("r")),
    st.tuples(st.just("cas"), st.sampled_from(VALUES), st.sampled_from(VALUES)),
)


@st.composite
def histories(draw, most=5):
    calls = []
    for _ in range(draw(st.integers(0, most))):
        what, began = draw(asked), draw(st.integers(0, 8))
        ended = draw(st.just(NEVER) | st.integers(began, 10))
        answers = {"w": st.none(), "r": st.sampled_from(VALUES), "cas": st.booleans()}
        calls.append(Call(began, ended, what, None if ended == NEVER else draw(answers[what[0]])))
    return calls


@given(histories())
def test_it_agrees_with_brute_force(history):
    assert judge(history, 0, register).is_linearizable == brute_force(history, 0)


@given(st.lists(asked, max_size=30), st.integers(0, 3))
def test_calls_that_answered_in_some_order_within_their_time_are_accepted(order, stretch):
    state, history = 0, []
    for moment, what in enumerate(order):
        answer = {"w": None, "r": state, "cas": len(what) > 2 and state == what[1]}[what[0]]
        (state,) = register(state, Call(0, 0, what, answer))
        history.append(Call(moment - stretch, moment + stretch, what, answer))
    judgement = judge(history[::-1], 0, register)
    assert judgement.is_linearizable
    assert sorted(judgement.order, key=id) == sorted(history, key=id)


@pytest.mark.parametrize(
    "history",
    [
        [Call(0, 1, ("w", 1)), Call(2, 3, ("r",), 0)],
        [Call(0, 9, ("w", 1)), Call(1, 2, ("r",), 1), Call(3, 4, ("r",), 0)],
        [Call(0, 1, ("w", 1)), Call(0, 1, ("w", 2)), Call(2, 3, ("r",), 1), Call(2, 3, ("r",), 2)],
        [Call(0, 9, ("cas", 0, 1), True), Call(0, 9, ("cas", 0, 2), True)],
        [Call(0, NEVER, ("w", 1)), Call(1, 2, ("r",), 1), Call(3, 4, ("r",), 0)],
        [Call(0, 1, ("r",), 1), Call(2, NEVER, ("w", 1))],
    ],
    ids=["stale", "there-and-back", "two-orders", "both-won", "pending-undone", "read-before-it-began"],
)
def test_what_no_order_explains_is_not_accepted(history):
    judgement = judge(history, 0, register)
    assert not judgement.is_linearizable
    assert len(judgement.furthest) < len(history)


def test_a_call_without_an_answer_took_effect_or_not():
    write = Call(0, NEVER, ("w", 1))
    for seen in (0, 1):
        assert judge([write, Call(1, 2, ("r",), seen)], 0, register).is_linearizable
    assert judge([write], 0, register).is_linearizable


def test_long_histories_of_many_clients_are_judged_at_once():
    writes = [Call(0, 100, ("w", number)) for number in range(12)]
    reads = [Call(101 + number, 102 + number, ("r",), 5) for number in range(30)]
    assert judge([*writes, *reads], 0, register).is_linearizable
    assert not judge([*writes, *reads, Call(140, 141, ("r",), 6)], 0, register).is_linearizable


READ = {"name": "A", "metadata": {}, "enabled": True, "tti_minutes": 0}


def session(*calls):
    history = [
        Call(number, number, Asked(what, body), Answered(status, read)) for number, (what, body, status, read) in enumerate(calls)
    ]
    return judge(history, Place(), session_steps()).is_linearizable


def test_a_session_answers_as_its_model_says():
    make = ("create", {"name": "A"}, 201, READ)
    assert session(("get", {}, 404, {}), make, ("get", {}, 200, READ), ("create", {}, 409, {}), ("get", {}, 200, READ))
    assert session(make, ("patch", {"name": "B"}, 200, READ | {"name": "B"}), ("delete", {}, 204, {}), ("get", {}, 404, {}))
    assert not session(make, ("create", {}, 201, READ))
    assert not session(("create", {}, 409, {}))
    assert not session(make, ("get", {}, 404, {}))
    assert not session(make, ("patch", {"name": "B"}, 200, READ | {"name": "B"}), ("get", {}, 200, READ))
    assert not session(make, ("patch", {"name": "B"}, 200, READ))
    assert not session(make, ("delete", {}, 204, {}), ("delete", {}, 204, {}))
    assert not session(make, ("delete", {}, 204, {}), ("patch", {}, 200, READ))


def test_a_key_that_was_in_use_may_be_kept_for_a_while():
    gone = (("create", {"name": "A"}, 201, READ), ("delete", {}, 204, {}))
    assert session(*gone, ("create", {"name": "A"}, 201, READ))
    assert session(*gone, ("create", {"name": "A"}, 409, {}), ("get", {}, 404, {}))


def test_a_patch_without_an_answer_may_have_changed_the_session():
    pending = Call(0, NEVER, Asked("patch", {"name": "B"}))
    for name in "AB":
        history = [pending, Call(1, 2, Asked("get"), Answered(200, READ | {"name": name}))]
        assert judge(history, Place(created({"name": "A"})), session_steps()).is_linearizable


def event(*calls):
    history = [Call(number, number, Asked(what), Answered(status, read)) for number, (what, status, read) in enumerate(calls)]
    return judge(history, "visible", event_steps).is_linearizable


def test_an_event_is_visible_hidden_or_gone():
    listed, unlisted = ("list", 200, {"is_listed": True}), ("list", 200, {"is_listed": False})
    assert event(
        listed, ("hide", 200, {}), unlisted, ("get", 200, {}), ("unhide", 200, {}), listed, ("delete", 204, {}), unlisted
    )
    assert event(("delete", 204, {}), ("hide", 404, {}), ("delete", 404, {}), ("get", 404, {}))
    assert not event(("hide", 200, {}), listed)
    assert not event(("delete", 204, {}), ("delete", 204, {}))
    assert not event(("delete", 204, {}), ("hide", 200, {}))
    assert not event(("hide", 404, {}))

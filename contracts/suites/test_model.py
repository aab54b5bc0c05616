"""Random programs of session calls, every answer of which is the reference model's."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import Phase, assume, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from contracts.dialects.spoken import Speaks
from contracts.dialects.table import METADATA_PATCH, PAGE_KEYS, SESSION_ORDER
from contracts.model.sessions import Dialect
from contracts.programs.events import EventsProgram
from contracts.programs.listings import ListingsProgram
from contracts.programs.pairs import CALLS, CALLS_OF_EVENTS, PairsProgram, stretches
from contracts.programs.program import Program
from contracts.programs.sessions import SessionsProgram
from contracts.promises import keeps
from contracts.world import RunWorld

FEWEST_PROGRAMS = 12
SHORT, LONG = 4, 15
CALLS_IN_A_ROW = 10
Holds = Callable[..., None]
Walks = Callable[[Sequence[str]], None]


@pytest.fixture
def dialect(speaks: Speaks) -> Dialect:
    """What the model follows where the facts leave a choice."""
    is_oldest_first = speaks(SESSION_ORDER, "oldest first")
    return Dialect(
        replaces_metadata=speaks(METADATA_PATCH, "replaces"),
        newest_first=None if speaks(SESSION_ORDER, "neither") else not is_oldest_first,
        holds_place=speaks(PAGE_KEYS, "goes on"),
    )


@pytest.fixture
def holds(world: RunWorld, dialect: Dialect, pytestconfig: pytest.Config) -> Holds:
    """Carry programs of a kind out, short ones first: to shrink a long one takes hundreds of others, and turns cost money."""
    examples = max(FEWEST_PROGRAMS, int(pytestconfig.getoption("--max-examples")) // 2)

    def carried_out(kind: type[Program], *lengths: int) -> None:
        class Begun(kind):  # type: ignore[valid-type, misc]  # a base that is a value
            def __init__(self) -> None:
                super().__init__(world, dialect)

        for length in lengths:
            chosen = settings(max_examples=examples, stateful_step_count=length, phases=[Phase.generate])
            run_state_machine_as_test(Begun, settings=chosen)

    return carried_out


@pytest.fixture
def walks(world: RunWorld, dialect: Dialect, pytestconfig: pytest.Config) -> Walks:
    """Carry programs out in which every two of some kinds of calls stand together, on one session and on two."""
    given_seed = pytestconfig.getoption("--hypothesis-seed")

    def walked(kinds: Sequence[str]) -> None:
        for on_one in (True, False):
            for number, calls in enumerate(stretches(kinds, CALLS_IN_A_ROW)):
                seed(f"{given_seed} {number}")(carrying_out(calls, on_one=on_one))()

    def carrying_out(calls: Sequence[str], *, on_one: bool) -> Callable[[], None]:
        @settings(max_examples=1, phases=[Phase.generate])
        @given(data=st.data())
        def carried_out(data: st.DataObject) -> None:
            assume(data.draw(st.integers(0, 2**16)))  # the first example has the least of everything, and says little
            PairsProgram(world, dialect, data.draw).run(calls, on_one=on_one)

        return carried_out

    return walked


@keeps("SC215")
def test_every_answer_of_a_program_is_the_models(holds: Holds):
    holds(SessionsProgram, SHORT, LONG)


@keeps("SC216")
def test_listings_are_the_models_while_sessions_change(holds: Holds):
    holds(ListingsProgram, SHORT, LONG)


@keeps("SC217")
def test_events_are_the_models_through_hiding_deleting_and_forks(holds: Holds, walks: Walks):
    walks(CALLS_OF_EVENTS)
    holds(EventsProgram, LONG)


@keeps("SC218")
def test_every_two_calls_leave_behind_what_the_model_says(walks: Walks):
    walks(CALLS)

"""Random programs of session calls, every answer of which is the reference model's."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from contracts.dialects.spoken import Speaks
from contracts.dialects.table import METADATA_PATCH, PAGE_KEYS, SESSION_ORDER
from contracts.model.sessions import Dialect
from contracts.programs.events import EventsProgram
from contracts.programs.listings import ListingsProgram
from contracts.programs.program import Program
from contracts.programs.sessions import SessionsProgram
from contracts.programs.whole import WholeProgram
from contracts.promises import keeps
from contracts.world import RunWorld

FEWEST_PROGRAMS = 12
LENGTHS = (4, 15)
Holds = Callable[[type[Program]], None]


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

    def carried_out(kind: type[Program]) -> None:
        class Begun(kind):  # type: ignore[valid-type, misc]  # a base that is a value
            def __init__(self) -> None:
                super().__init__(world, dialect)

        for length in LENGTHS:
            chosen = settings(max_examples=examples, stateful_step_count=length, phases=[Phase.generate])
            run_state_machine_as_test(Begun, settings=chosen)

    return carried_out


@keeps("SC215")
def test_every_answer_of_a_program_is_the_models(holds: Holds):
    holds(SessionsProgram)


@keeps("SC216")
def test_listings_are_the_models_while_sessions_change(holds: Holds):
    holds(ListingsProgram)


@keeps("SC217")
def test_events_are_the_models_through_hiding_deleting_and_forks(holds: Holds):
    holds(EventsProgram)


@keeps("SC218")
def test_what_a_program_leaves_behind_is_the_models(holds: Holds):
    holds(WholeProgram)

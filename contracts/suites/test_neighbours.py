"""Two sides of one account: what the one does changes nothing that the other sees, and shows nowhere there."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.client import Json
from contracts.credentials import Credentials, Roles, UnavailableError
from contracts.neighbours import LEFT, RIGHT, Side
from contracts.promises import keeps
from contracts.world import RunWorld

FEWEST_STEPS, MOST_STEPS = 3, 7
FEWEST_PROGRAMS, PROGRAMS_SHARE = 6, 5
"""A program takes turns of an agent: there are fewer than of other examples."""
AFTERWARDS = (("recall", 1), ("search", 0))


@pytest.fixture(scope="module")
def sides(world: RunWorld, credentials: Credentials) -> tuple[Side, Side]:
    shared = world.agent(instructions=["Be kind."])
    made = Side(world, shared, LEFT), Side(world, shared, RIGHT)
    for side in made:
        _give_user(side, shared, credentials)
    return made


def _give_user(side: Side, shared: Json, credentials: Credentials) -> None:
    """Give a side a user who may do all with its own objects and the shared agent, where the target makes keys."""
    agents = [{"agent_key": agent["key"], "role": "agent_administrator"} for agent in (side.agent, shared)]
    corpora = [{"corpus_key": side.corpus_key, "role": "editor"}]
    try:
        key = credentials.key(Roles(agent_roles=agents, corpus_roles=corpora))
    except UnavailableError:
        return
    if credentials.settled(key, 200):
        side.act_as(side.api.as_(key.secret))


@keeps("SC714")
@pytest.mark.parametrize(("actor", "observer"), [(0, 1), (1, 0)], ids=["left-right", "right-left"])
def test_what_one_side_does_shows_nowhere_on_the_other(
    sides: tuple[Side, Side], actor: int, observer: int, pytestconfig: pytest.Config
):
    acts, sees = sides[actor], sides[observer]
    steps = st.tuples(st.sampled_from(sorted(acts.actions)), st.integers(0, 1))

    @settings(max_examples=max(FEWEST_PROGRAMS, int(pytestconfig.getoption("--max-examples")) // PROGRAMS_SHARE))
    @given(st.lists(steps, min_size=FEWEST_STEPS, max_size=MOST_STEPS, unique=True))
    def shows_nowhere(program: Sequence[tuple[str, int]]) -> None:
        for side in sides:
            side.forget()
        before = sees.look()
        for name, which in [*program, ("reach over", len(program) % 2)]:
            acts.actions[name](which, sees)
        after = sees.look()
        assert [path for path in {**before, **after} if before.get(path) != after.get(path)] == [], program
        for name, which in AFTERWARDS:
            sees.actions[name](which, acts)
        acts.look()
        assert (sees.told_of(acts), acts.told_of(sees)) == ([], []), program

    shows_nowhere()

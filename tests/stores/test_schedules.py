import pytest

from mockserver.domain.durations import interval_of
from mockserver.domain.errors import Refused
from mockserver.domain.schedules import Schedule
from mockserver.stores.contents import Contents
from mockserver.stores.memory import MemoryStore
from tests.arrange import NOON, an_agent


@pytest.fixture
def store():
    return MemoryStore(Contents(agents=[an_agent("a1"), an_agent("a2")]))


def a_schedule(agent_key="a1", key="h1"):
    return Schedule(
        agent_key=agent_key,
        schedule_key=key,
        name="n",
        message=(),
        written={"type": "interval", "interval": "PT1H"},
        interval=interval_of("PT1H"),
        session_metadata={},
        created_at=NOON,
        anchor=NOON,
        claimed_until=NOON,
    )


def test_a_schedule_needs_an_agent_that_is_there(store):
    with pytest.raises(Refused) as refused:
        store.schedules.add(a_schedule("a9"))

    assert (refused.value.refusal.code, refused.value.missing_id) == ("SM301", "a9")
    assert list(store.schedules.listed(None)) == []


def test_a_key_is_taken_within_its_agent_only(store):
    assert store.schedules.add(a_schedule()) is not None
    assert store.schedules.add(a_schedule()) is None
    assert store.schedules.add(a_schedule("a2")) is not None


def test_an_agent_takes_its_own_schedules_along(store):
    for agent_key, key in (("a1", "h1"), ("a2", "h1"), ("a1", "h2")):
        store.schedules.add(a_schedule(agent_key, key))

    store.remove_agent("a1")

    assert [(one.agent_key, one.schedule_key) for one in store.schedules.listed(None)] == [("a2", "h1")]

"""A turn that is played alone is the one that a run plays."""

import pytest

from mockserver.app import create_pipeline
from mockserver.domain.agents import effective_compaction
from mockserver.domain.errors import Refused
from mockserver.domain.simulator.alone import played_alone
from mockserver.domain.simulator.scenarios import MARK
from mockserver.domain.simulator.stage import Input
from mockserver.runtime import FixedClock
from mockserver.settings import Settings
from tests.arrange import NOON, a_session

SCENARIOS = sorted({*create_pipeline(Settings()).services.scenarios.scenarios} - {"ten_thousand_events"})
QUESTION = Input("input_message", messages=({"type": "text", "content": "How do I reset a forgotten password?"},))


def by_a_run(services, session):
    return services.runs.submit(session, QUESTION, since=None, steers=False)


def alone(services, session):
    return played_alone(services.runs.equipment, session, QUESTION)


def told(play, scenario):
    """What a turn tells, when, and what it leaves behind."""
    clock = FixedClock(NOON)
    services = create_pipeline(Settings(), clock=clock).services
    metadata = {"user_role": "basic", "language": "en", ".".join(MARK): scenario}
    compaction = effective_compaction(services.store.agent("support-agent"))
    made = a_session(agent_key="support-agent", metadata=metadata, effective_compaction=compaction)
    session = services.store.add_session(made)
    frames = []
    try:
        frames += ((clock.now(), frame.as_json()) for frame in play(services, session))
    except Refused as refused:
        frames.append((clock.now(), refused.refusal.code))
    return frames, services.store.session("support-agent", "s1"), list(services.store.events(session, None))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_turn_that_is_played_alone_is_the_one_that_a_run_plays(scenario):
    assert told(alone, scenario) == told(by_a_run, scenario)
    assert told(alone, scenario)[0]

"""Carry out what the schedules of an agent have become due for.

There is no thread that waits for the time to come. Whoever looks - at schedules, their executions, or the agent's sessions -
finds what is due by the clock carried out, in the order of the times at which it was due. An execution bears that time; its
session and the events there bear the time at which somebody looked. A clock that tests move and the system's are alike in this.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from uuid import UUID

from mockserver.domain.agents import effective_compaction
from mockserver.domain.errors import Refused
from mockserver.domain.schedules import MOST_MISSED, Execution, Schedule, claimed
from mockserver.domain.sessions import Session, create
from mockserver.domain.simulator.physics import Physics
from mockserver.domain.simulator.stage import Input
from mockserver.domain.values import slug, timestamp
from mockserver.operations.call import Services

logger = logging.getLogger("sessionsuite.mock")
_LONGEST_SLUG = 37
_AT_ONCE = Physics()


def catch_up(agent_key: str, services: Services) -> None:
    """Run what is due of this agent's schedules. A run that fails is an execution with an error; nothing is raised for it."""
    runs = [
        (due, schedule)
        for schedule in services.store.schedules.listed(None)
        if schedule.agent_key == agent_key and schedule.enabled
        for due in _claimed(schedule, services)
    ]
    for due, schedule in sorted(runs, key=lambda run: (run[0], run[1].sequence)):
        _note(schedule, _carried_out(schedule, due, services), services)


def _claimed(schedule: Schedule, services: Services) -> Sequence[datetime]:
    """Take the times for which a schedule has become due: no two requests take the same."""
    times: list[datetime] = []

    def claim(found: Schedule) -> Schedule:
        nonlocal times
        changed, times = claimed(found, services.clock.now(), services.cron)
        return changed

    changed = services.store.schedules.change(schedule.key, claim)
    if changed and changed.skipped_until is not None and changed.skipped_until != schedule.skipped_until:
        message = "schedule %s of agent %s: only the latest %d missed runs are made up for; those up to %s are skipped"
        logger.warning(message, schedule.schedule_key, schedule.agent_key, MOST_MISSED, timestamp(changed.skipped_until))
    return times


def _note(schedule: Schedule, execution: Execution, services: Services) -> None:
    """Keep an execution with its schedule, unless that was deleted meanwhile."""

    def noted(found: Schedule) -> Schedule:
        return found.ran(execution) if found.sequence == schedule.sequence else found

    services.store.schedules.change(schedule.key, noted)


def _carried_out(schedule: Schedule, due: datetime, services: Services) -> Execution:
    """Say the message in a new session. Whatever is refused on the way is the error of the execution."""
    session_key, error = None, None
    try:
        session = _new_session(schedule, due, services)
        session_key = session.key
        _say(schedule, session, services)
    except Refused as refused:
        error = refused.message
    random = services.ids.random_for("execution", schedule.agent_key, schedule.schedule_key, timestamp(due))
    return Execution(
        schedule_key=schedule.schedule_key,
        run_id=str(UUID(int=random.getrandbits(128), version=4)),
        session_key=session_key,
        error=error,
        executed_at=due,
    )


def _new_session(schedule: Schedule, due: datetime, services: Services) -> Session:
    """Start the session of a run. Raises Refused SM301, SM322."""
    agent = services.store.agent(schedule.agent_key)
    if agent is None:
        raise Refused("SM301", f"There is no agent {schedule.agent_key!r}.", missing_id=schedule.agent_key)
    if not agent.enabled:
        raise Refused("SM322", f"Agent {agent.key} is disabled and takes no sessions.", fields={"enabled": "is false"})
    session = create(
        {"name": schedule.name, "metadata": schedule.session_metadata},
        key=_free_key(schedule, due, services),
        agent_key=agent.key,
        compaction=effective_compaction(agent),
        now=services.clock.now(),
    )
    return services.store.add_session(session)


def _free_key(schedule: Schedule, due: datetime, services: Services) -> str:
    """Make a key from that of the schedule and the time of the run: `ase_daily-report_4f1c09ab`."""
    name = slug(schedule.schedule_key, longest=_LONGEST_SLUG)
    randoms = (services.ids.random_for("run", schedule.agent_key, schedule.schedule_key, timestamp(due), n) for n in count())
    keys = (f"ase_{name}_{random.getrandbits(32):08x}" for random in randoms)
    return next(key for key in keys if services.store.session(schedule.agent_key, key) is None)


def _say(schedule: Schedule, session: Session, services: Services) -> None:
    """Play the turn to its end; nobody watches, so it takes no time. Raises Refused, also where it waits for client tools."""
    given = Input("input_message", messages=schedule.message, pace=_AT_ONCE)
    for _ in services.runs.submit(session, given, since=None, steers=False):
        pass
    after = services.store.session(session.agent_key, session.key)
    if after is not None and after.parked is not None:
        waiting = ", ".join(call.event_id for call in after.parked.pending)
        message = f"Session {session.key} waits for the outputs of client tools ({waiting}), which only a caller can send."
        raise Refused("SM319", message)

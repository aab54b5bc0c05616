"""The operations on the schedules of an agent. Each begins by carrying out what is due (see `due`)."""

from mockserver.domain.errors import Refused
from mockserver.domain.paging import page
from mockserver.domain.schedules import Execution, Schedule, create, stored_key, update
from mockserver.operations.call import Call, Reply, Services, listed
from mockserver.operations.due import catch_up
from mockserver.operations.find import agent_of
from mockserver.operations.keys import free_attempt, generated_key


def create_agent_schedule(call: Call, services: Services) -> Reply:
    """Create a schedule; its key is made from its name where none is given. Raises Refused SM380, SM381."""
    _begin(call, services)
    chosen, now = call.body.get("key"), services.clock.now()
    while True:
        key = chosen or _free_key(call, services)
        schedule = create(call.body, agent_key=call.agent_key, key=key, now=now, cron=services.cron)
        added = services.store.schedules.add(schedule)
        if added is not None:
            return Reply(201, added.as_json())
        if chosen:
            message = f"Agent {call.agent_key} already has a schedule with key {chosen!r}."
            raise Refused("SM381", message, fields={"/key": "is taken"})


def _free_key(call: Call, services: Services) -> str:
    def key_of(attempt: int) -> str:
        return generated_key("sch", call.body["name"], services, attempt)

    def is_taken(attempt: int) -> bool:
        return services.store.schedules.get(stored_key(call.agent_key, key_of(attempt))) is not None

    return key_of(free_attempt(is_taken))


def list_agent_schedules(call: Call, services: Services) -> Reply:
    """List an agent's schedules, newest first."""
    _begin(call, services)
    found = page(
        services.store.schedules.listed,
        listing=repr(("schedules", call.agent_key)),
        key=call.parameters["page_key"],
        limit=call.parameters["limit"],
        keep=lambda schedule: schedule.agent_key == call.agent_key,
    )
    return listed("schedules", found, Schedule.as_json)


def get_agent_schedule(call: Call, services: Services) -> Reply:
    """Return a schedule."""
    _begin(call, services)
    return Reply(200, _schedule_of(call, services).as_json())


def update_agent_schedule(call: Call, services: Services) -> Reply:
    """Change what the body names. Raises Refused SM380 for times that cannot be used."""
    _begin(call, services)
    now = services.clock.now()
    key = stored_key(call.agent_key, call.parameters["schedule_key"])
    changed = services.store.schedules.change(key, lambda found: update(found, call.body, now=now, cron=services.cron))
    if changed is None:
        raise _missing(call)
    return Reply(200, changed.as_json())


def delete_agent_schedule(call: Call, services: Services) -> Reply:
    """Remove a schedule with its executions; the sessions that it started stay."""
    _begin(call, services)
    if not services.store.schedules.remove(stored_key(call.agent_key, call.parameters["schedule_key"])):
        raise _missing(call)
    return Reply(204)


def list_agent_schedule_executions(call: Call, services: Services) -> Reply:
    """List the executions that are kept, newest first."""
    _begin(call, services)
    schedule = _schedule_of(call, services)
    found = page(
        lambda before: [one for one in reversed(schedule.executions) if before is None or one.sequence < before],
        listing=repr(("executions", schedule.sequence)),
        key=call.parameters["page_key"],
        limit=call.parameters["limit"],
        keep=lambda _: True,
    )
    return listed("executions", found, Execution.as_json)


def _begin(call: Call, services: Services) -> None:
    """Find the agent, and carry out what is due. Raises Refused SM301."""
    catch_up(agent_of(call, services).key, services)


def _schedule_of(call: Call, services: Services) -> Schedule:
    schedule = services.store.schedules.get(stored_key(call.agent_key, call.parameters["schedule_key"]))
    if schedule is None:
        raise _missing(call)
    return schedule


def _missing(call: Call) -> Refused:
    key = call.parameters["schedule_key"]
    return Refused("SM317", f"Agent {call.agent_key} has no schedule {key!r}.", missing_id=key)

"""`/__admin/state`: everything that a world holds, secrets masked."""

from mockserver.domain.schedules import Schedule, due_after
from mockserver.domain.values import JsonObject, timestamp
from mockserver.operations.call import Services


def state_of(services: Services) -> JsonObject:
    """Write a world."""
    store = services.store
    agents = []
    for agent in store.agents(None):
        sessions = [
            {
                **session.as_json(),
                "events": [{**event.as_json(), "hidden": event.hidden} for event in store.events(session, None)],
                "artifacts": [artifact.as_json(with_data=False) for artifact in store.artifacts(session)],
            }
            for session in store.sessions(agent.key, None)
        ]
        frozen = {} if agent.roles is None else {"identity": {"mode": "manual", **agent.roles.as_json()}}
        schedules = [_scheduled(one, services) for one in store.schedules.listed(None) if one.agent_key == agent.key]
        kept = {"secrets": agent.masked_secrets, "schedules": schedules, "sessions": sessions}
        agents.append({**agent.as_json(), **frozen, **kept})
    corpora = [
        {**corpus.as_json(), "documents": [document.as_json(with_parts=True) for document in store.documents(corpus.key, None)]}
        for corpus in store.corpora(None)
    ]
    instructions = [
        {**instruction.as_json(), "versions": [instruction.as_json(version) for version in instruction.versions]}
        for instruction in store.instructions(None)
    ]
    aliases = [alias.as_json() for alias in store.aliases.listed(None)]
    tools = [tool.as_json() for tool in store.tools.listed(None)]
    api_keys = [key.as_json() for key in store.api_keys.listed(None)]
    app_clients = [client.as_json() for client in store.app_clients.listed(None)]
    return {
        "agents": agents,
        "aliases": aliases,
        "api_keys": api_keys,
        "app_clients": app_clients,
        "corpora": corpora,
        "instructions": instructions,
        "tools": tools,
    }


def _scheduled(schedule: Schedule, services: Services) -> JsonObject:
    """Write a schedule with its executions, and when it is due next; looking here carries nothing out."""
    due = due_after(schedule, services.clock.now(), services.cron) if schedule.enabled else None
    times = {"next_due_at": due, "skipped_until": schedule.skipped_until}
    return {
        **schedule.as_json(),
        "executions": [execution.as_json() for execution in schedule.executions],
        **{name: None if moment is None else timestamp(moment) for name, moment in times.items()},
    }

"""`/__admin/state`: everything that a world holds, secrets masked; to be looked at, or as a world file that is loaded again."""

import yaml
from flask import Request, Response

from mockserver.domain.redaction import forms_of, redacted_texts
from mockserver.domain.schedules import Schedule, due_after
from mockserver.domain.secrecy import redacted, secrets_in
from mockserver.domain.sessions import MASK
from mockserver.domain.values import JsonObject, timestamp
from mockserver.operations.call import Services
from mockserver.pipeline import Pipeline
from mockserver.snapshots import STATE
from mockserver.snapshots.writing import snapshot
from mockserver.web.guard import is_loopback
from mockserver.web.replies import problem
from mockserver.worlds import World

WORLD = "world"
_CLEAR = "clear"
_HEAD = """\
# All that a mock held, for `sessions-mock --world FILE`: nothing is lost but what models were told in their latest turns.
"""


def world_file(world: World, pipeline: Pipeline, asked: Request) -> Response:
    """Write a world as a file that is loaded again; secrets are in clear where somebody on this machine asks for them."""
    is_clear = asked.args.get("secrets") == _CLEAR
    if is_clear and asked.remote_addr and not is_loopback(asked.remote_addr):  # without one it is asked in this process
        return problem("Secrets in clear are for this machine alone: ask from 127.0.0.1, or leave secrets=clear out.", status=403)
    state = snapshot(world.services.store)
    file = {"tenant": world.tenant, STATE: state if is_clear else masked(state, pipeline)}
    text = yaml.dump(file, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=130)
    return Response(_HEAD + text, mimetype="application/yaml")


def masked(state: JsonObject, pipeline: Pipeline) -> JsonObject:
    """Mask what the document marks and the secrets of agents and sessions, and these and all others wherever they stand."""
    shape = pipeline.operations.by_id["createAgent"].secrecy.request
    owners = (*state["agents"], *state["sessions"])
    secrets = {secret for owner in owners for secret in owner.get("secrets", {}).values()}
    secrets.update(secret for agent in state["agents"] for secret in secrets_in(agent["config"], shape))
    agents = [{**agent, "config": redacted(agent["config"], shape)} for agent in state["agents"]]
    forms = [form for secret in sorted(secrets) for form in sorted(forms_of(secret))]
    told = pipeline.keeper.told(redacted_texts({**state, "agents": agents}, forms))
    for owner in (*told["agents"], *told["sessions"]):
        if "secrets" in owner:
            owner["secrets"] = dict.fromkeys(owner["secrets"], MASK)
    return dict(told)


class _Dumper(yaml.CSafeDumper):
    """Writes texts of several lines as such, and everything once: a value that stands twice is no reference."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the library's signature
        """Never refer."""
        return True


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

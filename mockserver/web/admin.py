"""The mock's own endpoints: health, reset, state, the journal of requests (design §8). They know no roles."""

from flask import Blueprint, Response, request

from mockserver.domain.schedules import Schedule, due_after
from mockserver.domain.simulator.scenarios import summary
from mockserver.domain.values import JsonObject, timestamp
from mockserver.pipeline import Pipeline
from mockserver.web.admin_chaos import chaos_as_json, set_chaos
from mockserver.web.replies import json_reply, problem

_ROUTES = (
    ("GET", "/health", "health"),
    ("GET", "/ready", "health"),
    ("GET", "/__admin/health", "health"),
    ("POST", "/__admin/reset", "reset"),
    ("GET", "/__admin/state", "state"),
    ("GET", "/__admin/requests", "requests"),
    ("GET", "/__admin/scenarios", "scenarios"),
    ("GET", "/__admin/chaos", "chaos"),
    ("PUT", "/__admin/chaos", "put_chaos"),
    ("DELETE", "/__admin/chaos", "delete_chaos"),
    ("GET", "/__admin/sessions/<agent_key>/<session_key>/context", "context"),
)
_EVERY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")


def admin_blueprint(pipeline: Pipeline) -> Blueprint:
    """Make the routes under `/__admin/`, with `/health` and `/ready` beside them."""
    blueprint, admin = Blueprint("admin", __name__), _Admin(pipeline)
    for number, (method, path, name) in enumerate(_ROUTES):
        blueprint.add_url_rule(path, f"{name}-{number}", getattr(admin, name), methods=[method])
    blueprint.add_url_rule("/__admin/", "nothing", admin.unknown, defaults={"path": ""}, methods=_EVERY_METHOD)
    blueprint.add_url_rule("/__admin/<path:path>", "unknown", admin.unknown, methods=_EVERY_METHOD)
    return blueprint


class _Admin:
    """The endpoints, each a method."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def health(self) -> Response:
        """Say that the mock serves."""
        return json_reply({"status": "ok", "operations": len(self._pipeline.operations.by_id)})

    def reset(self) -> Response:
        """Go back to the world that the mock started with, and forget the journal and the rules of chaos."""
        services = self._pipeline.services
        services.runs.reset(services.store.reset)
        self._pipeline.chaos.replace(())
        self._pipeline.journal.clear()
        return Response(status=204)

    def state(self) -> Response:
        """Return everything that is stored; secrets are masked."""
        return json_reply(_state(self._pipeline))

    def requests(self) -> Response:
        """Return the journal, oldest request first."""
        return json_reply({"requests": list(self._pipeline.journal)})

    def chaos(self) -> Response:
        """Return the rules of chaos, and which faults there are."""
        return json_reply(chaos_as_json(self._pipeline.chaos))

    def put_chaos(self) -> Response:
        """Set the rules of chaos."""
        return set_chaos(self._pipeline.chaos, request.get_data(), self._pipeline.operations.by_id)

    def delete_chaos(self) -> Response:
        """Take the rules of chaos away."""
        self._pipeline.chaos.replace(())
        return Response(status=204)

    def scenarios(self) -> Response:
        """Return the scenarios that there are, by name; what they do stands in their files."""
        book = self._pipeline.services.scenarios
        return json_reply({"scenarios": [summary(book.scenarios[name]) for name in sorted(book.scenarios)]})

    def context(self, agent_key: str, session_key: str) -> Response:
        """Return what the model was told in the session's latest turn: why the agent answered so."""
        store = self._pipeline.services.store
        session = store.session(agent_key, session_key)
        noted = session and store.context(session)
        if noted is None:
            return problem(f"There is no session {session_key!r} of agent {agent_key!r}, or it has had no turn yet.")
        return json_reply(noted)

    def unknown(self, path: str) -> Response:
        """Say what there is, for a path or a method that is not."""
        known = ", ".join(f"{method} {known_path}" for method, known_path, _ in _ROUTES)
        return problem(f"/__admin/{path} is not here; there are: {known}.")


def _state(pipeline: Pipeline) -> JsonObject:
    store = pipeline.services.store
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
        schedules = [_scheduled(one, pipeline) for one in store.schedules.listed(None) if one.agent_key == agent.key]
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
    return {"agents": agents, "aliases": aliases, "corpora": corpora, "instructions": instructions, "tools": tools}


def _scheduled(schedule: Schedule, pipeline: Pipeline) -> JsonObject:
    """Write a schedule with its executions, and when it is due next; looking here carries nothing out."""
    services = pipeline.services
    due = due_after(schedule, services.clock.now(), services.cron) if schedule.enabled else None
    times = {"next_due_at": due, "skipped_until": schedule.skipped_until}
    return {
        **schedule.as_json(),
        "executions": [execution.as_json() for execution in schedule.executions],
        **{name: None if moment is None else timestamp(moment) for name, moment in times.items()},
    }

"""The mock's own endpoints: health, reset, state, the journal of requests (design §8). They know no roles."""

import json
from typing import Any

from flask import Blueprint, Response

from mockserver.domain.values import JsonObject
from mockserver.pipeline import Pipeline


def admin_blueprint(pipeline: Pipeline) -> Blueprint:
    """Make the routes under `/__admin/`, with `/health` and `/ready` beside them."""
    admin = Blueprint("admin", __name__)

    @admin.get("/health")
    @admin.get("/ready")
    @admin.get("/__admin/health")
    def health() -> Response:
        """Say that the mock serves."""
        return _json({"status": "ok", "operations": len(pipeline.operations.by_id)})

    @admin.post("/__admin/reset")
    def reset() -> Response:
        """Go back to the world that the mock started with, and forget the journal."""
        pipeline.services.store.reset()
        pipeline.journal.clear()
        return Response(status=204)

    @admin.get("/__admin/state")
    def state() -> Response:
        """Return everything that is stored; secrets are masked."""
        return _json(_state(pipeline))

    @admin.get("/__admin/requests")
    def requests() -> Response:
        """Return the journal, oldest request first."""
        return _json({"requests": list(pipeline.journal)})

    @admin.get("/__admin/sessions/<agent_key>/<session_key>/context")
    def context(agent_key: str, session_key: str) -> Response:
        """Return what the model was told in the session's latest turn: why the agent answered so."""
        session = pipeline.services.store.session(agent_key, session_key)
        noted = session and pipeline.services.store.context(session)
        if noted is None:
            problem = f"There is no session {session_key!r} of agent {agent_key!r}, or it has had no turn yet."
            return _problem(problem)
        return _json(noted)

    @admin.route("/__admin/", defaults={"path": ""}, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    @admin.route("/__admin/<path:path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def unknown(path: str) -> Response:
        """Say what there is, for a path or a method that is not."""
        known = "GET health, POST reset, GET state, GET requests, GET sessions/AGENT/SESSION/context"
        return _problem(f"/__admin/{path} is not here; there are: {known}.")

    return admin


def _state(pipeline: Pipeline) -> JsonObject:
    store = pipeline.services.store
    agents = []
    for agent in store.agents(None):
        sessions = [
            {
                **session.as_json(),
                "events": [{**event.as_json(), "hidden": event.hidden} for event in store.events(session, None)],
            }
            for session in store.sessions(agent.key, None)
        ]
        agents.append({**agent.as_json(), "sessions": sessions})
    corpora = [
        {**corpus.as_json(), "documents": [document.as_json(with_parts=True) for document in store.documents(corpus.key, None)]}
        for corpus in store.corpora(None)
    ]
    instructions = [
        {**instruction.as_json(), "versions": [instruction.as_json(version) for version in instruction.versions]}
        for instruction in store.instructions(None)
    ]
    return {"agents": agents, "corpora": corpora, "instructions": instructions}


def _problem(detail: str) -> Response:
    body = {"title": "Not found", "status": 404, "detail": detail}
    return _json(body, status=404, media_type="application/problem+json")


def _json(body: Any, *, status: int = 200, media_type: str = "application/json") -> Response:
    return Response(json.dumps(body), status=status, content_type=media_type)

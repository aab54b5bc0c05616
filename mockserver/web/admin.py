"""The mock's own endpoints: health, reset, state, the journal of requests (design §8). They know no roles."""

from flask import Blueprint, Response, request

from mockserver.authentication import TEST_ID, test_id_in
from mockserver.domain.errors import Refused
from mockserver.domain.secrecy import redacted
from mockserver.domain.simulator.scenarios import summary
from mockserver.faults import Chaos
from mockserver.pipeline import Pipeline
from mockserver.replaying import Replaying
from mockserver.web.admin_chaos import chaos_as_json, set_chaos
from mockserver.web.admin_state import WORLD, state_of, world_file
from mockserver.web.replies import json_reply, problem, refusal, without_secrets
from mockserver.worlds import World

_ROUTES = (
    ("GET", "/health", "health"),
    ("GET", "/ready", "health"),
    ("GET", "/__admin/health", "health"),
    ("POST", "/__admin/reset", "reset"),
    ("GET", "/__admin/state", "state"),
    ("GET", "/__admin/requests", "requests"),
    ("GET", "/__admin/worlds", "worlds"),
    ("DELETE", "/__admin/tests/<test_id>", "end_test"),
    ("GET", "/__admin/scenarios", "scenarios"),
    ("GET", "/__admin/chaos", "chaos"),
    ("PUT", "/__admin/chaos", "put_chaos"),
    ("DELETE", "/__admin/chaos", "delete_chaos"),
    ("GET", "/__admin/sessions/<agent_key>/<session_key>/context", "context"),
)
_EVERY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")


def admin_blueprint(pipeline: Pipeline, replaying: Replaying | None = None) -> Blueprint:
    """Make the routes under `/__admin/`, with `/health` and `/ready` beside them."""
    blueprint, admin = Blueprint("admin", __name__), _Admin(pipeline, replaying)
    blueprint.after_request(lambda response: without_secrets(response, pipeline.keeper))
    for number, (method, path, name) in enumerate(_ROUTES):
        blueprint.add_url_rule(path, f"{name}-{number}", getattr(admin, name), methods=[method])
    blueprint.register_error_handler(Refused, refusal)
    blueprint.add_url_rule("/__admin/", "nothing", admin.unknown, defaults={"path": ""}, methods=_EVERY_METHOD)
    blueprint.add_url_rule("/__admin/<path:path>", "unknown", admin.unknown, methods=_EVERY_METHOD)
    return blueprint


class _Admin:
    """The endpoints, each a method."""

    def __init__(self, pipeline: Pipeline, replaying: Replaying | None) -> None:
        self._pipeline = pipeline
        self._replaying = replaying

    def health(self) -> Response:
        """Say that the mock serves."""
        return json_reply({"status": "ok", "operations": len(self._pipeline.operations.by_id)})

    def reset(self) -> Response:
        """Go back to the worlds that the mock started with, forget the journal and the rules of chaos, begin a recording again.

        With `X-Test-Id` only the worlds of this test are forgotten.
        """
        test_id = self._test_id()
        if test_id is None:
            for world in self._pipeline.worlds.own():
                world.services.runs.reset(world.services.store.reset)
                world.chaos.replace(())
            self._pipeline.journal.clear()
        self._pipeline.worlds.end_tests(test_id)
        if self._replaying is not None:
            self._replaying.reset(test_id)
        return Response(status=204)

    def worlds(self) -> Response:
        """Return the tenants, and the worlds of tests that there are."""
        worlds = self._pipeline.worlds
        tests = [{"tenant": world.tenant, "test_id": world.test_id} for world in worlds.tests()]
        return json_reply({"tenants": list(worlds.tenants), "tests": tests})

    def end_test(self, test_id: str) -> Response:
        """Forget the worlds of a test."""
        if not self._pipeline.worlds.end_tests(test_id):
            return problem(f"There is no world of a test {test_id!r}.")
        return Response(status=204)

    def state(self) -> Response:
        """Return everything that is stored; secrets are masked. With `?as=world` it is a world file."""
        form = request.args.get("as")
        if form == WORLD:
            return world_file(self._world(), self._pipeline, request)
        if form is not None:
            return problem(f"The state is not written as {form!r}; leave `as` out, or say `as={WORLD}`.", status=400)
        return json_reply(redacted(state_of(self._world().services), self._pipeline.operations.listed_secrets))

    def requests(self) -> Response:
        """Return the journal, oldest request first; with `X-Test-Id` that of a test."""
        test_id = self._test_id()
        rows = [row for row in self._pipeline.journal if test_id in (None, row["test_id"])]
        return json_reply({"requests": self._pipeline.keeper.journal(rows)})

    def chaos(self) -> Response:
        """Return the rules of chaos, and which faults there are."""
        return json_reply(chaos_as_json(self._world().chaos))

    def put_chaos(self) -> Response:
        """Set the rules of chaos, in the world of a test or in those of all tenants."""
        return set_chaos(self._chaos(), request.get_data(), self._pipeline.operations.by_id)

    def delete_chaos(self) -> Response:
        """Take the rules of chaos away, likewise."""
        for chaos in self._chaos():
            chaos.replace(())
        return Response(status=204)

    def scenarios(self) -> Response:
        """Return the scenarios that there are, by name; what they do stands in their files."""
        book = self._world().services.scenarios
        return json_reply({"scenarios": [summary(book.scenarios[name]) for name in sorted(book.scenarios)]})

    def context(self, agent_key: str, session_key: str) -> Response:
        """Return what the model was told in the session's latest turn: why the agent answered so."""
        store = self._world().services.store
        session = store.session(agent_key, session_key)
        noted = session and store.context(session)
        if noted is None:
            return problem(f"There is no session {session_key!r} of agent {agent_key!r}, or it has had no turn yet.")
        return json_reply(noted)

    def _test_id(self) -> str | None:
        return test_id_in({TEST_ID: request.headers[TEST_ID]}) if TEST_ID in request.headers else None

    def _world(self) -> World:
        """Return the world that `X-Test-Id` and the parameter `tenant` name; without it the first tenant is meant."""
        worlds = self._pipeline.worlds
        tenant = request.args.get("tenant", worlds.tenants[0])
        if tenant not in worlds.tenants:
            message = f"There is no tenant {tenant!r}; there are: {', '.join(worlds.tenants)}."
            raise Refused("SM207", message, missing_id=tenant)
        return worlds.entered(tenant, self._test_id())

    def _chaos(self) -> list[Chaos]:
        named = self._test_id() is not None or "tenant" in request.args
        return [self._world().chaos] if named else [world.chaos for world in self._pipeline.worlds.own()]

    def unknown(self, path: str) -> Response:
        """Say what there is, for a path or a method that is not."""
        known = ", ".join(f"{method} {known_path}" for method, known_path, _ in _ROUTES)
        return problem(f"/__admin/{path} is not here; there are: {known}.")

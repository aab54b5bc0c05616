"""The document: Schemathesis over every operation, and along the links between them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import settings
from schemathesis.core.parameters import ParameterLocation

import openapi
from contracts.promises import keeps
from contracts.target import Target
from contracts.world import RunWorld

CONFIG = schemathesis.Config.from_path(Path(__file__).parent.parent / "schemathesis.toml")
schema = schemathesis.openapi.from_path(openapi.DOCUMENT, config=CONFIG)


@schema.auth()
class _Administrator:
    """Gives the run's key to Schemathesis as a credential, so that its own checks may take it away again."""

    key = ""

    def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> str:  # noqa: ARG002 - the engine's signature
        return self.key

    def set(self, case: schemathesis.Case, data: str, context: schemathesis.AuthContext) -> None:  # noqa: ARG002
        case.headers["x-api-key"] = data


class Objects:
    """An agent with a session and an event for paths to name. What Schemathesis makes and removes stays among its own."""

    def __init__(self, world: RunWorld, target: Target) -> None:
        _Administrator.key = target.api_key
        session = world.session(world.agent(tools=world.search_tool(None)))
        event = world.api.say(session, "Hello there!")[0]
        self.keys = {"agent_key": session["agent_key"], "session_key": session["key"], "event_id": event["id"]}
        self.made = {session["agent_key"]}
        self._world = world
        self._app = target.app

    def prepare(self, case: schemathesis.Case) -> None:
        """Send the case to the target; let its path name what is ours, unless it is about a bad path."""
        case.operation.app = case.operation.schema.app = self._app
        is_bad = case.meta is not None and case.meta.is_negative_at(ParameterLocation.PATH)
        if not is_bad and case.path_parameters.get("agent_key") not in self.made:
            case.path_parameters.update({name: key for name, key in self.keys.items() if name in case.path_parameters})

    def note(self, case: schemathesis.Case, response: schemathesis.Response) -> None:
        """Remember an agent that the case made."""
        if _operation_id(case) == "createAgent" and response.status_code == httpx.codes.CREATED:
            self.made.add(response.json()["key"])

    def clear(self) -> None:
        """Remove what was made."""
        for key in self.made:
            self._world.api.delete_agent(key)


def _operation_id(case: schemathesis.Case) -> str | None:
    name: str | None = case.operation.definition.raw.get("operationId")
    return name


@pytest.fixture
def objects(world: RunWorld, target: Target) -> Iterator[Objects]:
    """Objects for one operation's cases."""
    made = Objects(world, target)
    yield made
    made.clear()


@keeps("SC101")
@schema.parametrize()
def test_every_answer_fits_the_document(case: schemathesis.Case, objects: Objects, target: Target):
    objects.prepare(case)
    objects.note(case, case.call_and_validate(base_url=target.base_url))


@keeps("SC102")
def test_linked_calls_fit_the_document(world: RunWorld, target: Target, pytestconfig: pytest.Config):
    credential = {"x-api-key": target.api_key}  # the state machine does not ask the provider above

    class Calls(schema.as_state_machine()):  # type: ignore[misc]  # made from the document at run time
        """Starts every sequence from objects of its own, so that a sequence run again meets the same state."""

        def setup(self) -> None:
            self.objects = Objects(world, target)

        def teardown(self) -> None:
            self.objects.clear()

        def before_call(self, case: schemathesis.Case) -> None:
            self.objects.prepare(case)

        def after_call(self, response: schemathesis.Response, case: schemathesis.Case) -> None:
            self.objects.note(case, response)

        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:  # noqa: ARG002 - the engine's signature
            return {"base_url": target.base_url, "headers": credential}

        def validate_response(self, response: schemathesis.Response, case: schemathesis.Case, **_: Any) -> None:
            case.validate_response(response, headers=credential, transport_kwargs={"base_url": target.base_url})

    Calls.run(settings=settings(max_examples=pytestconfig.getoption("--max-examples"), stateful_step_count=8))

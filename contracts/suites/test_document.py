"""The document: Schemathesis over every operation, and along the links between them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import settings
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import negative_data_rejection

import openapi
from contracts.generated.objects import Objects, is_text_in_the_end
from contracts.plugin import GENERATION
from contracts.promises import keeps
from contracts.target import Target
from contracts.world import RunWorld

CONFIG = schemathesis.Config.from_path(Path(__file__).parent.parent / "schemathesis.toml")
if GENERATION.seed is not None:
    CONFIG.projects.default.seed = GENERATION.seed  # else Schemathesis draws one, which goes before that of Hypothesis
for name in ("examples", "coverage", "fuzzing"):
    getattr(CONFIG.projects.default.phases, name).enabled = name in GENERATION.phases
schema = schemathesis.openapi.from_path(openapi.DOCUMENT, config=CONFIG)
asked = schema.include(method="GET") if GENERATION.reads_only else schema


@schema.auth()
class _Administrator:
    """Gives the run's key to Schemathesis as a credential, so that its own checks may take it away again.

    Most cases get it when they are collected; one without it would be refused, and sent twice.
    """

    def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> str:  # noqa: ARG002 - the engine's signature
        return GENERATION.api_key

    def set(self, case: schemathesis.Case, data: str, context: schemathesis.AuthContext) -> None:  # noqa: ARG002
        case.headers["x-api-key"] = data


@pytest.fixture
def objects(world: RunWorld, target: Target) -> Iterator[Objects]:
    """Objects for one operation's cases."""
    made = Objects(world, target)
    yield made
    made.clear()


@keeps("SC101")
@asked.parametrize()
def test_every_answer_fits_the_document(case: schemathesis.Case, objects: Objects, target: Target):
    sent_with = objects.prepare(case)
    excused: list[CheckFunction] = [negative_data_rejection] if is_text_in_the_end(case) else []
    objects.note(case, case.call_and_validate(base_url=target.base_url, excluded_checks=excused, **sent_with))


def _left_out() -> str:
    """Say why the linked calls are left out; nothing where they are not."""
    if GENERATION.reads_only:
        return "--profile safe generates no requests that write; --profile full does"
    return "" if "stateful" in GENERATION.phases else "--phases leaves it out"


@keeps("SC102")
def test_linked_calls_fit_the_document(world: RunWorld, target: Target, pytestconfig: pytest.Config):
    if reason := _left_out():
        pytest.skip(reason)
    credential = {"x-api-key": target.api_key}  # the state machine does not ask the provider above

    class Calls(schema.as_state_machine()):  # type: ignore[misc]  # made from the document at run time
        """Starts every sequence from objects of its own, so that a sequence run again meets the same state."""

        def setup(self) -> None:
            self.objects = Objects(world, target)

        def teardown(self) -> None:
            self.objects.clear()

        def before_call(self, case: schemathesis.Case) -> None:
            self.sent_with = {"base_url": target.base_url} | self.objects.prepare(case)

        def after_call(self, response: schemathesis.Response, case: schemathesis.Case) -> None:
            self.objects.note(case, response)

        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:  # noqa: ARG002 - the engine's signature
            return self.sent_with | {"headers": credential}

        def validate_response(self, response: schemathesis.Response, case: schemathesis.Case, **_: Any) -> None:
            case.validate_response(response, headers=credential, transport_kwargs=self.sent_with)

    Calls.run(settings=settings(max_examples=pytestconfig.getoption("--max-examples"), stateful_step_count=8))

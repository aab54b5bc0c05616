"""The document: Schemathesis over every operation, and along the links between them."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import settings
from hypothesis.errors import FlakyStrategyDefinition
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import negative_data_rejection

import openapi
from contracts import options
from contracts.broken import SEEN
from contracts.checks.answers import Answer
from contracts.client import Api, Json
from contracts.dialects.spoken import Speaks
from contracts.dialects.table import OVERRIDE_TEMPLATES
from contracts.generated.found import FoundObjects
from contracts.generated.judging import Judge
from contracts.generated.objects import Objects, is_text_in_the_end
from contracts.plugin import GENERATION
from contracts.promises import asked_for, keeps
from contracts.target import Target
from contracts.world import RunWorld

TRIES = 3
CONFIG = schemathesis.Config.from_path(Path(__file__).parent.parent / "schemathesis.toml")
if GENERATION.seed is not None:
    CONFIG.projects.default.seed = GENERATION.seed  # else Schemathesis draws one, which goes before that of Hypothesis
for name in ("examples", "coverage", "fuzzing"):
    getattr(CONFIG.projects.default.phases, name).enabled = name in GENERATION.phases
schema = schemathesis.openapi.from_path(openapi.DOCUMENT, config=CONFIG)
asked = schema.include(method="GET") if GENERATION.reads_only else schema
if GENERATION.operations:
    asked = asked.include(operation_id=list(GENERATION.operations))


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
def objects(world: RunWorld, target: Target, api: Api) -> Iterator[Objects]:
    """Objects for one operation's cases."""
    made = FoundObjects(api, target) if target.wire.reads_only else Objects(world, target)
    yield made
    made.clear()


@pytest.fixture
def judge(request: pytest.FixtureRequest, api: Api, speaks: Speaks) -> Judge:
    """The checks of what a schema cannot say; what they have seen goes with the report of the test."""

    def read(answer: Answer, event_id: str) -> Json | None:
        stored = api.ask("GET", f"{answer.operation.at(answer.names)}/{event_id}")
        return stored.json() if stored.is_success else None

    wanted = asked_for(request.config.getoption("--promises"))
    judging = Judge(wanted, read=read, renders="SC108" not in wanted or speaks(OVERRIDE_TEMPLATES, "rendered"))
    request.node.stash[SEEN] = judging.seen
    return judging


@keeps("SC101", "SC103", "SC104", "SC105", "SC106", "SC107", "SC108")
@asked.parametrize()
def test_every_answer_fits_the_document(case: schemathesis.Case, objects: Objects, target: Target, judge: Judge):
    sent_with: Json = {"base_url": target.base_url} | objects.prepare(case)
    excused: list[CheckFunction] = [negative_data_rejection] if is_text_in_the_end(case) else []
    response = case.call(**sent_with)
    objects.note(case, response)
    validate = partial(case.validate_response, response, excluded_checks=excused, transport_kwargs=sent_with)
    judge.hold("SC101", case, response, validate)


def _left_out(profile: str) -> str:
    """Say why the linked calls are left out; nothing where they are not."""
    if GENERATION.operations:
        return "--operations asks single operations"
    if GENERATION.reads_only:
        return f"--profile {profile} generates no requests that write; --profile full does"
    return "" if "stateful" in GENERATION.phases else "--phases leaves it out"


@keeps("SC102", "SC103", "SC104", "SC105", "SC106", "SC107", "SC108")
def test_linked_calls_fit_the_document(world: RunWorld, target: Target, judge: Judge, pytestconfig: pytest.Config):
    if reason := _left_out(options.profile(pytestconfig).name):
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
            validate = partial(case.validate_response, response, headers=credential, transport_kwargs=self.sent_with)
            judge.hold("SC102", case, response, validate)

    chosen = settings(max_examples=pytestconfig.getoption("--max-examples"), stateful_step_count=8)
    _carried_out(partial(Calls.run, settings=chosen))


def _carried_out(run: Callable[[], None]) -> None:
    """Carry sequences out. What may follow in one depends on answers: where they are now so, now so, none can be searched."""
    for _ in range(TRIES):
        with suppress(FlakyStrategyDefinition):
            run()
            return
    pytest.skip("not testable here: the target answers the same calls otherwise when they are sent again")

"""The document: Schemathesis over every operation, and along the links between them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
import schemathesis
from hypothesis import settings
from schemathesis.checks import CheckFunction
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import negative_data_rejection

import openapi
from contracts.client import events_path
from contracts.collections import collections
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
APP_CLIENT = {"type": "client_credentials"}


@schema.auth()
class _Administrator:
    """Gives the run's key to Schemathesis as a credential, so that its own checks may take it away again."""

    key = ""

    def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> str:  # noqa: ARG002 - the engine's signature
        return self.key

    def set(self, case: schemathesis.Case, data: str, context: schemathesis.AuthContext) -> None:  # noqa: ARG002
        case.headers["x-api-key"] = data


class Objects:
    """Objects of each kind for paths to name. What Schemathesis makes and removes stays among its own."""

    CREATED_BY: ClassVar = {
        "createAgentAlias": ("/v2/agent_aliases", "alias_key", "key"),
        "createAgent": ("/v2/agents", "agent_key", "key"),
        "createCorpus": ("/v2/corpora", "corpus_key", "key"),
        "createInstruction": ("/v2/instructions", "instruction_id", "id"),
        "createTool": ("/v2/tools", "tool_id", "id"),
        "createApiKey": ("/v2/api_keys", "api_key_id", "id"),
        "createAppClient": ("/v2/app_clients", "app_client_id", "id"),
    }

    def __init__(self, world: RunWorld, target: Target) -> None:
        _Administrator.key = target.api_key
        self._api, self._app, self._wire = world.api, target.app, target.wire
        session = world.session(world.agent())
        corpus, document = world.key("corpus"), world.key("document")
        body = {"type": "core", "id": document, "document_parts": [{"text": "How to reset a password."}]}
        self._api.call("POST", "/v2/corpora", json={"key": corpus}, expect=201)
        self._api.call("POST", f"/v2/corpora/{corpus}/documents", json=body, expect=201)
        instruction, tool = world.instruction("Be kind.")["id"], world.tool()["id"]
        alias = self._alias(world, session["agent_key"])
        self._names = {
            "alias_key": alias,
            "agent_key": self._schedule(world, session["agent_key"]) | self._said(session),
            "corpus_key": {"corpus_key": corpus, "document_id": document},
            "instruction_id": {"instruction_id": instruction, "version": 1},
            "tool_id": {"tool_id": tool},
            "api_key_id": {"api_key_id": self._credential("/v2/api_keys", {"name": world.key("key")})},
            "app_client_id": {"app_client_id": self._credential("/v2/app_clients", APP_CLIENT | {"name": world.key("client")})},
        }
        self._made = {root: [names[root]] for root, names in self._names.items()}

    def _credential(self, path: str, body: dict[str, Any]) -> str:
        """Make an API key or an app client without roles."""
        return str(self._api.call("POST", path, json=body, expect=201).json()["id"])

    def _schedule(self, world: RunWorld, agent_key: str) -> dict[str, Any]:
        """Make a schedule that rests."""
        times = {"type": "interval", "interval": "PT24H"}
        body = {"key": world.key("schedule"), "name": "Daily", "message": [{"type": "text", "content": "Hello!"}]}
        self._api.call("POST", f"/v2/agents/{agent_key}/schedules", json=body | {"schedule": times, "enabled": False}, expect=201)
        return {"agent_key": agent_key, "schedule_key": body["key"]}

    def _alias(self, world: RunWorld, agent_key: str) -> dict[str, Any]:
        """Make an alias that leads to an agent, and a session of it with an event and a file."""
        key, rules = world.key("alias"), [{"targets": {"type": "single", "agent_key": agent_key}}]
        body = {"key": key, "name": key, "policy": {"type": "routed", "rules": rules}}
        self._api.call("POST", "/v2/agent_aliases", json=body, expect=201)
        session = self._api.call("POST", f"/v2/agent_aliases/{key}/sessions", json={}, expect=201).json()
        return {"alias_key": key} | self._said(session)

    def _said(self, session: dict[str, Any]) -> dict[str, Any]:
        """Say something in a session and send a file with it; the names of what is there then."""
        path = events_path(session)
        words, files = {"message": "Hello there!"}, {"files": ("notes.txt", b"Colour: turquoise", "text/plain")}
        events = self._api.call("POST", path, data=words, files=files, expect=201).json()["events"]
        artifacts = self._api.call("GET", path.replace("/events", "/artifacts"), expect=200).json()["artifacts"]
        return {"session_key": session["key"], "event_id": events[0]["id"], "artifact_id": artifacts[0]["artifact_id"]}

    def prepare(self, case: schemathesis.Case) -> None:
        """Send the case to the target; let its path name what is ours, unless it is about a bad path."""
        case.operation.app = case.operation.schema.app = self._app
        if case.meta is not None and case.meta.is_negative_at(ParameterLocation.PATH):
            return
        for root, names in self._names.items():
            if root in case.path_parameters and case.path_parameters[root] not in self._made[root]:
                case.path_parameters.update({name: key for name, key in names.items() if name in case.path_parameters})

    def note(self, case: schemathesis.Case, response: schemathesis.Response) -> None:
        """Remember what the case made."""
        created = self.CREATED_BY.get(case.operation.definition.raw.get("operationId"))
        if created and response.status_code == httpx.codes.CREATED:
            path, root, field = created
            made = response.json()
            self._made[root].append(made[field])
            if journal := self._wire.journal:
                collection = collections()[path]
                journal.made(journal.intend(collection, str(made.get(collection.mark))), f"{path}/{made[field]}")

    def clear(self) -> None:
        """Remove what was made."""
        with self._wire.budget.cleaning():
            for path, root, _ in self.CREATED_BY.values():
                for key in self._made[root]:
                    self._api.remove(f"{path}/{key}")


@pytest.fixture
def objects(world: RunWorld, target: Target) -> Iterator[Objects]:
    """Objects for one operation's cases."""
    made = Objects(world, target)
    yield made
    made.clear()


@keeps("SC101")
@asked.parametrize()
def test_every_answer_fits_the_document(case: schemathesis.Case, objects: Objects, target: Target):
    objects.prepare(case)
    excused: list[CheckFunction] = [negative_data_rejection] if _is_text_in_the_end(case) else []
    objects.note(case, case.call_and_validate(base_url=target.base_url, excluded_checks=excused))


def _is_text_in_the_end(case: schemathesis.Case) -> bool:
    """Whether a number stands in a form where a text belongs: it is sent as its digits, and that is a text."""
    body: object = case.body
    is_form = case.media_type == "multipart/form-data"
    return is_form and isinstance(body, dict) and any(isinstance(value, int | float) for value in body.values())


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
            self.objects.prepare(case)

        def after_call(self, response: schemathesis.Response, case: schemathesis.Case) -> None:
            self.objects.note(case, response)

        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:  # noqa: ARG002 - the engine's signature
            return {"base_url": target.base_url, "headers": credential}

        def validate_response(self, response: schemathesis.Response, case: schemathesis.Case, **_: Any) -> None:
            case.validate_response(response, headers=credential, transport_kwargs={"base_url": target.base_url})

    Calls.run(settings=settings(max_examples=pytestconfig.getoption("--max-examples"), stateful_step_count=8))

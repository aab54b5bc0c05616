"""What generated requests work on: objects of the run of each kind, and what they make themselves."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar, TypeAlias

import httpx
import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.transport.serialization import Binary

from contracts.client import Api, Json, events_path
from contracts.generated.marks import marked, with_secrets_of_the_run
from contracts.operations import Operation, operations
from contracts.schemas import FORM, JSON, body_of
from contracts.target import TIMEOUT_SECONDS, Target
from contracts.wire.gateway import REFUSABLE, Gateway
from contracts.world import RunWorld, name_for

SEARCH = "Search the documents: how do I reset my password?"
APP_CLIENT = {"type": "client_credentials"}
Case: TypeAlias = schemathesis.Case[Any]
_BY_ID = {operation.id: operation for operation in operations()}


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
        self._begin(world.api, target, world.key)
        corpus, document = world.key("corpus"), world.key("document")
        body = {"type": "core", "id": document, "document_parts": [{"text": "How to reset a password."}]}
        self._api.call("POST", "/v2/corpora", json={"key": corpus}, expect=201)
        self._api.call("POST", f"/v2/corpora/{corpus}/documents", json=body, expect=201)
        session = world.session(world.agent(tools=_searching(corpus)))
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

    def _begin(self, api: Api, target: Target, key: Callable[[str], str]) -> None:
        self._api, self._key, self._wire = api, key, target.wire
        self._gateway = Gateway(target.wire, timeout_seconds=TIMEOUT_SECONDS)

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
        body = {"key": key, "name": name_for(key), "policy": {"type": "routed", "rules": rules}}
        self._api.call("POST", "/v2/agent_aliases", json=body, expect=201)
        body = {"metadata": world.mark}
        session = self._api.call("POST", f"/v2/agent_aliases/{key}/sessions", json=body, expect=201).json()
        return {"alias_key": key} | self._said(session)

    def _said(self, session: dict[str, Any]) -> dict[str, Any]:
        """Let a session search and send a file with it; the names of what is there then."""
        path = events_path(session)
        words, files = {"message": SEARCH}, {"files": ("notes.txt", b"Colour: turquoise", "text/plain")}
        events = self._api.call("POST", path, data=words, files=files, expect=201).json()["events"]
        artifacts = self._api.call("GET", path.replace("/events", "/artifacts"), expect=200).json()["artifacts"]
        told = next((event for event in events if event["type"] == "tool_output"), events[0])
        return {"session_key": session["key"], "event_id": told["id"], "artifact_id": artifacts[0]["artifact_id"]}

    def prepare(self, case: Case) -> Json:
        """Let a case work on what is ours and mark what it makes; return what it is to be sent with, by the wire."""
        case.operation.app = case.operation.schema.app = self._gateway
        has_to_be_refused = case.meta is not None and case.meta.generation.mode.is_negative
        self._name_own(case)
        self._mark(case)
        return {"environ_overrides": {REFUSABLE: has_to_be_refused}}

    def _mark(self, case: Case) -> None:
        """Give the body the run's id. One that has no place for it is not touched: Schemathesis judges anew what is set."""
        operation, body = operation_of(case), case.body
        if case.media_type == JSON:
            body = marked(operation, body, self._key)
        if case.media_type:
            body = with_secrets_of_the_run(operation, body, self._key, case.media_type)
        if body is not case.body:
            case.body = body

    def _name_own(self, case: Case) -> None:
        """Let the path name what is ours, unless the case is about a bad path."""
        if case.meta is not None and case.meta.is_negative_at(ParameterLocation.PATH):
            return
        for root, names in self._names.items():
            if root in case.path_parameters and case.path_parameters[root] not in self._made[root]:
                case.path_parameters.update({name: key for name, key in names.items() if name in case.path_parameters})

    def note(self, case: Case, response: schemathesis.Response) -> None:
        """Remember what the case made."""
        created = self.CREATED_BY.get(operation_of(case).id)
        if created and response.status_code == httpx.codes.CREATED:
            _, root, field = created
            with suppress(ValueError, KeyError, TypeError):  # an answer that is none is for the checks to tell
                self._made[root].append(str(response.json()[field]))

    def clear(self) -> None:
        """Remove what was made."""
        with self._wire.budget.cleaning():
            for path, root, _ in self.CREATED_BY.values():
                for key in self._made[root]:
                    self._api.remove(f"{path}/{key}")


def _searching(corpus: str) -> Json:
    """Return a tool that searches a corpus, with an argument that becomes a value of the session."""
    search = {"type": "corpora_search", "query_configuration": {"search": {"corpora": [{"corpus_key": corpus}]}}}
    return {"knowledge_search": search | {"argument_override": {"query": {"$ref": "session.metadata.contract_run"}}}}


def operation_of(case: Case) -> Operation:
    """Return the operation that a case is of."""
    return _BY_ID[case.operation.definition.raw["operationId"]]


def is_text_in_the_end(case: Case) -> bool:
    """Whether all that is wrong with a form is a number where a text belongs: it is sent as its digits, and that is a text."""
    if case.media_type != FORM or not isinstance(case.body, dict):
        return False
    validator, written = body_of(operation_of(case), FORM), {name: _written(value) for name, value in case.body.items()}
    sent = {name: str(value) if _is_number(value) else value for name, value in written.items()}
    return sent != written and validator.is_valid(sent) and not validator.is_valid(written)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _written(value: object) -> object:
    """Return a value as JSON could have it: bytes, which only a file has, as a text."""
    if isinstance(value, list):
        return [_written(item) for item in value]
    return "" if isinstance(value, bytes | Binary) else value

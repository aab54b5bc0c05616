"""From world files to what stores are made with: every entry is held against the document first."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from mockserver.domain.agents import Agent
from mockserver.domain.aliases import Alias, new_alias
from mockserver.domain.corpora import new_corpus, new_document
from mockserver.domain.errors import Refused
from mockserver.domain.ports import Clock
from mockserver.domain.tools import Tool, tool_faults
from mockserver.domain.values import JsonObject
from mockserver.operations.agents import new_agent
from mockserver.operations.tools import new_tool
from mockserver.seeds import World, WorldError, default_worlds, load_world
from mockserver.settings import Settings
from mockserver.snapshots.codec import UnreadableError
from mockserver.spec.operations import Operations
from mockserver.stores.contents import Contents
from mockserver.stores.memory import MemoryStore
from mockserver.stores.restoring import contents_from


def worlds_of(settings: Settings) -> list[World]:
    """Read the settings' world files, one for each tenant. Raises WorldError."""
    return [load_world(Path(name.strip())) for name in settings.world.split(",") if name.strip()] or default_worlds()


def seeded_store(settings: Settings, operations: Operations, clock: Clock) -> MemoryStore:
    """Make the store of the first of the settings' worlds. Raises WorldError."""
    return new_store(contents_of(worlds_of(settings)[0], operations, clock))


def new_store(contents: Contents) -> MemoryStore:
    """Make a store. Raises WorldError where its contents name a thing twice."""
    try:
        return MemoryStore(contents)
    except Refused as refused:
        raise WorldError(f"The world: {refused.message}") from refused


def contents_of(world: World, operations: Operations, clock: Clock) -> Contents:
    """Turn a world's create requests into what they create. Raises WorldError naming the entry and the field of a fault."""
    if world.state is not None:
        return _restored(world.state)
    now = clock.now()
    corpora = []
    for corpus, documents in world.corpora:
        what = f"corpus {corpus.get('key')!r}"
        _check(operations, "createCorpus", corpus, what)
        for document in documents:
            _check(operations, "createCorpusDocument", document, f"{what}, document {document.get('id')!r}")
        corpora.append((new_corpus(corpus, now), [new_document(document) for document in documents]))
    tools = [_tool(body, operations, now) for body in world.tools]
    agents = [_agent(body, operations, now) for body in world.agents]
    for agent in agents:
        _refuse(tool_faults(agent.config, {tool.id: tool for tool in tools}.get), f"agent {agent.key!r}")
    keys = frozenset(agent.key for agent in agents)
    aliases = [_alias(body, operations, keys, now) for body in world.aliases]
    return Contents(
        api_keys=world.api_keys,
        app_clients=world.app_clients,
        corpora=corpora,
        tools=tools,
        agents=agents,
        aliases=aliases,
    )


def _restored(state: object) -> Contents:
    try:
        return contents_from(state)
    except UnreadableError as error:
        raise WorldError(f"The world's state: {error}.") from error


def _tool(body: JsonObject, operations: Operations, now: datetime) -> Tool:
    what = f"tool {body.get('id', body.get('name'))!r}"
    if "id" not in body:
        raise WorldError(f"The world's {what}: /id is required in a world file.")
    (by_id,) = (parameter for parameter in operations.by_id["getTool"].parameters if parameter.name == "tool_id")
    wrong = by_id.validator.problems(body["id"])
    _refuse({"/id": next(iter(wrong.values()))} if wrong else {}, what)
    _check(operations, "createTool", body, what)
    try:
        return new_tool(body, body["id"], now)
    except Refused as refused:
        raise WorldError(f"The world's {what}: {refused.message}") from refused


def _agent(body: JsonObject, operations: Operations, now: datetime) -> Agent:
    what = f"agent {body.get('key', body.get('name'))!r}"
    if "key" not in body:
        raise WorldError(f"The world's {what}: /key is required in a world file.")
    _check(operations, "createAgent", body, what)
    secrets = body.get("secrets", {})
    _check(operations, "replaceAgentSecrets", {"secrets": secrets}, what)
    try:
        return replace(new_agent(body, body["key"], now), secrets=secrets)
    except Refused as refused:
        raise WorldError(f"The world's {what}: {refused.message}") from refused


def _alias(body: JsonObject, operations: Operations, agents: Collection[str], now: datetime) -> Alias:
    what = f"alias {body.get('key')!r}"
    _check(operations, "createAgentAlias", body, what)
    try:
        return new_alias(body, agents.__contains__, now)
    except Refused as refused:
        raise WorldError(f"The world's {what}: {refused.message}") from refused


def _check(operations: Operations, operation_id: str, body: JsonObject, what: str) -> None:
    spec = operations.by_id[operation_id].body
    _refuse(spec.validator.problems(body) if spec else {}, what)


def _refuse(wrong: Mapping[str, str], what: str) -> None:
    if wrong:
        listed = "; ".join(f"{field} {reason}" for field, reason in wrong.items())
        raise WorldError(f"The world's {what}: {listed}.")

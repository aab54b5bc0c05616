"""The composition root: the only place where settings, ports, document, pipeline and faces meet."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from flask import Flask

import openapi
from mockserver.domain.agents import Agent
from mockserver.domain.aliases import Alias, new_alias
from mockserver.domain.corpora import new_corpus, new_document
from mockserver.domain.errors import Refused
from mockserver.domain.ports import Background, Clock, Store
from mockserver.domain.search import Searcher
from mockserver.domain.simulator.physics import Physics, physics_of
from mockserver.domain.simulator.runs import Runs
from mockserver.domain.simulator.scenarios import Book
from mockserver.domain.simulator.stage import Equipment
from mockserver.domain.simulator.tools import Toolbox
from mockserver.domain.templating import Limits, Truthiness
from mockserver.domain.templating.dialect import Dialect
from mockserver.domain.tools import Tool, tool_faults
from mockserver.domain.values import JsonObject
from mockserver.operations import HANDLERS
from mockserver.operations.agents import new_agent
from mockserver.operations.call import Services
from mockserver.operations.tools import new_tool
from mockserver.pipeline import Pipeline
from mockserver.runtime import AtOnce, Bm25Ranker, CronTimes, FakerWords, JqTransform, SeededIds, SystemClock, Threads, report
from mockserver.scenario_files import Source, load_book
from mockserver.seeds import World, WorldError, load_world
from mockserver.settings import Settings, SettingsError, resolve
from mockserver.spec.document import load
from mockserver.spec.operations import Operations
from mockserver.spec.requests import BodyLimits
from mockserver.stores.contents import Contents
from mockserver.stores.memory import MemoryStore
from mockserver.web.face import create_face


def create_app(
    settings: Settings | None = None, *, store: Store | None = None, clock: Clock | None = None, seed: int | None = None
) -> Flask:
    """Build the mock as a WSGI application.

    Without `settings` they come from the environment and from the files of the current folder. `store`, `clock` and `seed`
    take the place of those that the settings would give. Raises SettingsError, WorldError or ScenarioFileError.
    """
    settings = settings or resolve({}, folder=Path.cwd())
    return create_face(create_pipeline(settings, store=store, clock=clock, seed=seed))


def create_pipeline(
    settings: Settings, *, store: Store | None = None, clock: Clock | None = None, seed: int | None = None
) -> Pipeline:
    """Build what answers requests, for a face to serve."""
    operations = Operations(load(openapi.DOCUMENT))
    background: Background = Threads() if clock is None else AtOnce()
    clock = clock or SystemClock()
    seed = settings.seed if seed is None else seed
    services = _services(settings, store or seeded_store(settings, operations, clock), clock, background, seed)
    return Pipeline(
        operations,
        HANDLERS,
        services,
        seed=seed,
        limits=BodyLimits(settings.max_body_bytes, settings.max_upload_bytes),
        journal_size=settings.journal_size,
    )


def _services(settings: Settings, store: Store, clock: Clock, background: Background, seed: int) -> Services:
    transform = JqTransform()
    ids, searcher, dialect, book = SeededIds(seed), Searcher(Bm25Ranker()), _dialect(settings), scenario_book(settings)
    equipment = Equipment(
        store=store,
        clock=clock,
        ids=ids,
        words=FakerWords(seed),
        run=Toolbox(store, searcher, ids, transform, scripted=book.tools),
        transform=transform,
        dialect=dialect,
        book=book,
        pace=_pace(settings),
        window=settings.context_window,
        transition_limit=settings.transition_limit,
        report=report,
    )
    runs = Runs(equipment, background)
    return Services(
        store=store,
        clock=clock,
        ids=ids,
        searcher=searcher,
        dialect=dialect,
        scenarios=book,
        runs=runs,
        cron=CronTimes(),
    )


def _pace(settings: Settings) -> Physics:
    try:
        return physics_of(settings.physics)
    except ValueError as error:
        raise SettingsError(f"setting 'physics': {error}") from error


def _dialect(settings: Settings) -> Dialect:
    limits = Limits(
        iterations=settings.template_iterations, characters=settings.template_characters, depth=settings.template_depth
    )
    return Dialect(limits, Truthiness(settings.template_truthiness))


def scenario_book(settings: Settings, *files: Path) -> Book:
    """Put together the built-in scenarios, those of the world, of the settings, and of these files; the last weigh most.

    Raises WorldError, or ScenarioFileError with every mistake.
    """
    named = [Path(name.strip()) for name in settings.scenarios.split(",") if name.strip()]
    return load_book([Source(*place) for place in _world_of(settings).scenarios] + [Source(file) for file in (*named, *files)])


def _world_of(settings: Settings) -> World:
    return load_world(Path(settings.world) if settings.world else None)


def seeded_store(settings: Settings, operations: Operations, clock: Clock) -> MemoryStore:
    """Make the store of the settings' world. Raises WorldError where the world breaks the document or names a thing twice."""
    contents = contents_of(_world_of(settings), operations, clock)
    try:
        return MemoryStore(contents)
    except Refused as refused:
        raise WorldError(f"The world: {refused.message}") from refused


def contents_of(world: World, operations: Operations, clock: Clock) -> Contents:
    """Turn a world's create requests into what they create. Raises WorldError naming the entry and the field of a fault."""
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
    return Contents(principals=world.principals, corpora=corpora, tools=tools, agents=agents, aliases=aliases)


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

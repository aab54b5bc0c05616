"""The composition root: the only place where settings, ports, document, pipeline and faces meet."""

from pathlib import Path

from flask import Flask

import openapi
from mockserver.domain.agents import Agent
from mockserver.domain.errors import Refused
from mockserver.domain.ports import Clock, Store
from mockserver.operations import HANDLERS
from mockserver.operations.agents import new_agent
from mockserver.operations.call import Services
from mockserver.pipeline import Pipeline
from mockserver.runtime import FakerWords, SeededIds, SystemClock
from mockserver.seeds import World, WorldError, load_world
from mockserver.settings import Settings, resolve
from mockserver.spec.document import load
from mockserver.spec.operations import Operations
from mockserver.stores.memory import MemoryStore
from mockserver.web.face import create_face


def create_app(
    settings: Settings | None = None, *, store: Store | None = None, clock: Clock | None = None, seed: int | None = None
) -> Flask:
    """Build the mock as a WSGI application.

    Without `settings` they come from the environment and from the files of the current folder. `store`, `clock` and `seed`
    take the place of those that the settings would give. Raises SettingsError or WorldError.
    """
    settings = settings or resolve({}, folder=Path.cwd())
    return create_face(create_pipeline(settings, store=store, clock=clock, seed=seed))


def create_pipeline(
    settings: Settings, *, store: Store | None = None, clock: Clock | None = None, seed: int | None = None
) -> Pipeline:
    """Build what answers requests, for a face to serve."""
    operations = Operations(load(openapi.DOCUMENT))
    clock = clock or SystemClock()
    seed = settings.seed if seed is None else seed
    services = Services(
        store=store or seeded_store(settings, operations, clock),
        clock=clock,
        ids=SeededIds(seed),
        words=FakerWords(seed),
        stream_delay=settings.stream_delay_ms / 1000,
    )
    return Pipeline(
        operations,
        HANDLERS,
        services,
        seed=seed,
        max_body_bytes=settings.max_body_bytes,
        journal_size=settings.journal_size,
    )


def seeded_store(settings: Settings, operations: Operations, clock: Clock) -> MemoryStore:
    """Make the store of the settings' world. Raises WorldError where the world breaks the document."""
    world = load_world(Path(settings.world) if settings.world else None)
    return MemoryStore(principals=world.principals, corpora=world.corpora, agents=_agents(world, operations, clock))


def _agents(world: World, operations: Operations, clock: Clock) -> list[Agent]:
    spec = operations.by_id["createAgent"].body
    agents = []
    for body in world.agents:
        wrong = spec.validator.problems(body) if spec else {}
        if "key" not in body:
            wrong = {"/key": "is required in a world file", **wrong}
        if wrong:
            listed = "; ".join(f"{field} {reason}" for field, reason in wrong.items())
            raise WorldError(f"The world's agent {body.get('key', body.get('name'))!r}: {listed}.")
        try:
            agents.append(new_agent(body, body["key"], clock.now()))
        except Refused as refused:
            raise WorldError(f"The world's agent {body['key']!r}: {refused.message}") from refused
    return agents

"""The composition root: the only place where settings, ports, document, pipeline and faces meet."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from flask import Flask

import openapi
from mockserver.authentication import Authentication
from mockserver.contents import contents_of, new_store, worlds_of
from mockserver.domain.grants import Inheritance
from mockserver.domain.origins import Origins, origins_of
from mockserver.domain.ports import Background, Clock, Store
from mockserver.domain.search import Searcher
from mockserver.domain.secrecy import Shape
from mockserver.domain.simulator.physics import Physics, physics_of
from mockserver.domain.simulator.runs import Runs
from mockserver.domain.simulator.scenarios import Book
from mockserver.domain.simulator.stage import Equipment
from mockserver.domain.simulator.tools import Toolbox
from mockserver.domain.templating import Limits as TemplateLimits
from mockserver.domain.templating import Truthiness
from mockserver.domain.templating.dialect import Dialect
from mockserver.faults import Chaos
from mockserver.limits import Limits, Requests, Streams
from mockserver.operations import HANDLERS
from mockserver.operations.call import Services
from mockserver.pipeline import Pipeline
from mockserver.recordings.asking import Reader
from mockserver.recordings.reading import read_recording
from mockserver.recordings.replay import Replay
from mockserver.replaying import Replaying
from mockserver.runtime import (
    AtOnce,
    Bm25Ranker,
    CronTimes,
    FakerWords,
    JqTransform,
    SeededIds,
    StrangersIds,
    SystemClock,
    Threads,
    report,
)
from mockserver.scenario_files import Source, load_book
from mockserver.seeds import DEFAULT_TENANT, World, WorldError
from mockserver.settings import Settings, SettingsError, resolve
from mockserver.spec.document import Document, load
from mockserver.spec.operations import Operations
from mockserver.spec.requests import BodyLimits
from mockserver.spec.roles import inheritance
from mockserver.stores.contents import Contents
from mockserver.tokens import SignedTokens
from mockserver.web.cors import Cors
from mockserver.web.face import create_face
from mockserver.web.guard import Guard
from mockserver.worlds import World as OpenedWorld
from mockserver.worlds import Worlds


def create_app(
    settings: Settings | None = None,
    *,
    store: Store | None = None,
    clock: Clock | None = None,
    seed: int | None = None,
    guard: Guard | None = None,
) -> Flask:
    """Build the mock as a WSGI application.

    Without `settings` they come from the environment and from the files of the current folder. `store`, `clock` and `seed`
    take the place of those that the settings would give. Without a `guard` the admin API is open, unless the settings have a
    token for it: whoever serves the application knows on which host. Raises SettingsError, WorldError, ScenarioFileError or
    RecordingError.
    """
    settings = settings or resolve({}, folder=Path.cwd())
    pipeline = create_pipeline(settings, store=store, clock=clock, seed=seed)
    guard = guard or Guard(token=settings.admin_token)
    pipeline.keeper.note(filter(None, [guard.token]))
    replaying = _replaying(settings, pipeline, clock or SystemClock())
    return create_face(pipeline, cors=Cors(_origins(settings), pipeline.operations), guard=guard, replaying=replaying)


def _replaying(settings: Settings, pipeline: Pipeline, clock: Clock) -> Replaying | None:
    """Let a recording answer, if one is named."""
    if not settings.replay:
        return None
    recording = read_recording(Path(settings.replay))
    replay = Replay(recording, Reader(pipeline.operations, pipeline.keeper), clock, speed=settings.speed)
    return Replaying(pipeline, replay, unmatched=settings.unmatched, most_tests=settings.test_worlds)


def _origins(settings: Settings) -> Origins:
    try:
        return origins_of(settings.cors_origins)
    except ValueError as error:
        raise SettingsError(f"setting 'cors_origins': {error}") from error


def create_pipeline(
    settings: Settings, *, store: Store | None = None, clock: Clock | None = None, seed: int | None = None
) -> Pipeline:
    """Build what answers requests, for a face to serve. With `store` there is one tenant, who has this store."""
    document, operations = _described()
    background: Background = Threads() if clock is None else AtOnce()
    clock = clock or SystemClock()
    seed = settings.seed if seed is None else seed
    shared = _Shared(
        settings, clock, background, seed, JqTransform(), FakerWords(seed), inheritance(document), operations.tool_secrets
    )
    tenants = {DEFAULT_TENANT: _Tenant(shared, DEFAULT_TENANT, None, scenario_book(settings), store)} if store else None
    worlds = Worlds(tenants or _tenants(shared, operations), most_tests=settings.test_worlds)
    nobody = replace(worlds.own()[0].services, ids=StrangersIds(seed), tenant="")
    outside = OpenedWorld("", None, nobody, Chaos(clock, nobody.ids))
    pipeline = Pipeline(
        operations,
        HANDLERS,
        worlds,
        Authentication(worlds, outside, SignedTokens(), clock, settings.token_seconds),
        seed=seed,
        limits=_limits(settings, clock),
        journal_size=settings.journal_size,
        foreign_objects=settings.foreign_objects,
    )
    for world in worlds.own():
        pipeline.keeper.note_agents(world.services.store.agents(None), operations.by_id["createAgent"].secrecy.request)
    return pipeline


@cache
def _described() -> tuple[Document, Operations]:
    """Return the document and its operations: read once, however many applications a process builds."""
    document = load(openapi.DOCUMENT)
    return document, Operations(document)


def _limits(settings: Settings, clock: Clock) -> Limits:
    return Limits(
        bodies=BodyLimits(settings.max_body_bytes, settings.max_upload_bytes),
        max_header_bytes=settings.max_header_bytes,
        max_objects=settings.max_objects,
        streams=Streams(settings.streams_per_key),
        requests=Requests(settings.requests_per_second, clock),
    )


def _tenants(shared: "_Shared", operations: Operations) -> dict[str, "_Tenant"]:
    """Return how the worlds of each tenant are opened. Raises WorldError where two have a name or a credential in common."""
    found: dict[str, _Tenant] = {}
    secrets: set[str] = set()
    for world in worlds_of(shared.settings):
        contents = contents_of(world, operations, shared.clock)
        own = {*(key.digest for key in contents.api_keys), *(client.client_id for client in contents.app_clients)}
        if world.tenant in found or secrets & own:
            shared_thing = f"the name {world.tenant!r}" if world.tenant in found else "a credential"
            raise WorldError(f"Two worlds have {shared_thing} in common; each tenant needs its own (`tenant: NAME`).")
        secrets |= own
        found[world.tenant] = _Tenant(shared, world.tenant, contents, scenario_book(shared.settings, world=world))
    return found


@dataclass(frozen=True)
class _Shared:
    """What all worlds share; nothing of it remembers what it was used for."""

    settings: Settings
    clock: Clock
    background: Background
    seed: int
    transform: JqTransform
    words: FakerWords
    inheritance: Inheritance
    tool_secrets: Shape


@dataclass(frozen=True)
class _Tenant:
    """Opens the worlds of a tenant (an `OpenWorld`); `store` is that of its own world, made from the contents without one."""

    shared: _Shared
    name: str
    contents: Contents | None
    book: Book
    store: Store | None = None

    def __call__(self, test_id: str | None) -> OpenedWorld:
        """Open the tenant's own world, or that of a test, as it starts."""
        own = self.store if test_id is None else None
        lineage = self.contents.lineage if self.contents else ""
        services = _services(self.shared, self.name, own or self._new_store(), self.book, lineage=lineage)
        return OpenedWorld(self.name, test_id, services, Chaos(self.shared.clock, services.ids))

    def _new_store(self) -> Store:
        return new_store(self.contents if self.contents is not None else getattr(self.store, "contents", Contents()))


def _services(shared: _Shared, tenant: str, store: Store, book: Book, *, lineage: str = "") -> Services:
    settings, clock = shared.settings, shared.clock
    ids, searcher, dialect = SeededIds(shared.seed, lineage), Searcher(Bm25Ranker()), _dialect(settings)
    equipment = Equipment(
        store=store,
        clock=clock,
        ids=ids,
        words=shared.words,
        run=Toolbox(store, searcher, ids, shared.transform, scripted=book.tools),
        transform=shared.transform,
        dialect=dialect,
        book=book,
        pace=_pace(settings),
        window=settings.context_window,
        transition_limit=settings.transition_limit,
        report=report,
        tool_secrets=shared.tool_secrets,
    )
    return Services(
        store=store,
        clock=clock,
        ids=ids,
        searcher=searcher,
        dialect=dialect,
        scenarios=book,
        runs=Runs(equipment, shared.background),
        cron=CronTimes(),
        inheritance=shared.inheritance,
        tenant=tenant,
    )


def _pace(settings: Settings) -> Physics:
    try:
        return physics_of(settings.physics)
    except ValueError as error:
        raise SettingsError(f"setting 'physics': {error}") from error


def _dialect(settings: Settings) -> Dialect:
    limits = TemplateLimits(
        iterations=settings.template_iterations, characters=settings.template_characters, depth=settings.template_depth
    )
    return Dialect(limits, Truthiness(settings.template_truthiness))


def scenario_book(settings: Settings, *files: Path, world: World | None = None) -> Book:
    """Put together the built-in scenarios, those of the world, of the settings, and of these files; the last weigh most.

    Without `world` those of all worlds count. Raises WorldError, or ScenarioFileError with every mistake.
    """
    named = [Path(name.strip()) for name in settings.scenarios.split(",") if name.strip()]
    worlds = worlds_of(settings) if world is None else [world]
    places = [Source(*place) for one in worlds for place in one.scenarios]
    return load_book(places + [Source(file) for file in (*named, *files)])

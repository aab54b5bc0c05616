"""Several clients at once on one session, one event, one key: some order of their calls explains what they are answered."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from math import inf
from random import Random

import pytest

from contracts.client import Api, Json, events_path, session_path
from contracts.dialects.spoken import Speaks
from contracts.dialects.table import METADATA_PATCH
from contracts.linearizability import Call, Steps, judge
from contracts.model.registers import VISIBLE, Asked, Place, event_steps, session_steps
from contracts.promises import keeps
from contracts.races import History, at_once, told
from contracts.world import RunWorld

CLIENTS, ROUNDS, CALLS = 4, 6, 5
HISTORIES = 30
"""A lost update shows only where it is read before the next one: in few histories of one session."""
PATCHES = 8
PAIRS = (*[[["hide"], ["hide"]]] * 3, *[[["delete"], ["delete"]]] * 3)
MEANWHILE, AT_LAST = ("hide", "unhide", "get"), ("hide", "unhide", "delete")
Work = Callable[[], None]


@pytest.fixture
def random(pytestconfig: pytest.Config) -> Random:
    """What clients ask is drawn by the seed of the run; when they are answered is not."""
    return Random(pytestconfig.getoption("--hypothesis-seed"))  # noqa: S311 - a choice, not a secret


def _judged(calls: list[Call], initial: object, steps: Steps) -> None:
    judgement = judge(calls, initial, steps)
    assert judgement.is_linearizable, told(calls, judgement.furthest)


def _one_by_one(works: Sequence[Work]) -> None:
    for work in works:
        work()


def _while_they_work(works: Sequence[Work], look: Work) -> None:
    """Let clients work at once, while two others look again and again."""
    done: list[Work] = []

    def worked(work: Work) -> None:
        try:
            work()
        finally:
            done.append(work)

    def looks() -> None:
        while len(done) < len(works):
            look()

    clients: list[Work] = [*(partial(worked, work) for work in works), looks, looks]
    at_once(clients)


@keeps("SC901")
def test_calls_on_one_session_are_explained_by_an_order(world: RunWorld, api: Api, speaks: Speaks, random: Random):
    steps = session_steps(replaces=speaks(METADATA_PATCH, "replaces"))
    agent, values = world.agent()["key"], count(1)
    for _ in range(HISTORIES):
        key, history = world.key("session"), History(api)

        def drawn(key: str = key) -> Asked:
            what, value = random.choice(("create", "patch", "patch", "get", "get", "delete")), next(values)
            fields = {"name": f"Name {value}", "metadata": {"value": value}}
            if what == "create":
                return Asked(what, fields | {"key": key})
            named = random.choice(({"name"}, {"metadata"}, fields.keys())) if what == "patch" else ()
            return Asked(what, {name: fields[name] for name in named})

        ask = partial(history.ask, path=f"/v2/agents/{agent}/sessions/{key}")
        ask(Asked("create", {"key": key, "name": "First", "metadata": {"value": 0}}))
        at_once([partial(_one_by_one, [partial(ask, drawn()) for _ in range(CALLS)]) for _ in range(CLIENTS)])
        ask(Asked("get"))
        _judged(history.calls, Place(), steps)


@keeps("SC902")
def test_of_creations_of_one_key_one_succeeds(world: RunWorld, api: Api):
    agent = world.agent()
    path = f"/v2/agents/{agent['key']}/sessions"
    for _ in range(ROUNDS):
        key = world.key("session")
        bodies = [{"key": key, "name": f"Client {number}", "metadata": {"client": number}} for number in range(2 * CLIENTS)]
        answers = at_once([partial(api.call, "POST", path, json=body, expect={201, 400, 409}) for body in bodies])
        made = [(body, answer.json()) for body, answer in zip(bodies, answers, strict=True) if answer.is_success]
        assert len(made) == 1, f"{len(made)} of {len(bodies)} creations of {key} succeeded"
        (body, created), read = made[0], api.session(agent["key"], key)
        assert read == created
        assert {name: read[name] for name in body} == body
        assert [row["key"] for row in api.sessions(agent["key"], limit=100)].count(key) == 1


@keeps("SC903")
def test_two_patches_are_never_mixed(world: RunWorld, api: Api):
    session = world.session(world.agent(), **_of(0))
    seen: list[Json] = []

    def patches(client: int) -> None:
        for number in range(PATCHES):
            given = _of(client * PATCHES + number)
            seen.append(api.update_session(session["agent_key"], session["key"], **given))

    def reads() -> None:
        seen.append(api.session(session["agent_key"], session["key"]))
        seen.extend(api.sessions(session["agent_key"], limit=100))

    _while_they_work([partial(patches, client) for client in range(1, CLIENTS)], reads)
    last = api.session(session["agent_key"], session["key"])
    whole = [_of(number) for number in (0, *range(PATCHES, CLIENTS * PATCHES))]
    assert [read for read in (*seen, last) if _fields(read) not in whole] == []
    assert last["metadata"]["patch"] % PATCHES == PATCHES - 1, "no client's last patch is the last one"


def _of(number: int) -> Json:
    """Every field that a PATCH can name tells which one it was."""
    named = {"name": f"Patch {number}", "description": f"Number {number}"}
    return named | {"metadata": {"patch": number}, "tti_minutes": 600 + number}


def _fields(read: Json) -> Json:
    return {name: read.get(name) for name in _of(0)}


@keeps("SC904")
def test_hiding_showing_and_deleting_an_event_at_once_is_explained_by_an_order(world: RunWorld, api: Api, random: Random):
    source = world.session(world.agent())
    api.say(source, "Hello there!")
    drawn = [_drawn(random) for _ in range(ROUNDS)]
    for clients in (*PAIRS, *drawn):
        fork = world.session({"key": source["agent_key"]}, from_session={"session_key": source["key"]})
        event, history = api.events(fork)[0]["id"], History(api)
        ask = partial(history.ask, path=f"{events_path(fork)}/{event}")
        works = [partial(_one_by_one, [partial(ask, Asked(what)) for what in asked]) for asked in clients]
        _while_they_work(works, partial(history.look, events_path(fork), event))
        history.look(events_path(fork), event)
        _judged(history.calls, VISIBLE, event_steps)


def _drawn(random: Random) -> list[list[str]]:
    return [[*random.choices(MEANWHILE, k=CALLS), random.choice(AT_LAST)] for _ in range(CLIENTS)]


@keeps("SC905")
def test_a_listing_shows_what_is_there_while_sessions_come_and_go(world: RunWorld, api: Api):
    agent = world.agent()["key"]
    lives: list[_Life] = []
    looks: list[tuple[float, float, list[Json]]] = []

    def lives_and_dies() -> None:
        for _ in range(CALLS):
            life = _Life(world.key("session"))
            lives.append(life)
            session = api.create_session(agent, key=life.key, **_of(1))
            life.is_there_from = time.monotonic()
            api.update_session(agent, life.key, **_of(2))
            life.goes_at = time.monotonic()
            api.call("DELETE", session_path(session), expect=204)
            life.is_gone_from = time.monotonic()

    def lists() -> None:
        began = time.monotonic()
        page = api.call("GET", f"/v2/agents/{agent}/sessions", params={"limit": 100}, expect=200).json()
        looks.append((began, time.monotonic(), page["sessions"]))

    _while_they_work([lives_and_dies] * CLIENTS, lists)
    lists()
    assert [fault for look in looks for fault in _wrong(look, lives)] == []


class _Life:
    """When a session was surely there, and surely gone."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.is_there_from = self.goes_at = self.is_gone_from = inf


def _wrong(look: tuple[float, float, list[Json]], lives: list[_Life]) -> Iterator[str]:
    began, ended, rows = look
    keys = [row["key"] for row in rows]
    yield from (f"{key} is listed twice" for key in set(keys) if keys.count(key) > 1)
    for life in lives:
        if life.key in keys and life.is_gone_from < began:
            yield f"{life.key} is listed, and was gone before"
        if life.key not in keys and life.is_there_from < began and ended < life.goes_at:
            yield f"{life.key} is not listed, and was there all the time"
    known = {life.key for life in lives}
    yield from (f"{row['key']} is listed as {row}" for row in rows if row["key"] not in known or not _is_whole(row))


def _is_whole(row: Json) -> bool:
    return _fields(row) in (_of(1), _of(2))

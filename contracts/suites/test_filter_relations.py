"""Filters by what they have to do with one another: relations that need no known data, on the run's sessions and documents."""

from typing import Any

import httpx
import pytest
from hypothesis import given, settings

from contracts.client import Api, Json
from contracts.filters import Fields, field_of, fields_of
from contracts.listings import MOST, Found, Rows
from contracts.promises import keeps
from contracts.relations import ALGEBRA, ORDER, PAGES, PARTITION, Relation
from contracts.target import Target
from contracts.world import LEVELS, RunWorld

ROWS: tuple[Json, ...] = (
    {"role": "premium", "tier": 1, "active": True, "tags": ["a", "b"], "place": {"country": "CH", "zip": 8000}},
    {"role": "Premium", "tier": 2, "active": False, "tags": ["b"], "place": {"country": "US"}},
    {"role": "basic", "tier": 2, "active": True, "tags": [], "score": -1.5},
    {"role": "O'Brien", "tier": 3, "score": 0, "tags": ["c"]},
    {"role": "internal", "tier": None, "active": False, "score": 2.5, "mixed": 1},
    {"role": None, "tier": -1, "score": 2.5, "mixed": "1", "place": {"country": "CH"}},
    {"tier": 10, "active": True, "tags": ["a"], "mixed": True, "of": "a"},
    {"role": "basic_plus", "tier": 0, "of": "ab", "place": {"country": "DE", "zip": 10115}},
    {},
)
FEWEST_EXAMPLES = 20
AGENTS_LOOKED_AT = 20
MALFORMED = (
    "role =",
    "(tier = 1",
    "tier = 1 OR",
    "tier IN ()",
    "NOT",
    "tier = 1; tier = 2",
    "'a",
    "AND",
    "1 = 1 --x",
)


@pytest.fixture(scope="module")
def sessions(request: pytest.FixtureRequest, target: Target, api: Api) -> Rows:
    """Sessions of one agent with metadata of every kind; where nothing is written, those that are there already."""
    if target.wire.reads_only:
        return _sessions_there(api)
    world: RunWorld = request.getfixturevalue("world")
    agent = world.agent()
    for row in ROWS:
        world.session(agent, metadata=row)
    return Rows(api, f"/v2/agents/{agent['key']}/sessions", "sessions", fields_of(ROWS))


def _sessions_there(api: Api) -> Rows:
    """Return the sessions of the agent among the first whose sessions have most fields, all of which one page shows."""
    agents = api.call("GET", "/v2/agents", params={"limit": AGENTS_LOOKED_AT}, expect=200).json()["agents"]
    found = []
    for agent in agents:
        path = f"/v2/agents/{agent['key']}/sessions"
        page = api.call("GET", path, params={"limit": MOST}, expect=200).json()
        if not page["metadata"].get("page_key"):
            fields = fields_of([row.get("metadata") or {} for row in page["sessions"]])
            found.append(Rows(api, path, "sessions", fields, is_shared=True))
    best = max(found, key=lambda rows: len(rows.fields.all), default=None)
    if best is None or not best.fields.all:
        pytest.skip(f"not testable here: of the first {AGENTS_LOOKED_AT} agents none has a page of sessions with metadata")
    return best


@pytest.fixture(scope="module")
def documents(world: RunWorld, api: Api) -> Found:
    """The documents of the run's corpus, as a query finds them."""
    levels = field_of("doc.access_level", LEVELS)
    years = field_of("doc.year", (2021, 2022))
    tags = field_of("doc.tags", [[level, "password"] for level in LEVELS])
    return Found(api, world.corpus, "password", Fields((levels, years, tags), declared=True))


def _hold(listing: Rows | Found, relation: Relation, share: int, examples: int) -> None:
    drawn = relation.drawn(listing.fields)
    if drawn is None:
        pytest.skip("not testable here: the listing has no fields for this relation")

    @settings(max_examples=max(FEWEST_EXAMPLES, examples // share))
    @given(drawn)
    def holds(values: Any) -> None:
        faults = list(relation.broken(listing, values))
        if faults and listing.is_shared:
            faults = list(relation.broken(listing, values))  # others may have changed the rows meanwhile
        assert faults == []

    holds()


@pytest.fixture
def examples(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("--max-examples"))


@keeps("SC220")
@pytest.mark.parametrize("relation", PARTITION, ids=["negation", "kinds"])
def test_a_condition_its_negation_and_null_part_all_sessions(sessions: Rows, relation: Relation, examples: int):
    _hold(sessions, relation, 1, examples)


@keeps("SC221")
@pytest.mark.parametrize("relation", ALGEBRA, ids=["algebra", "de-morgan", "precedence"])
def test_and_or_and_not_are_those_of_sets(sessions: Rows, relation: Relation, examples: int):
    _hold(sessions, relation, 1, examples)


@keeps("SC222")
@pytest.mark.parametrize("relation", ORDER, ids=["order", "membership", "arithmetic", "like"])
def test_comparisons_agree_with_one_another(sessions: Rows, relation: Relation, examples: int):
    _hold(sessions, relation, 1, examples)


@keeps("SC223")
@pytest.mark.parametrize("relation", PAGES, ids=["pages"])
def test_the_pages_of_a_filtered_listing_are_all_that_it_selects(sessions: Rows, relation: Relation, examples: int):
    _hold(sessions, relation, 1, examples)


@keeps("SC224")
@pytest.mark.parametrize(
    "relation",
    [*PARTITION[:1], *ALGEBRA, *ORDER[:2]],
    ids=["negation", "algebra", "de-morgan", "precedence", "order", "membership"],
)
def test_filters_on_documents_keep_the_same_relations(documents: Found, relation: Relation, examples: int):
    _hold(documents, relation, 3, examples)


@keeps("SC225")
@pytest.mark.parametrize("expression", MALFORMED)
def test_a_malformed_filter_is_refused_and_shows_nothing(sessions: Rows, expression: str):
    _refused(sessions, expression)


@keeps("SC225")
@pytest.mark.parametrize("expression", MALFORMED)
def test_a_malformed_filter_on_documents_is_refused_and_finds_nothing(documents: Found, expression: str):
    _refused(documents, expression.replace("tier", "doc.year"))


def _refused(listing: Rows | Found, expression: str) -> None:
    refused = listing.asked(expression)
    assert refused.status_code == httpx.codes.BAD_REQUEST, f"{expression}: {refused.status_code}"
    assert refused.json()["messages"]

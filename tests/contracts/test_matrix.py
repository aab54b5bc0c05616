"""The matrix of roles: what is to come of each cell, what a status shows, and that the mock is right in all of them."""

from itertools import chain

import pytest

import openapi
from contracts.asking import ask_of
from contracts.client import Api
from contracts.credentials import Credentials, Renewed, Roles, Token
from contracts.identities import Identities, Identity, Standing
from contracts.matrix import Expected, Matrix, Outcome, judged
from contracts.operations import operations, roles_of_kind
from contracts.places import Places
from contracts.target import open_target
from contracts.world import RunWorld
from mockserver.domain.access import Principal, permits
from mockserver.spec.document import load
from mockserver.spec.operations import Operations

APP = "tests.contracts.complete:create_complete_app"
NAMES = {"agent_key": "own", "corpus_key": "own"}
BY_ID = {operation.id: operation for operation in operations()}


class Run:
    """A run of the contracts in this process."""

    def __init__(self, app):
        target = open_target(url=None, app=app, api_key=None, role_keys=[])
        self.api = Api(target.http(), target.api_key)
        self.world = RunWorld(self.api, "0a1b2c3d", model="gpt-4o")
        self.credentials = Credentials(self.world, target)
        self.places = Places(self.world, self.credentials)
        self.identities = Identities(self.credentials, self.places, target)

    def matrix(self, **options):
        return Matrix(self.api, self.places, self.identities, self.credentials, **options)


@pytest.fixture
def run():
    made = Run(APP)
    yield made
    made.world.clear()


def test_the_operations_are_those_of_the_document():
    judge = Operations(load(openapi.DOCUMENT)).by_id
    assert BY_ID.keys() == judge.keys()
    for operation in operations():
        roles = judge[operation.id].roles
        assert (operation.api_roles, operation.agent_roles, operation.corpus_roles) == (roles.api, roles.agent, roles.corpus)
        assert operation.is_public == judge[operation.id].is_public


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
def test_the_matrix_knows_what_to_send_to_every_operation(operation):
    assert ask_of(operation) is not None


def test_every_cell_of_the_mock_is_right_or_told_untested(run):
    cells = list(chain.from_iterable(run.matrix().cells(standing) for standing in Standing))
    identities = {cell.identity for cell in cells}
    assert len(cells) == len(operations()) * len(identities)
    assert identities >= {*roles_of_kind("api"), "no credential", "no role", "disabled key", "expired token", "other account"}
    assert identities >= {f"{role} on {where} agent" for role in roles_of_kind("agent") for where in ("the", "another")}
    assert identities >= {f"{role} on {where} corpus" for role in roles_of_kind("corpus") for where in ("the", "another")}
    assert [str(cell) for cell in cells if cell.outcome is Outcome.WRONG] == []
    untested = {(cell.identity, cell.why) for cell in cells if cell.outcome is Outcome.UNTESTED}
    assert untested == {("other account", "it would make something in the other account")}


def test_nothing_is_left_of_a_matrix(run):
    before = _kept(run.api)
    for standing in Standing:
        run.matrix().cells(standing)
    run.world.clear()
    assert _kept(run.api) == before


def _kept(api):
    listings = (operation.path for operation in operations() if not operation.writes and not operation.parameters)
    return {path: api.listed(path) for path in listings}


def test_without_permitted_writes_nothing_of_the_run_changes(run):
    cells = run.matrix(refusals_only=True).cells(Standing.ACCOUNT)
    written = [cell for cell in cells if cell.expected is Expected.ALLOWED and BY_ID[cell.operation].writes]
    assert {cell.outcome for cell in written if not BY_ID[cell.operation].is_public} == {Outcome.UNTESTED}
    others = [cell for cell in cells if cell not in written]
    assert {cell.outcome for cell in others} == {Outcome.RIGHT}


def test_without_keys_of_its_own_a_run_tests_with_those_it_is_given():
    run = Run("tests.contracts.limited:makes_no_keys")
    cells = {(cell.operation, cell.identity): cell for cell in run.matrix().cells(Standing.ACCOUNT)}
    run.world.clear()
    assert cells["createAgent", "agent_viewer"].outcome is Outcome.RIGHT
    assert cells["createAgent", "no role"].why == "the target makes no API keys (GET /v2/api_keys: 404)"
    assert {cell.outcome for cell in cells.values()} == {Outcome.RIGHT, Outcome.UNTESTED}


def _identities():
    """Everybody with one role, on the account, on the object of the path and on another one."""
    yield Identity("no role", Standing.ACCOUNT)
    for role in roles_of_kind("api"):
        yield Identity(role, Standing.ACCOUNT, api_roles=frozenset([role]))
    for where in ("own", "another"):
        for role in roles_of_kind("agent"):
            yield Identity(role, Standing.ACCOUNT, agent_roles={where: frozenset([role])})
        for role in roles_of_kind("corpus"):
            yield Identity(role, Standing.ACCOUNT, corpus_roles={where: frozenset([role])})


def test_what_is_to_come_is_what_the_mock_decides_for_itself():
    judge = Operations(load(openapi.DOCUMENT)).by_id
    for operation in (one for one in operations() if not one.is_public):
        path = {name: NAMES[name] if name in operation.parameters else None for name in NAMES}
        for identity in _identities():
            principal = Principal("somebody", identity.api_roles, identity.agent_roles, identity.corpus_roles)
            assert identity.may(operation, NAMES) == permits(judge[operation.id].roles, principal, **path), operation.id


@pytest.mark.parametrize(
    ("operation", "expected", "status", "outcome"),
    [
        ("getAgent", Expected.ALLOWED, 200, Outcome.RIGHT),
        ("getAgent", Expected.ALLOWED, 403, Outcome.WRONG),
        ("getAgent", Expected.ALLOWED, 404, Outcome.WRONG),
        ("getAgent", Expected.ALLOWED, 401, Outcome.WRONG),
        ("createAgent", Expected.ALLOWED, 400, Outcome.UNTESTED),
        ("createAgent", Expected.ALLOWED, 503, Outcome.UNTESTED),
        ("getAgent", Expected.FORBIDDEN, 403, Outcome.RIGHT),
        ("getAgent", Expected.FORBIDDEN, 404, Outcome.RIGHT),
        ("listAgents", Expected.FORBIDDEN, 404, Outcome.WRONG),
        ("getAgent", Expected.FORBIDDEN, 200, Outcome.WRONG),
        ("createAgent", Expected.FORBIDDEN, 400, Outcome.WRONG),
        ("createAgent", Expected.FORBIDDEN, 409, Outcome.WRONG),
        ("getAgent", Expected.FORBIDDEN, 401, Outcome.WRONG),
        ("getAgent", Expected.FORBIDDEN, 500, Outcome.UNTESTED),
        ("getAgent", Expected.UNKNOWN, 401, Outcome.RIGHT),
        ("getAgent", Expected.UNKNOWN, 403, Outcome.WRONG),
        ("getAgent", Expected.UNKNOWN, 404, Outcome.WRONG),
        ("getAgent", Expected.UNKNOWN, 429, Outcome.UNTESTED),
        ("getAgent", Expected.HIDDEN, 404, Outcome.RIGHT),
        ("getAgent", Expected.HIDDEN, 200, Outcome.WRONG),
    ],
)
def test_a_status_shows_what_came_of_a_cell(operation, expected, status, outcome):
    identity = Identity("somebody", Standing.ACCOUNT)
    assert judged(BY_ID[operation], identity, expected, status).outcome is outcome


def test_a_credential_never_shows_in_the_text_of_who_has_it(run):
    key, (identity,) = run.credentials.key(Roles(api_roles=["viewer"])), run.identities.of(Standing.TOKEN)
    assert key.secret not in repr(key)
    assert identity.headers["authorization"].removeprefix("Bearer ") not in repr(identity)


@pytest.mark.parametrize(("seconds", "is_over"), [(60.0, False), (0.5, True)])
def test_what_a_token_is_refused_after_its_time_shows_nothing(seconds, is_over):
    renewed = Renewed(lambda: Token("text", seconds))
    renewed()
    assert renewed.has_expired is is_over

"""The matrix of roles, operation by operation for every identity (api-facts §1.4, §1.5)."""

import pytest

from contracts.identities import Standing
from contracts.matrix import Matrix, Outcome
from contracts.plugin import CELLS
from contracts.promises import keeps

SHOWN = 20


def _carried_out(matrix: Matrix, standing: Standing, request: pytest.FixtureRequest) -> None:
    """Ask every operation, hand the cells to the report, and hold them against what is to come."""
    cells = matrix.cells(standing)
    request.node.stash[CELLS] = cells
    wrong = [str(cell) for cell in cells if cell.outcome is Outcome.WRONG]
    assert not wrong, _summary(wrong)
    if all(cell.outcome is Outcome.UNTESTED for cell in cells):
        pytest.skip(cells[0].why)


def _summary(wrong: list[str]) -> str:
    more = [f"and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
    return "\n".join([f"{len(wrong)} cells are wrong:", *wrong[:SHOWN], *more])


@keeps("SC701")
def test_without_a_known_credential_every_operation_answers_401(matrix: Matrix, request: pytest.FixtureRequest):
    _carried_out(matrix, Standing.STRANGER, request)


@keeps("SC703")
def test_every_role_permits_what_the_document_says_and_nothing_else(matrix: Matrix, request: pytest.FixtureRequest):
    _carried_out(matrix, Standing.ACCOUNT, request)


@keeps("SC705")
def test_a_role_on_one_object_permits_nothing_on_another(matrix: Matrix, request: pytest.FixtureRequest):
    _carried_out(matrix, Standing.ELSEWHERE, request)


@keeps("SC709")
def test_a_disabled_key_is_refused_by_every_operation(matrix: Matrix, request: pytest.FixtureRequest):
    _carried_out(matrix, Standing.DISABLED, request)


@keeps("SC710")
def test_a_token_permits_what_the_roles_of_its_client_do(matrix: Matrix, request: pytest.FixtureRequest):
    _carried_out(matrix, Standing.TOKEN, request)


@keeps("SC711")
def test_an_expired_token_is_refused_by_every_operation(matrix: Matrix, request: pytest.FixtureRequest):
    _carried_out(matrix, Standing.EXPIRED, request)


@keeps("SC713")
def test_another_account_gets_at_nothing_of_this_one(matrix: Matrix, request: pytest.FixtureRequest):
    _carried_out(matrix, Standing.OTHER_ACCOUNT, request)

"""Existence: who may not see an object cannot tell whether there is one (api-facts §9.39)."""

import pytest

from contracts.client import Api
from contracts.dialects.spoken import Speaks
from contracts.dialects.table import FOREIGN_OBJECTS
from contracts.identities import Identities, Standing
from contracts.operations import operations
from contracts.places import Places
from contracts.promises import keeps
from contracts.traces import traces

SHOWN = 10
ROLES = ("agent_user", "agent_viewer", "corpus_viewer", "billing_administrator")


@keeps("SC712")
def test_nobody_can_tell_whether_an_object_exists_that_he_may_not_see(
    api: Api, places: Places, identities: Identities, speaks: Speaks
):
    speaks.need(FOREIGN_OBJECTS, "hidden")
    known = [identities.without_roles(), *map(identities.account, ROLES), *identities.of(Standing.ELSEWHERE)]
    callers = [identity for identity in known if not identity.absent]
    if not callers:
        pytest.skip("no key that is refused something; give one with --role-key ROLE=KEY")
    told = list(traces(api, places, [*identities.of(Standing.STRANGER), *callers]))
    assert not told, "\n".join(told[:SHOWN])


@keeps("SC712")
def test_nobody_can_tell_whether_a_key_exists_that_another_one_made(
    api: Api, places: Places, identities: Identities, speaks: Speaks
):
    speaks.need(FOREIGN_OBJECTS, "hidden")
    callers = [identity for identity in map(identities.account, ("corpus_viewer", "viewer")) if not identity.absent]
    if not callers or identities.credentials.lacking:
        pytest.skip(identities.credentials.lacking)
    on_keys = [operation for operation in operations() if operation.parameters == ("api_key_id",)]
    told = list(traces(api, places, callers, asked=on_keys))
    assert not told, "\n".join(told[:SHOWN])

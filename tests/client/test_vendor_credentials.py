"""Keys and tokens through the vendor's client: it makes them, and comes in with them."""

import asyncio
from contextlib import contextmanager

import httpx
import pytest
from vectara import AsyncVectara, Vectara
from vectara.core.api_error import ApiError
from vectara.environment import VectaraEnvironment
from vectara.errors import ForbiddenError
from vectara.types import CorpusRole, CreateAppClientRequest_ClientCredentials

from tests.client.vendor import AGENT, ONCE, connected


@pytest.fixture
def app_client(vectara):
    """Make an app client that may read."""
    request = CreateAppClientRequest_ClientCredentials(name="Reports", description="Counts.", api_roles=["viewer"])
    made = vectara.app_clients.create(request=request, request_options=ONCE)
    yield made
    vectara.app_clients.delete(made.id, request_options=ONCE)


def environment(mock):
    return VectaraEnvironment(default=mock.url, auth=mock.url)


@contextmanager
def with_token(mock, made, secret=None):
    """A client that gets its own tokens for an app client."""
    with httpx.Client(timeout=20) as http:
        yield Vectara(
            environment=environment(mock),
            client_id=made.client_id,
            client_secret=secret or made.client_secret,
            httpx_client=http,
        )


def test_a_key_is_made_used_disabled_and_deleted(vectara, mock):
    roles = [CorpusRole(corpus_key="company-docs", role="viewer")]
    made = vectara.api_keys.create(name="Help page", corpus_roles=roles, request_options=ONCE)
    assert (made.name, made.enabled, made.api_roles, made.corpus_roles) == ("Help page", True, [], roles)
    with connected(mock, made.secret_key) as page:
        assert page.corpora.get("company-docs").key == "company-docs"
        with pytest.raises(ForbiddenError):
            page.agents.get(AGENT, request_options=ONCE)
        assert vectara.api_keys.update(made.id, enabled=False, request_options=ONCE).enabled is False
        with pytest.raises(ApiError) as caught:
            page.corpora.get("company-docs", request_options=ONCE)
    assert (caught.value.status_code, caught.value.headers["x-mock-code"]) == (401, "SM104")
    assert vectara.api_keys.get(made.id).secret_key == "****"  # noqa: S105 - no password at all
    assert made.id in [key.id for key in vectara.api_keys.list(limit=1)]
    assert vectara.api_keys.delete(made.id, request_options=ONCE) is None
    with pytest.raises(ApiError) as caught:
        vectara.api_keys.get(made.id, request_options=ONCE)
    assert (caught.value.status_code, caught.value.headers["x-mock-code"]) == (404, "SM392")


def test_the_former_kind_of_key_is_made_and_found(vectara):
    made = vectara.api_keys.create(name="Old", api_key_role="serving", corpus_keys=["company-docs"], request_options=ONCE)
    found = list(vectara.api_keys.list(corpus_key="company-docs", api_key_role="serving"))
    vectara.api_keys.delete(made.id, request_options=ONCE)
    assert [(key.id, key.api_key_role) for key in found] == [(made.id, "serving")]


def test_the_client_gets_a_token_and_comes_in_with_it(mock, app_client):
    with with_token(mock, app_client) as reports:
        assert reports.agents.get(AGENT).key == AGENT
        with pytest.raises(ForbiddenError):
            reports.agents.delete(AGENT, request_options=ONCE)


def test_the_asynchronous_client_gets_a_token_by_json_without_a_grant_type(mock, app_client):
    async def agent():
        async with httpx.AsyncClient(timeout=20) as http:
            client = AsyncVectara(
                environment=environment(mock),
                client_id=app_client.client_id,
                client_secret=app_client.client_secret,
                httpx_client=http,
            )
            return await client.agents.get(AGENT)

    assert asyncio.run(agent()).key == AGENT


def test_a_wrong_secret_is_an_error_that_says_so(mock, app_client):
    with with_token(mock, app_client, secret="wrong") as reports, pytest.raises(ApiError) as caught:  # noqa: S106 - it is wrong
        reports.agents.get(AGENT, request_options=ONCE)
    assert caught.value.status_code == 401
    assert caught.value.body["error"] == "invalid_client"


def test_roles_of_an_app_client_change_for_the_token_that_the_client_has(vectara, mock, app_client):
    with with_token(mock, app_client) as reports:
        assert reports.agents.get(AGENT).key == AGENT
        changed = vectara.app_clients.update(app_client.id, api_roles=[], request_options=ONCE)
        with pytest.raises(ForbiddenError):
            reports.agents.get(AGENT, request_options=ONCE)
    assert (changed.api_roles, changed.description, changed.client_secret) == ([], "Counts.", "****")
    assert [client.id for client in vectara.app_clients.list(filter="^Reports$")] == [app_client.id]

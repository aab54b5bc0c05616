"""What users of the vendor's client do with agents, tools, identities, secrets and headers; what this client cannot do."""

import asyncio

import httpx
import pytest
from vectara import AsyncVectara
from vectara.core.api_error import ApiError
from vectara.core.parse_error import ParsingError
from vectara.environment import VectaraEnvironment
from vectara.errors import BadRequestError, NotFoundError
from vectara.types import CreateToolRequest_Lambda

from tests.client.vendor import AGENT, ONCE, WORKBENCH, new_session, prefer, say, say_streamed


@pytest.fixture
def tool_id(client):
    """Make a client tool, which the vendor's client cannot make."""
    answer = client.post("/v2/tools", json={"type": "client", "name": "ask_guest", "description": "Asks."})
    assert answer.status_code == 201
    yield answer.json()["id"]
    client.delete(f"/v2/tools/{answer.json()['id']}")


def test_the_identity_of_an_agent_follows_its_tools_or_is_set(vectara):
    agents = vectara.agents
    auto = agents.get_identity(AGENT)
    assert (auto.mode, auto.api_roles, auto.agent_roles) == ("auto", [], [])
    assert [(role.corpus_key, role.role) for role in auto.corpus_roles] == [("company-docs", "viewer")]
    manual = agents.update_identity(AGENT, mode="manual", api_roles=["viewer"], corpus_roles=[], request_options=ONCE)
    assert (manual.mode, manual.client_id, manual.api_roles, manual.corpus_roles) == ("manual", auto.client_id, ["viewer"], [])
    assert agents.get_identity(AGENT) == manual
    assert agents.update_identity(AGENT, mode="auto", request_options=ONCE) == auto


def test_secrets_of_a_session_are_given_in_the_body_and_shown_masked(vectara):
    options = {**ONCE, "additional_body_parameters": {"secrets": {"token": "s3cret"}}}
    created = vectara.agent_sessions.create(AGENT, key="secretive", request_options=options)
    assert created.secrets == {"token": "****"}
    removed = {**ONCE, "additional_body_parameters": {"secrets": {"token": None}}}
    changed = vectara.agent_sessions.update(AGENT, "secretive", request_options=removed)
    assert not hasattr(changed, "secrets")


def test_a_disabled_session_is_a_bad_request(vectara):
    key = new_session(vectara)
    assert vectara.agent_sessions.update(AGENT, key, enabled=False, request_options=ONCE).enabled is False
    with pytest.raises(BadRequestError) as caught:
        vectara.agent_events.create(AGENT, key, request=say("Hello!"), request_options=ONCE)
    assert caught.value.body["field_errors"] == {"enabled": "is false"}


def test_preferences_go_along_and_headers_come_back(vectara):
    key = new_session(vectara)
    options = prefer("scenario=input_message, seed=7, physics=instant")
    answer = vectara.agent_events.with_raw_response.create(AGENT, key, request=say("Hello!"), request_options=options)
    assert answer.headers["preference-applied"] == "scenario=input_message, physics=instant, seed=7"
    assert answer.data.events[-1].content == "You said: Hello!"


@pytest.mark.parametrize("code", [403, 404, 409, 502])
def test_an_error_that_was_asked_for_is_the_clients_own_exception(vectara, code):
    with pytest.raises(ApiError) as caught:
        vectara.agent_events.create(AGENT, new_session(vectara), request=say("Hello!"), request_options=prefer(f"code={code}"))
    assert caught.value.status_code == code
    assert type(caught.value) is not ApiError
    assert caught.value.headers["x-mock-code"] == "SM215"


def test_every_agent_of_the_default_world_is_read_by_the_client(vectara):
    assert [agent.key for agent in vectara.agents.list()][-2:] == [WORKBENCH, AGENT]
    kinds = {tool.type for tool in vectara.agents.get(WORKBENCH).tool_configurations.values()}
    assert kinds >= {"web_get", "sub_agent", "lambda"}


def test_an_agent_with_a_client_tool_is_beyond_the_client(vectara, client):
    tool = {"type": "client", "tool_id": "tol_get_location"}
    body = {"key": "browser", "name": "Browser", "model": {"name": "m"}, "first_step": {}, "tool_configurations": {"where": tool}}
    client.post("/v2/agents", json=body).raise_for_status()
    try:
        for ask in (lambda: list(vectara.agents.list()), lambda: vectara.agents.get("browser")):
            with pytest.raises(ParsingError) as caught:
                ask()
            assert caught.value.status_code == 200
        assert [agent.key for agent in vectara.agents.list(filter="^Support agent$")] == [AGENT]
    finally:
        client.delete("/v2/agents/browser").raise_for_status()


def test_client_tools_are_beyond_the_client_but_for_deleting_them(vectara, client, tool_id):
    with pytest.raises(ParsingError):
        list(vectara.tools.list())
    with pytest.raises(ParsingError):
        vectara.tools.get(tool_id)
    with pytest.raises(ParsingError):
        vectara.tools.update(tool_id, request={"type": "client", "title": "Guest"}, request_options=ONCE)
    assert client.get(f"/v2/tools/{tool_id}").json()["title"] == "Guest"
    assert list(vectara.tools.list(type="lambda")) == []
    assert vectara.tools.delete(tool_id) is None
    with pytest.raises(NotFoundError):
        vectara.tools.get(tool_id, request_options=ONCE)


def test_lambda_tools_are_refused_by_name(vectara):
    request = CreateToolRequest_Lambda(name="f", title="F", description="Does it.", code="def process(): return 1")
    with pytest.raises(BadRequestError) as caught:
        vectara.tools.create(request=request, request_options=ONCE)
    assert caught.value.body["field_errors"] == {"/type": "must be one of 'client'"}


def test_what_the_mock_does_not_have_is_not_found(vectara):
    with pytest.raises(ApiError) as caught:
        list(vectara.tool_servers.list(request_options=ONCE))
    assert (caught.value.status_code, caught.value.headers["x-mock-code"]) == (404, "SM207")


@pytest.mark.parametrize("scenario", ["hostile_text", "unicode", "parallel_tools"])
def test_the_asynchronous_client_reads_the_same_stream(fast, fast_mock, scenario):
    options = prefer(f"scenario={scenario}")

    async def streamed(key):
        async with httpx.AsyncClient(timeout=20) as http:
            environment = VectaraEnvironment(default=fast_mock.url, auth=fast_mock.url)
            client = AsyncVectara(environment=environment, api_key="mock-owner", httpx_client=http)
            events = client.agent_events.create_stream(AGENT, key, request=say_streamed("Hello!"), request_options=options)
            return [event async for event in events]

    first, second = new_session(fast), new_session(fast)
    plain = list(fast.agent_events.create_stream(AGENT, first, request=say_streamed("Hello!"), request_options=options))
    found = asyncio.run(streamed(second))
    said = [[(event.type, getattr(event, "content", None)) for event in events] for events in (plain, found)]
    assert said[0] == said[1]
    assert found[-1].type == "end"

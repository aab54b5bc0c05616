"""The vendor's own Python client, pointed at a mock."""

from contextlib import contextmanager
from itertools import count
from typing import get_args

import httpx
from vectara import AgentInput_Text, Vectara
from vectara.agent_events import CreateAgentEventsRequestBody_InputMessage, CreateAgentEventsStreamRequestBody_InputMessage
from vectara.environment import VectaraEnvironment

AGENT = "support-agent"
WORKBENCH = "workbench-agent"
QUESTION = "I forgot my password. Can you help?"
ONCE = {"max_retries": 0}
PREMIUM = {"language": "en", "user_role": "premium"}
_numbers = count()


@contextmanager
def connected(mock, key="mock-owner"):
    with httpx.Client(timeout=20) as client:
        yield Vectara(environment=VectaraEnvironment(default=mock.url, auth=mock.url), api_key=key, httpx_client=client)


def new_session(client, agent=AGENT, **fields):
    """Make a session with a key of its own; return the key."""
    fields = {"key": f"client_{next(_numbers)}", "metadata": PREMIUM, **fields}
    return client.agent_sessions.create(agent, request_options=ONCE, **fields).key


def say(text, **more):
    return CreateAgentEventsRequestBody_InputMessage(messages=[AgentInput_Text(content=text)], stream_response=False, **more)


def say_streamed(text, **more):
    return CreateAgentEventsStreamRequestBody_InputMessage(messages=[AgentInput_Text(content=text)], stream_response=True, **more)


def prefer(text):
    """Options of a request that carries preferences of the mock, and is sent once."""
    return {**ONCE, "additional_headers": {"Prefer": text}}


def branches(union):
    """The classes of a union of the client, which hides them in an Annotated."""
    inner = get_args(union)
    return tuple(get_args(inner[0])) if len(inner) > 1 and get_args(inner[0]) else inner

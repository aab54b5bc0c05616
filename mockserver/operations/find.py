"""Find what a path names, or refuse; and the `filter` and `metadata_filter` of listings."""

from collections.abc import Callable
from functools import partial

from mockserver.domain import filters, patterns
from mockserver.domain.agents import Agent
from mockserver.domain.corpora import Corpus
from mockserver.domain.errors import Refused
from mockserver.domain.sessions import Session
from mockserver.domain.values import JsonObject
from mockserver.operations.call import Call, Services


def agent_of(call: Call, services: Services) -> Agent:
    """Return the agent in the path. Raises Refused SM301."""
    agent = services.store.agent(call.agent_key)
    if agent is None:
        raise _no_agent(call)
    return agent


def changed_agent(call: Call, services: Services, change: Callable[[Agent], Agent]) -> Agent:
    """Replace the agent in the path by what `change` makes of it. Raises Refused SM301, SM312, and what `change` raises."""
    agent = services.store.change_agent(call.agent_key, change)
    if agent is None:
        raise _no_agent(call)
    return agent


def _no_agent(call: Call) -> Refused:
    return Refused("SM301", f"There is no agent {call.agent_key!r}.", missing_id=call.agent_key)


def corpus_of(call: Call, services: Services) -> Corpus:
    """Return the corpus in the path. Raises Refused SM304."""
    key = call.parameters["corpus_key"]
    corpus = services.store.corpus(key)
    if corpus is None:
        raise Refused("SM304", f"There is no corpus {key!r}.", missing_id=key)
    return corpus


def session_of(call: Call, services: Services) -> Session:
    """Return the session in the path; one that was idle for too long is removed here. Raises Refused SM301, SM302."""
    agent_of(call, services)
    session = live_session(call.agent_key, call.session_key, services)
    if session is None:
        message = f"Agent {call.agent_key} has no session {call.session_key!r}."
        raise Refused("SM302", message, missing_id=call.session_key)
    return session


def live_session(agent_key: str, key: str, services: Services) -> Session | None:
    """Return a session unless it is missing or has expired; an expired one is removed."""
    session = services.store.session(agent_key, key)
    if session and session.has_expired(services.clock.now()):
        services.store.remove_session(session)
        return None
    return session


def pattern_of(call: Call) -> Callable[[str], bool]:
    """Return a test for the `filter` parameter: a search in RE2, linear in the text. Raises Refused SM210 for no pattern."""
    text = call.parameters["filter"]
    if text is None:
        return lambda _: True
    try:
        return patterns.search(text)
    except patterns.PatternError as error:
        message = f"filter is not a regular expression in RE2 syntax: {error}"
        raise Refused("SM210", message, fields={"filter": str(error)}) from error


def condition_of(call: Call) -> Callable[[JsonObject], bool]:
    """Return a test for the `metadata_filter` parameter, on metadata. Raises Refused SM290 for what is no filter."""
    text = call.parameters["metadata_filter"]
    if text is None:
        return lambda _: True
    try:
        condition = filters.parse(text)
    except filters.FilterError as error:
        raise Refused("SM290", f"metadata_filter cannot be read: {error}", fields={"metadata_filter": str(error)}) from error
    return lambda metadata: filters.matches(condition, partial(filters.field_in, metadata))

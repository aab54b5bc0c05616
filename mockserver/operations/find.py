"""Find what a path names, or refuse; and the `filter` and `metadata_filter` of listings."""

from collections.abc import Callable
from functools import partial

from mockserver.domain import filters, patterns
from mockserver.domain.agents import Agent
from mockserver.domain.aliases import Alias
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


def alias_of(call: Call, services: Services) -> Alias:
    """Return the alias in the path. Raises Refused SM309."""
    alias = services.store.aliases.get(call.parameters["alias_key"])
    if alias is None:
        raise missing_alias(call)
    return alias


def missing_alias(call: Call) -> Refused:
    """Refuse a path whose alias does not exist."""
    return Refused("SM309", f"There is no alias {call.alias_key!r}.", missing_id=call.alias_key)


def agent_and_session_of(call: Call, services: Services) -> tuple[Agent, Session]:
    """Return the session in the path with its agent, by the route of the agent or of the alias that led to it.

    A session that was idle for too long is removed here. Raises Refused SM301, SM302, SM309.
    """
    if call.alias_key is None:
        agent: Agent | None = agent_of(call, services)
        session = live_session(call.agent_key, call.session_key, services)
    else:
        alias_of(call, services)
        session = live_routed_session(call.alias_key, call.session_key, services)
        agent = services.store.agent(session.agent_key) if session else None
    if agent is None or session is None:
        raise missing_session(call)
    return agent, session


def session_of(call: Call, services: Services) -> Session:
    """Return the session in the path, as `agent_and_session_of` does."""
    _, session = agent_and_session_of(call, services)
    return session


def missing_session(call: Call) -> Refused:
    """Refuse a path whose session does not exist, naming the agent or the alias in it."""
    owner = f"Agent {call.agent_key}" if call.alias_key is None else f"Alias {call.alias_key}"
    return Refused("SM302", f"{owner} has no session {call.session_key!r}.", missing_id=call.session_key)


def live_session(agent_key: str, key: str, services: Services) -> Session | None:
    """Return an agent's session unless it is missing or has expired; an expired one is removed."""
    return _unless_expired(services.store.session(agent_key, key), services)


def live_routed_session(alias_key: str, key: str, services: Services) -> Session | None:
    """Return an alias's session unless it is missing or has expired; an expired one is removed."""
    return _unless_expired(services.store.routed_session(alias_key, key), services)


def _unless_expired(session: Session | None, services: Services) -> Session | None:
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
    """Return a test of metadata for `metadata_filter`, which not every listing has. Raises Refused SM290 for no filter."""
    text = call.parameters.get("metadata_filter")
    if text is None:
        return lambda _: True
    try:
        condition = filters.parse(text)
    except filters.FilterError as error:
        raise Refused("SM290", f"metadata_filter cannot be read: {error}", fields={"metadata_filter": str(error)}) from error
    return lambda metadata: filters.matches(condition, partial(filters.field_in, metadata))

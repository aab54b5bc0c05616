"""What a store is made with, and how it takes it in."""

from collections.abc import Sequence
from dataclasses import dataclass

from mockserver.domain.agents import Agent
from mockserver.domain.aliases import Alias
from mockserver.domain.artifacts import Artifact
from mockserver.domain.corpora import Corpus, Document
from mockserver.domain.credentials import ApiKey, AppClient
from mockserver.domain.errors import Refused
from mockserver.domain.events import Event
from mockserver.domain.instructions import Instruction
from mockserver.domain.ports import Store
from mockserver.domain.schedules import Schedule
from mockserver.domain.sessions import Session
from mockserver.domain.tools import Tool


@dataclass(frozen=True, slots=True)
class SessionContents:
    """A session with its events and files, oldest first."""

    session: Session
    events: Sequence[Event] = ()
    artifacts: Sequence[Artifact] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a store is made with and goes back to, each kind in the order in which it comes.

    `lineage` tells states apart that were stored before: what is made on from one gets other ids than what led to it.
    """

    api_keys: Sequence[ApiKey] = ()
    app_clients: Sequence[AppClient] = ()
    corpora: Sequence[tuple[Corpus, Sequence[Document]]] = ()
    instructions: Sequence[Instruction] = ()
    tools: Sequence[Tool] = ()
    agents: Sequence[Agent] = ()
    aliases: Sequence[Alias] = ()
    schedules: Sequence[Schedule] = ()
    sessions: Sequence[SessionContents] = ()
    lineage: str = ""


def fill(store: Store, contents: Contents) -> None:
    """Put contents into an empty store. Raises Refused where they name a thing twice, or what there is not."""
    for corpus, documents in contents.corpora:
        store.add_corpus(corpus)
        for document in documents:
            store.add_document(corpus.key, document)
    for agent in contents.agents:
        store.add_agent(agent)
    for put in (_fill_resources, _fill_sessions, _fill_credentials):
        put(store, contents)


def _fill_resources(store: Store, contents: Contents) -> None:
    """What agents and sessions use, by other ways than as a part of theirs."""
    for instruction in contents.instructions:
        _need(store.add_instruction(instruction), "SM390", f"An instruction with id {instruction.id!r} already exists.")
    for tool in contents.tools:
        added = store.tools.add(tool, unless=tool.has_name_of)
        _need(added, "SM351", f"A tool with id {tool.id!r} or name {tool.name!r} already exists.")
    for alias in contents.aliases:
        _need(store.aliases.add(alias), "SM371", f"An alias with key {alias.key!r} already exists.")
    for schedule in contents.schedules:
        message = f"Agent {schedule.agent_key} already has a schedule {schedule.schedule_key!r}."
        _need(store.schedules.add(schedule), "SM390", message)


def _fill_sessions(store: Store, contents: Contents) -> None:
    for one in contents.sessions:
        session = store.add_session(one.session)
        what = f"Session {session.key} already has"
        for event in one.events:
            is_new = store.event(session, event.id) is None
            _need(store.append_event(session, event) if is_new else None, "SM390", f"{what} an event {event.id!r}.")
        for artifact in one.artifacts:
            _need(store.add_artifact(session, artifact), "SM390", f"{what} an artifact {artifact.id!r}.")


def _fill_credentials(store: Store, contents: Contents) -> None:
    for api_key in contents.api_keys:
        message = f"An API key {api_key.name!r} already exists, or another one has its secret."
        _need(store.api_keys.add(api_key), "SM390", message)
    for client in contents.app_clients:
        message = f"An app client with the id {client.client_id!r} already exists."
        _need(store.app_clients.add(client), "SM390", message)


def _need(added: object, code: str, message: str) -> None:
    if added is None:
        raise Refused(code, message)

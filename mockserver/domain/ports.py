"""What the domain needs from outside, as shapes: a clock, ids, a store, words. The real ones stand in `runtime` and `stores`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from random import Random
from threading import Condition
from typing import Any, Protocol, TypeVar

from mockserver.domain.agents import Agent
from mockserver.domain.aliases import Alias
from mockserver.domain.artifacts import Artifact
from mockserver.domain.corpora import Corpus, Document
from mockserver.domain.credentials import ApiKey, AppClient
from mockserver.domain.events import Event
from mockserver.domain.instructions import Instruction
from mockserver.domain.schedules import Schedule
from mockserver.domain.sessions import Session
from mockserver.domain.tools import Tool
from mockserver.domain.values import JsonObject

Row = TypeVar("Row", bound=Any)


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present, aware, UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

    def wait(self, condition: Condition, seconds: float) -> None:
        """Wait until `condition`, whose lock is held, is notified, for so many seconds at the most; how turns are paced."""


class Background(Protocol):
    """Does work that nobody waits for."""

    def start(self, work: Callable[[], None]) -> None:
        """Begin the work, now or later, here or in a thread of its own."""


class Ids(Protocol):
    """Makes ids and random numbers that depend on the seed and on what they are for, never on what happened elsewhere."""

    def random_for(self, *purpose: object) -> Random:
        """Return a source of random numbers that is the same for the same seed and purpose."""

    def request_id(self) -> str:
        """Return the next request id, 32 hexadecimal digits."""


class Tokens(Protocol):
    """Signs tokens, and knows its own again."""

    def signed(self, claims: Mapping[str, Any]) -> str:
        """Write claims as a token."""

    def read(self, text: str) -> Mapping[str, Any] | None:
        """Return the claims of a token that was signed here, expired or not; None for any other text."""


class Words(Protocol):
    """Names for a persona, by language."""

    def names(self, language: str) -> Sequence[str]:
        """Return first names that are usual where `language` is spoken."""


class TransformError(Exception):
    """Why a jq program gave no value: it cannot be read, it failed, it gave nothing, or it took too long."""


class Transform(Protocol):
    """Runs jq programs, which users write, so that none can harm or read the process that serves requests."""

    def __call__(self, program: str, document: Any, now: datetime) -> Any:
        """Return the first value that `program` makes of a JSON document; its `now` is the one given. Raises TransformError."""


class RankedIndex(Protocol):
    """Passages, ready to be ranked."""

    def scores(self, query: Sequence[str]) -> Sequence[float]:
        """Return a score for each passage, in their order; 0 where a passage holds no word of the query."""


class Ranker(Protocol):
    """Ranks passages by the words of a query."""

    def index(self, passages: Sequence[Sequence[str]]) -> RankedIndex:
        """Make an index of passages, each given by its words; at least one passage has a word."""


class Collection(Protocol[Row]):
    """Resources of one kind in a store: frozen values with a `key` and a `sequence`, which the store gives on adding."""

    def add(self, row: Row, *, unless: Callable[[Row], bool] | None = None) -> Row | None:
        """Add a resource and return it numbered; None when its key is taken, or when `unless` holds for a resource there is."""

    def get(self, key: str) -> Row | None:
        """Return a resource."""

    def listed(self, after: int | None) -> Iterable[Row]:
        """Return the resources, newest first, behind the position `after` where one is given."""

    def change(self, key: str, change: Callable[[Row], Row]) -> Row | None:
        """Replace a resource by what `change` makes of it, unless it is gone. What `change` raises leaves it as it was."""

    def remove(self, key: str) -> bool:
        """Remove a resource; say whether it was there."""


class Findable(Collection[Row], Protocol[Row]):
    """Resources that have a second name of their own beside their key. Names are unique: one that is taken refuses the `add`."""

    def find(self, name: str) -> Row | None:
        """Return the resource of a second name."""


class Store(Protocol):
    """Where the state of one world lives. Every method is atomic; what it returns is a value, never a live object.

    Objects get their `sequence` when they are added. Listings run newest first for agents and sessions and oldest first for
    events, starting behind the position `after` (a sequence) where one is given.
    """

    tools: Collection[Tool]
    api_keys: Findable[ApiKey]
    """Found by the digest of their secret."""
    app_clients: Findable[AppClient]
    """Found by their client id."""

    def add_corpus(self, corpus: Corpus) -> Corpus:
        """Add a corpus. Raises Refused SM314 when its key is taken."""

    def corpus(self, key: str) -> Corpus | None:
        """Return a corpus."""

    def corpora(self, after: int | None) -> Iterable[Corpus]:
        """Return the corpora, newest first."""

    def change_corpus(self, key: str, change: Callable[[Corpus], Corpus]) -> Corpus | None:
        """Replace a corpus by what `change` makes of it, unless it is gone."""

    def remove_corpus(self, key: str) -> bool:
        """Remove a corpus with its documents; say whether it was there."""

    def add_document(self, corpus_key: str, document: Document) -> Document:
        """Add a document; the corpus's revision grows. Raises Refused SM304 without the corpus, SM315 when the id is taken."""

    def document(self, corpus_key: str, document_id: str) -> Document | None:
        """Return a document."""

    def documents(self, corpus_key: str, after: int | None) -> Iterable[Document]:
        """Return the documents of a corpus, oldest first."""

    def remove_document(self, corpus_key: str, document_id: str) -> bool:
        """Remove a document; the corpus's revision grows. Say whether it was there."""

    def add_instruction(self, instruction: Instruction) -> Instruction | None:
        """Add an instruction; None when its id is taken."""

    def instruction(self, instruction_id: str) -> Instruction | None:
        """Return an instruction with its versions."""

    def instructions(self, after: int | None) -> Iterable[Instruction]:
        """Return the instructions, newest first."""

    def change_instruction(self, instruction_id: str, change: Callable[[Instruction], Instruction]) -> Instruction | None:
        """Replace an instruction by what `change` makes of it, unless it is gone. What `change` raises leaves it as it was."""

    def remove_instruction(self, instruction_id: str) -> bool:
        """Remove an instruction; say whether it was there."""

    def add_agent(self, agent: Agent) -> Agent:
        """Add an agent. Raises Refused SM311 or SM312 when its key or name is taken."""

    def agent(self, key: str) -> Agent | None:
        """Return an agent."""

    def agents(self, after: int | None) -> Iterable[Agent]:
        """Return the agents, newest first."""

    def change_agent(self, key: str, change: Callable[[Agent], Agent]) -> Agent | None:
        """Replace an agent by what `change` makes of it, unless it is gone. Raises Refused SM312 when the name is taken."""

    def remove_agent(self, key: str) -> bool:
        """Remove an agent with its sessions and schedules; say whether it was there."""

    @property
    def schedules(self) -> Collection[Schedule]:
        """The schedules of all agents. Adding one raises Refused SM301 when its agent is gone."""

    @property
    def aliases(self) -> Collection[Alias]:
        """The aliases; `remove_alias` takes one away."""

    def remove_alias(self, key: str) -> bool:
        """Remove an alias; say whether it was there. Raises Refused SM372 while it has sessions."""

    def add_session(self, session: Session) -> Session:
        """Add a session. Raises Refused SM313 when the agent has one with this key, SM301 when the agent is gone.

        For one that is created through an alias also SM373 when the alias has one with this key, SM309 when the alias is gone.
        """

    def session(self, agent_key: str, key: str) -> Session | None:
        """Return a session."""

    def sessions(self, agent_key: str, after: int | None) -> Iterable[Session]:
        """Return the sessions of an agent, newest first."""

    def routed_session(self, alias_key: str, key: str) -> Session | None:
        """Return a session that was created through an alias, whichever agent it is with."""

    def routed_sessions(self, alias_key: str, after: int | None) -> Iterable[Session]:
        """Return the sessions that were created through an alias, newest first."""

    def change_session(self, agent_key: str, key: str, change: Callable[[Session], Session]) -> Session | None:
        """Replace a session by what `change` makes of it, unless it is gone. What `change` raises leaves it as it was."""

    def remove_session(self, session: Session) -> bool:
        """Remove this session (and not a later one of the same key) with its events; say whether it was there."""

    def append_event(self, session: Session, event: Event) -> Event | None:
        """Add an event to this session, unless the session is gone."""

    def event(self, session: Session, event_id: str) -> Event | None:
        """Return an event of a session."""

    def events(self, session: Session, after: int | None) -> Iterable[Event]:
        """Return the events of a session, oldest first, hidden ones included."""

    def change_event(self, session: Session, event_id: str, change: Callable[[Event], Event]) -> Event | None:
        """Replace an event by what `change` makes of it, unless it is gone."""

    def remove_event(self, session: Session, event_id: str) -> bool:
        """Remove an event; say whether it was there."""

    def add_artifact(self, session: Session, artifact: Artifact) -> Artifact | None:
        """Add a file to this session, unless the session is gone or has a file of this id."""

    def artifact(self, session: Session, artifact_id: str) -> Artifact | None:
        """Return a file of a session."""

    def artifacts(self, session: Session) -> Iterable[Artifact]:
        """Return the files of a session, oldest first."""

    def note_context(self, session: Session, context: JsonObject) -> None:
        """Keep what the model was told in a session's latest turn, for people to look at."""

    def context(self, session: Session) -> JsonObject | None:
        """Return what was noted last for this session."""

    def size(self) -> int:
        """Count all that is stored, events and files included; costs the same however much it is."""

    def reset(self) -> None:
        """Go back to the state in which the store was made."""

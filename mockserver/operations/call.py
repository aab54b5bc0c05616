"""What an operation is given and what it gives back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

from mockserver.domain.access import Principal
from mockserver.domain.artifacts import Upload
from mockserver.domain.chaos import Faults
from mockserver.domain.grants import Inheritance
from mockserver.domain.paging import Page, Row
from mockserver.domain.ports import Clock, Ids, Store
from mockserver.domain.schedules import Cron
from mockserver.domain.search import Searcher
from mockserver.domain.simulator.runs import Runs
from mockserver.domain.simulator.scenarios import Book
from mockserver.domain.templating.dialect import Dialect
from mockserver.domain.values import JsonObject
from mockserver.domain.wishes import NO_WISHES, Wishes
from mockserver.spec.operations import Operation


@dataclass(frozen=True, slots=True)
class Token:
    """A token of an app client, and for how many seconds it is good."""

    text: str
    seconds: int


def _no_token(_: str, __: str) -> None:
    """Issue no token: only public operations do."""


@dataclass(frozen=True, slots=True)
class Services:
    """The ports, and what is made of them once: the search, the dialect of templates, the scenarios, the sessions that run.

    All of one world, whose tenant is named. `inheritance` says which role contains which. `issue_token` gives an app client a
    token for its id and secret, None for wrong ones.
    """

    store: Store
    clock: Clock
    ids: Ids
    searcher: Searcher
    dialect: Dialect
    scenarios: Book
    runs: Runs
    cron: Cron
    inheritance: Inheritance
    tenant: str = ""
    issue_token: Callable[[str, str], Token | None] = _no_token


def _no_faults(_: Faults) -> None:
    """Let no fault fall."""


@dataclass(frozen=True, slots=True)
class Call:
    """A valid request by a principal who may make it: what it wishes of the mock itself, the files of a multipart body.

    `fall` lets faults fall on its answer; it raises Refused where they come before the request is handled.
    """

    operation: Operation
    principal: Principal
    parameters: Mapping[str, Any]
    body: JsonObject
    files: tuple[Upload, ...] = ()
    wishes: Wishes = NO_WISHES
    fall: Callable[[Faults], None] = _no_faults

    @property
    def agent_key(self) -> str:
        """The agent in the path."""
        return str(self.parameters["agent_key"])

    @property
    def alias_key(self) -> str | None:
        """The alias in the path, None on the routes of agents."""
        key: str | None = self.parameters.get("alias_key")
        return key

    @property
    def session_key(self) -> str:
        """The session in the path."""
        return str(self.parameters["session_key"])


NOT_STORED: Mapping[str, str] = MappingProxyType({"Cache-Control": "no-store"})
"""Headers of an answer that shows a secret (RFC 6749 §5.1)."""


def nothing() -> None:
    """Close nothing."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer: a status and a JSON body, or a stream of encoded events. `close` is called when the answer is over.

    `applied` names the wishes of the request that took effect, for `Preference-Applied`; `headers` are sent besides the usual.
    """

    status: int
    body: JsonObject | None = None
    stream: Iterator[bytes] | None = None
    close: Callable[[], None] = nothing
    applied: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


Handler: TypeAlias = Callable[[Call, Services], Reply]


def listed(name: str, page: Page[Row], as_json: Callable[[Row], JsonObject]) -> Reply:
    """Answer a page of a listing."""
    metadata = {} if page.next_key is None else {"page_key": page.next_key}
    return Reply(200, {name: [as_json(row) for row in page.rows], "metadata": metadata})

"""The sessions of one agent and their events, as a program of calls leaves them (api-facts §3, §4)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from contracts.model.session import Json, State, canonical, created, faults, patched

_OWN = {"id", "session_key", "created_at", "hidden", "hide_reason"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """What services do differently, the facts leaving it open: whether metadata is replaced, how sessions are listed.

    `newest_first` is None for an order that is neither; `holds_place` says that a page goes on where the one before it ended,
    whatever has changed between them (§9.4, §9.8).
    """

    replaces_metadata: bool = True
    newest_first: bool | None = True
    holds_place: bool = True


@dataclass(slots=True)
class Stored:
    """A stored event: as it was answered, and whether it is hidden."""

    event: Json
    hidden: bool = False

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.event["id"])


@dataclass(slots=True)
class Kept:
    """A session: what was decided of it, when it was made, its events, oldest first, and whether it was ever given an input.

    `copied` says that it began with events of another one: of its status before its first own input nothing is known.
    """

    state: State
    created_at: str
    events: list[Stored] = field(default_factory=list)
    told: bool = False
    copied: bool = False

    def visible(self, *, hidden_too: bool = False) -> list[Json]:
        """Return the events that a listing has."""
        return [stored.event for stored in self.events if hidden_too or not stored.hidden]


class Sessions:
    """The sessions of one agent by key, in the order in which they were made; `gone` are keys that were in use."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.kept: dict[str, Kept] = {}
        self.gone: list[str] = []

    def may_answer(self, key: str) -> set[int]:
        """Return the statuses with which a session of this key may be made or refused.

        A key that is taken is refused, with 409 or 400 (§9.1); one that was in use may be free again, or not yet.
        """
        return {400, 409} if key in self.kept else {201, 409} if key in self.gone else {201}

    def create(self, key: str, body: Mapping[str, object], created_at: str) -> None:
        """Make a session."""
        if key in self.gone:
            self.gone.remove(key)
        self.kept[key] = Kept(created(body), created_at)

    def fork(self, source: str, key: str, body: Mapping[str, object], created_at: str, *, up_to: str | None) -> None:
        """Make a session with the visible events of another, through one of them (§3.6). Their new ids are not known yet."""
        self.create(key, body, created_at)
        copies = self.kept[source].visible()
        ids = [event["id"] for event in copies]
        end = len(ids) if up_to is None else ids.index(up_to) + 1
        self.kept[key].copied = True
        self.kept[key].events = [Stored(event) for event in copies[:end]]

    def patch(self, key: str, body: Mapping[str, object]) -> None:
        """Change a session."""
        kept = self.kept[key]
        kept.state = patched(kept.state, body, replaces=self.dialect.replaces_metadata)

    def remove(self, key: str) -> None:
        """Remove a session with its events."""
        del self.kept[key]
        self.gone.append(key)

    def selected(self, admits: Callable[[State], bool]) -> set[str]:
        """Return the keys of the sessions that a filter admits."""
        return {key for key, kept in self.kept.items() if admits(kept.state)}

    def faults_of(self, read: Mapping[str, object]) -> Iterator[str]:
        """Say where a session as it is read differs from the model."""
        key = str(read["key"])
        if key not in self.kept:
            yield f"session {key} is shown, and should not be there"
            return
        kept = self.kept[key]
        yield from (f"session {key}: {fault}" for fault in faults(kept.state, read))
        status = read["status"]
        if (status == "unstarted") == kept.told and not kept.copied:
            yield f"session {key} is {status}, and {'was' if kept.told else 'was not'} given an input"
        if read["created_at"] != kept.created_at:
            yield f"session {key} was created at {read['created_at']}, not {kept.created_at}"

    def faults_of_order(self, rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
        """Say where a listing goes back in time, or forward, if it has an order. Those of one moment may stand as they like."""
        times = [str(row["created_at"]) for row in rows]
        if self.dialect.newest_first is not None and times != sorted(times, reverse=self.dialect.newest_first):
            yield f"sessions are not listed {'newest' if self.dialect.newest_first else 'oldest'} first: {times}"


def faults_of_events(expected: Sequence[Json], listed: Sequence[Json]) -> Iterator[str]:
    """Say where listed events are not the ones that they have to be, one by one and in order."""
    if [event["id"] for event in expected] != [event["id"] for event in listed]:
        yield f"listed are {_named(listed)}, not {_named(expected)}"
        return
    yield from _changed(expected, listed)


def faults_of_copies(expected: Sequence[Json], copies: Sequence[Json]) -> Iterator[str]:
    """Say where the events of a fork do not say what those of its source do. Ids and times are the service's own (§9.32)."""
    if len(expected) != len(copies):
        yield f"copied are {_named(copies)}, not {_named(expected)}"
        return
    yield from _changed(expected, copies)


def _changed(expected: Sequence[Json], listed: Sequence[Json]) -> Iterator[str]:
    for right, event in zip(expected, listed, strict=True):
        if _content(right) != _content(event):
            yield f"event {event['id']} is {_content(event)}, not {_content(right)}"


def _content(event: Mapping[str, object]) -> str:
    return canonical({name: value for name, value in event.items() if name not in _OWN})


def _named(events: Iterable[Mapping[str, object]]) -> str:
    return ", ".join(f"{event['type']} {event['id']}" for event in events) or "no events"

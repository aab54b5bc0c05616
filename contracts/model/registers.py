"""A session, and an event, as what concurrent calls act on: the steps that each call may make (see `linearizability`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from contracts.linearizability import Call, Steps
from contracts.model.session import State, created, faults, patched

OK, CREATED, NO_CONTENT, NOT_FOUND = 200, 201, 204, 404
REFUSED = frozenset({400, 409})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call asks of a session or of an event: `create`, `patch`, `get`, `delete`, `hide` or `unhide`, and a body."""

    what: str
    body: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.what} {dict(self.body)}" if self.body else self.what


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered: the status, and what was read, if anything."""

    status: int
    read: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(self.status)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session may be: its state, None where there is none; and whether there was one before, whose key may be kept."""

    state: State | None = None
    was_used: bool = False


def session_steps(*, replaces: bool = True) -> Steps[Place]:
    """Return the steps of calls on one session key; `replaces` says what a PATCH does to metadata."""

    def steps(place: Place, call: Call) -> Iterator[Place]:
        asked: Asked = call.asked
        after = _after(place, asked, replaces=replaces)
        if call.is_pending:
            yield after
            return
        answer: Answered = call.answer
        if place.state is None:
            fits = answer.status == CREATED if asked.what == "create" else answer.status == NOT_FOUND
            kept = asked.what == "create" and place.was_used and answer.status in REFUSED
            if kept:
                yield place
        else:
            statuses = {"create": REFUSED, "patch": {OK}, "get": {OK}, "delete": {NO_CONTENT}}
            fits = answer.status in statuses[asked.what]
        shows = answer.status in {OK, CREATED}
        if fits and not (shows and (after.state is None or any(faults(after.state, answer.read)))):
            yield after

    return steps


def _after(place: Place, asked: Asked, *, replaces: bool) -> Place:
    if asked.what == "create":
        return place if place.state else replace(place, state=created(asked.body))
    if place.state is None or asked.what == "get":
        return place
    return Place(None, was_used=True) if asked.what == "delete" else replace(
        place, state=patched(place.state, asked.body, replaces=replaces)
    )  # fmt: skip


VISIBLE, HIDDEN, GONE = "visible", "hidden", "gone"


def event_steps(state: str, call: Call) -> Iterator[str]:
    """Make the steps of calls on one event, which is there at first; `list` reads whether a plain listing has it."""
    what = call.asked.what
    after = {"hide": HIDDEN, "unhide": VISIBLE, "delete": GONE}.get(what, state) if state != GONE else GONE
    if call.is_pending:
        yield after
        return
    answer: Answered = call.answer
    if what == "list":
        fits = answer.status == OK and answer.read["is_listed"] == (state == VISIBLE)
    elif state == GONE:
        fits = answer.status == NOT_FOUND
    else:
        no_news = after == state and what != "get" and answer.status in REFUSED
        fits = answer.status == (NO_CONTENT if what == "delete" else OK) or no_news
    if fits:
        yield after

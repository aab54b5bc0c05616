"""Programs that list the sessions after every change, and while they change: page by page, all or filtered."""

from collections.abc import Callable, Iterator
from itertools import chain

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from contracts.client import Json
from contracts.model.conditions import CONDITIONS, WORDS, Condition, names
from contracts.model.session import State
from contracts.programs import bodies
from contracts.programs.program import Program
from contracts.programs.sessions import MOST_SESSIONS, BegunProgram, picks

MOST = 100
limits = st.sampled_from((1, 2, 3, MOST))
filters = st.none() | st.sampled_from(WORDS) | st.sampled_from(CONDITIONS)
_changes = st.sampled_from(("create", "patch", "delete"))
_Admits = Callable[[State], bool]


class Listing(Program):
    """How sessions are listed and held to the model."""

    @precondition(lambda self: len(self.keys) > 1)
    @rule(limit=st.integers(1, 2), pick=picks, body=bodies.sessions, change=_changes)
    def list_while_it_changes(self, limit: int, pick: int, body: Json, change: str) -> None:
        """List all sessions, and change something after the first page."""
        before = set(self.keys)
        pages = self.pages(limit, {})
        first = next(pages)
        self.alter(change, pick, body)
        rows = [row["key"] for row in [*first, *chain.from_iterable(pages)]]
        stayed = before & set(self.keys)
        if self.model.dialect.holds_place and any(rows.count(one) != 1 for one in stayed):
            raise AssertionError(f"there all the time were {sorted(stayed)}, listed are {rows}")
        if strangers := set(rows) - before - set(self.keys):
            raise AssertionError(f"listed are {sorted(strangers)}, which were never there meanwhile")

    def alter(self, change: str, pick: int, body: Json) -> None:
        """Make, change or remove a session; there is always one left, and never too many."""
        if change == "delete" and len(self.keys) > 1:
            self.remove(self.key_at(pick))
        elif change == "create" and len(self.keys) < MOST_SESSIONS:
            self.make(body)
        else:
            self.change(self.key_at(pick), body)

    def look(self, limit: int, by: str | Condition | None) -> None:
        """List all sessions, those with a word in name or description, or those whose metadata a condition admits."""
        if isinstance(by, Condition):
            self.lists(lambda state: by.admits(state.values), limit, {"metadata_filter": by.text})
        elif by:
            self.lists(lambda state: names(by, state), limit, {"filter": by})
        else:
            self.lists(lambda _: True, limit, {})

    def lists(self, admits: _Admits, limit: int, parameters: Json) -> None:
        """List page by page, and hold the pages joined to the model."""
        rows = list(chain.from_iterable(self.pages(limit, parameters)))
        keys, expected = sorted(row["key"] for row in rows), sorted(self.model.selected(admits))
        if keys != expected:
            raise AssertionError(f"listed are {keys}, not {expected}")
        self.same(self.model.faults_of_order(rows))

    def pages(self, limit: int, parameters: Json) -> Iterator[list[Json]]:
        """Read pages, each session of which is as the model has it at that moment."""
        seen = 0
        for page in self.api.pages(f"/v2/agents/{self.agent}/sessions", "sessions", parameters | {"limit": limit}):
            seen += len(page)
            if len(page) > limit or seen > 2 * len([*self.model.kept, *self.model.gone]):
                raise AssertionError(f"pages of at most {limit} go on after {seen} sessions, the latest has {len(page)}")
            self.same(fault for row in page for fault in self.model.faults_of(row))
            yield page


class ListingsProgram(Listing, BegunProgram):
    """Sessions that come, change and go; after each change they are listed."""

    @rule(change=_changes, pick=picks, body=bodies.changes, limit=limits, by=filters)
    def change_and_list(self, change: str, pick: int, body: Json, limit: int, by: str | Condition | None) -> None:
        """Make, change or remove a session, and list; after another name or description, by every word that may stand there."""
        self.alter(change, pick, body)
        self.look(limit, by)
        for word in WORDS if {"name", "description"} & body.keys() else ():
            self.look(MOST, word)

"""Programs that talk, and look at the events afterwards: they are hidden, shown, deleted, and copied into forks."""

from itertools import chain

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from contracts.client import Json, message
from contracts.document import event_order
from contracts.model.sessions import Stored, faults_of_copies, faults_of_events
from contracts.programs import bodies
from contracts.programs.program import Program
from contracts.programs.sessions import MOST_SESSIONS, picks

MOST_TURNS = 2
NO_EVENT = "aev_missing"
_REFUSALS = {400, 403, 409}
_NO_NEWS = {200, 400, 409}
MOST = 100
_limits = st.sampled_from((1, 2, 3, MOST))


class EventsProgram(Program):
    """Sessions with events. Turns are few, for they cost something; forks bring events for nothing."""

    persisted = event_order().persisted
    turns = 0

    @initialize(body=bodies.named)
    def begin_to_talk(self, body: Json) -> None:
        """Make a session that has events."""
        key = self.world.key("session")
        self.make({"key": key, **body})
        self._say(key, "Hello there!")

    @precondition(lambda self: self.turns < MOST_TURNS)
    @rule(pick=picks, text=st.sampled_from(("I forgot my password.", "Thank you!")), hidden=st.none() | picks)
    def say(self, pick: int, text: str, hidden: int | None) -> None:
        """Give a session a message, one of whose events is hidden perhaps; one that is disabled takes none."""
        if hidden is not None and self.talked:
            self.hide_or_show_event(pick, hidden, hidden=True)
        key = self.key_at(pick) if hidden is None or not self.talked else self._talked_at(pick)
        self._say(key, text)
        self.look_at(key)

    def _say(self, key: str, text: str) -> None:
        """Give a session a message; one that is disabled takes none, and one that is gone is not found."""
        kept = self.model.kept.get(key)
        expected = {404} if kept is None else {201} if kept.state.enabled else _REFUSALS
        answer = self.api.call("POST", f"{self.path(key)}/events", json=message(text), expect=expected)
        if kept is None or answer.status_code != httpx.codes.CREATED:
            return
        self.turns += 1
        kept.told = True
        events = [event for event in answer.json()["events"] if event["type"] in self.persisted]
        if events[0].get("messages") != message(text)["messages"]:
            raise AssertionError(f"said was {text!r}, stored is {events[0]}")
        kept.events += [Stored(event) for event in events]

    @rule(pick=picks, limit=_limits)
    def list_events(self, pick: int, limit: int) -> None:
        """List the events of a session, in pages, and one that is not there."""
        key = self.key_at(pick)
        self.look_at(key, limit)
        self.api.call("GET", f"{self.path(key)}/events/{NO_EVENT}", expect=404)

    @precondition(lambda self: self.talked)
    @rule(pick=picks, place=picks, hidden=st.booleans())
    def hide_or_show_event(self, pick: int, place: int, hidden: bool) -> None:
        """Hide an event, or show it again, and read it; once more changes nothing."""
        key = self._talked_at(pick)
        stored = self._hidden_or_shown(key, self._event_at(key, place, are_hidden=not hidden), hidden=hidden)
        self.look_at(key)
        self.same(faults_of_events([stored.event], [self.api.call("GET", self._event_path(key, stored), expect=200).json()]))

    def _hidden_or_shown(self, key: str, stored: Stored, *, hidden: bool) -> Stored:
        expected = 404 if not self._has(key, stored) else 200 if stored.hidden != hidden else _NO_NEWS
        self.api.call("POST", f"{self._event_path(key, stored)}/{'hide' if hidden else 'unhide'}", expect=expected)
        stored.hidden = hidden
        return stored

    @precondition(lambda self: self.talked)
    @rule(pick=picks, place=picks)
    def delete_event(self, pick: int, place: int) -> None:
        """Take an event away; once more there is none."""
        key = self._talked_at(pick)
        stored = self._event_at(key, place)
        for _ in range(2):
            self._take_away(key, stored)
        self.look_at(key)

    def _take_away(self, key: str, stored: Stored) -> None:
        has_it = self._has(key, stored)
        self.api.call("DELETE", self._event_path(key, stored), expect=204 if has_it else 404)
        if has_it:
            self.model.kept[key].events.remove(stored)

    @precondition(lambda self: self.talked and len(self.keys) < MOST_SESSIONS)
    @rule(pick=picks, body=bodies.named, through=st.none() | picks)
    def fork(self, pick: int, body: Json, through: int | None) -> None:
        """Make a session with the visible events of another, all or through one of them."""
        self._fork(self._talked_at(pick), body, through)

    def _fork(self, key: str, body: Json, through: int | None) -> None:
        """Fork a session; of one that is gone there is no fork."""
        new, source = self.world.key("session"), self.model.kept.get(key)
        visible = source.visible() if source else []
        up_to = visible[through % len(visible)]["id"] if visible and through is not None else None
        origin = {"session_key": key} | ({"include_up_to_event_id": up_to} if up_to else {})
        given = {"key": new, **body, "from_session": origin}
        made = self.api.call("POST", f"/v2/agents/{self.agent}/sessions", json=given, expect=201 if source else {400, 404})
        if source is None:
            self.read(new)
            return
        session = made.json()
        self.model.fork(key, new, body, session["created_at"], up_to=up_to)
        self.same(self.model.faults_of(session))
        copies = self.listed(new, MOST, hidden_too=True)
        self.same(faults_of_copies(self.model.kept[new].visible(), copies))
        self.model.kept[new].events = [Stored(event) for event in copies]

    @precondition(lambda self: len(self.talked) > 1)
    @rule(pick=picks, body=bodies.named)
    def delete_with_events(self, pick: int, body: Json) -> None:
        """Remove a session that has events: its forks keep theirs, and it can be the source of none any more."""
        key = self._talked_at(pick)
        self.remove(key)
        self._fork(key, body, None)

    def read_back(self) -> None:
        """Read every session, and list its events."""
        super().read_back()
        for key in self.keys:
            self.read(key)
            self.look_at(key)

    def look_at(self, key: str, limit: int = MOST) -> None:
        """List the events of a session, without the hidden ones and with them, and hold them to the model."""
        for hidden_too in (False, True):
            listed = self.listed(key, limit, hidden_too=hidden_too)
            self.same(faults_of_events(self.model.kept[key].visible(hidden_too=hidden_too), listed))

    @property
    def talked(self) -> list[str]:
        """The sessions that have events."""
        return [key for key, kept in self.model.kept.items() if kept.events]

    def listed(self, key: str, limit: int, *, hidden_too: bool) -> list[Json]:
        """List events page by page."""
        parameters = {"limit": limit} | ({"include_hidden": "true"} if hidden_too else {})
        return list(chain.from_iterable(self.api.pages(f"{self.path(key)}/events", "events", parameters)))

    def _talked_at(self, pick: int) -> str:
        return self.talked[pick % len(self.talked)]

    def _event_at(self, key: str, place: int, *, are_hidden: bool | None = None) -> Stored:
        """Return an event of a session by its place: among those that are hidden, or are not, where there are any."""
        events = self.model.kept[key].events
        chosen = [stored for stored in events if stored.hidden == are_hidden] or events
        return chosen[place % len(chosen)]

    def _has(self, key: str, stored: Stored) -> bool:
        return key in self.model.kept and stored in self.model.kept[key].events

    def _event_path(self, key: str, stored: Stored) -> str:
        return f"{self.path(key)}/events/{stored.id}"

"""Programs of all calls there are, and what they leave behind."""

from hypothesis.stateful import rule

from contracts.model.conditions import Condition
from contracts.model.sessions import faults_of_events
from contracts.programs.events import EventsProgram
from contracts.programs.listings import MOST, Listing, filters, limits
from contracts.programs.sessions import SessionsProgram


class WholeProgram(Listing, SessionsProgram, EventsProgram):
    """Every call; when the program is over, all that it has left is read back, in every way there is."""

    @rule(limit=limits, by=filters)
    def list_sessions(self, limit: int, by: str | Condition | None) -> None:
        """List sessions."""
        self.look(limit, by)

    def read_back(self) -> None:
        """List the sessions, and read every event."""
        super().read_back()
        self.lists(lambda _: True, MOST, {})
        for key, kept in self.model.kept.items():
            for stored in kept.events:
                read = self.api.call("GET", f"{self.path(key)}/events/{stored.id}", expect=200).json()
                self.same(faults_of_events([stored.event], [read]))

"""Programs that create, change and remove sessions, and look at each of them afterwards."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from contracts.client import Json
from contracts.programs import bodies
from contracts.programs.program import Program

MOST_SESSIONS = 6
picks = st.integers(0, MOST_SESSIONS - 1)
_of_what_is_gone = st.sampled_from((("PATCH", ""), ("DELETE", ""), ("GET", "/events"), ("GET", "/artifacts")))
_ANY_STATUS = 200


class BegunProgram(Program):
    """An agent that has sessions."""

    @initialize(first=st.lists(bodies.sessions, min_size=2, max_size=4))
    def begin(self, first: list[Json]) -> None:
        """Make the first sessions."""
        for body in first:
            self.make({"key": self.world.key("session"), **body})


class SessionsProgram(BegunProgram):
    """Sessions come, change and go; keys are used again. When the program is over, every session is read once more."""

    @precondition(lambda self: len(self.keys) < MOST_SESSIONS)
    @rule(body=bodies.sessions, with_a_key=st.booleans())
    def create(self, body: Json, with_a_key: bool) -> None:
        """Make a session and read it; its key is one's own, or the service's."""
        self.read(self.make({"key": self.world.key("session"), **body} if with_a_key else body))

    @rule(pick=picks, body=bodies.changes, other=picks)
    def patch(self, pick: int, body: Json, other: int) -> None:
        """Change a session, and read it and another one."""
        for key in (self.key_at(pick), self.key_at(other)):
            self.read(key)
        self.change(self.key_at(pick), body)
        for key in (self.key_at(pick), self.key_at(other)):
            self.read(key)

    @precondition(lambda self: len(self.keys) > 1)
    @rule(pick=picks, asked=_of_what_is_gone, anew=st.none() | bodies.sessions)
    def delete(self, pick: int, asked: tuple[str, str], anew: Json | None) -> None:
        """Remove a session; whatever is asked of it then, there is none. A new one of its key has nothing of the former."""
        (method, below), key = asked, self.key_at(pick)
        self.remove(key)
        self.read(key)
        self.asked(method, key, _ANY_STATUS, below, **({"json": {"name": "Back"}} if method == "PATCH" else {}))
        if anew is not None:
            self.read(self.make({"key": key, **anew}))

    @rule(pick=picks, body=bodies.sessions)
    def create_again(self, pick: int, body: Json) -> None:
        """Ask for a session whose key is in use; what is there stays as it is."""
        self.read(self.make({"key": self.key_at(pick), **body}))

    def read_back(self) -> None:
        """Read what there is, and what there is not."""
        super().read_back()
        for key in [*self.keys, *self.model.gone]:
            self.read(key)

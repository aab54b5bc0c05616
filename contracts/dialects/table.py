"""The questions that the facts leave open (api-facts §9), with the answers that deployments may give; the first is ours.

A run on a deployment finds out which answer the target gives instead of assuming ours, holds it to that answer, and prints it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

OURS = 0
ASSUMED, PROBED = "assumed", "probed"
DIALECTS_ARE = (ASSUMED, PROBED)
"""Whether a target is held to our answers, or asked for its own."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """A question that deployments may answer in different ways. `answers` begin with ours; `source` is a section of the facts."""

    name: str
    question: str
    answers: tuple[str, ...]
    source: str

    @property
    def ours(self) -> str:
        """The answer that the promises assume."""
        return self.answers[OURS]

    def known(self, answer: str) -> str:
        """Return an answer. Raises ValueError where it is none of the known ones."""
        if answer not in self.answers:
            raise ValueError(f"{self.name} is answered {' or '.join(self.answers)}, not {answer!r}")
        return answer


METADATA_PATCH = Dialect("metadata-patch", "metadata in a PATCH of a session", ("replaces", "merges"), "§9.4")
OVERRIDE_TEMPLATES = Dialect(
    "override-templates", "`${session.metadata.x}` in an argument override", ("rendered", "kept as written"), "§9.13"
)
UNRESOLVABLE_REFERENCES = Dialect(
    "unresolvable-references", "a reference that leads nowhere is refused", ("at the turn", "at creation"), "§9.15"
)
MISSING_REFERENCES = Dialect(
    "missing-references", "`${…}` without a value in an instruction", ("as written", "nothing", "refused"), "§9.12"
)
UNDECLARED_FIELDS = Dialect("undeclared-fields", "a filter on a field that no corpus declares", ("error", "no match"), "§9.41")
FOREIGN_OBJECTS = Dialect("foreign-objects", "whether an object exists, to who has no role on it", ("hidden", "told"), "§9.39")
IDLE_SINCE = Dialect(
    "idle-since", "`since` on a session that does not run", ("events since and the turn", "the turn alone", "refused"), "§9.19"
)
TAKEN_KEYS = Dialect("taken-keys", "creating a session whose key is taken", ("409", "400"), "§9.1")
AGENTS_WITH_SESSIONS = Dialect("agents-with-sessions", "deleting an agent with sessions", ("removes both", "refused"), "§9.40")
DISABLED_SESSIONS = Dialect("disabled-sessions", "an input to a disabled session", ("400", "403", "409", "422"), "§9.3")
BEARER_KEYS = Dialect("bearer-keys", "an API key as `Authorization: Bearer`", ("accepted", "refused"), "§9.35")
EVENT_LINES = Dialect("event-lines", "`event:` lines in a stream", ("sent", "left out"), "§9.18")
SESSION_ORDER = Dialect(
    "session-order", "the order of a listing of sessions", ("newest first", "oldest first", "neither"), "§9.8"
)
PAGE_KEYS = Dialect("page-keys", "the next page, when a row of this one is removed", ("goes on", "skips a row"), "§3.7")

_ROWS = (
    METADATA_PATCH,
    OVERRIDE_TEMPLATES,
    UNRESOLVABLE_REFERENCES,
    MISSING_REFERENCES,
    UNDECLARED_FIELDS,
    FOREIGN_OBJECTS,
    IDLE_SINCE,
    TAKEN_KEYS,
    AGENTS_WITH_SESSIONS,
    DISABLED_SESSIONS,
    BEARER_KEYS,
    EVENT_LINES,
    SESSION_ORDER,
    PAGE_KEYS,
)
DIALECTS: Mapping[str, Dialect] = {row.name: row for row in _ROWS}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a target answers to a question. `found` is empty where it could not be told, and `why` says why.

    `is_expected` where whoever runs the contracts has named this answer (`--dialect`): then it is no difference.
    """

    dialect: str
    found: str
    why: str = ""
    is_expected: bool = False

    @property
    def differs(self) -> bool:
        """Whether it is an answer that nobody has counted on."""
        return bool(self.found) and not self.is_expected and self.found != DIALECTS[self.dialect].ours

    def __str__(self) -> str:
        asked = DIALECTS[self.dialect]
        if not self.found:
            return f"{asked.question}: not found out ({self.why})"
        note = ", as named" if self.is_expected else f", where we assume: {asked.ours}" if self.differs else ""
        return f"{asked.question}: {self.found}{note}"


def expected_answers(entries: tuple[str, ...]) -> Mapping[str, str]:
    """Read `NAME=ANSWER` entries. Raises ValueError for a name or an answer that is not in the table."""
    expected = {}
    for entry in entries:
        name, _, answer = entry.partition("=")
        if name not in DIALECTS:
            raise ValueError(f"there is no dialect {name!r}; there are {', '.join(DIALECTS)}")
        expected[name] = DIALECTS[name].known(answer)
    return expected

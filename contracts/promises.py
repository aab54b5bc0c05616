"""Every promise that a run checks: a stable code, a sentence, its class and severity, and whether a live model keeps it exactly.

A suite test names its promise with `@keeps("SC201")`; `sessions-contracts explain SC201` and the table in README come from here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from contracts.promise import Needs, Promise

if TYPE_CHECKING:
    import pytest


_TURNS = (Needs.TURNS,)
_SEARCHES = (Needs.TURNS, Needs.CORPUS)
_KEYS = (Needs.KEYS,)
_SIDES = (Needs.TURNS, Needs.CORPUS, Needs.KEYS)
_FIELDS = (Needs.TURNS, Needs.CORPUS, Needs.CLIENTS)
_PLACES = (Needs.TURNS, Needs.CORPUS, Needs.KEYS, Needs.CLIENTS)

_ROWS = (
    Promise("SC101", "schema", "Every answer fits the document in status, headers, media type and schema.", needs=_PLACES),
    Promise("SC102", "schema", "Every answer fits the document along sequences of calls that the document links.", needs=_PLACES),
    Promise(
        "SC103",
        "schema",
        "A refusal bears the id of its request as the header does, and on 404 what was not found.",
        needs=_PLACES,
    ),
    Promise("SC104", "schema", "An answer is about what its path names, and a listing has nothing twice.", needs=_PLACES),
    Promise("SC105", "stream", "Whatever the input, the events of its answer follow the order grammar.", needs=_PLACES),
    Promise("SC106", "stream", "Whatever the input, a stream has its form, and its pieces are the stored text.", needs=_PLACES),
    Promise("SC107", "secret", "No answer shows what the document marks as secret.", needs=_PLACES),
    Promise("SC108", "template", "What a tool was called with shows values, and no reference in their place.", needs=_PLACES),
    Promise("SC201", "state", "A session that was created is read back with exactly what was sent."),
    Promise("SC202", "state", "A session without a key gets one of its own, and a name."),
    Promise("SC203", "state", "A key that is taken is refused, and the first session stays as it was."),
    Promise("SC204", "state", "PATCH changes what it names and nothing else; metadata is replaced whole."),
    Promise("SC205", "state", "A deleted session is gone: not read, not listed, its events with it.", needs=_TURNS),
    Promise("SC206", "state", "The pages of a listing joined are every session once."),
    Promise("SC207", "state", "What does not exist is answered 404 with the id that is missing."),
    Promise("SC208", "state", "Metadata of one session never shows in another."),
    Promise("SC209", "state", "A filter on a listing gives the sessions that it finds and no others."),
    Promise("SC210", "filter", "A metadata filter on a listing gives exactly the sessions whose metadata it describes."),
    Promise("SC211", "state", "A session of an alias belongs to the agent that the first true rule names, for good."),
    Promise("SC212", "state", "A session of an alias is the same by both routes, and no other alias has it.", needs=_TURNS),
    Promise("SC213", "state", "An uploaded file is listed and read back byte for byte, with its checksum.", needs=_TURNS),
    Promise("SC214", "state", "A file belongs to its session: no other one has it, and it is gone with it.", needs=_TURNS),
    Promise("SC215", "state", "Every answer of a random program of session calls is the one that a model of sessions gives."),
    Promise("SC216", "state", "Listings, their pages and filters are the model's while sessions come, change and go."),
    Promise("SC217", "state", "Events that are listed, hidden, shown, deleted and forked are the model's.", needs=_TURNS),
    Promise("SC218", "state", "Every two calls in a row, on one session or on two, leave what the model says.", needs=_TURNS),
    Promise(
        "SC219",
        "state",
        "What is removed is gone by every route, with all that hung on it, and does not come back.",
        needs=_PLACES,
    ),
    Promise("SC220", "filter", "A condition, its negation, and its field being null part a listing: none twice, none lost."),
    Promise("SC221", "filter", "AND, OR and NOT are those of sets, whatever the conditions are, and bind as documented."),
    Promise("SC222", "filter", "Comparisons, IN, LIKE and arithmetic agree with one another."),
    Promise("SC223", "filter", "A filtered listing is the same whatever the size of its pages."),
    Promise("SC224", "filter", "Filters on documents keep the relations of SC220 to SC222.", needs=(Needs.CORPUS,)),
    Promise("SC225", "filter", "A malformed filter is refused with 400, and never gives everything.", needs=(Needs.CORPUS,)),
    Promise(
        "SC226",
        "state",
        "A listing joined from its pages has every object once, and each is read back as it is listed.",
        needs=(Needs.CORPUS,),
    ),
    Promise("SC301", "stream", "Every event of a turn belongs to its session and no other session lists it.", needs=_TURNS),
    Promise("SC302", "stream", "The events of a turn follow the order grammar of the document.", needs=_SEARCHES),
    Promise("SC303", "stream", "What a turn answers is what the session lists afterwards, in order.", needs=_SEARCHES),
    Promise(
        "SC304", "stream", "A hidden event is listed only on demand, shown again it is back, deleted it is gone.", needs=_SEARCHES
    ),
    Promise("SC305", "stream", "An answer never holds what another session of the same agent was told.", needs=_TURNS),
    Promise(
        "SC306", "stream", "A fork holds the visible events of its source under new ids, and goes its own way.", needs=_TURNS
    ),
    Promise(
        "SC307",
        "stream",
        "An input with `since` is answered with every visible event behind the cursor, once, then its turn.",
        needs=_SEARCHES,
    ),
    Promise(
        "SC308", "stream", "A running session refuses an input without `since` with 409, and stores nothing of it.", needs=_TURNS
    ),
    Promise(
        "SC309",
        "stream",
        "Inputs with `since` wait behind the running turn, in order; none of their events is lost or doubled.",
        needs=_TURNS,
    ),
    Promise("SC310", "stream", "A turn goes on without its client, and `since` replays it whole.", needs=_TURNS),
    Promise(
        "SC311",
        "stream",
        "An interrupt ends the running turn: what was said is stored, and the next input is taken.",
        needs=_TURNS,
    ),
    Promise(
        "SC312", "stream", "Compaction hides exactly what its summary stands for, and keeps the newest input.", needs=_SEARCHES
    ),
    Promise(
        "SC313", "stream", "A call of a client tool waits, is told and listed alike, and goes on with its output.", needs=_TURNS
    ),
    Promise("SC314", "stream", "Outputs that do not fit the waiting calls are refused, and nothing is stored.", needs=_TURNS),
    Promise(
        "SC315",
        "stream",
        "What a sub-agent does is told between call and output; its session names the parent.",
        exact=False,
        needs=_SEARCHES,
    ),
    Promise("SC316", "stream", "A structured output fits the JSON schema of its step.", exact=False, needs=_TURNS),
    Promise("SC317", "stream", "The first condition that holds leads to its step; where none holds the turn ends.", needs=_TURNS),
    Promise("SC318", "stream", "The step that takes the next message is shown, and takes it.", needs=_TURNS),
    Promise("SC401", "stream", "A stream is server-sent events of JSON, ended by one `end` and nothing after.", needs=_SEARCHES),
    Promise(
        "SC402",
        "stream",
        "The pieces of a streamed answer joined are the stored answer that the end mark names.",
        needs=_SEARCHES,
    ),
    Promise("SC403", "stream", "What is streamed is what is stored: the same events in the same order.", needs=_SEARCHES),
    Promise(
        "SC501", "template", "The answer comes in the language that metadata gives the instruction.", exact=False, needs=_TURNS
    ),
    Promise("SC502", "template", "Changed metadata reaches the instruction from the next turn on.", exact=False, needs=_TURNS),
    Promise("SC503", "template", "`${session.metadata.x}` in an override becomes the session's value.", needs=_SEARCHES),
    Promise(
        "SC504", "template", '`{"$ref": "session.metadata.x"}` in an override becomes the session\'s value.', needs=_SEARCHES
    ),
    Promise(
        "SC505", "template", "A pinned argument is named in the call, kept out of the model's own, and wins.", needs=_SEARCHES
    ),
    Promise("SC506", "template", "A reference that leads nowhere is refused by name, and nothing is stored.", needs=_SEARCHES),
    Promise("SC507", "template", "The documented forms of a template render exactly, as the test endpoint shows."),
    Promise("SC508", "template", "A value is never read as a template, and a template reaches nothing but data.", needs=_TURNS),
    Promise("SC509", "template", "A template that cannot be read is refused where it is created, and on the turn.", needs=_TURNS),
    Promise(
        "SC510",
        "template",
        "An agent uses the version of an instruction that it names, else the latest.",
        exact=False,
        needs=_TURNS,
    ),
    Promise("SC511", "template", "A template of any documented form renders to what its parts say, whatever the metadata is."),
    Promise(
        "SC512",
        "template",
        "References and `${…}` anywhere in an override become the session's values, with their types.",
        needs=_TURNS,
    ),
    Promise(
        "SC513",
        "template",
        "A word of a session's metadata that an instruction wants said is in its answers, and in no other session's.",
        exact=False,
        needs=_TURNS,
    ),
    Promise("SC601", "access", "A session finds the documents of its own level.", needs=_SEARCHES),
    Promise("SC602", "access", "No document of another level shows anywhere in a session.", needs=_SEARCHES),
    Promise("SC603", "access", "No message of the user can widen the filter.", needs=_SEARCHES),
    Promise("SC604", "access", "No metadata value can change the shape of the filter.", needs=_SEARCHES),
    Promise("SC605", "access", "A filter on an undeclared field is an error that names the field.", needs=_SEARCHES),
    Promise("SC606", "secret", "A secret of a session is never shown again.", needs=_SEARCHES),
    Promise("SC607", "secret", "A secret of an agent is never shown again.", needs=_SEARCHES),
    Promise("SC608", "secret", "Only the waiting call of a client tool has its secrets in clear.", needs=_TURNS),
    Promise(
        "SC609",
        "secret",
        "The secret of a key or an app client shows when it is made, and never again.",
        needs=(*_KEYS, Needs.CLIENTS),
    ),
    Promise("SC610", "secret", "No secret gets into the log.", needs=(*_SEARCHES, Needs.PROCESS)),
    Promise("SC701", "access", "Without a known credential nothing is answered but 401.", needs=_PLACES),
    Promise("SC702", "access", "A viewer may not write; a user may not read the history.", needs=(*_TURNS, Needs.ROLES)),
    Promise("SC703", "access", "A role permits the operations that the document names for it, and no other.", needs=_PLACES),
    Promise("SC704", "access", "Who is refused changes nothing.", needs=_PLACES),
    Promise("SC705", "access", "A role on one agent or corpus counts on that one alone.", needs=_PLACES),
    Promise("SC706", "access", "Who has roles on single agents is shown these alone.", needs=_KEYS),
    Promise("SC707", "access", "Who is no administrator sees and changes only the keys that he made.", needs=_KEYS),
    Promise("SC708", "access", "Nobody makes a key that may do more than he may himself.", needs=(*_SEARCHES, Needs.KEYS)),
    Promise("SC709", "access", "A disabled key is refused, and good again when it is enabled.", needs=_PLACES),
    Promise("SC710", "access", "A token permits what the roles of its app client do.", needs=_PLACES),
    Promise("SC711", "access", "A token is refused after its time.", needs=(*_PLACES, Needs.SHORT_TOKENS)),
    Promise("SC712", "access", "Neither status nor text tells whether an object exists to who may not see it.", needs=_PLACES),
    Promise(
        "SC713",
        "access",
        "Nothing of one account shows in another, whatever is asked or written there.",
        needs=(*_PLACES, Needs.ACCOUNT),
    ),
    Promise("SC714", "access", "Nothing of one agent, session, corpus or user shows in another of its account.", needs=_SIDES),
    Promise("SC801", "robustness", "A request that is refused stores nothing.", needs=_TURNS),
    Promise("SC802", "robustness", "A text is given back as it was sent, to the character, or it is refused.", needs=_FIELDS),
    Promise("SC803", "robustness", "What cannot be read is refused by name, and never fails the server.", needs=_FIELDS),
    Promise("SC804", "robustness", "No text can break the frames of a stream.", needs=_SEARCHES),
    Promise("SC805", "robustness", "No text in one object keeps another from being read, listed or found.", needs=_TURNS),
    Promise(
        "SC901", "concurrency", "What several clients are answered on one session is explained by some order of their calls."
    ),
    Promise("SC902", "concurrency", "Of concurrent creations of one key exactly one succeeds, and its session is there."),
    Promise("SC903", "concurrency", "Concurrent patches are never mixed, nor seen half done."),
    Promise(
        "SC904",
        "concurrency",
        "An event hidden, shown and deleted at once is in the state that some order gives it.",
        needs=_TURNS,
    ),
    Promise("SC905", "concurrency", "A listing while sessions come and go shows what is there, and nothing that never was."),
)

GENERATED = "SC1"
"""How the codes begin of what generated requests check."""

PROMISES: Mapping[str, Promise] = {promise.code: promise for promise in _ROWS}


def wants_generated(beginnings: str) -> bool:
    """Say whether promises that generated requests check are among those asked for: codes or their beginnings, none for all."""
    return any(code.startswith(GENERATED) for code in asked_for(beginnings))


def asked_for(beginnings: str) -> frozenset[str]:
    """Return the promises that are asked for by their codes or beginnings of these, by none all of them."""
    wanted = tuple(filter(None, beginnings.upper().split(",")))
    return frozenset(code for code in PROMISES if not wanted or code.startswith(wanted))


def keeps(*codes: str) -> "pytest.MarkDecorator":
    """Mark a test as the check of promises. Raises KeyError for a code that is not in the table.

    Where there are several, the test tells which of them an answer breaks (`contracts.generated.judging`).
    """
    import pytest  # noqa: PLC0415 - the table is read without it, where the extra is not installed

    return pytest.mark.promise(*(PROMISES[code].code for code in codes))

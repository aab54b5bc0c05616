"""Every refusal of the mock, as one table: the stable code, what kind it is, what it means, how to mend it.

`Refused` is the only exception by which the mock says no. What HTTP answers to a `Kind` is decided in `mockserver.pipeline`;
`sessions-mock explain CODE` and the table in README are made from `REFUSALS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What sort of refusal it is; `pipeline.STATUS` maps each to its HTTP status, but WISHED: there the request names it."""

    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    WRONG_METHOD = "wrong_method"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    HEADERS_TOO_LARGE = "headers_too_large"
    UNSUPPORTED_MEDIA = "unsupported_media"
    UNPROCESSABLE = "unprocessable"
    WISHED = "wished"
    RATE_LIMITED = "rate_limited"
    FAILED = "failed"
    BAD_GATEWAY = "bad_gateway"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row of the table: code, kind, and two sentences for a person."""

    code: str
    kind: Kind
    meaning: str
    remedy: str


_ROWS = (
    (
        "SM101",
        Kind.UNAUTHENTICATED,
        "The request carries no credential.",
        "Send `x-api-key: KEY` or `Authorization: Bearer KEY`.",
    ),
    (
        "SM102",
        Kind.UNAUTHENTICATED,
        "The credential is not known.",
        "Use a key of the start banner, e.g. `mock-owner`.",
    ),
    (
        "SM103",
        Kind.UNAUTHENTICATED,
        "Two credentials that differ were sent.",
        "Send one of `x-api-key` and `Authorization`.",
    ),
    ("SM104", Kind.UNAUTHENTICATED, "The API key is disabled.", "PATCH it with `enabled: true`, or use another one."),
    ("SM105", Kind.UNAUTHENTICATED, "The token has expired.", "Get another one from /oauth/token."),
    (
        "SM106",
        Kind.UNAUTHENTICATED,
        "The token is not good here (any more).",
        "Get another one from /oauth/token, with the X-Test-Id that the request has.",
    ),
    (
        "SM107",
        Kind.UNAUTHENTICATED,
        "Client id and secret do not belong together.",
        "Use those that POST /v2/app_clients showed.",
    ),
    (
        "SM110",
        Kind.FORBIDDEN,
        "The caller holds none of the roles that the operation asks for.",
        "Use a key with one of the roles named.",
    ),
    (
        "SM120",
        Kind.UNAUTHENTICATED,
        "The admin API needs its token.",
        "Send `X-Admin-Token: TOKEN`; the start banner shows it, or the setting `admin_token` gives it.",
    ),
    (
        "SM121",
        Kind.FORBIDDEN,
        "The admin API is for this machine, and the `Host` header names another one.",
        "Use `localhost` or `127.0.0.1`; to be reached by others, listen on another `host`, with a token.",
    ),
    (
        "SM122",
        Kind.FORBIDDEN,
        "The admin API is not for pages of other origins.",
        "Call it from a program, or from a page of the mock itself.",
    ),
    (
        "SM123",
        Kind.FORBIDDEN,
        "Pages of this origin may not call the API.",
        "Add the origin to the setting `cors_origins`.",
    ),
    ("SM201", Kind.INVALID, "The body is not JSON.", "Mend the JSON at the line and column named."),
    ("SM202", Kind.INVALID, "The operation needs a body and none was sent.", "Send a JSON object."),
    ("SM203", Kind.INVALID, "The body breaks the schema of the operation.", "Mend the fields named in `field_errors`."),
    (
        "SM204",
        Kind.INVALID,
        "A path, query or header parameter breaks its schema.",
        "Mend the parameters named in `field_errors`.",
    ),
    (
        "SM205",
        Kind.UNSUPPORTED_MEDIA,
        "The media type of the body is not accepted.",
        "Send `Content-Type: application/json`, or a type that the message names.",
    ),
    ("SM206", Kind.TOO_LARGE, "The body is over the limit.", "Send less, or raise the setting named."),
    ("SM207", Kind.UNKNOWN, "No operation has this path.", "`sessions-mock routes` lists them."),
    (
        "SM208",
        Kind.WRONG_METHOD,
        "The path has no operation with this method.",
        "Use a method named in the `Allow` header.",
    ),
    (
        "SM209",
        Kind.INVALID,
        "The page key is not one that this listing gave out.",
        "Start again without `page_key`, same filters.",
    ),
    (
        "SM210",
        Kind.INVALID,
        "The `filter` is not a regular expression in RE2 syntax.",
        "See the RE2 syntax; no look-around.",
    ),
    ("SM211", Kind.INVALID, "Several values were given for a parameter that takes one.", "Send it once."),
    ("SM220", Kind.INVALID, "The Content-Type of a multipart body has no boundary.", "Let the HTTP client write this header."),
    ("SM221", Kind.INVALID, "The body is not multipart with this boundary.", "Look at the byte named; see RFC 7578."),
    ("SM222", Kind.INVALID, "The multipart body is cut off.", "Send it whole, with the boundary that closes it."),
    (
        "SM223",
        Kind.INVALID,
        "The headers of a part of the form cannot be used.",
        'Send `Content-Disposition: form-data; name="…"`, once, in UTF-8, and the bytes without an encoding.',
    ),
    ("SM224", Kind.INVALID, "A part of the form that takes one value is given several times.", "Send it once."),
    ("SM225", Kind.INVALID, "A text in the form is not UTF-8.", "Send UTF-8; bytes of any kind belong into `files`."),
    ("SM226", Kind.INVALID, "The form has neither messages nor files.", "Send one of the parts named."),
    ("SM227", Kind.INVALID, "The form has too many parts.", "Send fewer files at once."),
    ("SM228", Kind.INVALID, "A part of the form that is a file has no file name.", "Send it as a file: `curl -F files=@PATH`."),
    (
        "SM212",
        Kind.INVALID,
        "A preference of the mock (`Prefer`, `X-Mock-Scenario`, `X-Mock-Physics`) cannot be read.",
        "Mend the header named in `field_errors`.",
    ),
    (
        "SM213",
        Kind.INVALID,
        "A header `X-Mock-Chaos-…` names no fault, or a value that the fault does not take.",
        "Mend the headers named in `field_errors`; `GET /__admin/chaos` lists what there is.",
    ),
    (
        "SM214",
        Kind.INVALID,
        "`Prefer: code=` asks for an error that the operation does not declare.",
        "Use a status named; `X-Mock-Chaos-Status` gives others.",
    ),
    ("SM216", Kind.INVALID, "The X-Test-Id cannot be used.", "Send 1 to 100 letters, digits or . _ : -"),
    (
        "SM217",
        Kind.RATE_LIMITED,
        "There are too many worlds of tests, and in each of them something runs.",
        "End some by DELETE /__admin/tests/ID, or allow more with the setting `test_worlds`.",
    ),
    ("SM215", Kind.WISHED, "The error was asked for by `Prefer: code=`.", "Leave the preference out."),
    (
        "SM230",
        Kind.INVALID,
        "There is no scenario of the name that the request or the session's metadata gives.",
        "Use a name that `sessions-mock scenarios` or `GET /__admin/scenarios` lists.",
    ),
    (
        "SM240",
        Kind.HEADERS_TOO_LARGE,
        "The headers are over the limit.",
        "Send fewer or shorter ones, or raise the setting `max_header_bytes`.",
    ),
    (
        "SM241",
        Kind.RATE_LIMITED,
        "The credential sends more requests than the setting `requests_per_second` permits.",
        "Wait as `Retry-After` says, then send again.",
    ),
    (
        "SM242",
        Kind.RATE_LIMITED,
        "The credential has as many streams open as the setting `streams_per_key` permits.",
        "Let one end, or close it.",
    ),
    (
        "SM243",
        Kind.RATE_LIMITED,
        "The world holds as many objects as the setting `max_objects` permits; events and files count.",
        "Delete some, e.g. sessions.",
    ),
    (
        "SM250",
        Kind.UNKNOWN,
        "The recording that is replayed has no such request.",
        "Send what was recorded, record it, or let the mock simulate it: `--unmatched simulate`.",
    ),
    (
        "SM290",
        Kind.INVALID,
        "The `metadata_filter` cannot be read.",
        "Mend it at the character named; texts stand in single quotes.",
    ),
    ("SM301", Kind.UNKNOWN, "There is no such agent.", "Create it, or list the agents."),
    (
        "SM302",
        Kind.UNKNOWN,
        "There is no such session under this agent or alias (any more).",
        "Create it; `tti_minutes` may have ended it.",
    ),
    ("SM303", Kind.UNKNOWN, "There is no such event in this session.", "List the session's events."),
    ("SM304", Kind.UNKNOWN, "There is no such corpus.", "Create it, or list the corpora."),
    ("SM305", Kind.UNKNOWN, "There is no such document in this corpus.", "Create it, or list the corpus's documents."),
    ("SM306", Kind.UNKNOWN, "There is no such instruction.", "Create it, or list the instructions."),
    ("SM307", Kind.UNKNOWN, "The instruction has no such version.", "Leave `version` out for the latest."),
    ("SM308", Kind.UNKNOWN, "There is no such tool.", "Create it, or list the tools."),
    ("SM309", Kind.UNKNOWN, "There is no such alias.", "Create it, or list the aliases."),
    ("SM311", Kind.CONFLICT, "An agent with this key exists.", "Choose another key, or leave it out."),
    ("SM312", Kind.CONFLICT, "An agent with this name exists.", "Agent names are unique: choose another."),
    ("SM313", Kind.CONFLICT, "The agent has a session with this key.", "Choose another key, or leave it out."),
    ("SM314", Kind.CONFLICT, "A corpus with this key exists.", "Choose another key."),
    ("SM315", Kind.CONFLICT, "The corpus has a document with this id.", "Delete it first: documents are not replaced."),
    ("SM316", Kind.UNKNOWN, "There is no such artifact in this session (any more).", "List them; `ttl_days` may be over."),
    ("SM317", Kind.UNKNOWN, "The agent has no such schedule.", "Create it, or list the agent's schedules."),
    (
        "SM390",
        Kind.CONFLICT,
        "Two credentials of the world are the same.",
        "Give every API key and every app client of all worlds a secret and an id of its own.",
    ),
    (
        "SM391",
        Kind.FORBIDDEN,
        "The caller may not give roles that go beyond its own.",
        "Give fewer roles, or use a key with those named.",
    ),
    (
        "SM392",
        Kind.UNKNOWN,
        "There is no such API key.",
        "List the API keys.",
    ),
    (
        "SM394",
        Kind.FORBIDDEN,
        "The API key is not one that the caller made; it may not exist.",
        "Use a key that the caller made; only owners and administrators manage those of others.",
    ),
    ("SM393", Kind.UNKNOWN, "There is no such app client.", "List the app clients."),
    ("SM320", Kind.CONFLICT, "The session is running a turn.", "Wait for its end, or send `since` to queue the input."),
    (
        "SM319",
        Kind.CONFLICT,
        "The session waits for the outputs of client tools.",
        "Send a `tool_output` for the outstanding calls, or an `interrupt` to give them up.",
    ),
    ("SM321", Kind.INVALID, "The session is disabled.", "PATCH it with `enabled: true`."),
    ("SM322", Kind.INVALID, "The agent is disabled.", "PATCH it with `enabled: true`."),
    ("SM323", Kind.INVALID, "The corpus is disabled.", "PATCH it with `enabled: true`."),
    (
        "SM330",
        Kind.INVALID,
        "The agent's parts do not fit together, or one of them is missing.",
        "Mend the fields named in `field_errors`.",
    ),
    ("SM332", Kind.INVALID, "A fork names both of two event ids that exclude each other.", "Send one of them."),
    ("SM333", Kind.INVALID, "The event that a fork ends with is not in the source session.", "Use an event of that session."),
    ("SM340", Kind.INVALID, "The template of the instruction cannot be read.", "Mend it at the line and column named."),
    ("SM341", Kind.CONFLICT, "The version of the instruction is in use.", "Change the agents that use it first."),
    ("SM370", Kind.UNKNOWN, "The alias is disabled and creates no sessions.", "PATCH it with `enabled: true`."),
    ("SM371", Kind.CONFLICT, "An alias with this key exists.", "Choose another key."),
    ("SM372", Kind.CONFLICT, "The alias still has sessions.", "Delete the sessions that were created through it first."),
    ("SM373", Kind.CONFLICT, "The alias has a session with this key.", "Choose another key, or leave it out."),
    ("SM374", Kind.INVALID, "The policy of the alias cannot be used.", "Mend the fields named in `field_errors`."),
    ("SM375", Kind.INVALID, "No rule of the alias matches the session.", "Add a last rule without `match`."),
    ("SM376", Kind.INVALID, "The partition of the session is null.", "Give the session what `partition_by` reads."),
    ("SM377", Kind.INVALID, "The agent that the alias leads to is gone.", "Create it again, or PUT another policy."),
    (
        "SM380",
        Kind.INVALID,
        "The times of the schedule cannot be used.",
        "Mend the field named: a duration from `PT1S` to `P100Y`, or five fields of cron that match some day.",
    ),
    ("SM381", Kind.CONFLICT, "The agent has a schedule with this key.", "Choose another key, or leave it out."),
    (
        "SM350",
        Kind.INVALID,
        "A schema of the tool is no JSON schema of draft 2020-12, or uses what is left out: references, `unevaluated…`.",
        "Mend the fields named in `field_errors`; write what `$ref` points to in its place.",
    ),
    ("SM351", Kind.CONFLICT, "A tool with this name exists.", "Tool names are unique: choose another."),
    ("SM352", Kind.CONFLICT, "The tool is in use.", "Take it out of the agents named, then delete it."),
    (
        "SM401",
        Kind.UNPROCESSABLE,
        "A template of the agent cannot be rendered.",
        "Mend it at the line and column named.",
    ),
    (
        "SM402",
        Kind.UNPROCESSABLE,
        "A reference in a tool's overrides leads nowhere.",
        "Give the session the metadata named.",
    ),
    ("SM403", Kind.INVALID, "The message names a skill that the agent does not have.", "Use a skill of the agent."),
    (
        "SM404",
        Kind.INVALID,
        "No tool call with this event id waits for an output.",
        "Only client tools that are pending take one.",
    ),
    (
        "SM405",
        Kind.INVALID,
        "`since` names an event that is not in this session.",
        "Use `start` or the id of an event.",
    ),
    ("SM406", Kind.UNPROCESSABLE, "An instruction that the agent refers to is gone.", "Change the agent, or create it again."),
    ("SM407", Kind.INVALID, "The output of a client tool does not fit its schema.", "Mend the fields named in `field_errors`."),
    ("SM410", Kind.INVALID, "The event to compact up to is not in the session.", "Use a visible event of the session."),
    ("SM411", Kind.UNPROCESSABLE, "No value fits the schema of a step's structured output.", "Mend the schema."),
    ("SM420", Kind.BAD_GATEWAY, "The turn broke off, as its scenario wants it.", "Choose another scenario."),
    ("SM421", Kind.BAD_GATEWAY, "The turn broke off by a defect of the mock.", "Look into the mock's log, and report it."),
    ("SM501", Kind.RATE_LIMITED, "Chaos: too many requests.", "Wait as `Retry-After` says, then send again."),
    ("SM502", Kind.FAILED, "Chaos: the service failed.", "Send again, or take the fault away."),
    ("SM503", Kind.BAD_GATEWAY, "Chaos: the service behind the gateway gave no answer.", "Send again, or take the fault away."),
    (
        "SM504",
        Kind.UNAVAILABLE,
        "Chaos: the service is not available.",
        "Wait as `Retry-After` says, then send again.",
    ),
)

REFUSALS: Mapping[str, Refusal] = {code: Refusal(code, kind, meaning, remedy) for code, kind, meaning, remedy in _ROWS}


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """The mock says no: `code` of the table, a message about this case, fields that are wrong, the id that is missing.

    `retry_after` says in how many seconds the same request may pass, None where no waiting helps.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        missing_id: str | None = None,
        retry_after: int | None = 1,
    ) -> None:
        super().__init__(message)
        self.refusal = REFUSALS[code]
        self.message = message
        self.fields = fields or {}
        self.missing_id = missing_id
        self.retry_after = retry_after

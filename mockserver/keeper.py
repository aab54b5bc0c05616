"""Keeps secrets back: remembers what is secret, masks it in answers, and takes it out of texts, logs and the journal.

What callers send and answers hand out where the document marks it, the credentials of callers, and the secrets of world files
are remembered for a while. What operators read (the admin API, the log) is searched for all of it. A refusal is searched for what
the same caller gave: another's secret is not in it, and a mask would tell a caller that a guess was right.
"""

import json
import logging
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from threading import Lock
from typing import Any
from urllib.parse import quote, unquote_plus
from weakref import WeakSet

import orjson

from mockserver.domain.agents import Agent
from mockserver.domain.redaction import forms_of, redacted_text, redacted_texts
from mockserver.domain.secrecy import SENSITIVE_HEADERS, Shape, redacted, secrets_in
from mockserver.operations.call import Call, Reply

MOST_SECRETS = 4096
MOST_CHARACTERS = 1 << 20
_WORLD = ""
_ERROR_FRAME = b"event: error\n"
_BAD = 400
_REQUEST_ID = "request_id"
_LOGGERS = ("sessionsuite.mock", "mockserver")
"""The mock's own, and that of its Flask application."""
_TRACEBACKS = logging.Formatter()


class _LogFilter(logging.Filter):
    """Takes secrets out of messages and of the texts of exceptions, for every mock of this process that still is in use."""

    def __init__(self) -> None:
        super().__init__()
        self._keepers: WeakSet[Keeper] = WeakSet()

    def watch(self, keeper: "Keeper") -> None:
        """Let this mock's secrets not get into the log."""
        self._keepers.add(keeper)
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Write the record out without secrets; what it was made of goes no further."""
        record.msg, record.args = self._told(record.getMessage()), None
        if record.exc_info:
            record.exc_text = self._told(_TRACEBACKS.formatException(record.exc_info))
            record.exc_info = None
        return True

    def _told(self, text: str) -> str:
        """Look for what all mocks know at once: a mask for a short secret of one would hide a longer one of another."""
        return redacted_text(text, [form for keeper in tuple(self._keepers) for form in keeper.forms()])


_IN_LOGS = _LogFilter()


class Keeper:
    """Remembers the secrets that came last, `MOST_SECRETS` of at most `MOST_CHARACTERS` together; older ones are forgotten."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[tuple[str, str], frozenset[str]] = OrderedDict()
        self._characters = 0
        _IN_LOGS.watch(self)

    def note(self, secrets: Iterable[str], giver: str = _WORLD) -> None:
        """Remember secrets, and who gave them."""
        for secret in secrets:
            with self._lock:
                if (giver, secret) in self._known:
                    self._known.move_to_end((giver, secret))
                elif forms := forms_of(secret):
                    self._known[giver, secret] = forms
                    self._characters += len(secret)
                    self._forget()

    def note_agents(self, agents: Iterable[Agent], shape: Shape) -> None:
        """Remember the secrets that agents of a world file have; `shape` is that of their configuration."""
        for agent in agents:
            self.note((*agent.secrets.values(), *secrets_in(agent.config, shape)))

    def _forget(self) -> None:
        while len(self._known) > MOST_SECRETS or self._characters > MOST_CHARACTERS:
            (_, secret), _ = self._known.popitem(last=False)
            self._characters -= len(secret)

    def note_call(self, call: Call, headers: Mapping[str, str]) -> None:
        """Remember the credentials of a caller who is known, and the secrets of a valid body."""
        giver = _giver(headers)
        self.note((one for one in credentials_in(headers) if (giver, one) not in self._known), giver)
        if shape := call.operation.secrecy.request:
            self.note(secrets_in(call.body, shape), giver)

    def masked(self, call: Call, headers: Mapping[str, str], reply: Reply) -> Reply:
        """Mask the secret fields of an answer, except where the operation is there to show them: then they are remembered."""
        secrecy = call.operation.secrecy
        if reply.stream is not None:
            return replace(reply, stream=self._told_frames(reply.stream, _giver(headers)))
        if secrecy.is_shown:
            self.note(secrets_in(reply.body, secrecy.answer), _giver(headers))
            return reply
        return replace(reply, body=redacted(reply.body, secrecy.answer)) if secrecy.answer else reply

    def _told_frames(self, frames: Iterator[bytes], giver: str) -> Iterator[bytes]:
        for frame in frames:
            yield self._told_frame(frame, giver) if frame.startswith(_ERROR_FRAME) else frame

    def _told_frame(self, frame: bytes, giver: str) -> bytes:
        opening, data = frame.split(b"data: ", 1)
        return b"".join((opening, b"data: ", _ascii_json(redacted_texts(orjson.loads(data), self.forms(giver))), b"\n\n"))

    def refusal(self, headers: Mapping[str, str], reply: Reply) -> Reply:
        """Take out of a refusal what its caller gave as a secret, now or before; any other reply is as it was.

        The members of a refusal keep their names, and its request id is the mock's own: neither is what somebody gave.
        """
        if reply.status < _BAD or not isinstance(reply.body, Mapping):
            return reply
        giver = _giver(headers)
        forms = self.forms(giver) if giver else []
        for credential in credentials_in(headers):
            forms += () if (giver, credential) in self._known else forms_of(credential)
        told = {name: value if name == _REQUEST_ID else redacted_texts(value, forms) for name, value in reply.body.items()}
        return replace(reply, body=told)

    def told(self, value: Any) -> Any:
        """Take every secret out of the texts of a JSON value."""
        return redacted_texts(value, self.forms())

    def told_text(self, text: str) -> str:
        """Take every secret out of a text."""
        return redacted_text(text, self.forms())

    def journal(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Take every secret out of requests that were noted, in whatever way their queries are encoded."""
        forms = self.forms()
        return [redacted_texts({**row, "query": _told_query(row["query"], forms)}, forms) for row in rows]

    def forms(self, giver: str | None = None) -> list[str]:
        """Return how the secrets that are known may be written, of all or of one giver."""
        with self._lock:
            return [form for (by, _), forms in self._known.items() if giver is None or by == giver for form in forms]


def _told_query(query: str, forms: list[str]) -> str:
    plain = unquote_plus(query)
    masked = redacted_text(plain, forms)
    return query if masked == plain else quote(masked, safe="/!$'()*+,;:@?=&~", errors="replace")


def _ascii_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def _giver(headers: Mapping[str, str]) -> str:
    """Return what tells callers apart: the credentials that they send. Those that send none are never taken for each other."""
    sent = (headers.get("x-api-key"), headers.get("authorization"))
    return str(hash(sent)) if any(sent) else _WORLD


def credentials_in(headers: Mapping[str, str]) -> Iterator[str]:
    """Return what identifies a caller, as it was sent and without the word before it; header names in lower case."""
    for name in SENSITIVE_HEADERS & headers.keys():
        scheme, _, credential = headers[name].partition(" ")
        yield from (headers[name], credential) if scheme.isalpha() else (headers[name],)

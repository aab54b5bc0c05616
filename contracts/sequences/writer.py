"""Finds the variables of a sequence."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from contracts.sequences.forms import Form, form_of
from contracts.sequences.names import SECRETS, At, sent, told
from contracts.sequences.steps import REMOVER, RUN, Capture, Known, Step, Steps, made_by
from contracts.sequences.texts import Text, Variable
from contracts.wire.exchange import Exchange

LEAST_PAUSE_SECONDS = 0.8
_CREDENTIALS = {"x-api-key": "", "authorization": "Bearer "}
_MADE_BY_CLIENTS = {"host", "user-agent", "accept-encoding", "connection", "content-length", "transfer-encoding"}
_WORD_END = r"[A-Za-z0-9_-]"
_LEAST_SECRET = 8
_SINGULAR = re.compile(r"(ies|s)$")


def steps_of(exchanges: Sequence[Exchange], known: Known) -> Steps:
    """Find the variables of a sequence."""
    writer = _Writer(known)
    later = _words_behind(exchanges)
    steps = []
    for index, exchange in enumerate(exchanges):
        steps.append(writer.step(exchange, later[index], exchanges[:index]))
    if any(step.made for step in steps):
        writer.needed |= {REMOVER: known.credentials[REMOVER]}
    return Steps(tuple(steps), writer.needed, dict(writer.values))


def _words_behind(exchanges: Sequence[Exchange]) -> list[frozenset[str]]:
    """Return the words that are sent behind each exchange."""
    behind, words = [], frozenset[str]()
    for exchange in reversed(exchanges):
        behind.append(words)
        words |= sent(exchange)
    return behind[::-1]


class _Writer:
    def __init__(self, known: Known) -> None:
        self._known = known
        self._seen: set[str] = set()
        self._hidden = {value: f"${name}" for name, (value, _) in known.credentials.items()}
        self._taken = {RUN, "URL", "ANSWER", *known.credentials}
        self._credentials = {value: name for name, (value, _) in reversed([*known.credentials.items()])}
        self.values: dict[str, str] = {value: name for value, name in self._credentials.items() if len(value) >= _LEAST_SECRET}
        self.needed: dict[str, tuple[str, str]] = {}
        self._known_later = dict(known.credentials)

    def step(self, exchange: Exchange, later: frozenset[str], before: Sequence[Exchange]) -> Step:
        self._seen |= sent(exchange)
        made = made_by(exchange, self._known.base_path)
        step = Step(
            method=exchange.method,
            target=self._text(exchange.path.removeprefix(self._known.base_path), is_url=True),
            headers=tuple(self._headers(exchange)),
            body=self._body(exchange),
            captures=tuple(self._captures(exchange, later | {made.rpartition("/")[2]})),
            exchange=exchange,
            pause=_pause(exchange, before),
        )
        step = replace(step, told=self._told(exchange), made=self._text(made, is_url=True) if made else ())
        self._need(step)
        return step

    def _headers(self, exchange: Exchange) -> Iterator[tuple[str, Text]]:
        is_form = exchange.sent_media_type == "multipart/form-data"
        for name, value in exchange.headers.items():
            if name in _CREDENTIALS:
                yield name, self._credential(value, _CREDENTIALS[name])
            elif name not in _MADE_BY_CLIENTS and (name, value) != ("accept", "*/*") and not (is_form and name == "content-type"):
                yield name, self._text(value)

    def _credential(self, value: str, prefix: str) -> Text:
        """Write a credential as a variable, whatever it is; only what everybody knows may stand there."""
        secret = value.removeprefix(prefix)
        if secret in self._known.harmless:
            return (value,)
        names = self._credentials | self.values
        if secret not in names:
            name = names[secret] = self._credentials[secret] = self._new("CREDENTIAL")
            self._hidden[secret] = f"${name}"
            self._known_later[name] = secret, "a credential whose origin the run does not know"
        before = value[: len(value) - len(secret)]
        return (*((before,) if before else ()), Variable(names[secret]))

    def _body(self, exchange: Exchange) -> Text | bytes | Form:
        if exchange.sent_media_type == "multipart/form-data" and (form := form_of(exchange)):
            return Form(tuple(replace(part, content=self._content(part.content)) for part in form.parts))
        return self._content(exchange.body)

    def _content(self, content: bytes | Text) -> Text | bytes:
        """Put variables into what is text."""
        if isinstance(content, tuple):
            return content
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            return content
        return content if "\0" in text else self._text(text)

    def _text(self, text: str, *, is_url: bool = False) -> Text:
        """Put variables in the places of their values."""
        values = {quote(value, safe=""): name for value, name in self.values.items()} if is_url else self.values
        parts: list[str | Variable] = []
        at = 0
        for found in self._pattern(values).finditer(text):
            name = RUN if found[0] == self._known.run_id else values[found[0]]
            parts += [text[at : found.start()], Variable(name, is_escaped=is_url and name != RUN)]
            at = found.end()
        return tuple(part for part in (*parts, text[at:]) if part != "")

    def _pattern(self, values: Mapping[str, str]) -> re.Pattern[str]:
        words = "|".join(map(re.escape, sorted(values, key=lambda value: -len(value))))
        whole = f"(?<!{_WORD_END})(?:{words})(?!{_WORD_END})|" if words else ""
        return re.compile(whole + re.escape(self._known.run_id))

    def _captures(self, exchange: Exchange, later: frozenset[str]) -> Iterator[Capture]:
        for at, frame, value in told(exchange):
            if value in later and value not in self.values and value not in self._seen:
                self.values[value] = name = self._new(_called(exchange, at))
                if at[-1] in SECRETS:
                    self._hidden[value] = f"${name}"
                yield Capture(name, at, frame)
        self._seen |= {value for _, _, value in told(exchange)}

    def _told(self, exchange: Exchange) -> str:
        """Write an answer without any credential."""
        hidden = {value: "<a secret>" for at, _, value in told(exchange) if at and at[-1] in SECRETS}
        hidden |= {value: name for value, name in self._hidden.items() if len(value) >= _LEAST_SECRET}
        text = exchange.answer.decode("utf-8", "replace")
        for value, shown in hidden.items():
            text = text.replace(value, shown)
        return text

    def _new(self, name: str) -> str:
        number, free = 2, name
        while free in self._taken:
            free, number = f"{name}_{number}", number + 1
        self._taken.add(free)
        return free

    def _need(self, step: Step) -> None:
        for name in (part.name for text in _texts(step) for part in text if isinstance(part, Variable)):
            if name in self._known_later:
                self.needed[name] = self._known_later[name]


def _texts(step: Step) -> Iterator[Text]:
    yield step.target
    yield step.made
    yield from (text for _, text in step.headers)
    bodies = [part.content for part in step.body.parts] if isinstance(step.body, Form) else [step.body]
    yield from (body for body in bodies if isinstance(body, tuple))


def _called(exchange: Exchange, at: At) -> str:
    """Name a variable after what it is: by its field, and where that is `id` or `key`, by what has it."""
    field = next((str(part) for part in reversed(at) if isinstance(part, str)), "value")
    if field in {"id", "key"}:
        parts = [part for part in at[:-1] if isinstance(part, str)] or exchange.place.strip("/").split("/")
        field = f"{_SINGULAR.sub(lambda end: 'y' if end[0] == 'ies' else '', parts[-1])}_{field}"
    return re.sub(r"\W", "_", field).upper()


def _pause(exchange: Exchange, before: Iterable[Exchange]) -> float:
    """Return the seconds that nothing was said, where they are long enough to have been meant."""
    ends = [one.ended for one in before if one.ended is not None]
    quiet = exchange.began - max(ends) if ends else 0.0
    return quiet if quiet >= LEAST_PAUSE_SECONDS else 0.0

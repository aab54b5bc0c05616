"""A sequence as a script of curl commands for bash, to be pasted as a whole, as often as one likes."""

import base64
import json
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence

from contracts.sequences.forms import Form
from contracts.sequences.steps import REMOVER, Capture, Step, Steps
from contracts.sequences.texts import Text, Variable, written

_CHARACTERS_OF_ANSWER = 400
_URI = "uri() { jq -rn --arg text \"$1\" '$text | @uri'; }"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def script(steps: Steps, base_url: str | None, told: Iterable[str]) -> str:
    """Write a sequence; `told` are lines about it. `base_url` is None where the target was in the run's process."""
    body = list(_steps(steps.steps))
    lines = [
        "#!/usr/bin/env bash",
        *(f"# {line}" for text in told for line in text.splitlines()),
        "# Needs bash, curl and jq. What it makes bears its own RUN, and is removed at its end.",
        *_settings(steps, base_url),
        *([_URI] if any("$(uri " in line for line in body) else []),
        *(["FILES=$(mktemp -d)"] if any("$FILES" in line for line in body) else []),
        *body,
        *_removal(steps.steps),
    ]
    return "\n".join(lines) + "\n"


def _settings(steps: Steps, base_url: str | None) -> Iterator[str]:
    if base_url is None:
        yield ': "${URL:=http://127.0.0.1:4010}"  # the run had the target in its own process: say where it is served'
    else:
        yield f': "${{URL:={base_url}}}"'
    for name, (_, meaning) in steps.needed.items():
        yield f': "${{{name}:?{meaning}}}"'
    yield ': "${RUN:=r$RANDOM$RANDOM}"  # in the names of all that this makes'


def _steps(steps: Sequence[Step]) -> Iterator[str]:
    """Write requests one after the other; those whose answers were still read when others were sent run beside these."""
    beside: list[Step] = []
    for number, step in enumerate(steps, 1):
        yield ""
        if beside and not any(_lasts(one, step) for one in beside):
            yield "wait"
            beside.clear()
        following = steps[number] if number < len(steps) else None
        if step.pause:
            yield f"sleep {step.pause:.0f}"
        yield f"# {number}. {_answered(step)}"
        yield from _files(number, step)
        if following and _lasts(step, following):
            beside.append(step)
            yield from _beside(number, step)
        else:
            yield from _alone(number, step)
    if beside:
        yield from ("", "wait")


def _lasts(step: Step, following: Step) -> bool:
    """Say whether an answer was still read when another request was sent."""
    ended = step.exchange.ended
    return ended is None or ended > following.exchange.began


def _alone(number: int, step: Step) -> Iterator[str]:
    command = _command(number, step)
    if step.captures:
        yield f"ANSWER=$({command})"
        yield "printf '%s\\n' \"$ANSWER\""
        yield from map(_capture, step.captures)
    else:
        yield command


def _beside(number: int, step: Step) -> Iterator[str]:
    """Run a request in the background, and go on when its answer has begun."""
    command = _command(number, step)
    if step.captures:
        yield f'{command} | tee "$FILES/answer-{number}" &'
        yield "sleep 1"
        yield f'ANSWER=$(cat "$FILES/answer-{number}")'
        yield from map(_capture, step.captures)
    else:
        yield f"{command} &"
        yield "sleep 1"


def _removal(steps: Sequence[Step]) -> Iterator[str]:
    made = [step.made for step in reversed(steps) if step.made]
    if made:
        yield from ("", "# What was made is removed.")
    for path in made:
        yield f'curl -sS -o /dev/null -X DELETE "$URL"{_quoted(path)} -H "x-api-key: ${REMOVER}"'


def _answered(step: Step) -> str:
    exchange = step.exchange
    if exchange.status is None:
        return "There was no answer."
    text = " ".join(step.told.split())
    more = "…" if len(text) > _CHARACTERS_OF_ANSWER else ""
    return f"The answer was {exchange.status}: {text[:_CHARACTERS_OF_ANSWER]}{more}".removesuffix(": ")


def _command(number: int, step: Step) -> str:
    is_stream = step.exchange.media_type == "text/event-stream"
    parts = ["curl", "-sSN" if is_stream else "-sS", *([] if step.captures else ["-w", r"'\n%{http_code}\n'"])]
    parts += [] if step.method == "GET" and not step.body else ["-X", step.method]
    parts.append('"$URL"' + _quoted(step.target))
    for name, value in step.headers:
        parts += ["-H", _quoted((f"{name}: ", *value)) if value else shlex.quote(f"{name};")]
    parts += _body(number, step)
    if is_stream and not step.exchange.is_whole:
        parts += ["|", "head", "-n", str(max(1, step.exchange.answer.count(b"\n")))]
    return " ".join(parts)


def _body(number: int, step: Step) -> list[str]:
    body = step.body
    if isinstance(body, Form):
        return [word for index in range(len(body.parts)) for word in _form_part(number, body, index)]
    has_type = any(name == "content-type" for name, _ in step.headers)
    untyped = [] if has_type else ["-H", "content-type:"]
    if isinstance(body, bytes):
        return [*untyped, "--data-binary", f'"@$FILES/{number}"']
    return [*untyped, "--data-raw", _quoted(body)] if body else []


def _form_part(number: int, form: Form, index: int) -> list[str]:
    part = form.parts[index]
    kind = f";type={part.media_type}" if part.media_type else ""
    if part.file_name is None and not kind and isinstance(part.content, tuple):
        return ["--form-string", _quoted((f"{part.name}=", *part.content))]
    name = "" if part.file_name is None else f";filename={json.dumps(part.file_name, ensure_ascii=False)}"
    sign = "<" if part.file_name is None else "@"
    return ["-F", f'{shlex.quote(f"{part.name}={sign}")}"$FILES/{number}-{index}"{shlex.quote(f"{name}{kind}")}']


def _files(number: int, step: Step) -> Iterator[str]:
    """Write what a command line cannot hold into files."""
    if isinstance(step.body, bytes):
        yield _file(step.body, f"{number}")
    for index, part in enumerate(step.body.parts if isinstance(step.body, Form) else ()):
        if part.file_name is not None or part.media_type or isinstance(part.content, bytes):
            yield _file(part.content, f"{number}-{index}")


def _file(content: Text | bytes, name: str) -> str:
    if isinstance(content, bytes):
        return f'printf %s {base64.b64encode(content).decode()} | base64 -d > "$FILES/{name}"'
    return f'printf %s {_quoted(content)} > "$FILES/{name}"'


def _quoted(text: Text) -> str:
    """Quote text for a shell that sees its variables."""
    return written(text, shlex.quote, _variable) or "''"


def _variable(variable: Variable) -> str:
    return f'"$(uri "${variable.name}")"' if variable.is_escaped else f'"${variable.name}"'


def _capture(capture: Capture) -> str:
    path = "".join(map(_member, capture.at))
    if capture.frame is None:
        return f'{capture.name}=$(jq -r {shlex.quote(path if path.startswith(".") else f".{path}")} <<< "$ANSWER")'
    kind, number = capture.frame
    chosen = f"[.[] | select(.type == {json.dumps(kind)})][{number}]{path}"
    return f"{capture.name}=$(sed -n 's/^data: *//p' <<< \"$ANSWER\" | jq -rs {shlex.quote(chosen)})"


def _member(part: str | int) -> str:
    return f".{part}" if isinstance(part, str) and _PLAIN.fullmatch(part) else f"[{json.dumps(part)}]"

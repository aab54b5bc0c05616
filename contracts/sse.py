"""Read server-sent events as the WHATWG HTML standard says, as far as this API uses them: `event`, `data`, blank lines."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of a stream: the `event:` line if there was one, and the JSON of its `data:` lines."""

    event: str | None
    data: dict[str, Any]


class StreamFault(AssertionError):  # noqa: N818 - a broken promise, not an error of the suite
    """The stream breaks its own format; says at which frame and how."""


def frames(chunks: Iterable[bytes]) -> list[Frame]:
    """Read a whole stream, however it is cut into chunks. Raises StreamFault for what is no JSON object or breaks off."""
    text = b"".join(chunks).decode("utf-8")
    blocks = text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n")
    if blocks[-1].strip():
        raise StreamFault(f"the stream breaks off inside a frame: {blocks[-1][:200]!r} is not followed by a blank line")
    return [_frame(number, block) for number, block in enumerate(blocks, 1) if block.strip()]


def _frame(number: int, block: str) -> Frame:
    event: str | None = None
    data: list[str] = []
    for line in block.split("\n"):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            event = value
        elif name == "data":
            data.append(value)
    try:
        body = json.loads("\n".join(data))
    except json.JSONDecodeError as error:
        raise StreamFault(f"frame {number} does not hold JSON: {error}: {block[:200]!r}") from error
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        raise StreamFault(f"frame {number} is not a JSON object with a type: {block[:200]!r}")
    return Frame(event, body)

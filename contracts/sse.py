"""Read server-sent events as the WHATWG HTML standard says (§9.2.6), however the bytes are cut; this API sends JSON in them."""

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
_LINE_END = re.compile(rb"\r\n|\r|\n")
_SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of a stream: the `event:` line if there was one, and the JSON of its `data:` lines."""

    event: str | None
    data: Json


class StreamFault(AssertionError):  # noqa: N818 - a broken promise, not an error of the suite
    """The stream breaks its own format; says at which frame and how. `seen` is what the frames before it say."""

    seen: Sequence[Json] = ()


class Reader:
    """Takes the bytes of a stream as they come and gives the frames that they complete; `seen` is what all of these say.

    Lines end with LF, CR or CRLF; `:` begins a comment; `id`, `retry` and unknown fields are passed over; a frame is given with
    its blank line. The standard drops a frame that the end cuts off; here that is a fault, as is what is no UTF-8 or no JSON.
    """

    def __init__(self) -> None:
        self._line: list[bytes] = []
        self._is_first_line = True
        self._is_after_return = False
        self._event = ""
        self._data: list[str] = []
        self.seen: list[Json] = []

    def feed(self, chunk: bytes) -> list[Frame]:
        """Take the next bytes and return the frames that are complete now. Raises StreamFault."""
        return [frame for line in self._lines(chunk) if (frame := self._taken(line))]

    def close(self) -> None:
        """Take the end of the bytes. Raises StreamFault where it comes inside a frame."""
        line = self._whole_line()
        if self._data or self._event or (line and not line.startswith(b":")):
            shown = "\n".join([*self._data, line.decode("utf-8", "replace")])[:_SHOWN_CHARACTERS]
            raise StreamFault(f"the stream breaks off inside a frame: {shown!r} is not followed by a blank line")

    def _lines(self, chunk: bytes) -> Iterator[bytes]:
        """Cut into lines; the last one waits for its end. A carriage return ends a line at once, with a feed that may follow.

        This is right before decoding: neither byte occurs inside a UTF-8 character.
        """
        if not chunk:
            return
        if self._is_after_return:
            chunk = chunk.removeprefix(b"\n")
        self._is_after_return = chunk.endswith(b"\r")
        first, *others = _LINE_END.split(chunk)
        self._line.append(first)
        for other in others:
            yield self._whole_line()
            self._line = [other]

    def _whole_line(self) -> bytes:
        line = b"".join(self._line)
        if self._is_first_line:
            self._is_first_line = False
            return line.removeprefix(codecs.BOM_UTF8)
        return line

    def _taken(self, line: bytes) -> Frame | None:
        if not line:
            return self._dispatched()
        try:
            name, _, value = line.decode("utf-8").partition(":")
        except UnicodeDecodeError as error:
            raise StreamFault(f"frame {len(self.seen) + 1} is not UTF-8: {error}") from error
        value = value.removeprefix(" ")
        if name == "event":
            self._event = value
        elif name == "data":
            self._data.append(value)
        return None

    def _dispatched(self) -> Frame | None:
        event, data = self._event or None, self._data
        self._event, self._data = "", []
        if not data:
            return None
        frame = Frame(event, _object(len(self.seen) + 1, "\n".join(data)))
        self.seen.append(frame.data)
        return frame


def frames(chunks: Iterable[bytes]) -> Iterator[Frame]:
    """Read a stream, frame by frame as its bytes come. Raises StreamFault for what breaks its format or breaks off."""
    reader = Reader()
    try:
        for chunk in chunks:
            yield from reader.feed(chunk)
        reader.close()
    except StreamFault as fault:
        fault.seen = reader.seen
        raise


def _object(number: int, text: str) -> Json:
    try:
        body = json.loads(text)
    except ValueError as error:
        raise StreamFault(f"frame {number} does not hold JSON: {error}: {text[:_SHOWN_CHARACTERS]!r}") from error
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        raise StreamFault(f"frame {number} is not a JSON object with a type: {text[:_SHOWN_CHARACTERS]!r}")
    return body

"""Read multipart/form-data (RFC 7578) into its parts; the library finds them, what their headers say is decided here."""

import logging
from dataclasses import dataclass, field

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header

from mockserver.domain.errors import Refused

MOST_PARTS = 1000
LONGEST_BOUNDARY = 100  # RFC 2046 §5.1.1 says 70; test clients of Werkzeug, whose boundary is a time and a chance, go over it
_PLAIN_ENCODINGS = {"7bit", "8bit", "binary"}

logging.getLogger("python_multipart").addHandler(logging.NullHandler())  # what it warns of is in the refusal


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a form: its name, and the file name and media type that its headers state."""

    name: str
    filename: str | None
    media_type: str | None
    data: bytes = field(repr=False)


def parts_of(raw: bytes, content_type: str) -> list[Part]:
    """Read the parts of a body in their order.

    Raises Refused SM220 (no boundary), SM221 (not multipart), SM222 (cut off), SM223 (a part's headers), SM227 (too many).
    """
    reading = _Reading(_boundary(content_type))
    try:
        reading.read(raw)
    except MultipartParseError as error:
        place = f"at byte {reading.start + error.offset}"
        message = f"The body is not multipart with the boundary of its Content-Type {place}: {error}."
        raise Refused("SM221", message, fields={"/": f"is not multipart {place}"}) from error
    if not reading.is_complete:
        message = f"The body ends after {len(raw)} bytes, before the boundary that closes it; send it whole."
        raise Refused("SM222", message, fields={"/": "ends before its closing boundary"})
    return reading.parts


def _boundary(content_type: str) -> bytes:
    boundary = parse_options_header(content_type.encode("latin-1", "replace"))[1].get(b"boundary", b"")
    if 0 < len(boundary) <= LONGEST_BOUNDARY:
        return boundary
    message = f"The Content-Type needs a boundary of 1 to {LONGEST_BOUNDARY} characters; let your HTTP client write this header."
    raise Refused("SM220", message, fields={"Content-Type": f"needs a boundary of 1 to {LONGEST_BOUNDARY} characters"})


class _BarePart(Exception):  # noqa: N818 - it is a place, not a fault
    """A part without a body, whose headers the next boundary ends: RFC 2046 §5.1.1 permits it, the library reads on."""

    def __init__(self, end: int) -> None:
        self.end = end


class _Reading:
    """Takes what the parser finds. The whole body is written at once, so each header and each part's data comes in one piece."""

    def __init__(self, boundary: bytes) -> None:
        self._boundary = boundary
        self._ends = (b"--" + boundary + b"\r\n", b"--" + boundary + b"--")
        self.parts: list[Part] = []
        self.start = 0
        self.is_complete = False
        self._headers: dict[str, str] = {}
        self._header = ""
        self._data = b""

    def read(self, raw: bytes) -> None:
        """Read a body, behind each bare part anew."""
        while True:
            try:
                self._parser().write(raw)
            except _BarePart as bare:
                raw, self.start = raw[bare.end :], self.start + bare.end
            else:
                return

    def _parser(self) -> MultipartParser:
        return MultipartParser(
            self._boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._name_header,
                "on_header_value": self._set_header,
                "on_part_data": self._set_data,
                "on_part_end": self._end,
                "on_end": self._complete,
            },
        )

    @property
    def _place(self) -> str:
        return f"Part {len(self.parts) + 1} of the form"

    def _begin(self) -> None:
        if len(self.parts) == MOST_PARTS:
            raise Refused("SM227", f"The form has more than {MOST_PARTS} parts.", fields={"/": f"may have {MOST_PARTS} parts"})
        self._headers, self._data = {}, b""

    def _name_header(self, data: bytes, start: int, end: int) -> None:
        self._header = data[start:end].decode("ascii").lower()
        if self._header in self._headers:
            raise _bad_header(self._place, f"has the header {self._header} twice")
        self._headers[self._header] = ""

    def _set_header(self, data: bytes, start: int, end: int) -> None:
        self._headers[self._header] = data[start:end].decode("latin-1").strip()

    def _set_data(self, data: bytes, start: int, end: int) -> None:
        if data.startswith(self._ends, start):
            self._end()
            raise _BarePart(start)
        self._data = data[start:end]

    def _end(self) -> None:
        kind, options = parse_options_header(self._headers.get("content-disposition"))
        if kind != b"form-data" or b"name" not in options:
            raise _bad_header(self._place, 'needs a header Content-Disposition: form-data; name="…"')
        if self._headers.get("content-transfer-encoding", "binary").lower() not in _PLAIN_ENCODINGS:
            raise _bad_header(self._place, "has a Content-Transfer-Encoding; send its bytes as they are")
        filename = self._text(options[b"filename"]) if b"filename" in options else None
        self.parts.append(Part(self._text(options[b"name"]), filename, self._headers.get("content-type"), self._data))

    def _text(self, name: bytes) -> str:
        try:
            return name.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _bad_header(self._place, "has a name that is not UTF-8") from error

    def _complete(self) -> None:
        self.is_complete = True


def _bad_header(place: str, reason: str) -> Refused:
    return Refused("SM223", f"{place} {reason}.", fields={"/": f"{place} {reason}"})

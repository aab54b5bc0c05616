"""Forms (`multipart/form-data`) as their parts: they are sent again as parts, with a boundary of their own."""

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from typing import Any

from contracts.sequences.texts import Text
from contracts.wire.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a form; without a file name it is a plain field. A content without variables may be anything."""

    name: str
    content: bytes | Text
    file_name: str | None
    media_type: str | None


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its parts in their order."""

    parts: tuple[Part, ...]


def form_of(exchange: Exchange) -> Form | None:
    """Read the form that was sent; None where it is not in order."""
    head = f"content-type: {exchange.headers['content-type']}\r\n\r\n".encode("latin-1", "replace")
    message: Message[str, str] = BytesParser().parsebytes(head + exchange.body)
    payload: Any = message.get_payload()
    if not message.is_multipart() or message.defects:
        return None
    parts = [_part(part) for part in payload]
    return None if None in parts else Form(tuple(part for part in parts if part))


def _part(message: "Message[str, str]") -> Part | None:
    for header, value in list(message.raw_items()):  # a file name comes in bytes that may be UTF-8
        message.replace_header(header, value.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    name = message.get_param("name", header="content-disposition")
    content = message.get_payload(decode=True)
    if not isinstance(name, str) or not isinstance(content, bytes):
        return None
    declared = message.get_content_type() if "content-type" in message else None
    return Part(name, content, message.get_filename(), declared)

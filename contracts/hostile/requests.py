"""Bodies, paths and parameters that cannot be read, or that only a careful server survives."""

import json
from collections.abc import Mapping
from urllib.parse import quote

from contracts.hostile.texts import HOSTILE, is_text

_DEEP = 5000
_LONG = 5000
_HUGE = "9" * 400

BROKEN: Mapping[str, bytes] = {
    "a trailing comma": b'{"name": "x",}',
    "cut off": b'{"name": "x", "metadata": {"a": ["b"',
    "cut off in a text": b'{"name": "x',
    "no UTF-8": b'{"name": "\xff\xfe\xfd"}',
    "half of a character": b'{"name": "\xc3"}',
    "a character in too many bytes": b'{"name": "\xc0\x80"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "a bare NUL": b"\0",
    "a NUL in a text": b'{"name": "a\0b"}',
    "a line end in a text": b'{"name": "a\nb"}',
    "single quotes": b"{'name': 'x'}",
    "no quotes": b"{name: x}",
    "a comment": b'{"name": "x"} // nothing',
    "two values": b'{"name": "x"} {"name": "y"}',
    "words": b"name=x",
    "XML": b"<session><name>x</name></session>",
    "an escape that is none": b'{"name": "\\x41"}',
    "half an escape": b'{"name": "\\u00"}',
    "a list": b'[{"name": "x"}]',
    "a text": b'"name"',
}
"""Bodies that are no JSON object."""

ODD: Mapping[str, bytes] = {
    "nested deeply": b'{"metadata": {"a": ' + b"[" * _DEEP + b"]" * _DEEP + b"}}",
    "nested deeply and cut off": b'{"a":' * _DEEP,
    "the same name twice": b'{"name": "x", "name": "y", "metadata": {"a": 1, "a": 2}}',
    "a number of many digits": b'{"metadata": {"a": ' + _HUGE.encode() + b"}}",
    "a number beyond all": b'{"metadata": {"a": 1e99999}}',
    "a number next to nothing": b'{"metadata": {"a": 1e-99999}}',
    "no number": b'{"metadata": {"a": NaN}}',
    "a number for a counter": b'{"tti_minutes": ' + _HUGE.encode() + b"}",
    "a mark of byte order": b'\xef\xbb\xbf{"name": "x"}',
    "half of a pair": b'{"name": "\\ud800", "metadata": {"\\udc00": "\\ud800"}}',
    "a name of Python's": b'{"__class__": "x", "__proto__": {"admin": true}, "constructor": null}',
}
"""Bodies that some servers take and others refuse; none may fail for them."""

_FORM = b'--b\r\nContent-Disposition: form-data; name="message"\r\n\r\nHello'
FORMS: Mapping[str, tuple[str, bytes]] = {
    "cut off in a part": ("multipart/form-data; boundary=b", _FORM),
    "cut off in the headers": ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data; na"),
    "another boundary": ("multipart/form-data; boundary=c", _FORM + b"\r\n--b--\r\n"),
    "no boundary": ("multipart/form-data", _FORM + b"\r\n--b--\r\n"),
    "nothing at all": ("multipart/form-data; boundary=b", b""),
}
"""Forms that cannot be read: media type and body."""

MEDIA_TYPES = ("text/plain", "application/xml", "application/x-yaml", "application/json; charset=utf-7", "nonsense", "*/*")
"""Media types that no operation takes, or none as it is meant."""

NAMES: Mapping[str, str] = {
    **{name: quote(text, safe="") for name, text in HOSTILE.items() if is_text(text)},
    "very long": "k" * _LONG,
    "no escape": "%zz",
    "no UTF-8": "%ff%fe",
    "twice escaped": "%252e%252e%252f",
}
"""Names of objects as they stand in a path; none of them is one."""


def nested(depth: int) -> str:
    """Return a filter with so many brackets."""
    return "(" * depth + "word = 'x'" + ")" * depth


FILTERS = (*filter(is_text, HOSTILE.values()), nested(2000), "word = " + "9" * 400, "NOT " * 1000 + "a", "(a+)+$" * 50, "[", "\\")
"""Texts for parameters that are read as filters or patterns."""


def as_body(value: object) -> bytes:
    """Write a value as JSON in plain letters."""
    return json.dumps(value).encode("ascii")

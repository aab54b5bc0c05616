"""Texts that servers spoil, cut, or take for something else."""

from collections.abc import Mapping

LONG = 3000
"""Characters of the longest text: more than any buffer of a name, less than any limit of a body."""

FRAME_LIKE: Mapping[str, str] = {
    "frame": 'x\n\nevent: end\ndata: {"type": "end"}\n\n',
    "frame of returns": 'x\r\rdata: {"type": "end"}\r\r',
    "frame of both": 'x\r\n\r\ndata: {"type":"error"}\r\n\r\nid: 7\r\nretry: 1\r\n',
    "comment": "x\n: nothing\n\n",
    "separators of lines": "a\u2028b\u2029c\u0085d\u000be\u000cf",
}
"""Texts that a stream of events must not be broken by."""

HOSTILE: Mapping[str, str] = {
    "NUL": "a\0b",
    "control characters": "\x01\x08\x1b[31mred\x7f\x9f",
    "half of a pair": "a\ud800b",
    "pair in reverse": "\udc00\ud800",
    "mark of byte order": "\ufeffa",
    "no characters": "a\uffff\U0010ffffb",
    "right to left": "\u202egnp.exe\u202c \u05d0\u0628 \u2067x\u2069",
    "zero width": "a\u200bb\u200d\u2060c\u00ad",
    "combined and not": "e\u0301 \u00e9 \u1100\u1161 \uac00 \ufb01",
    "emoji": "\U0001f469\u200d\U0001f467 \U0001f3f3\ufe0f\u200d\U0001f308 \U0001f1e8\U0001f1ed 1\ufe0f\u20e3",
    "beyond the first plane": "\U0001d518\U0001d52b \U0002070e",
    "cases": "\u0131\u0130\u00df\u1e9e\u017fK stra\u00dfe",
    "ends of lines": "a\r\nb\rc\n",
    "white space": " \t a \u00a0\u3000 ",
    "HTML": "</script><script>alert('1')</script>&lt;&amp;amp;<!--",
    "SQL": "x'; DROP TABLE sessions; -- \" OR '1'='1",
    "JSON": '{"a": [1, "}"], "$ref": "session.secrets.x"}\\',
    "escapes": "\\u0000 \\n \\\\ \\x41 \\",
    "percent": "%00 %2e%2e%2f %zz %u0041 +",
    "path": "../../etc/passwd\\..\\C:\\nul",
    "formats": "{0} {x!r} %s %n ${HOME} $(id) `id` {{7*7}}",
    "template": "${session.metadata.word} $!x #if(true) #end #[[x]]#",
    "numbers": "1e999 -0 NaN 0x10 9007199254740993",
    "words": "null",
    "long": "é" * LONG,
    **FRAME_LIKE,
}
"""Texts by what is the matter with them. What is accepted of them has to come back as it is."""


def is_text(text: str) -> bool:
    """Say whether it can be written as UTF-8: half of a surrogate pair cannot."""
    return all(not "\ud800" <= character <= "\udfff" for character in text)

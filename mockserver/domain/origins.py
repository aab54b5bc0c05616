"""Which origins of web pages may read the mock's answers (Fetch standard, CORS): a list that people write."""

import re
from dataclasses import dataclass

ANY, ANY_PORT = "*", "*"
_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://(\[[0-9a-f:.]+\]|[^\s/:*?#@\[\],]+)(?::(\*|[0-9]{1,5}))?")
_PORTS = {"http": "80", "https": "443"}
_NULL = ("null", "", "")


@dataclass(frozen=True, slots=True)
class Origins:
    """Those origins, or all of them: scheme, host and port of each, `*` for any port."""

    listed: frozenset[tuple[str, str, str]]
    are_all: bool = False

    def has(self, origin: str) -> bool:
        """Say whether a page of this origin may read answers; `origin` is what the browser sends in the header."""
        if self.are_all:
            return True
        read = _read(origin)
        return read is not None and read[2] != ANY_PORT and (read in self.listed or (*read[:2], ANY_PORT) in self.listed)


def origins_of(text: str) -> Origins:
    """Read a list: `http://localhost:*, https://app.example.com`, `*` for all, empty for none. Raises ValueError."""
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    listed = set()
    for entry in entries:
        origin = _read(entry)
        if origin is not None:
            listed.add(origin)
        elif entry != ANY:
            raise ValueError(f"{entry!r} is no origin: it must be SCHEME://HOST, SCHEME://HOST:PORT, SCHEME://HOST:*, null or *")
    return Origins(frozenset(listed), are_all=ANY in entries)


def _read(text: str) -> tuple[str, str, str] | None:
    if text == "null":
        return _NULL
    found = _ORIGIN.fullmatch(text.lower())
    if found is None:
        return None
    scheme, host, port = found.groups()
    return scheme, host, port or _PORTS.get(scheme, "")

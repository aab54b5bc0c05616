"""Texts of two runs without what has to differ between them: ids, keys of a run, times, addresses, lengths of things."""

import re

_ID = "<id>"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"https?://[^\s'\"/]+"), "<target>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| UTC|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), _ID),
    (re.compile(r"\bsc-[0-9a-f]{8}-[\w-]+"), _ID),
    (re.compile(r"\b(canary|doc-|secret-|agent-secret-|session-secret-)[0-9a-f]{8}"), r"\1<run>"),
    (re.compile(r"\b[a-z]{3}_(?=[\w-]*\d)[\w-]+"), _ID),
    (re.compile(r"\b\d+(?:\.\d+)? ?(?:s|ms|seconds)\b"), "<duration>"),
)


def normal(text: str) -> str:
    """Return a text that is the same for two targets which did the same."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text

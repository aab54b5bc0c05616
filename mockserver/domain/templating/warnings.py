"""What a template most likely did not mean: text that Velocity swallows or prints as it stands."""

import re
from bisect import bisect_right
from dataclasses import dataclass

_HEADING = re.compile(r"^#{2,6}[ \t]+[^\s#][^\n]*", re.MULTILINE)
_DIRECTIVE = re.compile(r"(?<![\\\w#])#\{?(?:foreach|elseif|else|if|end|set|macro|break|stop)(?=[a-zA-Z0-9_])\w*", re.IGNORECASE)
_MISSPELT = {"elif", "elsif", "elseIf", "endif", "endfor", "for", "each", "let"}
_WORD = re.compile(r"(?<![\\\w#])#(\w+)")


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 - it is one
    """A place that is worth a look, and why."""

    line: int
    column: int
    message: str


def warnings(text: str) -> list[Warning]:
    """Name the places of `## Headings`, which are comments, and of words that look like a directive and are none."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def warning(at: int, message: str) -> Warning:
        line = bisect_right(starts, at)
        return Warning(line, at - starts[line - 1] + 1, message)

    found = [
        warning(match.start(), f"{match.group().strip()[:40]!r} is a comment in Velocity, not printed; #[[…]]# keeps it")
        for match in _HEADING.finditer(text)
    ]
    found += [
        warning(match.start(), f"{match.group()} is no directive and is printed as it stands")
        for match in _WORD.finditer(text)
        if match.group(1) in _MISSPELT or _DIRECTIVE.fullmatch(match.group())
    ]
    return sorted(found, key=lambda each: (each.line, each.column))

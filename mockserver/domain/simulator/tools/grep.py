"""Search a file of the session for a pattern, in the manner of `grep`."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mockserver.domain import patterns
from mockserver.domain.ports import Ids, Store
from mockserver.domain.simulator.calls import ToolFailure
from mockserver.domain.simulator.tools.arguments import text, texts
from mockserver.domain.simulator.tools.files import artifact_of, reference, text_of
from mockserver.domain.simulator.tools.invocation import Answer, Invocation
from mockserver.domain.simulator.tools.lines import lines_of
from mockserver.domain.values import JsonObject

KNOWN = "-i, -n, -c, -v, -E, -A N, -B N, -C N"
MOST_LINES = 1000
MOST_OPTIONS = 20
_FLAGS = re.compile(r"-([incvE]+)")
_CONTEXT = re.compile(r"-([ABC])\s*(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Options:
    """What the options of a search say; `before` and `after` are lines of context."""

    ignores_case: bool = False
    is_inverted: bool = False
    only_counts: bool = False
    before: int = 0
    after: int = 0


class ArtifactGrep:
    """Searches files."""

    def __init__(self, store: Store, ids: Ids) -> None:
        self._store = store
        self._ids = ids

    def __call__(self, invocation: Invocation) -> Answer:
        """Return the number of lines that match, and these lines with their numbers (from 1), lines of context marked as such.

        With `-c` only the number. Numbers come with and without `-n`, patterns are RE2 with and without `-E`.
        """
        arguments = invocation.arguments
        artifact = artifact_of(self._store, invocation.place, text(arguments, "artifact_id"))
        options = options_of(texts(arguments, "grep_options", most=MOST_OPTIONS))
        matches = _pattern(text(arguments, "pattern"), options)
        lines = [line.removesuffix("\n").removesuffix("\r") for line in lines_of(text_of(artifact, self._ids))]
        hits = [number for number, line in enumerate(lines) if matches(line) is not options.is_inverted]
        named = reference(artifact, invocation.told("artifact_id"))
        counted = {"artifact_id": named["artifact_id"], "filename": named["filename"], "match_count": len(hits)}
        if options.only_counts:
            return Answer(counted)
        shown = list(islice(_shown(lines, hits, options), MOST_LINES + 1))
        cut = {"truncated": True} if len(shown) > MOST_LINES else {}
        return Answer({**counted, "matches": shown[:MOST_LINES], **cut})


def options_of(given: Sequence[str]) -> Options:
    """Read options: flags alone or together (`-in`), a number of lines behind its letter or as the next entry.

    Raises ToolFailure for another, naming those that are known.
    """
    found: dict[str, Any] = {}
    entries = list(given)
    while entries:
        entry = entries.pop(0).strip()
        if entry in {"-A", "-B", "-C"} and entries and entries[0].strip().isdecimal():
            entry += entries.pop(0).strip()
        if flags := _FLAGS.fullmatch(entry):
            found |= {name: True for flag, name in _FLAG_NAMES if flag in flags.group(1)}
        elif context := _CONTEXT.fullmatch(entry):
            found |= dict.fromkeys(_CONTEXT_NAMES[context.group(1)], int(context.group(2)))
        else:
            raise ToolFailure(f"INVALID_ARGUMENT: grep_options has {entry!r}, which is not known; known are {KNOWN}")
    return Options(**found)


_FLAG_NAMES = (("i", "ignores_case"), ("v", "is_inverted"), ("c", "only_counts"))
_CONTEXT_NAMES = {"A": ("after",), "B": ("before",), "C": ("before", "after")}


def _pattern(pattern: str, options: Options) -> Callable[[str], bool]:
    try:
        return patterns.search(pattern, ignores_case=options.ignores_case)
    except patterns.PatternError as error:
        raise ToolFailure(f"INVALID_ARGUMENT: pattern is not a regular expression in RE2 syntax: {error}") from error


def _shown(lines: Sequence[str], hits: Sequence[int], options: Options) -> Iterator[JsonObject]:
    """Give every hit with its context, each line once, in order."""
    matching = set(hits)
    following = 0
    for hit in hits:
        for number in range(max(hit - options.before, following), min(hit + options.after + 1, len(lines))):
            context = {} if number in matching else {"context": True}
            yield {"line_number": number + 1, "line": lines[number], **context}
            following = number + 1

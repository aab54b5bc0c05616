"""Which tools the simulated model calls for a message: plain rules, so that the message of a test calls what it means to.

- Every `corpora_search` is called, first, with the message as its query; whether the message asks for knowledge at all is for
  the caller to say.
- A message that names a tool's configuration calls it: the name as whole words, `_` and `-` like spaces, in any case.
- An address (`https://…`) calls `web_get` on it, three at the most.
- "Search the web", "look it up online", "the latest news" call `web_search`; "3 results" limits it.
- A file uploaded with the message, or named by its id, calls `image_read` where it is an image, `document_conversion` where the
  message says convert or Markdown, and else `artifact_read`; not so where the message names one of the tools for files.
  "Lines 10 to 20", "high detail" and a pattern in quotes become arguments.
- A message that asks for nothing of this calls the `corpora_search` tools only.

Of several tools of one type the one named is called, else the first. What is pinned (`argument_override`) is no argument of the
model's. A client tool gets arguments that fit its input schema, and so does any other tool whose schema is known.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from mockserver.domain.artifacts import Artifact
from mockserver.domain.simulator.prose import shortened
from mockserver.domain.simulator.tools.images import is_image
from mockserver.domain.structured import Unsatisfiable, value_for
from mockserver.domain.values import JsonObject

LONGEST_QUERY = 500
MOST_ADDRESSES, MOST_FILES = 3, 5
FILE_TOOLS = frozenset({"artifact_read", "artifact_grep", "image_read", "document_conversion"})
_BETWEEN_WORDS = r"[\s_-]+"
_ADDRESS = re.compile(r"https?://[^\s<>\"'“”「」、。]+", re.IGNORECASE)
_ARTIFACT = re.compile(r"(?<![A-Za-z0-9_-])art_[a-z0-9_-]*[a-z0-9]")
_WEB = re.compile(
    r"""\b(?:search|look|find|check|browse|google)\b[^.?!\n]{0,60}\b(?:web|online|internet|news)\b
      | \b(?:web|internet|online)\ search\b | \b(?:latest|recent|today's)\ news\b""",
    re.IGNORECASE | re.VERBOSE,
)
_CONVERT = re.compile(r"\b(?:convert|conversion|markdown)", re.IGNORECASE)
_STRUCTURED = re.compile(r"\bstructured\b", re.IGNORECASE)
_LIMIT = re.compile(r"(?<!\d)(20|1?[1-9]|10)\s+(?:web\s+)?(?:results?|pages?|hits?|sources?)\b", re.IGNORECASE)
_LINES = re.compile(r"\blines?\s+(\d{1,9})(?:\s*(?:to|until|through|-)\s*(\d{1,9}))?", re.IGNORECASE)
_DETAIL = re.compile(r"\b(low|high)\s+detail", re.IGNORECASE)
_QUOTED = re.compile(r"(?<!\w)[\"“'`]([^\"“”'`\n]{1,200})[\"”'`](?!\w)")
_DOCUMENT = re.compile(r"\bdocument\s+[\"“'`]?([\w.:-]*\w)", re.IGNORECASE)
_CORPUS = re.compile(r"\bcorpus\s+[\"“'`]?([\w=-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """A tool that is called, by the name of its configuration, with the model's arguments."""

    name: str
    arguments: JsonObject


def chosen(
    tools: Mapping[str, JsonObject],
    text: str,
    *,
    artifacts: Sequence[Artifact],
    input_schemas: Mapping[str, JsonObject],
    random: Random,
) -> list[Choice]:
    """Return the calls for a message, in order.

    `tools` are configurations by name, `artifacts` the files uploaded with the message and, so that images are told apart, those
    that it names by id; `input_schemas` are those that are known, by `tool_id`.
    """
    message = _Message(text, artifacts)
    named = [name for name in tools if is_named(name, text)]
    choices = [Choice(name, {"query": message.query}) for name, tool in tools.items() if tool["type"] == "corpora_search"]
    names_file_tool = any(tools[name]["type"] in FILE_TOOLS for name in named)
    for kind, arguments in message.wanted(tools, with_files=not names_file_tool):
        fitting = [name for name in (*named, *tools) if tools[name]["type"] == kind]
        choices += [Choice(name, arguments) for name in fitting[:1]]
    called = {choice.name for choice in choices}
    for name in named:
        if name not in called:
            schema = input_schemas.get(str(tools[name].get("tool_id")))
            arguments = message.arguments(str(tools[name]["type"])) if schema is None else _fitting(schema, random, text)
            choices.append(Choice(name, arguments))
    return [Choice(choice.name, _unpinned(choice.arguments, tools[choice.name])) for choice in choices]


def is_named(name: str, text: str) -> bool:
    """Say whether a text names a tool: its name as whole words, `_` and `-` like spaces, in any case."""
    naming = _naming(name)
    return naming is not None and naming.search(text) is not None


@lru_cache(maxsize=1024)
def _naming(name: str) -> re.Pattern[str] | None:
    """Return what a tool's name looks like in a text; None for one without a word."""
    words = [re.escape(word) for word in re.split(_BETWEEN_WORDS, name) if word]
    pattern = f"(?<![A-Za-z0-9]){_BETWEEN_WORDS.join(words)}(?![A-Za-z0-9])"
    return re.compile(pattern, re.IGNORECASE) if words else None


def _fitting(schema: JsonObject, random: Random, text: str) -> JsonObject:
    try:
        value = value_for(schema, random, hint=text)
    except Unsatisfiable:
        return {}
    return value if isinstance(value, Mapping) else {}


def _unpinned(arguments: JsonObject, tool: JsonObject) -> JsonObject:
    pinned = tool.get("argument_override", {})
    return {name: value for name, value in arguments.items() if name not in pinned}


class _Message:
    """What a message says to tools."""

    def __init__(self, text: str, artifacts: Sequence[Artifact]) -> None:
        self._text = text
        self.query = shortened(text, LONGEST_QUERY)
        addresses = (match.rstrip(".,;:!?)]}") for match in _ADDRESS.findall(text))
        self._addresses = list(dict.fromkeys(addresses))[:MOST_ADDRESSES]
        self._artifacts = {artifact.id: artifact for artifact in artifacts}
        self._files = list(dict.fromkeys((*self._artifacts, *_ARTIFACT.findall(text))))[:MOST_FILES]

    def wanted(self, tools: Mapping[str, JsonObject], *, with_files: bool) -> Iterator[tuple[str, JsonObject]]:
        """Give the types of tool that the message asks for without naming one, with arguments."""
        for address in self._addresses:
            yield "web_get", {"url": address}
        if _WEB.search(self._text):
            yield "web_search", self.arguments("web_search")
        types = {tool["type"] for tool in tools.values()}
        for file in self._files if with_files else ():
            kind = self._tool_for(file, types)
            yield kind, self._arguments_for_file(kind, file)

    def arguments(self, kind: str) -> JsonObject:
        """Return the arguments that a tool of a type takes from the message, as far as it says any."""
        if kind in FILE_TOOLS:
            return self._arguments_for_file(kind, next(iter(self._files), None))
        match kind:
            case "web_search":
                limit = _LIMIT.search(self._text)
                return {"query": self.query, **({"limit": int(limit.group(1))} if limit else {})}
            case "web_get":
                return {"url": self._addresses[0]} if self._addresses else {}
            case "sub_agent":
                return {"message": self.query}
            case "get_document_text":
                found = {"document_id": _DOCUMENT.search(self._text), "corpus_key": _CORPUS.search(self._text)}
                return {name: match.group(1) for name, match in found.items() if match}
            case _:
                return {"query": self.query}

    def _tool_for(self, file: str, types: set[Any]) -> str:
        artifact = self._artifacts.get(file)
        if artifact and is_image(artifact):
            return "image_read"
        return "document_conversion" if _CONVERT.search(self._text) and "document_conversion" in types else "artifact_read"

    def _arguments_for_file(self, kind: str, file: str | None) -> JsonObject:
        arguments: dict[str, Any] = {} if file is None else {"artifact_id": file}
        if kind == "artifact_read" and (lines := _LINES.search(self._text)):
            first, last = lines.groups()
            arguments |= {"start_line": int(first), "end_line": int(last or first)}
        elif kind == "image_read" and (detail := _DETAIL.search(self._text)):
            arguments["detail"] = detail.group(1).lower()
        elif kind == "artifact_grep" and (quoted := _QUOTED.search(self._text)):
            arguments["pattern"] = quoted.group(1)
        elif kind == "document_conversion":
            arguments["output_format"] = "structured_document" if _STRUCTURED.search(self._text) else "markdown"
        return arguments

"""Scenario files: read, checked whole, and put together to a book over the built-in one, `fixtures/seed/scenarios.yaml`.

Every mistake of every file is told at once, each as `FILE:LINE:COLUMN: what is wrong`.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs

from mockserver.domain import filters, patterns
from mockserver.domain.simulator.act_texts import Pointer
from mockserver.domain.simulator.scenarios import Book, Rule, merged, scenario_of, scripted_of
from mockserver.domain.values import JsonObject
from mockserver.scenario_files.checks import faults_of
from mockserver.scenario_files.places import Located, Mistake, Place, located
from mockserver.scenario_files.wording import mistakes_in

_BUILT_IN = "scenarios.yaml"


class ScenarioFileError(ValueError):
    """Scenario files cannot be used; a line for each mistake."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read scenarios from: all of it, or the part of this name, as a world file has one."""

    file: Path
    part: str | None = None


def load_book(sources: Sequence[Source]) -> Book:
    """Read files into a book, over the built-in scenarios; later files weigh more. Raises ScenarioFileError."""
    built_in = _built_in()
    read = [_Read(source) for source in sources]
    known = {*built_in.scenarios, *(name for each in read for name in each.names)}
    if wrong := [line for each in read for line in each.mistakes(known)]:
        raise ScenarioFileError(wrong)
    return merged([built_in, *(each.book() for each in read)])


@lru_cache(maxsize=1)
def _built_in() -> Book:
    read = _Read(Source(Path(str(files("fixtures") / "seed" / _BUILT_IN))))
    if wrong := list(read.mistakes(read.names)):
        raise ScenarioFileError(wrong)
    return read.book()


@lru_cache(maxsize=1)
def _schema() -> tuple[Any, jsonschema_rs.Draft7Validator]:
    schema = json.loads((files("fixtures") / "seed" / "scenarios.schema.json").read_text("utf-8"))
    return schema, jsonschema_rs.Draft7Validator(schema)


class _Read:
    """A file as it was read; what it holds, once it has no mistakes."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._prefix: Pointer = (source.part,) if source.part else ()
        try:
            self._found = located(source.file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            self._found = Located(mistakes=[Mistake((1, 1), f"the file cannot be read: {error}")])
        value = self._found.value
        self._raw: Any = value.get(source.part) if source.part and isinstance(value, dict) else value

    @property
    def names(self) -> list[str]:
        """The names of its scenarios."""
        scenarios = self._raw.get("scenarios") if isinstance(self._raw, dict) else None
        return list(scenarios) if isinstance(scenarios, dict) else []

    def mistakes(self, known: Collection[str]) -> Iterator[str]:
        """Say everything that is wrong, by place, one thing each; `known` are the names that rules may use."""
        found = [*self._found.mistakes, *(self._invalid(known) if self._found.values else ())]
        at: dict[Place, str] = {}
        for mistake in found:
            at.setdefault(mistake.place, mistake.text)
        return (f"{self._source.file}:{line}:{column}: {text}" for (line, column), text in sorted(at.items()))

    def _invalid(self, known: Collection[str]) -> Iterator[Mistake]:
        schema, validator = _schema()
        broken: list[Pointer] = []
        for error in validator.iter_errors(self._raw):
            for path, mistake in mistakes_in(error, schema, self._prefix, self._found):
                broken.append(path)
                yield mistake
        if isinstance(self._raw, dict):
            for path, text in faults_of(
                self._raw, self._prefix, known, lambda path: not any(place[: len(path)] == path for place in broken)
            ):
                yield Mistake(self._found.place(path), text)

    def book(self) -> Book:
        """Make the book of a file without mistakes."""
        raw: JsonObject = self._raw
        return Book(
            scenarios={
                name: scenario_of(name, value, self._source.file.name) for name, value in raw.get("scenarios", {}).items()
            },
            rules=tuple(map(_rule, raw.get("rules", ()))),
            tools={name: scripted_of(value) for name, value in raw.get("tools", {}).items()},
        )


def _rule(raw: JsonObject) -> Rule:
    return Rule(
        raw["scenario"],
        message=patterns.search(raw["message"]) if "message" in raw else None,
        agent=raw.get("agent"),
        metadata=filters.parse(raw["metadata"]) if "metadata" in raw else None,
    )

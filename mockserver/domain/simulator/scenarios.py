"""Scenarios: named scripts for turns, the rules that choose one for a message, and scripted results of tools.

A `Book` holds them. Who asks for a scenario goes before a session that is marked with one, and that before the rules.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from mockserver.domain import filters
from mockserver.domain.errors import Refused
from mockserver.domain.simulator.acts import (
    Act,
    Answer,
    Call,
    Client,
    Compact,
    ExceedContext,
    ExceedTransitions,
    Fail,
    Image,
    Interrupt,
    MakeArtifact,
    Parallel,
    Repeat,
    Say,
    Skill,
    Structured,
    SubAgent,
    Think,
    Transition,
    acts_of,
)
from mockserver.domain.values import MISSING, JsonObject

_LONGEST_NAME = 50
MARK = ("mock", "scenario")
"""Where a session's metadata names a scenario: as the key `mock.scenario` or as `{"mock": {"scenario": …}}`."""

CLOSING = (ExceedContext, ExceedTransitions, Interrupt, Fail)
"""Acts that end a turn: nothing behind them is performed."""

LAST = (Say, Answer, Structured, Compact, *CLOSING)
"""Acts with which a turn may end (api-facts §4.7)."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A script. Without a `turn` the agent does what it would do, at this pace (`physics`) or over a faulty wire (`chaos`).

    Both are kept as the file has them. `source` is the name of that file.
    """

    name: str
    about: str
    turn: tuple[Act, ...] | None = None
    physics: str | JsonObject | None = None
    chaos: JsonObject | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Chooses a scenario where all its conditions hold: on the message, the agent's key, the session's metadata."""

    scenario: str
    message: Callable[[str], bool] | None = None
    agent: str | None = None
    metadata: filters.Node | None = None

    def fits(self, agent_key: str, metadata: JsonObject, message: str) -> bool:
        """Say whether all conditions hold."""
        return (
            (self.agent is None or self.agent == agent_key)
            and (self.metadata is None or filters.matches(self.metadata, lambda path: filters.field_in(metadata, path)))
            and (self.message is None or self.message(message))
        )


@dataclass(frozen=True, slots=True)
class Scripted:
    """What a tool returns because a file says so."""

    output: JsonObject
    failed: bool


@dataclass(frozen=True, slots=True)
class Book:
    """All scenarios by name, the rules in the order in which they are tried, and scripted results by name or id of the tool."""

    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    rules: Sequence[Rule] = ()
    tools: Mapping[str, Scripted] = field(default_factory=dict)

    def chosen(self, wish: str | None, agent_key: str, metadata: JsonObject, message: str) -> Scenario | None:
        """Return the scenario for a turn, None where the agent is left alone. Raises Refused SM230 for an unknown name."""
        if wish is not None:
            return self._named(wish, "scenario")
        marked = filters.field_in(metadata, MARK)
        if marked is not MISSING and marked is not None:
            return self._named(marked, "/metadata/mock.scenario")
        fitting = (rule.scenario for rule in self.rules if rule.fits(agent_key, metadata, message))
        name = next(fitting, None)
        return None if name is None else self.scenarios[name]

    def _named(self, name: Any, where: str) -> Scenario:
        if isinstance(name, str) and name in self.scenarios:
            return self.scenarios[name]
        wrong = str(name)[:_LONGEST_NAME]
        advice = did_you_mean(wrong, self.scenarios)
        lists = "`sessions-mock scenarios` and GET /__admin/scenarios list them."
        message = f"There is no scenario {wrong!r}{advice or '.'} {lists}"
        raise Refused("SM230", message, fields={where: f"names no scenario{advice}"})


def merged(books: Iterable[Book]) -> Book:
    """Put books together, the weightiest last: its scenarios and tools take the place of others, its rules are tried first."""
    kept = list(books)
    return Book(
        scenarios={name: scenario for book in kept for name, scenario in book.scenarios.items()},
        rules=tuple(rule for book in reversed(kept) for rule in book.rules),
        tools={name: result for book in kept for name, result in book.tools.items()},
    )


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Name the nearest of the known names, as the end of a sentence; nothing where none is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def scenario_of(name: str, raw: JsonObject, source: str) -> Scenario:
    """Read a scenario from JSON that fits the schema."""
    turn = acts_of(raw["turn"]) if "turn" in raw else None
    return Scenario(name, raw["about"], turn, raw.get("physics"), raw.get("chaos"), source)


def scripted_of(raw: JsonObject) -> Scripted:
    """Read a tool's scripted result: an output, or an error, which may be a text."""
    if "output" in raw:
        return Scripted(raw["output"], failed=False)
    error = raw["error"]
    return Scripted({"error": error} if isinstance(error, str) else error, failed=True)


def count_of(acts: Sequence[Act]) -> int:
    """Count the acts that are performed, repetitions unfolded."""
    return sum(act.times * count_of(act.acts) if isinstance(act, Repeat) else 1 for act in acts)


def summary(scenario: Scenario) -> JsonObject:
    """Tell what a scenario is: `acts` is 0 where the agent does what it would do by itself."""
    return {
        "name": scenario.name,
        "about": scenario.about,
        "event_types": list(kinds_of(scenario)),
        "acts": count_of(scenario.turn or ()),
        "source": scenario.source,
    }


_SAID = ("agent_output", "streaming_agent_output", "streaming_agent_output_end")
_TOOL = ("tool_input", "tool_output")
_KINDS: Mapping[type[Act], tuple[str, ...]] = {
    Think: ("thinking", "streaming_thinking", "streaming_thinking_end"),
    Say: _SAID,
    Answer: _SAID,
    Client: ("tool_input", "client_tool_pending", "tool_output"),
    Structured: ("structured_output",),
    Skill: ("tool_input", "skill_load"),
    Image: (*_TOOL, "image_read"),
    MakeArtifact: _TOOL,
    SubAgent: ("tool_input", "tool_activity", "tool_output"),
    Transition: ("step_transition",),
    ExceedTransitions: ("step_transition_limit_exceeded",),
    Compact: ("compaction_started", "compaction"),
    ExceedContext: ("context_limit_exceeded",),
    Interrupt: ("session_interrupted",),
    Fail: ("error",),
}


def kinds_of(scenario: Scenario) -> tuple[str, ...]:
    """Return the types of the events and frames that a scenario shows, in order of appearance; none where the agent decides."""
    if scenario.turn is None:
        return ()
    kinds = dict.fromkeys(("input_message", *chain.from_iterable(map(_kinds, scenario.turn))))
    used = () if isinstance(scenario.turn[-1], CLOSING) else ("context_consumed",)
    return (*kinds, *used, "end")


def _kinds(act: Act) -> tuple[str, ...]:
    match act:
        case Repeat(_, acts):
            return tuple(chain.from_iterable(map(_kinds, acts)))
        case Parallel(calls):
            return tuple(chain.from_iterable(map(_kinds, calls)))
        case Call(activity=news):
            return ("tool_input", *(("tool_activity",) if news else ()), "tool_output")
        case Skill(by="user"):
            return ("skill_load",)
        case MakeArtifact(by="user"):
            return ("artifact_upload",)
        case _:
            return _KINDS.get(type(act), ())

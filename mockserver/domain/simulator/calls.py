"""A tool call as a value, and what comes of it: the shapes that the planner, the tools and the agent loop share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Protocol

from mockserver.domain.agents import Agent
from mockserver.domain.references import Resolved, settled
from mockserver.domain.sessions import Session
from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call as planned: what the model chose (`arguments`) and what is pinned (`overrides`, open where it needs a tool).

    `configuration` is the rest of the tool's configuration, its references resolved.
    """

    id: str
    configuration_name: str
    tool_type: str
    tool_name: str
    arguments: JsonObject
    overrides: Resolved
    override_paths: tuple[str, ...]
    configuration: Resolved


@dataclass(frozen=True, slots=True)
class Given:
    """What a call is given, every reference settled: what is pinned and the settings, both also with secrets masked.

    `lost` are the references to tools that gave no such output; with any of them the call fails.
    """

    overrides: JsonObject
    shown: JsonObject
    settings: JsonObject
    shown_settings: JsonObject
    lost: tuple[str, ...]

    @property
    def has_secret(self) -> bool:
        """Say whether something of it must not be told."""
        return self.overrides != self.shown or self.settings != self.shown_settings


def given_of(call: ToolCall, settings: Callable[[JsonObject], JsonObject], outputs: Mapping[str, JsonObject]) -> Given:
    """Settle what needed other tools' outputs; `settings` picks what the tool reads of its configuration."""
    if not (call.overrides.open or call.configuration.open):
        own = call.configuration
        return Given(call.overrides.value, call.overrides.shown, settings(own.value), settings(own.shown), ())
    overrides, lost = settled(call.overrides.value, outputs)
    shown, _ = settled(call.overrides.shown, outputs)
    read, also_lost = settled(settings(call.configuration.value), outputs)
    shown_read, _ = settled(settings(call.configuration.shown), outputs)
    return Given(overrides, shown, read, shown_read, (*lost, *also_lost))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool answered, and the pinned arguments as events show them, None where they could not be resolved.

    A failure is an answer too and never ends the turn (api-facts §6.3). `filters` are those that were in force, by corpus.
    """

    output: JsonObject
    error: bool
    overrides: JsonObject | None
    filters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tool runs: for which agent, in which session, when, and with which chance."""

    agent: Agent
    session: Session
    now: datetime
    random: Random


class RunTool(Protocol):
    """Runs a call, given the outputs of the tools that ran before it."""

    def __call__(self, call: ToolCall, outputs: Mapping[str, JsonObject], place: Place) -> Outcome:
        """Return the outcome; never raises for what an agent's configuration says."""


class ToolFailure(Exception):  # noqa: N818 - becomes an answer of the tool
    """Why a tool could not do its work."""


def failed(problem: str, overrides: JsonObject | None) -> Outcome:
    """Return the outcome of a call that failed."""
    return Outcome({"error": problem}, error=True, overrides=overrides, filters={})


def unresolved(references: Sequence[str]) -> Outcome:
    """Return the outcome of a call that needs the output of tools which gave none (api-facts §2.8)."""
    return failed(f"FAILED_PRECONDITION: unresolved refs [{', '.join(references)}]; no tool gave such an output", None)


def reticent(failure: ToolFailure) -> str:
    """Say only of what kind a failure is: its words may quote a secret that the call was given."""
    kind, _, _ = str(failure).partition(":")
    return f"{kind}: what is wrong is not told, since the tool was given a secret"

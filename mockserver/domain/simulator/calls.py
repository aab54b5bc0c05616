"""A tool call as a value, and what comes of it: the shapes that the planner, the tools and the agent loop share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Protocol

from mockserver.domain.agents import Agent
from mockserver.domain.references import Resolved
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

"""What a tool is given when it runs, and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mockserver.domain.sessions import MASK
from mockserver.domain.simulator.calls import Place
from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call that is ready to run.

    `arguments` are what the tool works with; `shown` are the same with secrets masked, for everything that is told; `own` are
    those that are not pinned. `settings` are the rest of the tool's configuration, `shown_settings` the same with secrets masked.
    """

    name: str
    arguments: JsonObject
    shown: JsonObject
    own: JsonObject
    settings: JsonObject
    shown_settings: JsonObject
    place: Place

    def told(self, name: str) -> str:
        """Return a text among the arguments as it may be shown."""
        value = self.shown.get(name)
        return value if isinstance(value, str) else MASK


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool answers; `filters` are those that were in force, by corpus."""

    output: JsonObject
    error: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)


Tool: TypeAlias = Callable[[Invocation], Answer]
"""Runs a call. Raises ToolFailure, whose text may quote arguments: the toolbox keeps it back where a secret is among them."""

"""Filters of a listing whose meaning is beyond doubt, each as it is written and as what it admits (api-facts §3.7, §6)."""

from collections.abc import Callable
from dataclasses import dataclass

from contracts.model.session import Json, State

WORDS = ("quorvex", "zunfel")
"""Words that nobody says by himself: a description that a service writes does not hold them."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A metadata filter: its text, and what it admits."""

    text: str
    admits: Callable[[Json], bool]

    def __repr__(self) -> str:
        return f"Condition({self.text!r})"


def _tier(values: Json) -> int | None:
    tier: int | None = values.get("tier")
    return tier


CONDITIONS = (
    Condition("tier = 1", lambda values: _tier(values) == 1),
    Condition("tier <> 1", lambda values: _tier(values) not in (None, 1)),
    Condition("tier >= 2", lambda values: _tier(values) in (2, 3)),
    Condition("tier IS NULL", lambda values: _tier(values) is None),
    Condition("NOT (tier = 2)", lambda values: _tier(values) not in (None, 2)),
    Condition("role = 'premium'", lambda values: values.get("role") == "premium"),
    Condition("role IN ('basic', 'O''Brien')", lambda values: values.get("role") in ("basic", "O'Brien")),
    Condition("tier < 2 AND role = 'basic'", lambda values: _tier(values) in (0, 1) and values.get("role") == "basic"),
    Condition("tier IN (0, 3) OR role = 'premium'", lambda values: _tier(values) in (0, 3) or values.get("role") == "premium"),
)
"""Conditions on `tier`, 0 to 3 or null, and `role`, a text or null: what is unknown is not admitted."""


def names(word: str, state: State) -> bool:
    """Say whether `filter` finds a word in the name or the description of a session."""
    return word in (state.name or "") or word in (state.description or "")

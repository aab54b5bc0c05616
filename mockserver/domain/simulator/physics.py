"""How fast the simulated model speaks: time to the first token, tokens per second, jitter, size of the pieces.

Waiting is the business of a Clock; here it is only said how long. The default is no waiting at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from random import Random
from typing import Any

from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class Physics:
    """The pace of a model. `first_token_ms` passes before each call of the model or of a tool; rate 0 means at once."""

    first_token_ms: float = 0
    tokens_per_second: float = 0
    jitter: float = 0
    chunk_tokens: int = 1

    def before_answer(self, random: Random) -> float:
        """Return the seconds until the model says its first word, or a tool answers."""
        return self._shaken(self.first_token_ms / 1000, random)

    def before_piece(self, random: Random) -> float:
        """Return the seconds that a piece of `chunk_tokens` tokens takes."""
        if not self.tokens_per_second:
            return 0
        return self._shaken(self.chunk_tokens / self.tokens_per_second, random)

    def _shaken(self, seconds: float, random: Random) -> float:
        return seconds * (1 + self.jitter * random.uniform(-1, 1)) if seconds and self.jitter else seconds


PRESETS: Mapping[str, Physics] = {
    "instant": Physics(),
    "realistic": Physics(first_token_ms=600, tokens_per_second=40, jitter=0.4),
    "slow": Physics(first_token_ms=2500, tokens_per_second=8, jitter=0.5),
}
BOUNDS: Mapping[str, tuple[float, float]] = {
    "first_token_ms": (0, 60_000),
    "tokens_per_second": (0, 10_000),
    "jitter": (0, 1),
    "chunk_tokens": (1, 1000),
}
_NAMES = tuple(field.name for field in fields(Physics))


def physics_of(given: str | JsonObject) -> Physics:
    """Read a pace: a preset, `name=value` pairs, or both (`slow, chunk_tokens=4`); or a mapping of the same names.

    Raises ValueError saying what is wrong and what may stand there.
    """
    if isinstance(given, str):
        return _read(given)
    return _checked(PRESETS[_preset(given.get("preset", "instant"))], {k: v for k, v in given.items() if k != "preset"})


def _read(text: str) -> Physics:
    first, *rest = [part.strip() for part in text.split(",")]
    is_preset = "=" not in first
    pairs = [pair.partition("=") for pair in (rest if is_preset else [first, *rest])]
    start = PRESETS[_preset(first)] if is_preset else Physics()
    return _checked(start, {name.strip(): value.strip() for name, _, value in pairs})


def _preset(name: Any) -> str:
    if name not in PRESETS:
        raise ValueError(f"there is no pace {name!r}; there are {', '.join(PRESETS)}, and {', '.join(f'{n}=…' for n in _NAMES)}")
    return str(name)


def _checked(start: Physics, given: JsonObject) -> Physics:
    changes: dict[str, Any] = {}
    for name, value in given.items():
        if name not in BOUNDS:
            raise ValueError(f"{name!r} is no part of a pace; these are: {', '.join(_NAMES)}")
        low, high = BOUNDS[name]
        number = _number(value)
        if number is None or not low <= number <= high:
            raise ValueError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}")
        changes[name] = int(number) if name == "chunk_tokens" else number
    return replace(start, **changes)


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None

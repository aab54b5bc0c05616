"""Conditions of `#if`, drawn together with whether they hold: alike in Velocity 1.7 and 2.x, nothing empty and no bare zero."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contracts.templating.metadata import BOOLEAN_PATHS, MISSING_PATHS, NUMBER_PATHS, ROOT, WORD_PATHS, WORDS, Writer


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition, and whether it holds."""

    source: str
    holds: bool


class ConditionWriter(Writer):
    """Writes conditions."""

    def condition(self) -> Truth:
        """Write one of any form."""
        forms: tuple[Callable[[], Truth], ...] = (
            self._presence, self._boolean, self._word, self._number, self._negation, self._both, self._either,
        )  # fmt: skip
        written: Truth = self.one(forms)()
        return written

    def _presence(self) -> Truth:
        path = self.one((*WORD_PATHS, *MISSING_PATHS))
        return Truth(self._operand(path), path in WORD_PATHS)

    def _boolean(self) -> Truth:
        path = self.one(BOOLEAN_PATHS)
        return Truth(self._operand(path), self.value(path))

    def _word(self) -> Truth:
        path, quote, operator = self.one(WORD_PATHS), self.one("'\""), self.one(("==", "!="))
        value = self.value(path)
        word = self.one((*WORDS, value))
        return Truth(f"{self._operand(path)} {operator} {quote}{word}{quote}", (value == word) is (operator == "=="))

    def _number(self) -> Truth:
        path = self.one(NUMBER_PATHS)
        value = self.value(path)
        other = max(0, value + self.one((-1, 0, 1)))
        holds: Mapping[str, bool] = {
            "==": value == other,
            "!=": value != other,
            "<": value < other,
            "<=": value <= other,
            ">": value > other,
            ">=": value >= other,
        }
        operator = self.one(tuple(holds))
        return Truth(f"{self._operand(path)} {operator} {other}", holds[operator])

    def _negation(self) -> Truth:
        inner = self._comparison()
        return Truth(f"!({inner.source})", not inner.holds)

    def _both(self) -> Truth:
        left, right = self._comparison(), self._comparison()
        return Truth(f"({left.source}) && ({right.source})", left.holds and right.holds)

    def _either(self) -> Truth:
        left, right = self._comparison(), self._comparison()
        return Truth(f"({left.source}) || ({right.source})", left.holds or right.holds)

    def _comparison(self) -> Truth:
        return self._word() if self.maybe() else self._number()

    def _operand(self, path: str) -> str:
        return f"${{{ROOT}{path}}}" if self.maybe() else f"${ROOT}{path}"

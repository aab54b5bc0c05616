"""What the target of a run speaks, found out when a promise first needs to know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from contracts.credentials import UnavailableError
from contracts.dialects.probes import UnclearError
from contracts.dialects.table import Answer, Dialect
from contracts.wire.budget import NotSentError


class Spoken:
    """Answers once for a whole run. `expected` are answers that somebody has named; `is_strict` holds the target to ours."""

    def __init__(self, probe: Callable[[Dialect], str], *, expected: Mapping[str, str], is_strict: bool) -> None:
        self._probe = probe
        self._expected = expected
        self._is_strict = is_strict
        self._answers: dict[str, Answer] = {}

    def answer(self, dialect: Dialect) -> Answer | None:
        """Return what the target answers; where it cannot be told, nothing is found. None where ours is assumed unasked."""
        if self._is_strict and dialect.name not in self._expected:
            return None
        if dialect.name not in self._answers:
            self._answers[dialect.name] = self._found(dialect)
        return self._answers[dialect.name]

    def _found(self, dialect: Dialect) -> Answer:
        if expected := self._expected.get(dialect.name):
            return Answer(dialect.name, expected, is_expected=True)
        try:
            return Answer(dialect.name, self._probe(dialect))
        except (UnclearError, UnavailableError, NotSentError) as reason:
            return Answer(dialect.name, "", str(reason))
        except AssertionError as failure:
            return Answer(dialect.name, "", str(failure).partition("\n")[0])


@dataclass(frozen=True, slots=True)
class Speaks:
    """What the target speaks, as one test asks for it; `heard` is what the test has asked, for the verdict."""

    spoken: Spoken
    heard: list[Answer] = field(default_factory=list)

    def __call__(self, dialect: Dialect, answer: str) -> bool:
        """Say whether the target gives this answer; where it cannot be told, it is taken to give ours.

        Raises ValueError for an answer that is none of the known ones.
        """
        return self._answer(dialect) == dialect.known(answer)

    def need(self, dialect: Dialect, answer: str) -> None:
        """Go on where the target gives this answer; elsewhere there is nothing to test."""
        if not self(dialect, answer):
            pytest.skip(f"it assumes {dialect.name}={answer}")

    def _answer(self, dialect: Dialect) -> str:
        answer = self.spoken.answer(dialect)
        if answer is None:
            return dialect.ours
        self.heard.append(answer)
        return answer.found or dialect.ours

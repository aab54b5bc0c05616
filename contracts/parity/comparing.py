"""Compares what two runs of the same promises have found, as their JSON reports have it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.dialects.table import DIALECTS
from contracts.parity.normal import normal
from contracts.promises import PROMISES
from contracts.verdicts import Verdict

Json = Mapping[str, Any]
ABSENT, NOT_FOUND_OUT = "not checked", "not found out"
SIDES = ("left", "right")
_SHOWN = 300


class Parity(StrEnum):
    """What two targets are to each other in one promise."""

    AGREE = "agree"
    DIFFER = "DIFFER"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class Compared:
    """A promise on both targets: the two verdicts, and in what they differ or why nothing is known."""

    code: str
    left: str
    right: str
    parity: Parity
    why: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What is promised."""
        return PROMISES[self.code].sentence if self.code in PROMISES else DIALECTS[self.code].question


def compare(left: Json, right: Json) -> tuple[Compared, ...]:
    """Compare two reports, promise by promise, then dialect by dialect. Ids, times and addresses do not count."""
    return (*_promises(left, right), *_dialects(left, right))


def _promises(left: Json, right: Json) -> Iterator[Compared]:
    sides = [_by(side["promises"], "code") for side in (left, right)]
    answers = [_by(side["dialects"], "dialect") for side in (left, right)]
    seen = [side.get("answers", {}) for side in (left, right)]
    for code in sorted({*sides[0], *sides[1]}):
        yield _promise(code, [side.get(code) for side in sides], answers, [side.get(code, {}) for side in seen])


def _promise(
    code: str, findings: Sequence[Json | None], answers: Sequence[Mapping[str, Json]], seen: Sequence[Mapping[str, Sequence[str]]]
) -> Compared:
    """Judge one promise. Where it could not be tested on one side nothing is known."""
    left, right = (str(finding["verdict"]) if finding else ABSENT for finding in findings)
    untested = [f"{side}: {why}" for side, finding in zip(SIDES, findings, strict=True) if (why := _untested(finding))]
    if untested:
        return Compared(code, left, right, Parity.UNTESTED, tuple(untested))
    tested = [finding for finding in findings if finding]
    told = (
        *_failing_otherwise(*map(_failures, tested)),
        *_answering_otherwise(tested, answers),
        *_consisting_otherwise(*seen),
    )
    return Compared(code, left, right, Parity.DIFFER if told else Parity.AGREE, told)


def _untested(finding: Json | None) -> str:
    """Say why a promise was not tested on a side; nothing where it was."""
    if finding is None:
        return ABSENT
    return "; ".join(finding["untested"]) or ABSENT if finding["verdict"] == Verdict.NOT_TESTABLE else ""


def _failing_otherwise(left: Mapping[str, str], right: Mapping[str, str]) -> Iterator[str]:
    """Tell what one side fails in and the other does not, or in another way."""
    for side, own, other in zip(SIDES, (left, right), (right, left), strict=True):
        yield from (f"{side} alone fails in {place}: {own[place][:_SHOWN]}" for place in own if place not in other)
    for place in (place for place in left if place in right and left[place] != right[place]):
        yield f"both fail in {place}, left: {left[place][:_SHOWN]} right: {right[place][:_SHOWN]}"


def _answering_otherwise(findings: Sequence[Json], answers: Sequence[Mapping[str, Json]]) -> Iterator[str]:
    """Tell what they answer in ways of their own, where these are not the same."""
    for name in sorted({name for finding in findings for name in finding["differs"]}):
        left, right = (_answer(side, name) for side in answers)
        if left != right:
            yield f"{DIALECTS[name].question}: left {left}, right {right}"


def _consisting_otherwise(left: Mapping[str, Sequence[str]], right: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Tell which answers only one side gave, and what only one side's answers had. Where nothing was noted nothing is told."""
    if not left or not right:
        return
    for name in sorted({*left, *right}):
        for side, own, other in zip(SIDES, (left, right), (right, left), strict=True):
            if name not in other:
                yield f"{side} alone answers {name}"
            elif alone := sorted({*own.get(name, ())} - {*other[name]}):
                yield f"{name}: {side} alone has {', '.join(alone)[:_SHOWN]}"


def _failures(finding: Json) -> dict[str, str]:
    return {
        f"{one['test']}[{normal(one['example'])}]" if one["example"] else one["test"]: normal(one["message"])
        for one in finding["failures"]
    }


def _dialects(left: Json, right: Json) -> Iterator[Compared]:
    sides = [_by(side["dialects"], "dialect") for side in (left, right)]
    for name in (name for name in DIALECTS if any(name in side for side in sides)):
        ours, theirs = (_answer(side, name) for side in sides)
        is_known = NOT_FOUND_OUT not in {ours, theirs}
        same = Parity.AGREE if ours == theirs else Parity.DIFFER
        yield Compared(name, ours, theirs, same if is_known else Parity.UNTESTED)


def _answer(answers: Mapping[str, Json], name: str) -> str:
    return str(answers[name]["found"]) or NOT_FOUND_OUT if name in answers else NOT_FOUND_OUT


def _by(rows: Iterable[Json], name: str) -> dict[str, Json]:
    return {row[name]: row for row in rows}

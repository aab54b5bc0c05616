"""Differences that somebody has reviewed and means to keep, each with its reason, in a file.

The file is a mapping from reason to entries; an entry is the place of a difference and its kind, as `drift` prints them. What no
reason stands over yet is under `""`: that does not count as reviewed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from contracts.drift.differences import Difference, Level

REVIEWED = Path(__file__).with_name("reviewed.yaml")
"""Where our document differs on purpose from the one that the platform publishes."""
_BEHIND = {
    "operation": " :",
    "status": " .:[{<(",
    "body": " .:[{<(",
    "media type": ".:[{<",
    "parameter": ".:[{<",
}
"""How what is inside of a place goes on behind it, by the kind of difference: a media type beside JSON stands in parentheses."""
_MISSING, _MEMBER = "missing", "member "


class ReviewedError(Exception):
    """The file of reviewed differences cannot be read; says why."""


@dataclass(frozen=True, slots=True)
class Review:
    """All differences, the reviewed ones with their reasons, and the entries that name none any more.

    `unseen` are entries, with their reasons, about what the other document does not have: whether they still hold cannot be said.
    """

    differences: tuple[Difference, ...]
    stale: tuple[str, ...]
    unseen: Mapping[str, str] = field(default_factory=dict)

    @property
    def breaking(self) -> tuple[Difference, ...]:
        """What breaks and has no reason."""
        return tuple(one for one in self.differences if one.level is Level.BREAKING and not one.because)


def entry(difference: Difference) -> str:
    """Write a difference as the file has it: without what both sides say, which a new version may word otherwise."""
    return f"{difference.where}: {difference.kind}"


def read(file: Path) -> Mapping[str, str]:
    """Return the reasons by entry. Raises ReviewedError."""
    try:
        raw = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader) or {}
    except (OSError, yaml.YAMLError) as error:
        raise ReviewedError(f"{file} cannot be read: {error}") from error
    if not isinstance(raw, dict) or not all(isinstance(entries, list) for entries in raw.values()):
        raise ReviewedError(f"{file}: expected a mapping from reason to a list of differences")
    return {str(one): str(reason) for reason, entries in raw.items() for one in entries}


def review(differences: Iterable[Difference], reasons: Mapping[str, str]) -> Review:
    """Give every breaking difference its reason, where it has one."""
    found = tuple(
        replace(one, because=reasons.get(entry(one), "")) if one.level is Level.BREAKING else one for one in differences
    )
    there = {entry(one) for one in found if one.level is Level.BREAKING}
    absent = [one for one in found if one.theirs == _MISSING]
    gone = [one for one in reasons if one not in there]
    unseen = {one: reasons[one] for one in gone if any(_hides(place, one) for place in absent)}
    return Review(found, tuple(one for one in gone if one not in unseen), unseen)


def _hides(difference: Difference, written_entry: str) -> bool:
    """Say whether an entry is about what the other side does not have, as a difference tells: there is nothing to compare."""
    kind, where = difference.kind, difference.where
    if kind == "roles":
        return written_entry == entry(difference)
    if kind.startswith(_MEMBER):
        kind, where = "parameter", f"{where}.{kind.removeprefix(_MEMBER)}"
    behind = written_entry.removeprefix(where)
    return kind in _BEHIND and behind != written_entry and behind[:1] in _BEHIND[kind]


def written(reviewed: Review) -> str:
    """Write the file anew: what is there or cannot be seen, under its reasons; what is not any more is left out."""
    by_reason: dict[str, list[str]] = {}
    for unseen, reason in reviewed.unseen.items():
        by_reason.setdefault(reason, []).append(unseen)
    for one in reviewed.differences:
        if one.level is Level.BREAKING:
            by_reason.setdefault(one.because, []).append(entry(one))
    ordered = {reason: sorted(set(by_reason[reason])) for reason in sorted(by_reason)}
    return yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=10_000)

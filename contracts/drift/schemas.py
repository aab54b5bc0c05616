"""Compares two schemas, member by member and branch by branch, in the direction in which their values travel."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from contracts.drift.differences import LEVELS, Change, Difference, Level, Way
from contracts.drift.reading import Document, Place
from contracts.drift.shapes import LOWER, OTHER, UPPER, Places, Shape, shape_of

_NONE: frozenset[str] = frozenset()
_NUMBERS = frozenset({"integer", "number"})
Pair = tuple[Way, Places, Places]


@dataclass(slots=True)
class Comparison:
    """Compares schemas of two documents; a pair that was compared once is not compared again, wherever it is used."""

    ours: Document
    theirs: Document
    _seen: set[Pair] = field(default_factory=set)

    def compare(
        self, way: Way, where: str, ours: Places, theirs: Places, *, tags: frozenset[str] = _NONE
    ) -> Iterator[Difference]:
        """Tell the differences of two schemas; `tags` are members that name the branch, and are compared as such already."""
        pair = (way, self.ours.all_meant(ours), self.theirs.all_meant(theirs))
        if pair in self._seen:
            return
        self._seen.add(pair)
        sides = _Sides(way, where, shape_of(self.ours, ours), shape_of(self.theirs, theirs), ours[0])
        if bool(sides.ours.variants) != bool(sides.theirs.variants):
            yield from self._one_against_union(sides, ours, theirs)
            return
        yield from _types(sides)
        yield from _values(sides)
        yield from _bounds(sides)
        yield from self._members(sides, tags)
        yield from self._inside(sides)
        yield from self._variants(sides, tags)

    def _one_against_union(self, sides: "_Sides", ours: Places, theirs: Places) -> Iterator[Difference]:
        """Compare one schema with the branch of a union that has its types; the other branches are more than the one."""
        is_ours = bool(sides.ours.variants)
        union, one = (sides.ours, sides.theirs) if is_ours else (sides.theirs, sides.ours)
        document = self.ours if is_ours else self.theirs
        alike = [name for name, branch in union.variants.items() if shape_of(document, branch).types == one.types]
        if len(alike) != 1:
            yield sides.told(
                "union", Change.OTHER, *(", ".join(side.variants) or "one schema" for side in (sides.ours, sides.theirs))
            )
            return
        branch = union.variants[alike[0]]
        others = ", ".join(name for name in union.variants if name not in alike)
        yield sides.told(
            "branches", Change.NARROWER if is_ours else Change.WIDER, *((others, "missing") if is_ours else ("missing", others))
        )
        yield from self.compare(sides.way, sides.where, branch if is_ours else ours, theirs if is_ours else branch)

    def _members(self, sides: "_Sides", tags: frozenset[str]) -> Iterator[Difference]:
        ours, theirs = sides.ours, sides.theirs
        named = tags | {ours.discriminator, theirs.discriminator}
        for name in sorted({*ours.members, *theirs.members} - named):
            inside = f"{sides.where}.{name}"
            if name not in theirs.members:
                yield from sides.only_ours(name)
            elif name not in ours.members:
                yield from sides.only_theirs(name)
            else:
                yield from sides.presence(name)
                yield from self.compare(sides.way, inside, ours.members[name], theirs.members[name])

    def _inside(self, sides: "_Sides") -> Iterator[Difference]:
        """Compare items, and the values of what is named freely. What one side leaves open only the other says."""
        for suffix, kind, ours, theirs in (
            ("[]", "items", sides.ours.items, sides.theirs.items),
            ("{}", "values of free names", sides.ours.extra, sides.theirs.extra),
        ):
            if ours and theirs:
                yield from self.compare(sides.way, sides.where + suffix, ours, theirs)
            elif ours or theirs:
                yield sides.told(kind, Change.WIDER if ours else Change.NARROWER, *(_said(side) for side in (ours, theirs)))
        if sides.ours.is_closed != sides.theirs.is_closed:
            change = Change.NARROWER if sides.theirs.is_closed else Change.WIDER
            level = Level.ADDITIVE if (sides.way, change) == (Way.RESPONSE, Change.WIDER) else None
            yield sides.told("other members", change, *(_open(side) for side in (sides.ours, sides.theirs)), level=level)

    def _variants(self, sides: "_Sides", tags: frozenset[str]) -> Iterator[Difference]:
        ours, theirs = sides.ours.variants, sides.theirs.variants
        names = {name for name in (sides.ours.discriminator, sides.theirs.discriminator) if name}
        if len(names) > 1:
            yield sides.told("discriminator", Change.OTHER, sides.ours.discriminator, sides.theirs.discriminator)
            return
        if missing := sorted(ours.keys() - theirs.keys()):
            yield sides.told("branches", Change.NARROWER, ", ".join(missing), "missing")
        if added := sorted(theirs.keys() - ours.keys()):
            yield sides.told("branches", Change.WIDER, "missing", ", ".join(added))
        for name in (name for name in ours if name in theirs):
            inside = f"{sides.where}<{name}>"
            yield from self.compare(sides.way, inside, ours[name], theirs[name], tags=tags | names)


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both sides at one place."""

    way: Way
    where: str
    ours: Shape
    theirs: Shape
    place: Place

    def told(self, kind: str, change: Change, ours: object, theirs: object, *, level: Level | None = None) -> Difference:
        return Difference(
            self.where,
            kind,
            level or LEVELS[self.way, change],
            str(ours),
            str(theirs),
            str(self.place.file),
            self.place.pointer,
        )

    def only_ours(self, name: str) -> Iterator[Difference]:
        """A member that the other document does not have: it may be passed over there, or not come."""
        is_required = name in self.ours.required
        if self.way is Way.REQUEST:
            level = Level.BREAKING if self.theirs.is_closed else Level.OURS
        else:
            level = Level.BREAKING if is_required else Level.OURS
        yield self.told(f"member {name}", Change.OTHER, _presence(is_required), "missing", level=level)

    def only_theirs(self, name: str) -> Iterator[Difference]:
        """A member that only the other document has: a server may insist on it in a request."""
        is_required = name in self.theirs.required
        level = Level.BREAKING if is_required and self.way is Way.REQUEST else Level.ADDITIVE
        yield self.told(f"member {name}", Change.OTHER, "missing", _presence(is_required), level=level)

    def presence(self, name: str) -> Iterator[Difference]:
        is_required, is_required_there = name in self.ours.required, name in self.theirs.required
        if is_required != is_required_there:
            change = Change.NARROWER if is_required_there else Change.WIDER
            yield self.told(f"presence of {name}", change, _presence(is_required), _presence(is_required_there))


def _types(sides: _Sides) -> Iterator[Difference]:
    ours, theirs = sides.ours.types, sides.theirs.types
    if ours != theirs and (change := _of_types(ours, theirs)):
        yield sides.told("type", change, *("/".join(sorted(side)) if side else "any" for side in (ours, theirs)))
    if sides.ours.is_nullable != sides.theirs.is_nullable:
        change = Change.WIDER if sides.theirs.is_nullable else Change.NARROWER
        yield sides.told("null", change, *("allowed" if side.is_nullable else "not" for side in (sides.ours, sides.theirs)))


def _of_types(ours: frozenset[str] | None, theirs: frozenset[str] | None) -> Change | None:
    """Compare sets of types; none is any, and every integer is a number."""
    if not ours or not theirs:
        return Change.NARROWER if theirs else Change.WIDER if ours else None
    wide, wide_there = ((side | _NUMBERS if "number" in side else side) for side in (ours, theirs))
    if wide == wide_there:
        return None
    return Change.NARROWER if wide_there < wide else Change.WIDER if wide < wide_there else Change.OTHER


def _values(sides: _Sides) -> Iterator[Difference]:
    ours, theirs = sides.ours.values, sides.theirs.values
    if ours == theirs:
        return
    if ours is None or theirs is None:
        yield sides.told("values", Change.WIDER if theirs is None else Change.NARROWER, *map(_listed, (ours, theirs)))
        return
    if missing := ours - theirs:
        yield sides.told("values", Change.NARROWER, _listed(missing), "missing")
    if added := theirs - ours:
        yield sides.told("values", Change.WIDER, "missing", _listed(added))


def _bounds(sides: _Sides) -> Iterator[Difference]:
    ours, theirs = sides.ours.bounds, sides.theirs.bounds
    for name in (*LOWER, *UPPER, *OTHER):
        said, said_there = ours.get(name), theirs.get(name)
        if name == "pattern" and said and said_there and said != said_there and unanchored(said) == unanchored(said_there):
            looser = Change.WIDER if len(said) > len(said_there) else Change.NARROWER
            yield sides.told("anchors of a pattern", looser, said, said_there)
        elif said != said_there:
            yield sides.told(name, _of_bounds(name, said, said_there), *(_bound(side) for side in (said, said_there)))


def unanchored(pattern: str) -> str:
    """Return a pattern without its anchors, and in one spelling of digits, of escapes, of the order of ranges."""
    for written, plain in ((r"\d", "[0-9]"), (r"\=", "="), (r"\-", "-"), ("[0-9a-zA-Z", "[a-zA-Z0-9")):
        pattern = pattern.replace(written, plain)
    return pattern.removeprefix("^").removesuffix("$")


def _of_bounds(name: str, ours: Any, theirs: Any) -> Change:
    if ours is None or theirs is None:
        return Change.NARROWER if ours is None else Change.WIDER
    if name in OTHER:
        return Change.OTHER
    rank, rank_there = (_rank(name, side) for side in (ours, theirs))
    return Change.NARROWER if rank_there > rank else Change.WIDER


def _rank(name: str, bound: Any) -> tuple[float, bool]:
    """Return what is greater the less a bound allows."""
    value, is_exclusive = bound if isinstance(bound, tuple) else (bound, False)
    return (value if name in LOWER else -value, is_exclusive)


def _bound(bound: Any) -> str:
    if bound is None:
        return "none"
    return f"{bound[0]}, exclusive" if isinstance(bound, tuple) else str(bound)


def _listed(values: frozenset[str] | None) -> str:
    return "any" if values is None else ", ".join(sorted(values))


def _presence(is_required: bool) -> str:
    return "required" if is_required else "optional"


def _said(places: Places) -> str:
    return "said" if places else "anything"


def _open(shape: Shape) -> str:
    return "refused" if shape.is_closed else "allowed"

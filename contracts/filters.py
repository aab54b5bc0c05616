"""Filter expressions about the rows of a listing, as Hypothesis strategies (api-facts §6).

They ask of the fields that the rows have, and of one that none has, and compare with values that the rows have, or nearly. Sides
stand in brackets wherever precedence is not what is tested.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Expressions = st.SearchStrategy[str]
MISSING = "sc_no_such_field"
LONGEST_TEXT = 60
EQUALITIES = ("=", "<>", "!=")
COMPARISONS = (*EQUALITIES, "<", "<=", ">", ">=")
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEYWORDS = {"and", "or", "not", "in", "like", "is", "null", "true", "false"}
_DEEPEST = 3
_LARGEST = 2**40
_STEP = 0.25


@dataclass(frozen=True, slots=True)
class Field:
    """A field as filters write it; the kinds of its values (`text`, `number`, `boolean`, `list`, `other`), and its plain values.

    Of a list the values are its entries.
    """

    name: str
    kinds: frozenset[str]
    values: tuple[Any, ...]

    def is_only(self, *kinds: str) -> bool:
        """Say whether all its values are of one kind, and of these: then nothing about it is undefined but null."""
        return len(self.kinds) == 1 and self.kinds <= set(kinds) and bool(self.values)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a listing. A corpus has `declared` ones: its filters know neither LIKE nor a field that is not there."""

    all: tuple[Field, ...]
    declared: bool = False

    def only(self, *kinds: str) -> list[Field]:
        """Return the fields that have values of one kind alone, of these kinds."""
        return [field for field in self.all if field.is_only(*kinds)]

    @property
    def plain(self) -> list[Field]:
        """The fields that have plain values of one kind alone."""
        return self.only("text", "number", "boolean")

    @property
    def names(self) -> list[str]:
        """What may be asked for null."""
        return [field.name for field in self.all] + ([] if self.declared else [MISSING])


def fields_of(rows: Iterable[Mapping[str, Any]], *, scope: str = "") -> Fields:
    """Find the fields of metadata, nested ones by their dotted names. With a scope (`doc.`) they are declared ones."""
    seen: dict[str, list[Any]] = {}
    for row in rows:
        for path, value in _leaves(row):
            seen.setdefault(path, []).append(value)
    found = (field_of(scope + path if scope else _name(path), values) for path, values in sorted(seen.items()))
    return Fields(tuple(found), declared=bool(scope))


def field_of(name: str, values: Iterable[Any]) -> Field:
    """Describe a field by all its values; null is none."""
    known = [value for value in values if value is not None]
    flat = [entry for value in known for entry in (value if isinstance(value, list) else [value])]
    usable = {repr(entry): entry for entry in flat if is_writable(entry)}
    return Field(name, frozenset(map(kind_of, known)), tuple(usable[text] for text in sorted(usable)))


def kind_of(value: object) -> str:
    """Name the kind of a value as filters see it."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "list" if isinstance(value, list) else "other"


def is_writable(value: object) -> bool:
    """Say whether a value has one plain spelling, and can be calculated with exactly if it is a number."""
    if isinstance(value, str):
        return value.isprintable() and len(value) <= LONGEST_TEXT
    return isinstance(value, int | float) and abs(value) < _LARGEST and value % _STEP == 0


def literal(value: Any) -> str:
    """Write a value as filters do: a text in single quotes, doubled inside."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def _leaves(row: Mapping[str, Any], prefix: str = "", depth: int = 1) -> Iterator[tuple[str, Any]]:
    """Walk the values of metadata. A key with a dot is left out: its name could be a nested field's too."""
    for key, value in row.items():
        if not key or "." in key or not key.isprintable():
            continue
        if isinstance(value, Mapping) and depth < _DEEPEST:
            yield from _leaves(value, f"{prefix}{key}.", depth + 1)
        else:
            yield f"{prefix}{key}", value


def _name(path: str) -> str:
    is_bare = _BARE.fullmatch(path) and path.lower() not in _KEYWORDS
    return path if is_bare else '"' + path.replace('"', '""') + '"'


def values_for(field: Field) -> st.SearchStrategy[Any]:
    """Draw a value that the field has, or one beside it: another number, the same text in the other case, no text at all."""
    own = st.sampled_from(field.values)
    kind = kind_of(field.values[0])
    if kind == "number":
        return own | st.builds(lambda value, step: value + step, own, st.sampled_from((-1, 1)))
    return own | (st.booleans() if kind == "boolean" else own.map(str.swapcase) | st.sampled_from(("nobody", "")))


def comparisons(field: Field) -> Expressions:
    """Compare a field of one plain kind with a value of its kind."""
    signs = EQUALITIES if field.is_only("boolean") else COMPARISONS
    return st.builds(lambda sign, value: f"{field.name} {sign} {literal(value)}", st.sampled_from(signs), values_for(field))


def memberships(field: Field) -> Expressions:
    """Ask whether a field is one of several values."""
    several = st.lists(values_for(field), min_size=1, max_size=3)
    return several.map(lambda values: f"{field.name} IN ({', '.join(map(literal, values))})")


def calculations(field: Field) -> Expressions:
    """Compare what comes of a little arithmetic."""
    step = st.tuples(st.sampled_from("+-*"), st.integers(1, 3)).map(lambda drawn: f"({field.name} {drawn[0]} {drawn[1]})")
    return st.builds(
        lambda left, sign, value: f"{left} {sign} {literal(value)}", step, st.sampled_from(COMPARISONS), values_for(field)
    )


def likenesses(field: Field) -> Expressions:
    """Ask for texts that begin or end as one of the field, or hold a part of it."""

    def cut(text: str) -> st.SearchStrategy[str]:
        ends = st.integers(0, len(text))
        return ends.flatmap(lambda at: st.sampled_from([f"{text[:at]}%", f"%{text[at:]}", f"%{text[at : at + 2]}%"]))

    return st.sampled_from(field.values).flatmap(cut).map(lambda pattern: f"{field.name} LIKE {literal(pattern)}")


def plain_conditions(fields: Fields) -> st.SearchStrategy[tuple[str, str]]:
    """Draw a condition on one field of one plain kind, and the field: the condition is unknown only where the field is null."""

    def about(field: Field) -> st.SearchStrategy[tuple[str, str]]:
        forms = [comparisons(field), memberships(field)]
        if field.is_only("text") and not fields.declared:
            forms.append(likenesses(field))
        if field.is_only("number"):
            forms.append(calculations(field))
        return st.tuples(st.one_of(forms), st.just(field.name))

    return st.sampled_from(fields.plain).flatmap(about)


def entries(field: Field) -> Expressions:
    """Ask whether an array holds a value."""
    return values_for(field).map(lambda value: f"{literal(value)} IN {field.name}")


def atoms(fields: Fields) -> Expressions:
    """Draw a condition without AND, OR and NOT, also on unlike kinds, on arrays, and on what is not there."""
    names = st.sampled_from(fields.names)
    forms: list[Expressions] = [st.builds(lambda name, sign: f"{name} IS {sign}NULL", names, st.sampled_from(("", "NOT ")))]
    if fields.plain:
        forms.append(plain_conditions(fields).map(lambda drawn: drawn[0]))
    if lists := fields.only("list"):
        forms.append(st.sampled_from(lists).flatmap(entries))
    known = [value for field in fields.all for value in field.values]
    if known and not fields.declared:
        signs = st.sampled_from(EQUALITIES)
        forms.append(st.builds(lambda name, sign, value: f"{name} {sign} {literal(value)}", names, signs, st.sampled_from(known)))
    return st.one_of(forms)


def conditions(fields: Fields) -> Expressions:
    """Draw any condition, every side in brackets."""

    def joined(inner: Expressions) -> Expressions:
        both = st.builds(lambda left, word, right: f"({left}) {word} ({right})", inner, st.sampled_from(("AND", "OR")), inner)
        return both | inner.map(lambda one: f"NOT ({one})")

    return st.recursive(atoms(fields), joined, max_leaves=4)

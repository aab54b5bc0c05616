"""Relations between filters that hold whatever the rows are: no row need be known to judge them (api-facts §6).

A comparison with null is not true, and neither is its negation. Of LIKE the facts say less: that a pattern without signs is the
text itself, and `_` any one character, is the reading of §9.43.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from hypothesis import strategies as st

from contracts.filters import Field, Fields, atoms, conditions, kind_of, literal, plain_conditions, values_for

Ids = frozenset[str]
SIZES = (1, 2, 3, 7, 100)


class Listing(Protocol):
    """Rows that can be filtered. `rows` are the metadata of all; `pages` lists in pages of a size, until they are over."""

    @property
    def fields(self) -> Fields:
        """The fields that filters can ask for."""

    def select(self, expression: str | None) -> Ids:
        """Return the ids of the rows that a filter selects, of all rows for None."""

    def pages(self, expression: str, size: int) -> list[list[str]]:
        """Return the ids page by page."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What is drawn to judge it, None where the fields do not have it, and sentences of how it is broken."""

    drawn: Callable[[Fields], st.SearchStrategy[Any] | None]
    broken: Callable[[Listing, Any], Iterator[str]]


def _unless(left: str, found: Ids, right: str, expected: Ids) -> Iterator[str]:
    if found != expected:
        yield f"{left} selects {_shown(found - expected)} too much and misses {_shown(expected - found)}, by {right}"


def _shown(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids)) or "nothing"


def _parted(listing: Listing, drawn: tuple[str, str]) -> Iterator[str]:
    """A condition on one field, its negation, and the field's being null part all rows."""
    condition, field = drawn
    whole = listing.select(None)
    held, negated, null = (listing.select(text) for text in (condition, f"NOT ({condition})", f"{field} IS NULL"))
    yield from _unless(f"NOT ({condition})", negated, f"all without {condition} and {field} IS NULL", whole - held - null)
    yield from _unless(f"({condition}) AND {field} IS NULL", held & null, "nothing", frozenset())
    yield from _unless(
        f"{field} IS NOT NULL", listing.select(f"{field} IS NOT NULL"), f"all without {field} IS NULL", whole - null
    )


def _kinds(listing: Listing, drawn: tuple[str, Any]) -> Iterator[str]:
    """No value is a number and a text."""
    name, value = drawn
    number, text = f"{name} = {literal(value)}", f"{name} = {literal(str(value))}"
    yield from _unless(f"({number}) AND ({text})", listing.select(number) & listing.select(text), "nothing", frozenset())


def _algebra(listing: Listing, drawn: tuple[str, str]) -> Iterator[str]:
    left, right = drawn
    one, other, whole = listing.select(left), listing.select(right), listing.select(None)
    laws = (
        (f"({left}) AND ({right})", one & other, "the intersection"),
        (f"({right}) AND ({left})", one & other, "commutation"),
        (f"({left}) OR ({right})", one | other, "the union"),
        (f"({right}) OR ({left})", one | other, "commutation"),
        (f"({left}) AND ({left})", one, "idempotence"),
        (f"(({left}))", one, "brackets"),
        (f"NOT (NOT ({left}))", one, "double negation"),
        (f"({left}) AND NOT ({left})", frozenset[str](), "contradiction"),
    )
    for expression, expected, law in laws:
        yield from _unless(expression, listing.select(expression), law, expected)
    yield from _unless(left, one - whole, "what is listed without a filter", frozenset())


def _negations(listing: Listing, drawn: tuple[str, str]) -> Iterator[str]:
    """De Morgan."""
    left, right = drawn
    not_left, not_right = listing.select(f"NOT ({left})"), listing.select(f"NOT ({right})")
    for word, expected in (("AND", not_left | not_right), ("OR", not_left & not_right)):
        expression = f"NOT (({left}) {word} ({right}))"
        yield from _unless(expression, listing.select(expression), "De Morgan", expected)


def _precedence(listing: Listing, drawn: tuple[str, str, str]) -> Iterator[str]:
    """NOT binds tighter than AND, AND tighter than OR (§6.1)."""
    first, second, third = drawn
    a, b, c = map(listing.select, drawn)
    for expression, expected in (
        (f"{first} OR {second} AND {third}", a | (b & c)),
        (f"{first} AND {second} OR {third}", (a & b) | c),
        (f"NOT {first} AND {second}", listing.select(f"NOT ({first})") & b),
        (f"({first} OR {second}) AND {third}", (a | b) & c),
    ):
        yield from _unless(expression, listing.select(expression), "precedence", expected)


def _ordered(listing: Listing, drawn: tuple[str, Any]) -> Iterator[str]:
    field, value = drawn[0], literal(drawn[1])
    less, equal, more = (listing.select(f"{field} {sign} {value}") for sign in ("<", "=", ">"))
    for expression, expected in (
        (f"{field} <= {value}", less | equal),
        (f"{field} >= {value}", more | equal),
        (f"{field} <> {value}", less | more),
        (f"{value} > {field}", less),
        (f"{value} <= {field}", more | equal),
    ):
        yield from _unless(expression, listing.select(expression), "order", expected)
    yield from _unless(
        f"{field} < {value} AND {field} = {value}", less & equal | less & more | equal & more, "order", frozenset()
    )


def _listed(listing: Listing, drawn: tuple[str, list[Any]]) -> Iterator[str]:
    field, values = drawn
    expression = f"{field} IN ({', '.join(map(literal, values))})"
    equal = [listing.select(f"{field} = {literal(value)}") for value in values]
    yield from _unless(expression, listing.select(expression), "the OR of its equals", frozenset[str]().union(*equal))


def _calculated(listing: Listing, drawn: tuple[str, Any, str, int]) -> Iterator[str]:
    """What is done to both sides changes nothing."""
    field, value, sign, by = drawn
    expected = listing.select(f"{field} {sign} {literal(value)}")
    for expression in (
        f"({field} + {by}) {sign} {literal(value + by)}",
        f"({field} - {by}) {sign} {literal(value - by)}",
        f"({by} + ({field} * 2)) {sign} {literal(by + value * 2)}",
        f"(({field} + {by}) * 2) {sign} {literal((value + by) * 2)}",
    ):
        yield from _unless(expression, listing.select(expression), "arithmetic", expected)


def _alike(listing: Listing, drawn: tuple[str, str, int]) -> Iterator[str]:
    field, text, at = drawn
    like = f"{field} LIKE"
    yield from _unless(f"{like} '%'", listing.select(f"{like} '%'"), "any text", listing.select(f"{field} IS NOT NULL"))
    if set("%_\\") & set(text):
        return
    equal = listing.select(f"{field} = {literal(text)}")
    yield from _unless(f"{like} {literal(text)}", listing.select(f"{like} {literal(text)}"), "equality", equal)
    at %= len(text) + 1
    for pattern in (f"{text[:at]}%", f"%{text[at:]}", f"{text[:at]}%{text[at:]}", f"{text[: at - 1]}_{text[at:]}" if at else "%"):
        missed = equal - listing.select(f"{like} {literal(pattern)}")
        yield from _unless(f"{like} {literal(pattern)}", missed, f"what is {literal(text)}", frozenset())


def _paged(listing: Listing, drawn: tuple[str, int]) -> Iterator[str]:
    expression, size = drawn
    pages = listing.pages(expression, size)
    rows = [row for page in pages for row in page]
    yield from _unless(f"{expression}, {size} a page,", frozenset(rows), "one page", listing.select(expression))
    if len(rows) > len(set(rows)):
        yield f"{expression}, {size} a page, lists a row twice"
    if any(len(page) > size for page in pages):
        yield f"{expression}, {size} a page, has a page of {max(map(len, pages))}"


def _with_value(found: Callable[[Fields], list[Field]]) -> Callable[[Fields], st.SearchStrategy[Any] | None]:
    def drawn(fields: Fields) -> st.SearchStrategy[Any] | None:
        suited = found(fields)
        if not suited:
            return None
        return st.sampled_from(suited).flatmap(lambda field: st.tuples(st.just(field.name), values_for(field)))

    return drawn


def _with_values(fields: Fields) -> st.SearchStrategy[Any] | None:
    if not fields.plain:
        return None
    about = st.sampled_from(fields.plain)
    return about.flatmap(lambda field: st.tuples(st.just(field.name), st.lists(values_for(field), min_size=2, max_size=4)))


def _with_steps(fields: Fields) -> st.SearchStrategy[Any] | None:
    value = _with_value(lambda known: known.only("number"))(fields)
    signs, steps = st.sampled_from(("=", "<>", "<", ">=")), st.integers(1, 3)
    return None if value is None else st.builds(lambda drawn, sign, by: (*drawn, sign, by), value, signs, steps)


def _with_texts(fields: Fields) -> st.SearchStrategy[Any] | None:
    value = None if fields.declared else _with_value(lambda known: known.only("text"))(fields)
    return None if value is None else st.builds(lambda drawn, at: (*drawn, at), value, st.integers(0, 60))


def _with_numbers(fields: Fields) -> st.SearchStrategy[Any] | None:
    """Draw a field and a number that it has; in a corpus a field has one kind, and no other may be asked for."""
    found = [(field.name, value) for field in fields.all for value in field.values if kind_of(value) == "number"]
    return st.sampled_from(found) if found and not fields.declared else None


PARTITION = (
    Relation(lambda fields: plain_conditions(fields) if fields.plain else None, _parted),
    Relation(_with_numbers, _kinds),
)
ALGEBRA = (
    Relation(lambda fields: st.tuples(conditions(fields), conditions(fields)), _algebra),
    Relation(lambda fields: st.tuples(conditions(fields), conditions(fields)), _negations),
    Relation(lambda fields: st.tuples(atoms(fields), atoms(fields), atoms(fields)), _precedence),
)
ORDER = (
    Relation(_with_value(lambda fields: fields.only("number", "text")), _ordered),
    Relation(_with_values, _listed),
    Relation(_with_steps, _calculated),
    Relation(_with_texts, _alike),
)
PAGES = (Relation(lambda fields: st.tuples(conditions(fields), st.sampled_from(SIZES)), _paged),)

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.errors import Refused
from mockserver.domain.wishes import NO_WISHES, Wishes, wishes_in

LARGEST = (1 << 63) - 1
printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=40)


def preferring(text, **headers):
    return wishes_in({"prefer": text, **headers})


@pytest.mark.parametrize(
    ("header", "wishes"),
    [
        ("scenario=tool_error", Wishes(scenario="tool_error")),
        ("seed=7", Wishes(seed=7)),
        ("seed=-7", Wishes(seed=-7)),
        (f"seed={LARGEST}", Wishes(seed=LARGEST)),
        ("code=404", Wishes(code=404)),
        ('physics="ttft=300, tps=40"', Wishes(physics="ttft=300, tps=40")),
        ('physics="a \\"quoted\\" \\\\ word"', Wishes(physics='a "quoted" \\ word')),
        ("scenario=a, seed=1,code=400", Wishes(scenario="a", seed=1, code=400)),
        ("Scenario = a ; why=not", Wishes(scenario="a")),
        (",, seed=1 ,", Wishes(seed=1)),
        ("seed=1, seed=2", Wishes(seed=1)),
        ("respond-async, wait=10, seed=1", Wishes(seed=1)),
        ('handling="lenient, seed=2", seed=1', Wishes(seed=1)),
        ("x=;;=, =, seed=1", Wishes(seed=1)),
        ('seed=1, other="never closed, seed=2', Wishes(seed=1)),
        ("", NO_WISHES),
    ],
)
def test_preferences_are_read_as_rfc_7240_writes_them(header, wishes):
    assert preferring(header) == wishes


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("scenario", "malformed at 'scenario'; write scenario=VALUE"),
        ("scenario=", "malformed"),
        ('scenario=""', "is ''; it must be a text of 1 to 200 printable ASCII characters"),
        ("scenario=two words", "malformed at 'scenario=two words'"),
        ('scenario="open', "malformed"),
        ("physics=ttft=300", "malformed"),
        ('physics="caf\u00e9"', "it must be a text"),
        ('physics="a\tb"', "it must be a text"),
        (f"physics={'x' * 201}", "it must be a text of 1 to 200"),
        ("seed=x", "seed is 'x'; it must be a whole number"),
        (f"seed={LARGEST + 1}", "whole number"),
        ("seed=1.0", "whole number"),
        ("code=200", "code is '200'; it must be a whole number from 400 to 599"),
        ("seed=1, code=many", "code is 'many'"),
    ],
)
def test_a_preference_of_ours_that_is_malformed_is_refused(header, told):
    with pytest.raises(Refused) as caught:
        preferring(header)

    assert caught.value.refusal.code == "SM212"
    assert list(caught.value.fields) == ["Prefer"]
    assert told in caught.value.message


def test_two_headers_say_the_same_as_the_preferences():
    wishes = wishes_in({"x-mock-scenario": "tool_error", "x-mock-physics": "ttft=300, tps=40"})

    assert wishes == Wishes(scenario="tool_error", physics="ttft=300, tps=40")
    assert preferring("scenario=a, seed=1", **{"x-mock-scenario": "a"}) == Wishes(scenario="a", seed=1)


def test_a_header_and_a_preference_that_differ_are_refused():
    with pytest.raises(Refused, match="X-Mock-Scenario: differs from scenario in Prefer"):
        preferring("scenario=a", **{"x-mock-scenario": "b"})


def test_an_empty_header_is_refused():
    with pytest.raises(Refused, match="X-Mock-Physics: physics is ''"):
        wishes_in({"x-mock-physics": ""})


@given(printable, printable, st.integers(-LARGEST, LARGEST), st.integers(400, 599))
def test_wishes_are_read_back_from_what_was_applied(scenario, physics, seed, code):
    wishes = Wishes(scenario, physics, seed, code)

    assert preferring(wishes.applied(("scenario", "physics", "seed", "code"))) == wishes


def test_only_what_was_applied_is_told():
    wishes = Wishes(scenario="two words", seed=0)

    assert wishes.applied(("seed", "physics")) == "seed=0"
    assert wishes.applied(("scenario", "seed")) == 'scenario="two words", seed=0'
    assert wishes.applied(()) == ""


@given(st.text(st.sampled_from('seed=,;" \\\tx1'), max_size=40))
def test_no_header_does_more_than_wish_or_be_refused(header):
    with suppress(Refused):
        preferring(header)


@pytest.mark.parametrize("part", [" ", '"', ",", "seed", "seed= ", 'seed="', "\\"])
def test_a_long_header_is_read_at_once(part):
    with suppress(Refused):
        assert preferring("seed=1" + part * 100_000 + "!").seed == 1

"""Secret fields: what the shape says is masked, collected and put back, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.secrecy import NO_SECRETS, SENSITIVE_HEADERS, Shape, joined, redacted, restored, secrets_in
from mockserver.domain.sessions import MASK
from tests.arrange import examples

SECRET = Shape(is_secret=True)
AUTH = Shape(choice="type", branches={"bearer": Shape(fields={"token": SECRET}), None: Shape(fields={"key": SECRET})})
TOOL = Shape(fields={"auth": AUTH, "headers": Shape(headers=SENSITIVE_HEADERS), "secrets": SECRET, "old": Shape(items=SECRET)})
AGENT = Shape(fields={"tools": Shape(others=TOOL)})


def test_what_is_marked_is_masked_and_nothing_else():
    tool = {
        "auth": {"type": "bearer", "token": "t", "key": "k"},
        "headers": {"Authorization": "Bearer x", "Accept": "text/plain", "X-API-Key": {"$ref": "session.secrets.k"}},
        "secrets": {"a": "1", "b": None, "c": {"d": ["2"]}},
        "old": ["3", 4],
        "token": "public",
    }

    assert redacted({"tools": {"get": tool}, "secrets": {"x": "free"}}, AGENT) == {
        "tools": {
            "get": {
                "auth": {"type": "bearer", "token": MASK, "key": "k"},
                "headers": {"Authorization": MASK, "Accept": "text/plain", "X-API-Key": {"$ref": "session.secrets.k"}},
                "secrets": {"a": MASK, "b": None, "c": {"d": [MASK]}},
                "old": [MASK, MASK],
                "token": "public",
            }
        },
        "secrets": {"x": "free"},
    }


def test_the_branch_is_the_one_that_the_value_chooses():
    assert redacted({"type": "none", "token": "t", "key": "k"}, AUTH) == {"type": "none", "token": "t", "key": "k"}
    assert redacted({"token": "t", "key": "k"}, AUTH) == {"token": "t", "key": MASK}
    assert redacted({"type": ["bearer"], "token": "t"}, AUTH) == {"type": ["bearer"], "token": "t"}


def test_the_token_of_a_header_counts_alone_too():
    found = secrets_in({"headers": {"authorization": "Bearer t0ken", "cookie": "a=1; b=2"}}, TOOL)

    assert list(found) == ["Bearer t0ken", "t0ken", "a=1; b=2"]


def test_what_was_read_may_be_sent_back():
    before = {"tools": {"get": {"auth": {"type": "bearer", "token": "t"}, "old": ["1", "2"]}}}
    read = redacted(before, AGENT)
    read["tools"]["new"] = {"auth": {"type": "bearer", "token": MASK}}
    read["tools"]["get"]["old"] = [MASK, "3"]

    assert restored(read, before, AGENT)["tools"] == {
        "get": {"auth": {"type": "bearer", "token": "t"}, "old": ["1", "3"]},
        "new": {"auth": {"type": "bearer", "token": MASK}},
    }


def test_a_mask_never_brings_a_secret_to_a_place_that_is_no_secret():
    before = {"tools": {"get": {"auth": {"type": "bearer", "token": "t"}}}}
    moved = {"tools": {"get": {"auth": {"type": "none", "token": MASK}, "url": MASK}}}

    assert restored(moved, before, AGENT) == moved


@pytest.mark.parametrize("value", [None, 5, "x", [], {}, {"tools": None}, {"tools": {"get": 5}}, {"tools": ["x"]}])
def test_values_of_another_form_are_left_alone(value):
    assert redacted(value, AGENT) == value
    assert list(secrets_in(value, AGENT)) == []


def test_shapes_join_and_two_choices_do_not():
    assert joined() == joined(NO_SECRETS, NO_SECRETS) == NO_SECRETS
    assert joined(Shape(fields={"a": SECRET}), Shape(fields={"b": SECRET})) == Shape(fields={"a": SECRET, "b": SECRET})
    with pytest.raises(ValueError, match="cannot both choose"):
        joined(AUTH, Shape(choice="kind", branches={"x": SECRET}))


names = st.sampled_from(["tools", "auth", "type", "token", "headers", "Authorization", "secrets", "old", "x"])
values = st.recursive(
    st.none() | st.integers() | st.sampled_from(["bearer", "s3cret", MASK]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=4),
    max_leaves=10,
)


@examples(300)
@given(values)
def test_twice_is_the_same_as_once_and_reading_gives_no_secret(value):
    once = redacted(value, AGENT)

    assert redacted(once, AGENT) == once
    assert list(secrets_in(once, AGENT)) == []
    assert restored(once, value, AGENT) == value

"""A listing is judged by what was there, and the same, all the time: nobody who works beside a run makes it lie."""

import httpx
from hypothesis import given
from hypothesis import strategies as st

from contracts.looks import Look


def rows(keys):
    return st.lists(st.sampled_from(keys), unique=True).map(lambda drawn: [{"key": key, "name": key} for key in drawn])


def look(before, joined, after, read=None):
    answers = {key: httpx.Response(status, json=body) for key, (status, body) in (read or {}).items()}
    return Look("key", before, joined, answers, after)


def faults(*listings, holds_place=True, **more):
    return list(look(*([{"key": key, "name": key} for key in keys] for keys in listings), **more).faults(holds_place=holds_place))


@given(rows("abc"), rows("def"), rows("ghi"))
def test_what_comes_and_goes_meanwhile_is_nobodys_fault(kept, coming, going):
    before, after = [*going, *kept], [*coming, *kept]
    for joined in (before, after, kept, kept[:2]):
        assert list(look(before, joined, after).faults(holds_place=True)) == []


def test_what_was_there_all_the_time_is_listed_once_and_in_order():
    assert faults("abc", "aabc", "abc") == ["short pages give ['a', 'a', 'b', 'c'], a long one ['a', 'b', 'c']"]
    assert faults("abc", "ac", "xabc") == ["short pages give ['a', 'c'], a long one ['a', 'b']"]
    assert faults("abc", "bac", "abc") == ["short pages give ['b', 'a', 'c'], a long one ['a', 'b', 'c']"]


def test_where_pages_may_skip_a_listing_that_changes_shows_nothing():
    assert faults("abc", "ac", "xabc", holds_place=False) == []
    assert faults("abc", "ac", "abc", holds_place=False)


def test_what_is_listed_is_read_as_it_is_listed():
    def told(status, body, after="ab"):
        return faults("ab", "ab", after, read={"a": (status, body)})

    assert told(200, {"key": "a", "name": "a", "more": 1}) == []
    assert told(200, {"key": "a", "name": "z"}) == ["a is listed with another name than it is read with"]
    assert told(404, {}) == ["a is listed, and reading it answers 404"]
    assert told(404, {}, after="b") == []

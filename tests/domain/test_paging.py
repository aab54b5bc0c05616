from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.errors import Refused
from mockserver.domain.paging import page, page_key, position_of

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="


@dataclass(frozen=True)
class Row:
    sequence: int


def take(rows, key=None, *, limit=3, newest_first=False, keep=lambda row: True):
    def rows_after(after):
        ordered = sorted(rows, key=lambda row: row.sequence, reverse=newest_first)
        return [row for row in ordered if after is None or (row.sequence < after if newest_first else row.sequence > after)]

    return page(rows_after, listing="rows", key=key, limit=limit, keep=keep)


def all_pages(rows, between=lambda page_number: None, **more):
    found, key, number = [], None, 0
    while number == 0 or key:
        one = take(rows, key, **more)
        found, key, number = found + one.rows, one.next_key, number + 1
        between(number)
    return found


numbers = st.sets(st.integers(1, 60), max_size=30)


@given(numbers, st.integers(1, 10), st.booleans())
def test_pages_joined_are_the_whole_in_order(sequences, limit, newest_first):
    rows = {Row(number) for number in sequences}

    found = all_pages(rows, limit=limit, newest_first=newest_first)

    assert [row.sequence for row in found] == sorted(sequences, reverse=newest_first)


@given(numbers, st.integers(1, 10))
def test_only_kept_rows_count(sequences, limit):
    rows = {Row(number) for number in sequences}

    found = all_pages(rows, limit=limit, keep=lambda row: row.sequence % 2 == 0)

    assert [row.sequence for row in found] == sorted(number for number in sequences if number % 2 == 0)


@given(st.sets(st.integers(1, 60), min_size=1, max_size=30), st.integers(1, 5), st.booleans(), st.data())
def test_rows_that_come_and_go_between_pages_repeat_and_skip_none_of_the_others(sequences, limit, newest_first, data):
    rows = {Row(number) for number in sequences}
    doomed = data.draw(st.sets(st.sampled_from(sorted(sequences))))
    steady = sequences - doomed

    def between(number):
        rows.difference_update({Row(sequence) for sequence in sorted(doomed)[number - 1 : number]})
        rows.add(Row(100 + number))

    found = [
        row.sequence
        for row in all_pages(rows, between if newest_first else lambda _: None, limit=limit, newest_first=newest_first)
    ]

    assert len(found) == len(set(found))
    assert [number for number in found if number in steady] == sorted(steady, reverse=newest_first)


def test_the_last_page_has_no_key():
    assert take({Row(1), Row(2), Row(3)}, limit=3).next_key is None


def test_an_empty_listing_has_no_key():
    assert take(set()).next_key is None


@given(st.integers(0, 2**63), st.text())
def test_a_key_leads_back_to_its_position(sequence, listing):
    assert position_of(listing, page_key(listing, sequence)) == sequence


@pytest.mark.parametrize("place", range(22))
def test_a_key_with_any_character_changed_is_refused(place):
    key = page_key("rows", 12345)
    for character in set(ALPHABET) - {key[place]}:
        with pytest.raises(Refused) as caught:
            position_of("rows", key[:place] + character + key[place + 1 :])
        assert caught.value.refusal.code == "SM209"
        assert caught.value.fields.keys() == {"page_key"}


@pytest.mark.parametrize("change", [lambda key: key + "=", lambda key: key + "==", lambda key: key[:-1], lambda key: key + "A"])
def test_a_key_longer_or_shorter_is_refused(change):
    with pytest.raises(Refused):
        position_of("rows", change(page_key("rows", 7)))


@given(st.text(max_size=40))
def test_any_other_text_is_refused(text):
    with pytest.raises(Refused) as caught:
        position_of("rows", text)

    assert caught.value.refusal.code == "SM209"


@given(st.text(), st.text())
def test_a_key_of_another_listing_is_refused(one, other):
    if one != other:
        with pytest.raises(Refused):
            position_of(other, page_key(one, 7))

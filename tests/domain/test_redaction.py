"""Texts without secrets: no form of a known one survives, everything else is unchanged, and it takes no longer than reading."""

import base64
import json
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mockserver.domain.redaction import SHORTEST, forms_of, redacted_text, redacted_texts
from mockserver.domain.sessions import MASK
from tests.arrange import examples

characters = st.characters(exclude_categories=["Cs"])
secrets = st.text(characters, min_size=SHORTEST, max_size=12).filter(lambda text: text.strip("*"))
hostile = st.text("a*%2", min_size=SHORTEST, max_size=9).filter(lambda text: text.strip("*"))
texts = st.text(characters, max_size=30) | st.text("a*%2", max_size=40)


def all_forms(known):
    return [form for secret in known for form in forms_of(secret)]


WRITTEN = {
    "plain": str,
    "path": lambda secret: quote(secret, safe=""),
    "path of the face": lambda secret: quote(secret, safe="/!$&'()*+,;=:@~"),
    "query": quote_plus,
    "lower case": lambda secret: "%".join(
        part[:2].lower() + part[2:] if index else part for index, part in enumerate(quote(secret, safe="").split("%"))
    ),
    "JSON": lambda secret: json.dumps(secret)[1:-1],
    "JSON in UTF-8": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "Python": lambda secret: repr(secret)[1:-1],
    "base64": lambda secret: base64.b64encode(secret.encode()).decode().rstrip("="),
    "base64 in URLs": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
}


@examples(100)
@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
@given(secrets, texts, texts)
@example("a/b?c d\"e\\f'é\n", "x", "y")
def test_no_known_secret_survives_however_it_is_written(write, secret, before, behind):
    masked = redacted_text(f"{before}{write(secret)}{behind}", all_forms([secret]))

    assert secret not in masked
    assert not [form for form in forms_of(secret) if form in masked]
    assert MASK in masked


@examples(100)
@given(secret=secrets, user=st.text("abc", max_size=4))
def test_a_secret_in_basic_credentials_is_found(secret, user):
    header = base64.b64encode(f"{user}:{secret}:x".encode()).decode()

    masked = redacted_text(f"Basic {header}", all_forms([secret]))

    assert masked != f"Basic {header}"
    assert len(masked) < len(f"Basic {header}") or MASK in masked


@examples(200)
@given(st.lists(secrets | hostile, max_size=3), texts)
@example(known=["x****y", "SECRET"], text="xxxxxSECRETyyyyy")
@example(known=["aaaaaa"], text="a" * 20)
@example(known=["abcdef", "efghij"], text="abcdefghij")
def test_twice_is_the_same_as_once_and_nothing_known_is_left(known, text):
    forms = all_forms(known)

    once = redacted_text(text, forms)

    assert redacted_text(once, forms) == once
    assert not [form for form in forms if form in once]


@examples(200)
@given(st.lists(secrets, max_size=3), st.lists(st.text("bcd ", max_size=8), min_size=1, max_size=4), st.data())
def test_all_else_is_unchanged(known, parts, data):
    """Between texts in which no form can begin or end, whole secrets are replaced by masks, one for each."""
    assume(not any(set(form) & set("bcd ") for form in all_forms(known)))
    planted = [data.draw(st.sampled_from(known)) if known else "" for _ in parts[1:]]
    text = "".join(piece for pair in zip(parts, [*(f" {one} " for one in planted), ""], strict=True) for piece in pair)

    expected = "".join(
        piece for pair in zip(parts, [*(f" {MASK if one else ''} " for one in planted), ""], strict=True) for piece in pair
    )
    assert redacted_text(text, all_forms(known)) == expected


@examples(100)
@given(st.lists(secrets, max_size=3), texts)
def test_a_text_without_secrets_is_the_same(known, text):
    forms = all_forms(known)
    assume(not [form for form in forms if form in text])

    assert redacted_text(text, forms) == text


@pytest.mark.parametrize("secret", ["", "a", "12345", "******", "*" * 50])
def test_what_is_too_short_or_looks_like_a_mask_is_not_looked_for(secret):
    assert forms_of(secret) == frozenset()
    assert redacted_text("a 12345 ****** banana", all_forms([secret])) == "a 12345 ****** banana"


def test_secrets_that_overlap_are_masked_together():
    assert redacted_text("see abcdefghij here", all_forms(["abcdef", "efghij"])) == "see **** here"


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("a" * 2000 + "b", "a" * 400_000),
        ("a" * 6, "a" * 400_000),
        ("x****y", "x" * 200_000 + "SECRET" + "y" * 200_000),
        ("ab" * 2048, "ab" * 200_000),
    ],
    ids=["nearly", "everywhere", "nested", "periodic"],
)
def test_hostile_texts_take_no_longer_than_others(secret, text):
    forms = all_forms([secret, "SECRET"])
    started = time.process_time()

    redacted_text(text, forms)

    assert time.process_time() - started < 2


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@examples(200)
@given(json_values, secrets)
def test_every_text_of_a_value_is_redacted(value, secret):
    forms = all_forms([secret])

    told = redacted_texts({"planted": [f"-{secret}-"], f"-{secret}-": value}, forms)

    written = json.dumps(told, ensure_ascii=False)
    assert json.dumps(secret, ensure_ascii=False)[1:-1] not in written
    assert told["planted"] != [f"-{secret}-"]
    assert redacted_texts(value, forms) == value or any(form in json.dumps(value) for form in forms) or secret in str(value)

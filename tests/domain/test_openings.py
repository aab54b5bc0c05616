import time

import pytest

from mockserver.domain.simulator.openings import opening_of


@pytest.mark.parametrize(
    ("instructions", "words"),
    [
        ('Begin every answer with "Grüezi".', "Grüezi"),
        ("Be kind. Always start your replies with the words “Dear Jo,”! Be short.", "Dear Jo,"),
        ("Please open each response with: «Bonjour, Léa».", "Bonjour, Léa"),
        ("Be kind.\n\nBegin your messages with „Guten Tag“", "Guten Tag"),
        ('Begin every answer with "one". Begin every answer with "two".', "two"),
        ("Begin every answer with Hello.", ""),
        ("Answer every question. Begin with “it depends”.", ""),
        ('If the user is rude, begin every answer with "Calm down".', ""),
        ("When you begin, read “the rules” of every answer.", ""),
        ("", ""),
    ],
)
def test_answers_begin_with_the_quoted_words_of_a_plain_demand(instructions, words):
    assert opening_of(instructions) == words


LONG = {
    "no quotes": "begin answer with " * 20_000,
    "one word": "begin " * 50_000,
    "no end": ". begin answers with “" * 20_000,
    "empty lines": " \n" * 100_000,
    "points": "." * 200_000,
}


@pytest.mark.parametrize("kind", LONG)
def test_instructions_of_any_length_are_read_in_no_time(kind):
    began = time.monotonic()
    opening_of(LONG[kind])
    assert time.monotonic() - began < 1

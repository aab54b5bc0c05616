import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.simulator.languages import asked_for

NAMES = {
    "en": ["English", "inglés", "Englisch"],
    "es": ["Spanish", "español", "espagnol"],
    "fr": ["French", "français", "Französisch"],
    "de": ["German", "Deutsch", "allemand"],
    "ja": ["Japanese", "日本語", "Japanisch"],
}
WORDS = [(code, word) for code, names in NAMES.items() for word in (code, code.upper(), *names)]
SENTENCES = [
    "Always respond to the user in their preferred language: {}. If it's 'es', use Spanish.",
    "Respond in {}.",
    "Please answer only in {}!",
    "Answer every question in '{}', please.",
    "The user's language is {}.",
    "Language: {}",
    "preferred_language = {}",
    "Be kind. Reply in {} and keep it short.",
]


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(("code", "word"), WORDS)
def test_a_language_is_asked_for_by_code_or_by_name(sentence, code, word):
    assert asked_for(sentence.format(word)) == code


@pytest.mark.parametrize(
    ("instructions", "code"),
    [
        pytest.param("", "en", id="nothing"),
        pytest.param("Always respond in their preferred language: ${session.metadata.language}.", "en", id="missing metadata"),
        pytest.param("Respond in Klingon.", "en", id="an unknown language"),
        pytest.param("If it's 'es', use Spanish. When asked, answer in French.", "en", id="conditions demand nothing"),
        pytest.param("Respond in French. If the user asks, use German.", "fr", id="a condition takes nothing back"),
        pytest.param("Respond in French. Then respond in German.", "de", id="the last demand wins"),
        pytest.param("Our company sells French wine.", "en", id="a mention demands nothing"),
        pytest.param("Read the documents and use it to answer.", "en", id="the pronoun it"),
        pytest.param("Use the language it is written in.", "en", id="the pronoun behind language"),
        pytest.param("Réponds de manière polie.", "en", id="the French preposition de"),
        pytest.param("Responde en español y de forma breve.", "es", id="a Spanish demand"),
        pytest.param("Antworte auf Deutsch.", "de", id="a German demand"),
        pytest.param("Réponds en français.", "fr", id="a French demand"),
        pytest.param("Language: it", "it", id="the code it after a colon"),
        pytest.param("Respond in fr-CA.", "fr", id="a code with a region"),
    ],
)
def test_only_plain_demands_count(instructions, code):
    assert asked_for(instructions) == code


@given(st.text())
def test_any_instructions_ask_for_a_known_language(text):
    assert asked_for(text) in {"en", "es", "fr", "de", "ja", "it", "pt"}


@pytest.mark.parametrize(
    "instructions",
    ["respond " * 10_000, "language" + " " * 200_000, "language is " * 10_000, "'" * 100_000, "respond in" + " in" * 50_000],
    ids=["verbs", "spaces", "statements", "quotes", "prepositions"],
)
def test_long_instructions_are_read_in_time_that_grows_with_their_length(instructions):
    started = time.process_time()

    asked_for(instructions)

    assert time.process_time() - started < 3

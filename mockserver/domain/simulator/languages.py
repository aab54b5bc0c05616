"""Which language the rendered instructions ask for."""

import re
from functools import lru_cache

DEFAULT = "en"
_NAMES = {
    "en": "english anglais englisch inglés ingles inglese 英語",
    "es": "spanish español espanol castellano espagnol spanisch spagnolo スペイン語",
    "fr": "french français francais französisch francés francese フランス語",
    "de": "german deutsch allemand alemán aleman tedesco ドイツ語",
    "ja": "japanese 日本語 japonais japanisch japonés giapponese",
    "it": "italian italiano italien italienisch イタリア語",
    "pt": "portuguese português portugues portugais portugiesisch portugués portoghese ポルトガル語",
}
_CODES = {"eng": "en", "spa": "es", "fra": "fr", "deu": "de", "jpn": "ja", "ita": "it", "por": "pt"}
LANGUAGE_OF = {
    **{name: code for code, names in _NAMES.items() for name in names.split()},
    **{code: code for code in _NAMES},
    **_CODES,
}
_SENTENCE = re.compile(r"[^.!?。\n]+")
_CONDITIONAL = re.compile(r"\s*(?:if|when|unless|in case|si|wenn|falls)\b", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")
_WORD_NOT_CODE = re.compile(r"(?<!\b(?:in|is|en) )(?<!\bauf )(?<![:=] )(?<!['\"“«])\b(?:it|de)\b")
_STATED = re.compile(r"language\w{0,9}(?: (?:is|to|code|of the user)){0,4} ?[:=]? ?['\"“«]?([^\W\d_]+)", re.IGNORECASE)
_ASKED = re.compile(
    r"\b(?:respond|answer|reply|write|speak|talk|use|responde|contesta|réponds|répondez|antworte|antworten)\b"
    r"[^.!?\n]{0,200}?\b(?:in|en|auf|only|use)? ?['\"“«]?\b(?!en \w)("
    + "|".join(sorted(map(re.escape, LANGUAGE_OF), key=len, reverse=True))
    + r")\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=1000)
def asked_for(instructions: str) -> str:
    """Return the code of the language that the instructions ask for, English where they ask for none that is known.

    The last plain demand wins; sentences with a condition ("If it's 'es', use Spanish") name choices and demand nothing.
    """
    language = DEFAULT
    for sentence in _SENTENCE.findall(_SPACES.sub(" ", instructions)):
        if not _CONDITIONAL.match(sentence):
            language = _in_sentence(_WORD_NOT_CODE.sub("", sentence)) or language
    return language


def _in_sentence(sentence: str) -> str | None:
    for pattern in (_STATED, _ASKED):
        for match in pattern.finditer(sentence):
            if found := LANGUAGE_OF.get(match.group(1).lower()):
                return found
    return None

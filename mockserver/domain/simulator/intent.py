"""What a message asks for: knowledge, an earlier message, or nothing in particular."""

import re
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache

from mockserver.domain.words import terms


class Intent(Enum):
    """The kinds of message that the simulated agent tells apart."""

    KNOWLEDGE = "knowledge"
    RECALL = "recall"
    SMALL_TALK = "small_talk"


_RECALL = re.compile(
    r"""\b(?:what|which|where|who|how|when|do\ you|can\ you|remind|repeat)\b[^?]{0,100}\b
        (?:did\ i|i\ (?:just\ )?(?:say|said|ask|asked|tell|told|wrote|mention)
        |my\ (?:first|last|previous|earlier)|remember|earlier|before|so\ far)
      | \b(?:remind\ me|repeat\ what\ i|my\ (?:previous|first|last)\ (?:message|question))
      | \b(?:what(?:'s|\ is)|do\ you\ know)\ my\ name\b
      | \bqué\ (?:te\ |le\ )?(?:he\ dicho|dije|escribí|pregunté) | \brecuerda[sn]?\b | \bmi\ (?:mensaje|pregunta)\ anterior
      | \bqu'(?:ai-je|est-ce\ que\ j'ai)\ (?:dit|écrit|demandé) | \b(?:mon|ma)\ (?:message|question)\ précédente?
      | \bwas\ habe\ ich\ | \berinner(?:st|n)\b | \bmeine\ (?:letzte|vorige|erste)\ (?:nachricht|frage)
      | さっき | 先ほど | 前に(?:言|聞|書) | 覚えて""",
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_REMEMBERED = 1000
_SMALL_TALK = frozenset(
    terms(
        "hello hi hey good morning afternoon evening day thank thanks bye goodbye ok okay great nice cool yes no welcome "
        "hola gracias adiós buenos buenas días tardes bonjour merci salut au revoir hallo danke tschüss guten tag morgen "
        "こんにちは ありがとう さようなら ciao grazie olá obrigado obrigada test ping"
    )
)


def intent_of(text: str) -> Intent:
    """Tell what a message asks for. The latest short messages are remembered: tests send the same ones again and again."""
    return (_remembered if len(text) <= _LONGEST_REMEMBERED else _told)(text)


def _told(text: str) -> Intent:
    if _RECALL.search(text):
        return Intent.RECALL
    words = terms(text)
    return Intent.KNOWLEDGE if words and not _SMALL_TALK.issuperset(words) else Intent.SMALL_TALK


_remembered = lru_cache(maxsize=256)(_told)


def most_relevant(question: str, earlier: Sequence[str]) -> str | None:
    """Return the earlier message that shares most words with the question; on a tie the latest; None when there is none."""
    wanted = set(terms(question))
    ranked = sorted(enumerate(earlier), key=lambda item: (len(wanted & set(terms(item[1]))), item[0]))
    return ranked[-1][1] if ranked else None

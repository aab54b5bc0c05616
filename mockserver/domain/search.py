"""Find passages: what the filter admits, then by how much of the query they hold (api-facts §4.10, §7)."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from mockserver.domain import filters
from mockserver.domain.corpora import Corpus, Document, Part
from mockserver.domain.values import JsonObject, look_up

_WORD = re.compile(r"[^\W_]+")
_STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "get",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "me",
        "my",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "please",
        "so",
        "tell",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with its document and where it stands among the corpora asked."""

    document: Document
    part: Part
    score: float
    corpus_key: str
    corpus_index: int

    def as_json(self) -> JsonObject:
        """Write it as a search result."""
        return {
            "result_type": "text",
            "score": self.score,
            "text": self.part.text,
            "document_id": self.document.id,
            "document_metadata": self.document.metadata,
            "part_metadata": self.part.metadata,
            "corpus_key": self.corpus_key,
            "request_corpora_index": self.corpus_index,
        }


def terms(text: str) -> list[str]:
    """Return the words of a text that carry meaning, lower-case, with a plain plural taken off."""
    return [_stem(word) for word in _WORD.findall(text.lower()) if word not in _STOP_WORDS]


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word  # noqa: PLR2004 - shorter words keep their s


def check_names(filter_: filters.Node, corpus: Corpus) -> str | None:
    """Return the message for fields that the corpus does not declare, None when all are declared (api-facts §6.3)."""
    declared = {
        f"{'doc' if attribute.level == 'document' else 'part'}.{attribute.name}" for attribute in corpus.filter_attributes
    }
    unknown = sorted(filters.names(filter_) - declared - {"doc.id"})
    if not unknown:
        return None
    return f"INVALID_ARGUMENT: The filter expression contains an error. Unrecognized references: {', '.join(unknown)}"


def admitted(corpus: Corpus, filter_: filters.Node | None) -> Iterator[tuple[Document, Part]]:
    """Return the passages that the filter admits; all without one."""
    for document in corpus.documents:
        for part in document.parts:
            if filter_ is None or filters.matches(filter_, partial(_field, document, part)):
                yield document, part


def _field(document: Document, part: Part, path: tuple[str, ...]) -> Any:
    if path == ("doc", "id"):
        return document.id
    return look_up({"doc": document.metadata, "part": part.metadata}, path)


def search(query: str, sources: Sequence[tuple[Corpus, filters.Node | None]], *, limit: int, offset: int) -> list[Hit]:
    """Rank the admitted passages of several corpora for a query: best first, ties by document id and place."""
    wanted = set(terms(query))
    found = [
        (document, part, corpus.key, index, Counter(terms(f"{document.metadata.get('title', '')} {part.text}")))
        for index, (corpus, filter_) in enumerate(sources)
        for document, part in admitted(corpus, filter_)
    ]
    rarity = {term: math.log(1 + len(found) / (1 + sum(term in words for *_, words in found))) for term in wanted}
    total = sum(rarity.values()) or 1.0
    hits = [
        Hit(document, part, round(sum(rarity[term] for term in wanted if term in words) / total, 4), key, index)
        for document, part, key, index, words in found
    ]
    ranked = sorted((hit for hit in hits if hit.score > 0), key=lambda hit: (-hit.score, hit.document.id))
    return ranked[offset : offset + limit]

"""Find passages: what the filter admits first, and only these ranked for the query (api-facts §4.10, §7).

The ranking knows nothing of passages that the filter keeps away, so not even a score can tell that they exist.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from threading import Lock
from typing import Any

from mockserver.domain import filters
from mockserver.domain.corpora import Corpus, Document, Part
from mockserver.domain.ports import RankedIndex, Ranker
from mockserver.domain.values import JsonObject
from mockserver.domain.words import terms

INDEXES_KEPT = 32
QUERIES_REMEMBERED, FEW_PASSAGES = 16, 200
"""Of an index with few passages the scores of the latest queries are remembered: tests ask the same again and again."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with its document and where it stands among the corpora asked; the score is between 0 and 1."""

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


@dataclass(frozen=True, slots=True)
class Source:
    """A corpus to search in: how to get its documents, and the filter, None for all."""

    corpus: Corpus
    documents: Callable[[], Iterable[Document]]
    filter: filters.Node | None


@dataclass(frozen=True, slots=True)
class _Indexed:
    passages: Sequence[tuple[Document, Part]]
    scores: Callable[[tuple[str, ...]], Sequence[float]] | None


class Searcher:
    """Searches corpora; keeps the latest indexes, each for one state of a corpus and one filter."""

    def __init__(self, ranker: Ranker) -> None:
        self._ranker = ranker
        self._kept: OrderedDict[Any, _Indexed] = OrderedDict()
        self._lock = Lock()

    def find(self, query: str, sources: Sequence[Source], *, limit: int | None, offset: int) -> list[Hit]:
        """Return the best passages for a query, all for no `limit`, best first; ties by corpus, document id and place."""
        words = tuple(terms(query))
        hits = [hit for number, source in enumerate(sources) for hit in self._hits(words, source, number)]
        hits.sort(key=lambda hit: (-hit.score, hit.corpus_index, hit.document.id))
        return hits[offset : None if limit is None else offset + limit]

    def _hits(self, words: tuple[str, ...], source: Source, number: int) -> Iterator[Hit]:
        indexed = self._indexed(source)
        if indexed.scores is None or not words:
            return
        for (document, part), raw in zip(indexed.passages, indexed.scores(words), strict=True):
            if raw > 0:
                yield Hit(document, part, round(1 - math.exp(-raw), 4), source.corpus.key, number)

    def _indexed(self, source: Source) -> _Indexed:
        # as text: the nodes of `x = 1` and `x = true` are equal to Python, though they admit different passages
        key = (source.corpus.revision, source.filter and filters.print_filter(source.filter))
        with self._lock:
            if found := self._kept.get(key):
                self._kept.move_to_end(key)
                return found
        passages = list(admitted(source.documents(), source.filter))
        words = [terms(f"{document.metadata.get('title', '')} {part.text}") for document, part in passages]
        made = _Indexed(passages, _scores(self._ranker.index(words), len(words)) if any(words) else None)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > INDEXES_KEPT:
                self._kept.popitem(last=False)
        return made


def _scores(index: RankedIndex, passages: int) -> Callable[[tuple[str, ...]], Sequence[float]]:
    return lru_cache(QUERIES_REMEMBERED)(index.scores) if passages <= FEW_PASSAGES else index.scores


def check_names(filter_: filters.Node, names: Iterable[str]) -> str | None:
    """Return the message for fields that are not among `names`, None when all are (api-facts §6.3)."""
    unknown = sorted(filters.names(filter_) - set(names))
    if not unknown:
        return None
    return f"INVALID_ARGUMENT: The filter expression contains an error. Unrecognized references: {', '.join(unknown)}"


def admitted(documents: Iterable[Document], filter_: filters.Node | None) -> Iterator[tuple[Document, Part]]:
    """Return the passages that the filter admits, all without one."""
    for document in documents:
        for part in document.parts:
            if filter_ is None or filters.matches(filter_, partial(field_of, document, part.metadata)):
                yield document, part


def field_of(document: Document, part_metadata: JsonObject, path: tuple[str, ...]) -> Any:
    """Return the value that a name of a corpus filter stands for, MISSING for none.

    A passage that does not say whether it is a title is none: `part.is_title <> true` finds it (api-facts §6.2).
    """
    if path == ("doc", "id"):
        return document.id
    scope, *name = path
    if scope == "part":
        return filters.field_in({"is_title": False, **part_metadata}, tuple(name))
    return filters.field_in(document.metadata, tuple(name))

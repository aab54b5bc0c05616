"""Corpora and their documents, as far as a search needs them (api-facts §7)."""

from dataclasses import dataclass

from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class FilterAttribute:
    """A metadata field that filters may name: `doc.NAME` or `part.NAME`."""

    name: str
    level: str
    type: str


@dataclass(frozen=True, slots=True)
class Part:
    """A passage of a document: what a search finds."""

    text: str
    metadata: JsonObject


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its id, its metadata, its passages."""

    id: str
    metadata: JsonObject
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus: the attributes that filters may name, and its documents."""

    key: str
    name: str
    filter_attributes: tuple[FilterAttribute, ...]
    documents: tuple[Document, ...]

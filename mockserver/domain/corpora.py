"""Corpora and their documents (api-facts §7): what a search finds, and which fields its filters may name."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mockserver.domain.values import JsonObject, timestamp

BUILT_IN_NAMES = frozenset({"doc.id", "part.lang", "part.is_title"})
_SETTINGS = ("save_history", "queries_are_answers", "documents_are_questions")
_PREFIX = {"document": "doc", "part": "part"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A corpus as it is stored. Its `number` is given once; no two states of the documents of any corpus share a `revision`."""

    key: str
    name: str
    filter_attributes: tuple[JsonObject, ...]
    settings: JsonObject
    created_at: datetime
    description: str | None = None
    enabled: bool = True
    number: int = 0
    revision: int = 0
    sequence: int = 0

    @property
    def names(self) -> frozenset[str]:
        """The names that a filter on this corpus may use: those declared, and the built-in ones (api-facts §6.1)."""
        declared = {f"{_PREFIX[attribute['level']]}.{attribute['name']}" for attribute in self.filter_attributes}
        return BUILT_IN_NAMES | declared

    @property
    def id(self) -> str:
        """The platform's own id, beside the key that the user chose."""
        return f"crp_{self.number}"

    def as_json(self) -> JsonObject:
        """Write it as the API does."""
        return {
            "id": self.id,
            "key": self.key,
            "name": self.name,
            **({} if self.description is None else {"description": self.description}),
            "enabled": self.enabled,
            **self.settings,
            "filter_attributes": self.filter_attributes,
            "created_at": timestamp(self.created_at),
        }


@dataclass(frozen=True, slots=True)
class Part:
    """A passage of a document: what a search finds."""

    text: str
    metadata: JsonObject
    context: str | None = None

    def as_json(self) -> JsonObject:
        """Write it as the API does."""
        return {"text": self.text, "metadata": self.metadata, **({} if self.context is None else {"context": self.context})}


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is stored: its id, its metadata, its passages in order."""

    id: str
    metadata: JsonObject
    parts: tuple[Part, ...]
    sequence: int = 0

    def as_json(self, *, with_parts: bool) -> JsonObject:
        """Write it as the API does; lists and creations leave the passages out."""
        size = sum(len(part.text.encode("utf-8", "surrogatepass")) for part in self.parts)
        parts = {"parts": [part.as_json() for part in self.parts]} if with_parts else {}
        return {"id": self.id, "metadata": self.metadata, **parts, "storage_usage": {"bytes_used": size}}


def new_corpus(body: JsonObject, now: datetime) -> Corpus:
    """Make the corpus that a valid create request describes."""
    return Corpus(
        key=body["key"],
        name=body.get("name", body["key"]),
        description=body.get("description"),
        filter_attributes=tuple({"indexed": True, **attribute} for attribute in body.get("filter_attributes", ())),
        settings={
            **{name: body.get(name, False) for name in _SETTINGS},
            "encoder_name": body.get("encoder_name", "boomerang-2023-q3"),
            "custom_dimensions": body.get("custom_dimensions", []),
        },
        created_at=now,
    )


def updated_corpus(corpus: Corpus, body: JsonObject) -> Corpus:
    """Apply a valid PATCH; filter attributes are fixed at creation (api-facts §7)."""
    return replace(
        corpus,
        name=body.get("name", corpus.name),
        description=body.get("description", corpus.description),
        enabled=body.get("enabled", corpus.enabled),
        settings={**corpus.settings, **{name: body[name] for name in ("save_history",) if name in body}},
    )


def new_document(body: JsonObject) -> Document:
    """Make the document that a valid create request describes: given in passages (`core`) or in sections (`structured`)."""
    if body["type"] == "core":
        parts = tuple(Part(part["text"], part.get("metadata", {}), part.get("context")) for part in body["document_parts"])
        return Document(body["id"], body.get("metadata", {}), parts)
    told = {name: body[name] for name in ("title", "description") if name in body}
    return Document(body["id"], {**told, **body.get("metadata", {})}, tuple(_section_parts(body["sections"], level=1)))


def _section_parts(sections: Any, *, level: int) -> Iterator[Part]:
    """Walk the sections in reading order: a title is a passage of its own, marked as such (api-facts §6.1, `part.is_title`)."""
    for section in sections:
        metadata = {**section.get("metadata", {}), **({"section": section["id"]} if "id" in section else {})}
        if section.get("title"):
            yield Part(section["title"], {**metadata, "is_title": True, "title_level": level})
        if section["text"]:
            yield Part(section["text"], metadata)
        yield from _section_parts(section.get("sections", ()), level=level + 1)

"""The operations on documents, and the query of a corpus (api-facts §7)."""

from functools import partial
from typing import Any

from mockserver.domain import filters
from mockserver.domain.corpora import Corpus, Document, new_document
from mockserver.domain.errors import Refused
from mockserver.domain.paging import page
from mockserver.domain.search import Hit, Source, check_names, field_of
from mockserver.domain.simulator import prose
from mockserver.domain.values import JsonObject
from mockserver.operations.call import Call, Reply, Services, listed
from mockserver.operations.find import corpus_of


def create_corpus_document(call: Call, services: Services) -> Reply:
    """Add a document; the answer leaves its passages out."""
    document = services.store.add_document(corpus_of(call, services).key, new_document(call.body))
    return Reply(201, document.as_json(with_parts=False))


def list_corpus_documents(call: Call, services: Services) -> Reply:
    """List a corpus's documents, oldest first, by `metadata_filter` on document metadata."""
    corpus, text = corpus_of(call, services), call.parameters["metadata_filter"]
    names = {name for name in corpus.names if name.startswith("doc.")}
    condition = _filter(text, names, field="metadata_filter")
    found = page(
        lambda after: services.store.documents(corpus.key, after),
        listing=repr(("documents", corpus.sequence, text)),
        key=call.parameters["page_key"],
        limit=call.parameters["limit"],
        keep=lambda document: condition is None or filters.matches(condition, partial(field_of, document, {})),
    )
    return listed("documents", found, partial(Document.as_json, with_parts=False))


def get_corpus_document(call: Call, services: Services) -> Reply:
    """Return a document with its passages."""
    document = services.store.document(corpus_of(call, services).key, call.parameters["document_id"])
    if document is None:
        raise _missing(call)
    return Reply(200, document.as_json(with_parts=True))


def delete_corpus_document(call: Call, services: Services) -> Reply:
    """Remove a document."""
    if not services.store.remove_document(corpus_of(call, services).key, call.parameters["document_id"]):
        raise _missing(call)
    return Reply(204)


def query_corpus(call: Call, services: Services) -> Reply:
    """Search one corpus; the filter is applied before anything is ranked."""
    search, generation = call.body.get("search", {}), call.body.get("generation")
    return _answered(call, services, call.body["query"], search, generation, field="/search/metadata_filter")


def search_corpus(call: Call, services: Services) -> Reply:
    """Search one corpus by query parameters."""
    search = {name: call.parameters[name] for name in ("limit", "offset")}
    return _answered(call, services, call.parameters["query"], search, None, field="metadata_filter")


def _answered(
    call: Call, services: Services, query: str, search: JsonObject, generation: JsonObject | None, *, field: str
) -> Reply:
    corpus = corpus_of(call, services)
    if not corpus.enabled:
        raise Refused("SM323", f"Corpus {corpus.key} is disabled and answers no queries.", fields={"enabled": "is false"})
    condition = _filter(search.get("metadata_filter"), corpus.names, field=field)
    hits = _found(services, corpus, condition, query, search)
    results = [hit.as_json() for hit in hits]
    return Reply(200, {"search_results": results, **prose.generated(generation, results)})


def _found(services: Services, corpus: Corpus, condition: filters.Node | None, query: str, search: JsonObject) -> list[Hit]:
    source = Source(corpus, lambda: services.store.documents(corpus.key, None), condition)
    limit, offset = int(search.get("limit", 10)), int(search.get("offset", 0))
    if search.get("max_by") != "doc.id":
        return services.searcher.find(query, [source], limit=limit, offset=offset)
    best = {hit.document.id: hit for hit in reversed(services.searcher.find(query, [source], limit=None, offset=0))}
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.document.id))[offset : offset + limit]


def _filter(text: Any, names: Any, *, field: str) -> filters.Node | None:
    """Read a corpus filter. Raises Refused SM290 with the place of a fault or the names that are not declared."""
    if text is None:
        return None
    try:
        condition = filters.parse_scoped(text)
    except filters.FilterError as error:
        message = f"INVALID_ARGUMENT: The filter expression contains an error. {error}"
        raise Refused("SM290", message, fields={field: str(error)}) from error
    if problem := check_names(condition, names):
        raise Refused("SM290", problem, fields={field: f"may name {', '.join(sorted(names))}"})
    return condition


def _missing(call: Call) -> Refused:
    document_id, corpus_key = call.parameters["document_id"], call.parameters["corpus_key"]
    return Refused("SM305", f"Corpus {corpus_key} has no document {document_id!r}.", missing_id=document_id)

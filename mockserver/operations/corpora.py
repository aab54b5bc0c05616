"""The operations on corpora (api-facts §7)."""

from mockserver.domain.corpora import Corpus, new_corpus, updated_corpus
from mockserver.domain.errors import Refused
from mockserver.domain.paging import page
from mockserver.operations.call import Call, Reply, Services, listed
from mockserver.operations.find import corpus_of, pattern_of


def create_corpus(call: Call, services: Services) -> Reply:
    """Create an empty corpus."""
    return Reply(201, services.store.add_corpus(new_corpus(call.body, services.clock.now())).as_json())


def list_corpora(call: Call, services: Services) -> Reply:
    """List the corpora, newest first, by `filter` (name and description) and `corpus_id`."""
    matches, ids = pattern_of(call), call.parameters["corpus_id"]
    found = page(
        services.store.corpora,
        listing=repr(("corpora", call.parameters["filter"], ids)),
        key=call.parameters["page_key"],
        limit=call.parameters["limit"],
        keep=lambda corpus: (not ids or corpus.id in ids) and (matches(corpus.name) or matches(corpus.description or "")),
    )
    return listed("corpora", found, Corpus.as_json)


def get_corpus(call: Call, services: Services) -> Reply:
    """Return a corpus."""
    return Reply(200, corpus_of(call, services).as_json())


def update_corpus(call: Call, services: Services) -> Reply:
    """Change what the body names; keys and filter attributes stay."""
    key = call.parameters["corpus_key"]
    changed = services.store.change_corpus(key, lambda corpus: updated_corpus(corpus, call.body))
    if changed is None:
        raise Refused("SM304", f"There is no corpus {key!r}.", missing_id=key)
    return Reply(200, changed.as_json())


def delete_corpus(call: Call, services: Services) -> Reply:
    """Remove a corpus with its documents."""
    services.store.remove_corpus(corpus_of(call, services).key)
    return Reply(204)

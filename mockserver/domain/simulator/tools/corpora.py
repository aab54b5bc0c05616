"""The corpora search, with the arguments and filters that the model cannot change."""

from collections.abc import Sequence

from mockserver.domain import filters
from mockserver.domain.ports import Store
from mockserver.domain.references import FILTER_FIELD
from mockserver.domain.search import Searcher, Source, check_names
from mockserver.domain.sessions import MASK
from mockserver.domain.simulator import prose
from mockserver.domain.simulator.calls import ToolFailure
from mockserver.domain.simulator.tools.arguments import kind
from mockserver.domain.simulator.tools.invocation import Answer, Invocation
from mockserver.domain.values import JsonObject

DEFAULT_LIMIT = 10


class CorporaSearch:
    """Runs searches over the corpora of a store."""

    def __init__(self, store: Store, searcher: Searcher) -> None:
        self._store = store
        self._searcher = searcher

    def __call__(self, invocation: Invocation) -> Answer:
        """Search the configured corpora. Every filter given must admit a passage."""
        configuration = invocation.settings["query_configuration"]
        settings = configuration.get("search", {})
        sources = self._sources(invocation.arguments, settings)
        if "query" not in invocation.arguments:
            raise ToolFailure("INVALID_ARGUMENT: query is missing; it must be a text")
        limit, offset = int(settings.get("limit", DEFAULT_LIMIT)), int(settings.get("offset", 0))
        hits = self._searcher.find(str(invocation.arguments["query"]), sources, limit=limit, offset=offset)
        results = [hit.as_json() for hit in hits]
        is_masked = configuration != invocation.shown_settings["query_configuration"] or (
            invocation.arguments.get(FILTER_FIELD) != invocation.shown.get(FILTER_FIELD)
        )
        in_force = {
            source.corpus.key: MASK if is_masked else filters.print_filter(source.filter) for source in sources if source.filter
        }
        output = {"search_results": results, **prose.generated(configuration.get("generation"), results)}
        return Answer(output, filters=in_force)

    def _sources(self, arguments: JsonObject, settings: JsonObject) -> Sequence[Source]:
        pinned = _filter_of(arguments)
        return [self._source(source, index, pinned) for index, source in enumerate(settings.get("corpora", ()))]

    def _source(self, settings: JsonObject, index: int, pinned: filters.Node | None) -> Source:
        key = settings["corpus_key"]
        corpus = self._store.corpus(key) if isinstance(key, str) else None
        if corpus is None:
            raise ToolFailure(f"NOT_FOUND: search.corpora[{index}] names corpus {key!r}, which does not exist")
        if not corpus.enabled:
            raise ToolFailure(f"FAILED_PRECONDITION: search.corpora[{index}] names corpus {key!r}, which is disabled")
        both = filters.conjunction([pinned, _filter_of(settings)])
        if both and (problem := check_names(both, corpus.names)):
            raise ToolFailure(problem)
        return Source(corpus, lambda: self._store.documents(corpus.key, None), both)


def _filter_of(arguments: JsonObject) -> filters.Node | None:
    """Read the filter. One that is there but is not a filter (a reference that gave null, say) must admit nothing."""
    if FILTER_FIELD not in arguments:
        return None
    condition = arguments[FILTER_FIELD]
    if not isinstance(condition, str):
        raise ToolFailure(f"INVALID_ARGUMENT: metadata_filter must be a text, not {kind(condition)}")
    try:
        return filters.parse_scoped(condition)
    except filters.FilterError as error:
        raise ToolFailure(f"INVALID_ARGUMENT: The filter expression contains an error. {error}") from error

"""Run a planned tool call: the corpora search, with the arguments and filters that the model cannot change."""

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.domain import filters
from mockserver.domain.ports import Store
from mockserver.domain.references import FILTER_FIELD, settled
from mockserver.domain.search import Searcher, Source, check_names
from mockserver.domain.sessions import MASK
from mockserver.domain.simulator import prose
from mockserver.domain.simulator.calls import Outcome, Place, ToolCall, ToolFailure
from mockserver.domain.values import JsonObject

DEFAULT_LIMIT = 10


class SearchTool:
    """Runs searches over the corpora of a store."""

    def __init__(self, store: Store, searcher: Searcher) -> None:
        self._store = store
        self._searcher = searcher

    def __call__(self, call: ToolCall, outputs: Mapping[str, JsonObject], place: Place) -> Outcome:  # noqa: ARG002 - see Run
        """Search the configured corpora. Pinned arguments win over the model's; every filter given must admit a passage."""
        overrides, lost = settled(call.overrides.value, outputs)
        configuration, also_lost = settled(call.configuration.value["query_configuration"], outputs)
        if lost or also_lost:
            problem = f"FAILED_PRECONDITION: unresolved refs [{', '.join(lost + also_lost)}]; no tool gave such an output"
            return Outcome({"error": problem}, error=True, overrides=None, filters={})
        shown, _ = settled(call.overrides.shown, outputs)
        shown_configuration, _ = settled(call.configuration.shown["query_configuration"], outputs)
        has_secret = configuration != shown_configuration
        try:
            sources = self._sources({**call.arguments, **overrides}, configuration.get("search", {}))
            output = self._found({**call.arguments, **overrides}, configuration, sources)
        except ToolFailure as failure:
            problem = _reticent(failure) if has_secret or overrides != shown else str(failure)
            return Outcome({"error": problem}, error=True, overrides=shown, filters={})
        is_masked = has_secret or overrides.get(FILTER_FIELD) != shown.get(FILTER_FIELD)
        in_force = {
            source.corpus.key: MASK if is_masked else filters.print_filter(source.filter) for source in sources if source.filter
        }
        return Outcome(output, error=False, overrides=shown, filters=in_force)

    def _found(self, arguments: JsonObject, configuration: JsonObject, sources: Sequence[Source]) -> JsonObject:
        settings = configuration.get("search", {})
        limit, offset = int(settings.get("limit", DEFAULT_LIMIT)), int(settings.get("offset", 0))
        hits = self._searcher.find(str(arguments["query"]), sources, limit=limit, offset=offset)
        results = [hit.as_json() for hit in hits]
        return {"search_results": results, **prose.generated(configuration.get("generation"), results)}

    def _sources(self, arguments: JsonObject, settings: JsonObject) -> list[Source]:
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


def _reticent(failure: ToolFailure) -> str:
    """Say only of what kind a failure is: its words may quote a secret that the call was given."""
    kind, _, _ = str(failure).partition(":")
    return f"{kind}: what is wrong is not told, since the tool was given a secret"


def _filter_of(arguments: JsonObject) -> filters.Node | None:
    """Read the filter. One that is there but is not a filter (a reference that gave null, say) must admit nothing."""
    if FILTER_FIELD not in arguments:
        return None
    text = arguments[FILTER_FIELD]
    if not isinstance(text, str):
        raise ToolFailure(f"INVALID_ARGUMENT: metadata_filter must be a text, not {_kind(text)}")
    try:
        return filters.parse_scoped(text)
    except filters.FilterError as error:
        raise ToolFailure(f"INVALID_ARGUMENT: The filter expression contains an error. {error}") from error


def _kind(value: Any) -> str:
    """Name the kind of a JSON value that is no text."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "a boolean"
    return "an object" if isinstance(value, Mapping) else "a list" if isinstance(value, list) else "a number"

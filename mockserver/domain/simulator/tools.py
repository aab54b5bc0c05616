"""Run a planned tool call: the corpora search, with the filters that the model cannot change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mockserver.domain import filters
from mockserver.domain.corpora import Corpus
from mockserver.domain.references import FILTER_FIELD
from mockserver.domain.search import check_names, search
from mockserver.domain.simulator.plan import ToolCall
from mockserver.domain.values import JsonObject

DEFAULT_LIMIT = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool answered; a failure is an answer too, and never ends the turn (api-facts §6.3)."""

    output: JsonObject
    error: bool


class _ToolFailure(Exception):  # noqa: N818 - becomes an answer of the tool
    """Why the search could not be made."""


def run_search(call: ToolCall, corpus: Callable[[str], Corpus | None]) -> Outcome:
    """Search the configured corpora. Pinned arguments win over the model's; every filter given must admit a passage."""
    arguments = {**call.arguments, **call.overrides}
    settings = call.query_configuration.get("search", {})
    try:
        pinned = _filter_of(arguments)
        sources = [_source(source, index, pinned, corpus) for index, source in enumerate(settings.get("corpora", ()))]
    except _ToolFailure as failure:
        return Outcome({"error": str(failure)}, error=True)
    limit, offset = int(settings.get("limit", DEFAULT_LIMIT)), int(settings.get("offset", 0))
    hits = search(str(arguments["query"]), sources, limit=limit, offset=offset)
    return Outcome({"search_results": [hit.as_json() for hit in hits]}, error=False)


def _source(
    source: JsonObject, index: int, pinned: filters.Node | None, corpus: Callable[[str], Corpus | None]
) -> tuple[Corpus, filters.Node | None]:
    found = corpus(str(source["corpus_key"]))
    if found is None:
        raise _ToolFailure(f"NOT_FOUND: search.corpora[{index}] names corpus {source['corpus_key']!r}, which does not exist")
    both = _conjunction([pinned, _filter_of(source)])
    if both and (problem := check_names(both, found)):
        raise _ToolFailure(problem)
    return found, both


def _conjunction(nodes: Sequence[filters.Node | None]) -> filters.Node | None:
    joined: filters.Node | None = None
    for node in nodes:
        joined = node if joined is None else joined if node is None else filters.And(joined, node)
    return joined


def _filter_of(arguments: JsonObject) -> filters.Node | None:
    """Read the filter. One that is there but is not a filter (a reference that gave null, say) must admit nothing."""
    if FILTER_FIELD not in arguments:
        return None
    text = arguments[FILTER_FIELD]
    if not isinstance(text, str):
        raise _ToolFailure(f"INVALID_ARGUMENT: metadata_filter must be a text, not {text!r}")
    try:
        return filters.parse(text)
    except filters.FilterError as error:
        raise _ToolFailure(f"INVALID_ARGUMENT: The filter expression contains an error. {error}") from error

"""Read a whole document of a corpus."""

from typing import Any

from mockserver.domain.ports import Store
from mockserver.domain.simulator.calls import ToolFailure
from mockserver.domain.simulator.tools.arguments import text
from mockserver.domain.simulator.tools.invocation import Answer, Invocation
from mockserver.domain.values import JsonObject


class DocumentText:
    """Reads documents."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, invocation: Invocation) -> Answer:
        """Return the text of all passages of a document, a paragraph each, and its metadata unless the configuration keeps it."""
        key, document_id = text(invocation.arguments, "corpus_key"), text(invocation.arguments, "document_id")
        corpus = self._store.corpus(key)
        if corpus is None:
            raise ToolFailure(f"NOT_FOUND: corpus {key!r} does not exist")
        if not corpus.enabled:
            raise ToolFailure(f"FAILED_PRECONDITION: corpus {key!r} is disabled")
        document = self._store.document(key, document_id)
        if document is None:
            raise ToolFailure(f"NOT_FOUND: corpus {key!r} has no document {document_id!r}")
        wanted = invocation.settings.get("tool_configuration", {}).get("metadata", {})
        output: dict[str, Any] = {
            "document_id": invocation.told("document_id"),
            "corpus_key": invocation.told("corpus_key"),
            "text": "\n\n".join(part.text for part in document.parts),
        }
        if wanted.get("include", True):
            output["metadata"] = _without(document.metadata, [path.split(".") for path in wanted.get("exclude_paths", ())])
        return Answer(output)


def _without(metadata: JsonObject, paths: list[list[str]]) -> JsonObject:
    """Leave out what the paths lead to."""
    kept = {}
    for name, value in metadata.items():
        rest = [path[1:] for path in paths if path[:1] == [name]]
        if [] in rest:
            continue
        kept[name] = _without(value, rest) if rest and isinstance(value, dict) else value
    return kept

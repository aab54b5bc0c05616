"""Turn a file of the session into Markdown or into a structured document: a new file beside it."""

import json

from mockserver.domain.artifacts import Artifact, Upload
from mockserver.domain.errors import Refused
from mockserver.domain.ports import Ids, Store
from mockserver.domain.simulator.calls import Place, ToolFailure
from mockserver.domain.simulator.files import kept_file
from mockserver.domain.simulator.tools.arguments import check_kind, one_of, text
from mockserver.domain.simulator.tools.files import artifact_of, format_of, text_of
from mockserver.domain.simulator.tools.invocation import Answer, Invocation
from mockserver.domain.simulator.tools.markdown import as_markdown, sections_of
from mockserver.domain.values import JsonObject

FORMATS = {"markdown": ("md", "text/markdown"), "structured_document": ("json", "application/json")}


class DocumentConversion:
    """Converts files."""

    def __init__(self, store: Store, ids: Ids) -> None:
        self._store = store
        self._ids = ids

    def __call__(self, invocation: Invocation) -> Answer:
        """Add the new file, its name that of the old one with an ending more, and return its reference (api-facts §4.9)."""
        arguments, place = invocation.arguments, invocation.place
        source = artifact_of(self._store, place, text(arguments, "artifact_id"))
        output_format = one_of(arguments, "output_format", tuple(FORMATS), "markdown")
        check_kind(arguments, "description", str, "a text")
        ending, media_type = FORMATS[output_format]
        file = Upload(f"{source.filename}.{ending}", media_type, _converted(source, output_format, self._ids).encode("utf-8"))
        metadata = {"output_format": output_format, "original_format": format_of(source), "original_artifact_id": source.id}
        description = invocation.told("description") if arguments.get("description") else None
        added = self._added(file, place, metadata, description)
        told = {**added.metadata, "original_artifact_id": invocation.told("artifact_id")}
        return Answer({**added.reference(), "metadata": told})

    def _added(self, file: Upload, place: Place, metadata: JsonObject, description: str | None) -> Artifact:
        try:
            return kept_file(
                file, place.session, self._store, place.random, place.now, description=description, metadata=metadata
            )
        except Refused as refused:
            raise ToolFailure("FAILED_PRECONDITION: the session that the file belongs to is gone") from refused


def _converted(source: Artifact, output_format: str, ids: Ids) -> str:
    markdown = as_markdown(text_of(source, ids), format_of(source))
    if output_format == "markdown":
        return markdown
    document = {"type": "structured", "id": source.id, "title": source.filename, "sections": sections_of(markdown)}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"

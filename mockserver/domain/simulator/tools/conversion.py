"""Turn a file of the session into Markdown or into a structured document: a new file beside it."""

import json
from dataclasses import replace

from mockserver.domain.artifacts import Artifact, new_artifact_id
from mockserver.domain.ports import Ids, Store
from mockserver.domain.simulator.calls import Place, ToolFailure
from mockserver.domain.simulator.tools.arguments import check_kind, one_of, text
from mockserver.domain.simulator.tools.files import artifact_of, format_of, text_of
from mockserver.domain.simulator.tools.invocation import Answer, Invocation
from mockserver.domain.simulator.tools.markdown import as_markdown, sections_of

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
        made = Artifact(
            id="",
            session_key=source.session_key,
            filename=f"{source.filename}.{ending}",
            mime_type=media_type,
            data=_converted(source, output_format, self._ids).encode("utf-8"),
            created_at=place.now,
            metadata={
                "output_format": output_format,
                "original_format": format_of(source),
                "original_artifact_id": source.id,
            },
            description=invocation.told("description") if arguments.get("description") else None,
        )
        added = self._added(made, place)
        told = {**added.metadata, "original_artifact_id": invocation.told("artifact_id")}
        return Answer({**added.reference(), "metadata": told})

    def _added(self, artifact: Artifact, place: Place) -> Artifact:
        artifact_id = new_artifact_id(place.random)
        while self._store.artifact(place.session, artifact_id):
            artifact_id = new_artifact_id(place.random)
        added = self._store.add_artifact(place.session, replace(artifact, id=artifact_id))
        if added is None:
            raise ToolFailure("FAILED_PRECONDITION: the session that the file belongs to is gone")
        return added


def _converted(source: Artifact, output_format: str, ids: Ids) -> str:
    markdown = as_markdown(text_of(source, ids), format_of(source))
    if output_format == "markdown":
        return markdown
    document = {"type": "structured", "id": source.id, "title": source.filename, "sections": sections_of(markdown)}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"

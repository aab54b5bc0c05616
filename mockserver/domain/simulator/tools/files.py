"""Files of a session as tools see them: found by id, and read as text where they are text."""

import hashlib
from itertools import islice
from pathlib import PurePosixPath

from mockserver.domain.artifacts import Artifact
from mockserver.domain.ports import Ids, Store
from mockserver.domain.simulator.calls import Place, ToolFailure
from mockserver.domain.simulator.tools.fiction import paragraphs
from mockserver.domain.values import JsonObject

OFFICE_FORMATS = {
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
_TEXT_FORMATS = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "md",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
}
_ENDINGS = {"htm": "html", "markdown": "md"}
_IDS_NAMED = 20


def artifact_of(store: Store, place: Place, artifact_id: str) -> Artifact:
    """Return a file of the session. Raises ToolFailure naming the files that there are."""
    artifact = store.artifact(place.session, artifact_id)
    if artifact is not None and not artifact.has_expired(place.now):
        return artifact
    known = (other.id for other in store.artifacts(place.session) if not other.has_expired(place.now))
    named = ", ".join(islice(known, _IDS_NAMED)) or "none"
    raise ToolFailure(f"NOT_FOUND: artifact {artifact_id!r} does not exist; the session's artifacts are: {named}")


def format_of(artifact: Artifact) -> str:
    """Name a file's format: by its media type where that says it, else by the ending of its name, `txt` without one."""
    media_type = artifact.mime_type.partition(";")[0].strip().lower()
    if media_type in OFFICE_FORMATS or media_type in _TEXT_FORMATS:
        return OFFICE_FORMATS.get(media_type) or _TEXT_FORMATS[media_type]
    ending = PurePosixPath(artifact.filename).suffix.removeprefix(".").lower()
    return _ENDINGS.get(ending, ending) or "txt"


def text_of(artifact: Artifact, ids: Ids) -> str:
    """Return what a file says. Raises ToolFailure for one that is neither text nor a document of an office program.

    Office documents are not really read: a text is invented that says so, always the same for the same bytes.
    """
    if format_of(artifact) in OFFICE_FORMATS.values():
        return _invented(artifact, ids)
    try:
        text = artifact.data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _binary(artifact) from error
    if "\0" in text:
        raise _binary(artifact)
    return text


def reference(artifact: Artifact, shown_id: str) -> JsonObject:
    """Name a file as events do, by the id that may be shown."""
    return {**artifact.reference(), "artifact_id": shown_id}


def _binary(artifact: Artifact) -> ToolFailure:
    return ToolFailure(
        f"FAILED_PRECONDITION: artifact {artifact.id!r} ({artifact.mime_type}) is not text; "
        "read it with the encoding base64, an image with image_read"
    )


def _invented(artifact: Artifact, ids: Ids) -> str:
    random = ids.random_for("document", hashlib.sha256(artifact.data).hexdigest())
    title = PurePosixPath(artifact.filename).stem or artifact.filename
    topic = " ".join(title.replace("_", " ").replace("-", " ").split()).lower() or "this document"
    note = f"Simulated text: the mock server does not read {format_of(artifact).upper()} files, it invents what they say."
    sections = (
        f"## {heading}\n\n" + "\n\n".join(paragraphs(topic, random, random.randint(1, 3)))
        for heading in ("Summary", "Details", "Next steps")
    )
    return "\n\n".join((f"# {title}", note, *sections)) + "\n"

"""Keep files in a session: those that come with an input, and those that its tools make."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from mockserver.domain.artifacts import Artifact, Upload, new_artifact_id
from mockserver.domain.ports import Store
from mockserver.domain.sessions import Session, gone


def kept_uploads(
    uploads: Iterable[Upload], session: Session, store: Store, random: Random, now: datetime
) -> tuple[Artifact, ...]:
    """Store the files that came with an input, in their order. Raises Refused SM302 when the session is gone."""
    return tuple(kept_file(upload, session, store, random, now) for upload in uploads)


def kept_file(
    file: Upload,
    session: Session,
    store: Store,
    random: Random,
    now: datetime,
    *,
    description: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Artifact:
    """Store a file under an id that is free in its session. Raises Refused SM302 when the session is gone."""
    made = Artifact(
        id="",
        session_key=session.key,
        filename=file.filename,
        mime_type=file.mime_type,
        data=file.data,
        metadata={"original_filename": file.filename} if metadata is None else metadata,
        description=description,
        created_at=now,
    )
    while True:
        made = replace(made, id=new_artifact_id(random))
        if stored := store.add_artifact(session, made):
            return stored
        if store.artifact(session, made.id) is None:
            raise gone(session)

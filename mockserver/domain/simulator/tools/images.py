"""Show an image of the session to the model."""

from mockserver.domain.artifacts import Artifact
from mockserver.domain.ports import Store
from mockserver.domain.simulator.calls import Place, ToolFailure
from mockserver.domain.simulator.tools.arguments import one_of, text
from mockserver.domain.simulator.tools.files import artifact_of
from mockserver.domain.simulator.tools.invocation import Answer, Invocation
from mockserver.domain.values import JsonObject

DETAILS = ("auto", "low", "high")
MEDIA_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")


def is_image(artifact: Artifact) -> bool:
    """Say whether a file is an image that a model can see (api-facts §4.9), by its first bytes or its media type."""
    data = artifact.data
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return is_webp or data.startswith(_BEGINNINGS) or artifact.mime_type.partition(";")[0].strip().lower() in MEDIA_TYPES


def image_of(store: Store, place: Place, arguments: JsonObject) -> tuple[Artifact, str]:
    """Return the image that `image_read` is asked for, and the detail. Raises ToolFailure for what is no image."""
    artifact = artifact_of(store, place, text(arguments, "artifact_id"))
    detail = one_of(arguments, "detail", DETAILS, "auto")
    if not is_image(artifact):
        raise ToolFailure(
            f"FAILED_PRECONDITION: artifact {artifact.id!r} ({artifact.mime_type}) is not an image; "
            "images are PNG, JPEG, GIF and WebP"
        )
    return artifact, detail


class ImageRead:
    """Checks what `image_read` is asked for; the agent loop makes an `image_read` event of the answer."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, invocation: Invocation) -> Answer:
        """Return the image's id and the detail."""
        artifact, detail = image_of(self._store, invocation.place, invocation.arguments)
        return Answer({"artifact_id": artifact.id, "detail": detail})

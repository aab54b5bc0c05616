"""Artifacts: files of a session, uploaded or made by its tools (api-facts §4.9)."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from mockserver.domain.values import JsonObject, timestamp

TTL_DAYS = 30
_WORDS = """agate amber anchor aspen badge basil beacon birch bramble brook canvas cedar cinder clover cobalt coral cotton crest
    dahlia delta ember falcon fern flint forge garnet ginger grove harbor hazel heron indigo iris ivory jasper juniper kelp lagoon
    lantern larch lilac linen lotus maple marble meadow mica mint moss nectar oak olive onyx opal orchid otter pebble pepper pine
    plum poppy quartz quill raven reed ridge ring river saffron sage sequoia shale slate sparrow spruce tansy thistle timber topaz
    tulip umber velvet violet walnut willow wren yarrow""".split()  # noqa: SIM905 - a list of words reads best as text


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file as it is stored. `checksum` is the SHA-256 of its data, made once."""

    id: str
    session_key: str
    filename: str
    mime_type: str
    data: bytes = field(repr=False)
    created_at: datetime
    metadata: JsonObject = field(default_factory=dict)
    description: str | None = None
    ttl_days: int = TTL_DAYS
    sequence: int = 0
    checksum: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "checksum", hashlib.sha256(self.data).hexdigest())

    @property
    def size_bytes(self) -> int:
        """Its size."""
        return len(self.data)

    def has_expired(self, now: datetime) -> bool:
        """Say whether its `ttl_days` are over."""
        return now - self.created_at >= timedelta(days=self.ttl_days)

    def reference(self) -> JsonObject:
        """Write it as events name it."""
        return {
            "artifact_id": self.id,
            "filename": self.filename,
            "mime_type": self.mime_type,
            "size_bytes": self.size_bytes,
        }

    def as_json(self, *, with_data: bool) -> JsonObject:
        """Write it as the API does; only a single artifact comes with its data, in base64."""
        return {
            **self.reference(),
            "checksum_sha256": self.checksum,
            "metadata": self.metadata,
            **({} if self.description is None else {"description": self.description}),
            "ttl_days": self.ttl_days,
            "created_at": timestamp(self.created_at),
            "updated_at": timestamp(self.created_at),
            **({"data": base64.b64encode(self.data).decode("ascii")} if with_data else {}),
        }


def new_artifact_id(random: Random) -> str:
    """Make an artifact's id, `art_` and three words (api-facts §4.9)."""
    return "art_" + "_".join(random.sample(_WORDS, 3))

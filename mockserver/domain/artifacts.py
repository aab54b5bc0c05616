"""Artifacts: files of a session, uploaded or made by its tools (api-facts §4.9)."""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from mimetypes import MimeTypes
from random import Random

from mockserver.domain.values import JsonObject, timestamp

TTL_DAYS = 30
_WORDS = """agate amber anchor aspen badge basil beacon birch bramble brook canvas cedar cinder clover cobalt coral cotton crest
    dahlia delta ember falcon fern flint forge garnet ginger grove harbor hazel heron indigo iris ivory jasper juniper kelp lagoon
    lantern larch lilac linen lotus maple marble meadow mica mint moss nectar oak olive onyx opal orchid otter pebble pepper pine
    plum poppy quartz quill raven reed ridge ring river saffron sage sequoia shale slate sparrow spruce tansy thistle timber topaz
    tulip umber velvet violet walnut willow wren yarrow""".split()  # noqa: SIM905 - a list of words reads best as text

_UNKNOWN_TYPE = "application/octet-stream"
_CONCRETE_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_TYPES = MimeTypes()  # those that Python knows itself: what a machine adds must not change an answer
_KIB = 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as the user sent it: its name without folders, its media type without parameters."""

    filename: str
    mime_type: str
    data: bytes = field(repr=False)


def upload_of(name: str, stated_type: str | None, data: bytes) -> Upload:
    """Make an upload of what a sender stated: folders and control characters leave the name, a name without a rest is `file`.

    The media type is the one stated, or that of the name's ending where none is stated, or one with a wildcard.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(character for character in last if unicodedata.category(character) != "Cc").strip()
    filename = "file" if shown in {"", ".", ".."} else shown
    media_type = (stated_type or "").partition(";")[0].strip().lower()
    return Upload(filename, media_type if _CONCRETE_TYPE.fullmatch(media_type) else _guessed(filename), data)


def _guessed(filename: str) -> str:
    media_type, compression = _TYPES.guess_type(f"./{filename}")
    if compression:
        return "application/gzip" if compression == "gzip" else _UNKNOWN_TYPE
    return media_type or _UNKNOWN_TYPE


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


def upload_message(artifacts: Iterable[Artifact]) -> str:
    """Say what the model is told about files that the user handed over: name, type, size and id of each (api-facts §4.4)."""
    lines = [f"- {one.filename} ({one.mime_type}, {_size(one.size_bytes)}), artifact_id: {one.id}" for one in artifacts]
    return "\n".join([f"The user uploaded {len(lines)} file{'' if len(lines) == 1 else 's'}:", *lines])


def _size(size: int) -> str:
    """Write a size for a person: `774 B`, `20.1 KiB`, `2.0 MiB`."""
    if size < _KIB:
        return f"{size} B"
    kibibytes = size / _KIB
    return f"{kibibytes:.1f} KiB" if round(kibibytes, 1) < _KIB else f"{kibibytes / _KIB:.1f} MiB"

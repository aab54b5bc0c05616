"""Pages of a listing and the opaque `page_key` that leads to the next one (api-facts §3.7)."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Generic, Protocol, TypeVar

from mockserver.domain.errors import Refused


class Sequenced(Protocol):
    """Something that a store numbered when it was added."""

    @property
    def sequence(self) -> int:
        """The number; it grows with every object and never changes, so a page never repeats or skips a row."""


Row = TypeVar("Row", bound=Sequenced)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page, and the key of the next page, absent on the last."""

    rows: list[Row]
    next_key: str | None


_CHECK_BYTES = 8


def _check(listing: str, position: bytes) -> bytes:
    return hashlib.blake2b(position, digest_size=_CHECK_BYTES, key=listing.encode()[:64]).digest()


def page_key(listing: str, sequence: int) -> str:
    """Make the key that goes on after `sequence` in `listing` (a text that names the listing and its filters)."""
    position = sequence.to_bytes(8, "big")
    return base64.urlsafe_b64encode(position + _check(_digest(listing), position)).decode().rstrip("=")


def position_of(listing: str, key: str) -> int:
    """Read a page key back. Raises Refused SM209 for one that this listing, with these filters, did not give out."""
    try:
        raw = base64.b64decode(key + "=" * (-len(key) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    position = int.from_bytes(raw[:8], "big")
    if key != page_key(listing, position):
        message = "page_key is not one that this listing gave out: send it back unchanged, with the same filters."
        raise Refused("SM209", message, fields={"page_key": "expected a key from metadata.page_key of the page before"})
    return position


def _digest(listing: str) -> str:
    return hashlib.blake2b(listing.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def page(
    rows_after: Callable[[int | None], Iterable[Row]],
    *,
    listing: str,
    key: str | None,
    limit: int,
    keep: Callable[[Row], bool],
) -> Page[Row]:
    """Take one page: `rows_after(position)` gives the rows behind a position in the listing's order, `keep` filters them."""
    start = None if key is None else position_of(listing, key)
    kept: Iterator[Row] = (row for row in rows_after(start) if keep(row))
    rows = list(islice(kept, limit))
    more = next(kept, None) is not None
    return Page(rows, page_key(listing, rows[-1].sequence) if more else None)

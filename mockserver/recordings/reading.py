"""Read a recording: a folder with `recording.json`, which says whose and of when it is, and `exchanges.jsonl`."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mockserver.domain.values import JsonObject
from mockserver.recordings.exchange import Exchange, exchange_of

ABOUT, EXCHANGES, FORM = "recording.json", "exchanges.jsonl", 1
_DIGITS = 12


class RecordingError(ValueError):
    """A folder holds no recording that can be read; says which file, which line, and what was expected."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Exchanges in the order in which they began; `salt` makes callers known again, and nobody else learn who they were."""

    about: JsonObject
    exchanges: Sequence[Exchange]

    @property
    def salt(self) -> str:
        """What digests of credentials are made with."""
        return str(self.about["salt"])


def caller_of(credential: str, salt: str) -> str:
    """Return what stands for a credential in a recording."""
    return hmac.new(salt.encode(), credential.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:_DIGITS]


def read_recording(folder: Path) -> Recording:
    """Read a recording. A last line that was cut off, as by a crash, is left out. Raises RecordingError."""
    about = _about(folder)
    try:
        lines = (folder / EXCHANGES).read_bytes().split(b"\n")
    except OSError as error:
        raise RecordingError(f"{folder / EXCHANGES} cannot be read: {error.strerror}") from error
    exchanges = [_exchange(line, folder, number) for number, line in enumerate(lines[:-1], 1) if line.strip()]
    return Recording(about, sorted(exchanges, key=lambda exchange: exchange.number))


def _about(folder: Path) -> JsonObject:
    expected = f"`sessions-mock proxy --upstream URL --record {folder}` makes one"
    try:
        about = json.loads((folder / ABOUT).read_text("utf-8"))
    except OSError as error:
        raise RecordingError(f"{folder} is no recording: {ABOUT} cannot be read ({error.strerror}); {expected}.") from error
    except ValueError as error:
        raise RecordingError(f"{folder / ABOUT} is not JSON: {error}; {expected}.") from error
    if not isinstance(about, dict) or not isinstance(about.get("salt"), str):
        raise RecordingError(f"{folder / ABOUT} is not that of a recording; {expected}.")
    if about.get("recording") != FORM:
        raise RecordingError(
            f"{folder / ABOUT} has the form {about.get('recording')!r}; this version reads {FORM}. Record it again."
        )
    return about


def _exchange(line: bytes, folder: Path, number: int) -> Exchange:
    try:
        value: Any = json.loads(line)
        return exchange_of(value)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordingError(f"{folder / EXCHANGES}:{number} is no exchange: {type(error).__name__}: {error}") from error

"""What faults do to a body that is on its way: stages of one type, each with random numbers of its own.

A body is an iterable of chunks: in a stream each is a whole frame of server-sent events, a JSON answer is one chunk.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from random import Random

from mockserver.domain.chaos.faults import FAULTS, Faults

_AMONG = 16
_END = b"event: end\n"
_HEARTBEAT = b": heartbeat\n\n"
_LEAD_BYTE = "é".encode()[:1]
_COMMENT = b": "
_FIRST_LEAD_BYTE = 0xC0


class BrokenTransferError(ConnectionResetError):
    """The connection breaks here, on purpose."""


def faulty(
    body: Iterable[bytes],
    faults: Faults,
    random: Random,
    sleep: Callable[[float], None],
    note: Callable[[str], None],
    *,
    is_stream: bool,
) -> Iterator[bytes]:
    """Give a body its faults. Raises BrokenTransferError out of the iterator where the transfer breaks.

    `note` is told the name of each fault when it happens; what is only for streams does not happen to JSON. Where a cut, a
    reset or a stall comes is drawn among the first 16 frames; it comes before the `end` at the latest.
    """
    dice = {name: Random(random.getrandbits(64)) for name in FAULTS}  # noqa: S311 - one fault more leaves the others in place
    chunks = iter(body)
    if is_stream:
        chunks = _frames(chunks, faults, dice, note)
    if faults.reset or faults.cut:
        name = "cut" if faults.cut and faults.reset != "before_body" else "reset"
        chunks = _broken(chunks, faults, dice[name], lambda: note(name), is_stream=is_stream)
    if faults.stall:

        def wait() -> None:
            note("stall")
            sleep(faults.stall / 1000)

        place = dice["stall"].randrange(1, _AMONG) if is_stream else 1
        chunks = _stalled(chunks if is_stream else _halved(chunks, dice["stall"]), place, wait)
    return chunks


def _frames(frames: Iterator[bytes], faults: Faults, dice: dict[str, Random], note: Callable[[str], None]) -> Iterator[bytes]:
    """Add the faults that leave frames whole."""
    if faults.reorder:
        frames = _reordered(frames, faults.reorder, dice["reorder"], note)
    if faults.duplicate:
        frames = _duplicated(frames, faults.duplicate, dice["duplicate"], note)
    if faults.unterminated:
        frames = _unterminated(frames, note)
    if faults.heartbeat:
        frames = _with_heartbeats(frames, faults.heartbeat, note)
    return frames


def _reordered(frames: Iterator[bytes], share: float, random: Random, note: Callable[[str], None]) -> Iterator[bytes]:
    for frame in frames:
        following = next(frames, None) if random.random() < share else None
        if following is not None:
            note("reorder")
            yield following
        yield frame


def _duplicated(frames: Iterator[bytes], share: float, random: Random, note: Callable[[str], None]) -> Iterator[bytes]:
    for frame in frames:
        yield frame
        if random.random() < share:
            note("duplicate")
            yield frame


def _unterminated(frames: Iterator[bytes], note: Callable[[str], None]) -> Iterator[bytes]:
    for frame in frames:
        if frame.startswith(_END):
            note("unterminated")
        else:
            yield frame


def _with_heartbeats(frames: Iterator[bytes], every: int, note: Callable[[str], None]) -> Iterator[bytes]:
    for number, frame in enumerate(frames, 1):
        yield frame
        if number % every == 0 and not frame.startswith(_END):
            note("heartbeat")
            yield _HEARTBEAT


def _broken(
    chunks: Iterator[bytes], faults: Faults, random: Random, note: Callable[[], None], *, is_stream: bool
) -> Iterator[bytes]:
    """Let some chunks pass, then break; a cut sends a part of the chunk that it meets."""
    if faults.reset != "before_body":
        place = random.randrange(1, _AMONG) if is_stream else 0
        met = b""
        for number, chunk in enumerate(chunks):
            if number == place or chunk.startswith(_END):
                met = chunk
                break
            yield chunk
        if faults.cut == "character":
            yield _cut_in_character(met, random, is_stream=is_stream)
        elif (faults.cut or not is_stream) and met:
            yield met[: _within(met, random)]
    note()
    raise BrokenTransferError("The connection was broken on purpose (chaos).")


def _cut_in_character(chunk: bytes, random: Random, *, is_stream: bool) -> bytes:
    """Cut a chunk within a UTF-8 character: one that it holds, else one put there, in a stream as a comment."""
    readable = _unescaped(chunk) if is_stream else chunk
    places = [place for place, byte in enumerate(readable) if byte >= _FIRST_LEAD_BYTE]
    if places:
        return readable[: random.choice(places) + 1]
    return chunk + _COMMENT + _LEAD_BYTE if is_stream else chunk[: _within(chunk, random) - 1] + _LEAD_BYTE


def _within(chunk: bytes, random: Random) -> int:
    """Draw a place within a chunk."""
    return random.randrange(1, max(2, len(chunk)))


def _unescaped(frame: bytes) -> bytes:
    """Write the JSON of a frame with its characters as they are; ours are escaped, so that no cut could fall within one."""
    before, mark, data = frame.partition(b"data: ")
    if not mark:
        return frame
    text = json.dumps(json.loads(data), ensure_ascii=False, separators=(",", ":"))
    return before + mark + text.encode("utf-8", "backslashreplace") + b"\n\n"


def _halved(chunks: Iterator[bytes], random: Random) -> Iterator[bytes]:
    for chunk in chunks:
        place = _within(chunk, random)
        yield chunk[:place]
        yield chunk[place:]


def _stalled(chunks: Iterator[bytes], place: int, wait: Callable[[], None]) -> Iterator[bytes]:
    """Wait once: before the chunk at the place; before the end at the latest, however the end comes."""
    waited = False
    try:
        for number, chunk in enumerate(chunks):
            if not waited and (number == place or chunk.startswith(_END)):
                waited = True
                wait()
            yield chunk
    except BrokenTransferError:
        if not waited:
            wait()
        raise
    if not waited:
        wait()

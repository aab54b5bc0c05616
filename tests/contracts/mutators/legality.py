"""Which mutants are no worse than the original: judged by the prose of api-facts §4.5 to §4.7, not by the grammar."""

from dataclasses import replace
from itertools import zip_longest

from tests.contracts.mutators.edits import PASSING, PIECES, TEXT_ENDS

ANSWERED = (TEXT_ENDS[0], "structured_output", "compaction")
NEXT_TURN = ("input_message", "artifact_upload", "tool_output", "compaction_started", "compaction")
OUTPUT = (*PIECES, "thinking", "tool_input", "structured_output")
RUNNING = ("tool_input", "tool_activity", "compaction_started")
RETURNED = ("tool_output", "skill_load", "image_read")
BREAKS = ("error", *PASSING)


def is_as_legal(original, mutant):
    """Say whether the two differ only in what a service may do either way."""
    if original.stored != mutant.stored or not _is_in_time(mutant.frames):
        return False
    return essence(mutant) in (essence(original), essence(_without_the_input(original)))


def _is_in_time(frames):
    """Say whether time rises, and nothing happens twice."""
    times = [frame["created_at"] for frame in frames if "created_at" in frame and frame["type"] != "image_read"]
    ids = [frame["id"] for frame in frames if "id" in frame]
    return times == sorted(times) and len(ids) == len(set(ids))


def _without_the_input(sample):
    """A stream may keep the message to itself that it answers; files that come with it stay."""
    at = 1 if sample.frames[0]["type"] == "artifact_upload" else 0
    is_there = sample.frames[at]["type"] == "input_message"
    return replace(sample, frames=[*sample.frames[:at], *sample.frames[at + 1 :]]) if is_there else sample


def essence(sample):
    """Leave out of a stream what may be there or not, where it stands rightly."""
    frames = [frame for index, frame in enumerate(sample.frames) if not _is_optional(sample, index)]
    frames = _with_joined_texts(_without_broken_text(frames))
    if sample.since:
        frames = _without_what_is_not_replayed(frames)
    return _with_any_break(frames, is_empty=not sample.stored)


def _is_optional(sample, index):
    match sample.frames[index]["type"]:
        case "context_consumed":
            return _is_usage_rightly_placed(sample, index)
        case "tool_activity":
            return _is_news_rightly_placed(sample, index)
        case _:
            return False


def _is_usage_rightly_placed(sample, index):
    """The usage may be told before the end and before an output, not while a tool or a compaction runs."""
    types = ["", *(frame["type"] for frame in sample.frames), ""]
    before, after = types[index], types[index + 2]
    next_turn = NEXT_TURN if sample.since else ()
    is_inside = before in {*PIECES, *RUNNING, TEXT_ENDS[1], "thinking", "context_consumed", "error"}
    is_first = not before and (sample.since or after == "end")
    return not is_inside and not is_first and after in {"end", "error", "session_interrupted", *OUTPUT, *next_turn}


def _is_news_rightly_placed(sample, index):
    """The news of a tool stands between its input and its output; in an answer to `since` the input may be one of before."""
    before, call = sample.frames[:index], sample.frames[index].get("tool_call_id")
    inputs = [at for at, frame in enumerate(sample.frames) if frame["type"] == "tool_input" and frame.get("tool_call_id") == call]
    opened = [at for at in inputs if at < index]
    if not opened and (inputs or not sample.since):
        return False
    meanwhile = before[opened[0] :] if opened else before
    skill = meanwhile[0]["tool_input"].get("skill_name", "") if opened else ""
    is_closed = any(
        (frame["type"] == "tool_output" and frame.get("tool_call_id") == call) or frame.get("skill_name") == skill
        for frame in meanwhile
    )
    return not is_closed and {frame["type"] for frame in meanwhile} <= {*RUNNING, *RETURNED}


def _without_broken_text(frames):
    """A text that an error breaks off, or a compaction, is stored nowhere."""
    at = next((index for index, frame in enumerate(frames) if frame["type"] == "error"), 0)
    start = at
    while start and frames[start - 1]["type"] in {*PIECES, "compaction_started"}:
        start -= 1
    return [*frames[:start], *frames[at:]]


def _with_joined_texts(frames):
    """A text may come in any pieces."""
    joined: list = []
    for frame in frames:
        if frame["type"] not in PIECES:
            joined.append(frame)
            continue
        is_next = joined and joined[-1]["type"] == frame["type"]
        before = joined.pop()["content"] if is_next else []
        joined.append({"type": frame["type"], "content": [*before, *frame.get("content", "")]})
    return joined


def _without_what_is_not_replayed(frames):
    """Turns of before come without what only passes: their interruptions, and the marks that a compaction begins."""
    following = [frame["type"] for frame in frames[1:]]
    return [
        frame
        for frame, then in zip_longest(frames, following)
        if not (frame["type"] in PASSING and then in NEXT_TURN)
        and not (frame["type"] == "compaction_started" and then == "compaction")
    ]


def _with_any_break(frames, *, is_empty):
    """A turn may break off in many ways, even behind its answer or with nothing to do, where it may as well not."""
    if len(frames) < 2 or frames[-1] != {"type": "end"} or frames[-2]["type"] not in BREAKS:
        return frames
    is_answered = is_empty if len(frames) == 2 else frames[-3]["type"] in ANSWERED
    return [*frames[:-2], *([] if is_answered else [{"type": "break"}]), frames[-1]]

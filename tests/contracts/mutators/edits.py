"""Edits of a sample, and where things are in it."""

from dataclasses import replace

PIECES = ("streaming_agent_output", "streaming_thinking")
TEXT_ENDS = tuple(f"{name}_end" for name in PIECES)
TEXTS = {"streaming_agent_output_end": "agent_output", "streaming_thinking_end": "thinking"}
PASSING = ("session_interrupted", "client_tool_pending", "context_limit_exceeded", "step_transition_limit_exceeded")
TYPES = (
    *("input_message", "skill_load", "artifact_upload", "tool_input", "tool_output", "thinking", "agent_output", "image_read"),
    *("structured_output", "step_transition", "compaction", "tool_activity", "context_consumed", "compaction_started"),
    *("error", "end", *PIECES, *TEXT_ENDS, *PASSING),
)


def places(sample, *types):
    return [index for index, frame in enumerate(sample.frames) if frame["type"] in types]


def pick(random, choices):
    return random.choice(choices) if choices else None


def kept(sample):
    """Places of the frames that are stored whole."""
    ids = {event["id"] for event in sample.stored}
    return [index for index, frame in enumerate(sample.frames) if frame.get("id") in ids]


def units(sample):
    """Pair the places of what is stored: in the frames (a text where it ends), and in the store."""
    at = 0
    whole = set(kept(sample))
    for index, frame in enumerate(sample.frames):
        if index in whole:
            at = next(place for place in range(at, len(sample.stored)) if sample.stored[place]["id"] == frame["id"])
        elif frame["type"] in TEXTS:
            at = next(place for place in range(at, len(sample.stored)) if sample.stored[place]["type"] == TEXTS[frame["type"]])
        else:
            continue
        yield index, at
        at += 1


def cut(sample, start, end):
    return replace(sample, frames=[*sample.frames[:start], *sample.frames[end:]])


def inserted(sample, index, *frames):
    return replace(sample, frames=[*sample.frames[:index], *frames, *sample.frames[index:]])


def changed(sample, index, **fields):
    frames = [*sample.frames[:index], {**sample.frames[index], **fields}, *sample.frames[index + 1 :]]
    return replace(sample, frames=frames)


def moved(sample, start, end):
    rest = [*sample.frames[:start], *sample.frames[start + 1 :]]
    return replace(sample, frames=[*rest[:end], sample.frames[start], *rest[end:]])

"""Ways to break what is sent while the store is right, or the other way round.

A mutator takes a chance and a sample; it gives None where nothing can be broken so. `REARRANGING` ones may by chance make what is
as legal as before: see `legality`.
"""

from dataclasses import replace

from tests.contracts.mutators.edits import (
    PASSING,
    PIECES,
    TEXT_ENDS,
    TYPES,
    changed,
    cut,
    inserted,
    kept,
    moved,
    pick,
    places,
    units,
)


def drop_a_frame(random, sample):
    index = random.randrange(len(sample.frames))
    return cut(sample, index, index + 1)


def duplicate_a_frame(random, sample):
    index = random.randrange(len(sample.frames))
    return inserted(sample, random.choice((index, random.randrange(len(sample.frames)))), sample.frames[index])


def swap_neighbours(random, sample):
    return moved(sample, index := random.randrange(len(sample.frames) - 1), index + 1) if sample.frames[1:] else None


def move_a_frame(random, sample):
    return moved(sample, random.randrange(len(sample.frames)), random.randrange(len(sample.frames)))


def change_a_type(random, sample):
    index = random.randrange(len(sample.frames))
    return changed(sample, index, type=random.choice(TYPES))


def unknown_type(random, sample):
    return changed(sample, random.randrange(len(sample.frames)), type=random.choice(("news", "End", "agent_output_end", "")))


def cut_off_the_end(random, sample):
    return cut(sample, random.randrange(len(sample.frames)), len(sample.frames))


def cut_out_the_middle(random, sample):
    start = random.randrange(len(sample.frames))
    return cut(sample, start, random.randint(start + 1, len(sample.frames)))


def second_end(random, sample):
    return inserted(sample, random.randint(0, len(sample.frames)), {"type": "end"})


def frame_after_the_end(random, sample):
    usage = {"type": "context_consumed", "session_context_usage": {}, "created_at": "2027-01-01T00:00:00.000Z"}
    return inserted(sample, len(sample.frames), random.choice((usage, sample.frames[0])))


def change_an_id(random, sample):
    index = pick(random, kept(sample))
    return None if index is None else changed(sample, index, id="aev_another")


def repeat_an_id(random, sample):
    named = [index for index, frame in enumerate(sample.frames) if "id" in frame]
    if len(named) < 2:
        return None
    at = random.randrange(1, len(named))
    return changed(sample, named[at], id=sample.frames[random.choice(named[:at])]["id"])


def session_of_another(random, sample):
    """What is alone and passes could be of any session: another one is needed to compare with."""
    named = [index for index, frame in enumerate(sample.frames) if "session_key" in frame]
    return changed(sample, random.choice(named), session_key="ase_another") if len(named) > 1 else None


def time_goes_back(random, sample):
    """An image may be stamped before the output that holds it; `image_before_its_call` is about those."""
    timed = [index for index, frame in enumerate(sample.frames) if "created_at" in frame and frame["type"] != "image_read"]
    return changed(sample, random.choice(timed[1:]), created_at="2025-12-31T23:59:59.000Z") if timed[1:] else None


def wrong_call_of_an_activity(random, sample):
    index = pick(random, places(sample, "tool_activity"))
    return None if index is None else changed(sample, index, tool_call_id="call_another")


def wrong_call_of_an_output(random, sample):
    index = pick(random, places(sample, "tool_output"))
    return None if index is None else changed(sample, index, tool_call_id="call_another")


def activity_outside_its_pair(random, sample):
    """Before the input or behind the output, where those are there."""
    index = pick(random, places(sample, "tool_activity"))
    pair = [
        place
        for place in places(sample, "tool_input", "tool_output")
        if index is not None and sample.frames[place]["tool_call_id"] == sample.frames[index]["tool_call_id"]
    ]
    outside = [place for place in pair if (sample.frames[place]["type"] == "tool_input") == (place < index)]
    return moved(sample, index, random.choice(outside)) if outside else None


def output_before_its_input(random, sample):
    ends = {sample.frames[index]["tool_call_id"]: index for index in places(sample, "tool_output")}
    start = pick(random, [index for index in places(sample, "tool_input") if sample.frames[index]["tool_call_id"] in ends])
    return None if start is None else moved(sample, ends[sample.frames[start]["tool_call_id"]], start)


def closed_pieces(sample):
    """Pieces with words, of texts with an end mark. What was broken off is stored nowhere: any piece of it is right."""
    run: list[int] = []
    for index, frame in enumerate(sample.frames):
        if frame["type"] in TEXT_ENDS:
            yield from (place for place in run if sample.frames[place]["content"])
        run = [*run, index] if frame["type"] in PIECES else []


def alter_a_piece(random, sample):
    index = pick(random, list(closed_pieces(sample)))
    return None if index is None else changed(sample, index, content=f"{sample.frames[index]['content']}x")


def drop_a_piece(random, sample):
    index = pick(random, list(closed_pieces(sample)))
    return None if index is None else cut(sample, index, index + 1)


def duplicate_a_piece(random, sample):
    index = pick(random, list(closed_pieces(sample)))
    return None if index is None else inserted(sample, index, sample.frames[index])


def drop_an_end_mark(random, sample):
    index = pick(random, places(sample, *TEXT_ENDS))
    return None if index is None else cut(sample, index, index + 1)


def end_mark_of_the_other_kind(random, sample):
    index = pick(random, places(sample, *TEXT_ENDS))
    if index is None:
        return None
    return changed(sample, index, type=TEXT_ENDS[sample.frames[index]["type"] == TEXT_ENDS[0]])


def wrong_id_in_an_end_mark(random, sample):
    ends = [(index, at) for index, at in units(sample) if sample.frames[index]["type"] == TEXT_ENDS[0]]
    if not ends:
        return None
    index, at = random.choice(ends)
    others = [event["id"] for place, event in enumerate(sample.stored) if place != at]
    return changed(sample, index, event_id=random.choice([*others, "aev_another"]))


def answer_sent_whole(random, sample):
    ends = [(index, at) for index, at in units(sample) if sample.frames[index]["type"] == TEXT_ENDS[0]]
    if not ends:
        return None
    index, at = random.choice(ends)
    start = index
    while start and sample.frames[start - 1]["type"] == PIECES[0]:
        start -= 1
    return inserted(cut(sample, start, index + 1), start, sample.stored[at])


def alter_what_is_stored(random, sample):
    index = pick(random, kept(sample))
    if index is None:
        return None
    frame = sample.frames[index]
    name = random.choice([name for name in frame if name not in {"id", "type", "session_key", "created_at"}])
    return changed(sample, index, **{name: [frame[name], "altered"]})


def store_what_passes(random, sample):
    index = pick(random, places(sample, *PASSING, "compaction_started"))
    return None if index is None else replace(sample, stored=[*sample.stored, sample.frames[index]])


def store_more_than_is_sent(random, sample):
    event = {
        "id": "aev_another",
        "session_key": "ase_1",
        "created_at": "2026-01-01T00:00:00.000Z",
        "type": "thinking",
        "content": "",
    }
    index = random.randint(0, len(sample.stored))
    return replace(sample, stored=[*sample.stored[:index], event, *sample.stored[index:]])


def store_less_than_is_sent(random, sample):
    at = pick(random, [at for _, at in units(sample)])
    return None if at is None else replace(sample, stored=[*sample.stored[:at], *sample.stored[at + 1 :]])


def store_in_another_order(random, sample):
    if len(sample.stored) < 2:
        return None
    at = random.randrange(len(sample.stored) - 1)
    one, two = sample.stored[at : at + 2]
    return replace(sample, stored=[*sample.stored[:at], two, one, *sample.stored[at + 2 :]])


def pending_forgets_a_call(random, sample):
    index = pick(random, places(sample, "client_tool_pending"))
    return None if index is None else changed(sample, index, pending_calls=sample.frames[index]["pending_calls"][1:])


def pending_names_another(random, sample):
    index = pick(random, places(sample, "client_tool_pending"))
    if index is None:
        return None
    first, *rest = sample.frames[index]["pending_calls"]
    others = [sample.frames[place]["id"] for place in places(sample, "tool_output", "input_message")]
    return changed(sample, index, pending_calls=[{**first, "event_id": random.choice([*others, "aev_another"])}, *rest])


def pending_names_a_call_twice(random, sample):
    index = pick(random, places(sample, "client_tool_pending"))
    if index is None:
        return None
    calls = sample.frames[index]["pending_calls"]
    return changed(sample, index, pending_calls=[*calls, random.choice(calls)])


REARRANGING = (drop_a_frame, duplicate_a_frame, swap_neighbours, move_a_frame, cut_out_the_middle)
SENT = (
    *REARRANGING,
    change_a_type,
    unknown_type,
    cut_off_the_end,
    second_end,
    frame_after_the_end,
    change_an_id,
    repeat_an_id,
    session_of_another,
    time_goes_back,
    wrong_call_of_an_activity,
    wrong_call_of_an_output,
    activity_outside_its_pair,
    output_before_its_input,
    alter_a_piece,
    drop_a_piece,
    duplicate_a_piece,
    drop_an_end_mark,
    end_mark_of_the_other_kind,
    wrong_id_in_an_end_mark,
    answer_sent_whole,
    alter_what_is_stored,
    store_what_passes,
    store_more_than_is_sent,
    store_less_than_is_sent,
    store_in_another_order,
    pending_forgets_a_call,
    pending_names_another,
    pending_names_a_call_twice,
)

"""Ways in which a service is wrong throughout: it stores what it sends, so that only the order grammar can tell.

They break the events of a JSON answer as well as the frames of a stream. A mutator takes a chance and a sample; None where there
is nothing to break so, or where an interruption, a failure or a cut by `since` would make it right again.
"""

from dataclasses import replace
from itertools import pairwise

from tests.contracts.mutators.edits import changed, cut, inserted, kept, moved, pick, places, units

ANSWERS = ("streaming_agent_output_end", "agent_output", "structured_output")
OUTPUT = ("streaming_agent_output", "streaming_thinking", "thinking", "agent_output", "structured_output")
RESULTS = ("tool_output", "tool_activity", "skill_load", "image_read")


def change_both(sample, index, **fields):
    identity = sample.frames[index]["id"]
    stored = [{**event, **fields} if event["id"] == identity else event for event in sample.stored]
    return replace(changed(sample, index, **fields), stored=stored)


def remove_both(sample, index):
    identity = sample.frames[index]["id"]
    stored = [event for event in sample.stored if event["id"] != identity]
    return replace(cut(sample, index, index + 1), stored=stored)


def insert_both(sample, index, kind, **fields):
    """Insert an event that stands in time and session where it is put."""
    near = next(frame for frame in [*sample.frames[:index][::-1], *sample.frames] if "created_at" in frame)
    session = next(event["session_key"] for event in sample.stored)
    event = {"id": "aev_new", "session_key": session, "created_at": near["created_at"], "type": kind, **fields}
    at = max((at + 1 for place, at in units(sample) if place < index), default=0)
    return replace(inserted(sample, index, event), stored=[*sample.stored[:at], event, *sample.stored[at:]])


def move_both(sample, start, end):
    at = dict(units(sample))
    stored = [*sample.stored[: at[start]], *sample.stored[at[start] + 1 :]]
    stored.insert(at[end], sample.stored[at[start]])
    return replace(moved(sample, start, end), stored=stored)


def goes_on(sample, index):
    """Say whether the model goes on behind the results from here, so that none of them may be missing."""
    rest = (frame["type"] for frame in sample.frames[index + 1 :] if frame["type"] not in {*RESULTS, "context_consumed"})
    return next(rest, "end") in {*OUTPUT, "client_tool_pending"}


def inputs(sample):
    return {sample.frames[index]["tool_call_id"]: index for index in places(sample, "tool_input")}


def closing(sample):
    """Places of outputs whose call opens in the sample, where the model goes on."""
    opened = inputs(sample)
    return [
        index
        for index in places(sample, "tool_output")
        if goes_on(sample, index) and _is_one_turn(sample, opened.get(sample.frames[index]["tool_call_id"], index), index)
    ]


def _is_one_turn(sample, start, end):
    return start < end and {frame["type"] for frame in sample.frames[start:end]} <= {"tool_input", *RESULTS}


def holders(sample):
    """Pair the images with the outputs that hold them, where the call opens in the sample and the model goes on."""
    held = {sample.frames[index]["tool_output"].get("id"): index for index in closing(sample)}
    return [(held[identity], index) for index in places(sample, "image_read") if (identity := sample.frames[index]["id"]) in held]


def loads(sample):
    """Places of skills that the model loads."""
    return [
        index
        for index in places(sample, "skill_load")
        if index and sample.frames[index - 1].get("tool_name") == "invoke_skill" and goes_on(sample, index)
    ]


def output_missing(random, sample):
    index = pick(random, closing(sample))
    return None if index is None else remove_both(sample, index)


def output_of_another_call(random, sample):
    index = pick(random, closing(sample))
    return None if index is None else change_both(sample, index, tool_call_id="call_another")


def output_of_another_tool(random, sample):
    index = pick(random, closing(sample))
    return None if index is None else change_both(sample, index, tool_name="another")


def input_of_another_call(random, sample):
    index = pick(random, closing(sample))
    if index is None:
        return None
    return change_both(sample, inputs(sample)[sample.frames[index]["tool_call_id"]], tool_call_id="call_another")


def output_twice(random, sample):
    index = pick(random, closing(sample))
    if index is None:
        return None
    fields = {
        name: value for name, value in sample.frames[index].items() if name not in {"id", "created_at", "session_key", "type"}
    }
    return insert_both(sample, index + 1, "tool_output", **fields)


def output_first(random, sample):
    index = pick(random, closing(sample))
    return None if index is None else move_both(sample, index, inputs(sample)[sample.frames[index]["tool_call_id"]])


def speaks_while_a_tool_runs(random, sample):
    index = pick(random, closing(sample))
    return None if index is None else insert_both(sample, index, "thinking", content="Hm.")


def steered_while_a_tool_runs(random, sample):
    """In an answer to `since` it could be the next turn, behind one that was interrupted."""
    index = pick(random, [] if sample.since else closing(sample))
    return None if index is None else insert_both(sample, index, "input_message", messages=[])


def image_missing(random, sample):
    pair = pick(random, holders(sample))
    return None if pair is None else remove_both(sample, pair[1])


def image_of_another_id(random, sample):
    pair = pick(random, holders(sample))
    return None if pair is None else change_both(sample, pair[1], id="aev_another")


def image_unlike_its_output(random, sample):
    pair = pick(random, holders(sample))
    return None if pair is None else change_both(sample, pair[1], artifact_id="art_another")


def image_before_its_call(random, sample):
    pair = pick(random, holders(sample))
    if pair is None:
        return None
    output, image = pair
    early = {"created_at": "2025-12-31T23:59:59.000Z"}
    held = {**sample.frames[output]["tool_output"], **early}
    return change_both(change_both(sample, image, **early), output, tool_output=held)


def skill_of_another_name(random, sample):
    index = pick(random, loads(sample))
    return None if index is None else change_both(sample, index, skill_name="another")


def skill_that_nobody_loads(random, sample):
    """Behind an answer, where neither the user nor a call asks for one."""
    index = pick(random, places(sample, *ANSWERS))
    return None if index is None else insert_both(sample, index + 1, "skill_load", skill_name="refund", content="")


def step_left_that_was_not_entered(random, sample):
    """A message may begin another turn in an answer to `since`, and that one begins in any step."""
    marks = pairwise(places(sample, "step_transition", "input_message", "artifact_upload"))
    index = pick(random, [two for one, two in marks if all(sample.frames[at]["type"] == "step_transition" for at in (one, two))])
    return None if index is None else change_both(sample, index, from_step="another")


def step_before_its_answer(random, sample):
    """Where the answer begins the sample, the step may end one of before."""
    ends = [index for index in places(sample, "step_transition") if sample.frames[index - 1]["type"] == "structured_output"]
    index = pick(random, [index for index in ends if index > 1])
    return None if index is None else move_both(sample, index, index - 1)


def time_goes_back_for_good(random, sample):
    timed = [index for index, frame in enumerate(sample.frames) if "created_at" in frame and frame["type"] != "image_read"]
    index = pick(random, [index for index in kept(sample) if index in timed[1:]])
    return None if index is None else change_both(sample, index, created_at="2025-12-31T23:59:59.000Z")


def session_of_another_for_good(random, sample):
    named = [index for index, frame in enumerate(sample.frames) if "session_key" in frame]
    index = pick(random, kept(sample))
    return None if index is None or len(named) < 2 else change_both(sample, index, session_key="ase_another")


def id_of_another_for_good(random, sample):
    whole = kept(sample)
    if len(whole) < 2:
        return None
    at = random.randrange(1, len(whole))
    return change_both(sample, whole[at], id=sample.frames[whole[random.randrange(at)]]["id"])


def goes_on_behind_the_last(random, sample):
    """Behind what ends a turn the model says nothing more."""
    last = places(
        sample, "session_interrupted", "client_tool_pending", "context_limit_exceeded", "step_transition_limit_exceeded"
    )
    index = pick(random, last if sample.stored else [])
    return None if index is None else insert_both(sample, index + 1, "structured_output", schema_name="verdict", content={})


def answer_missing(random, sample):
    """The turn ends with a thought."""
    answers = [index for index in places(sample, *ANSWERS) if sample.frames[index + 1 : index + 2] in ([], [{"type": "end"}])]
    index = pick(random, answers)
    return None if index is None else insert_both(sample, index + 1, "thinking", content="Done?")


def compaction_missing(random, sample):
    """`compaction_started` promises one; a JSON answer has no such mark."""
    index = pick(
        random, [at for at in places(sample, "compaction") if at and sample.frames[at - 1]["type"] == "compaction_started"]
    )
    return None if index is None else remove_both(sample, index)


def compaction_unannounced(random, sample):
    """In an answer to `since` it may be one of before."""
    index = pick(random, [] if sample.since else places(sample, "compaction_started"))
    has_one = index is not None and sample.frames[index + 1]["type"] == "compaction"
    return cut(sample, index, index + 1) if has_one else None


THROUGHOUT = (
    output_missing,
    output_of_another_call,
    output_of_another_tool,
    input_of_another_call,
    output_twice,
    output_first,
    speaks_while_a_tool_runs,
    steered_while_a_tool_runs,
    image_missing,
    image_of_another_id,
    image_unlike_its_output,
    image_before_its_call,
    skill_of_another_name,
    skill_that_nobody_loads,
    step_left_that_was_not_entered,
    step_before_its_answer,
    time_goes_back_for_good,
    session_of_another_for_good,
    id_of_another_for_good,
    goes_on_behind_the_last,
    answer_missing,
    compaction_missing,
    compaction_unannounced,
)

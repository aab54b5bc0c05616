"""Legal turns as frames with their stored events, made from the prose of api-facts §4.4 to §4.8 and §4.11.

Nothing here reads `x-event-order` or asks the mock, so that what they get wrong does not stay hidden.
"""

from dataclasses import dataclass
from random import Random

from tests.contracts.author import WORDS, Author, Over, Turn

STEPS = ("greet", "triage", "solve", "close")


@dataclass(frozen=True)
class Sample:
    """A stream, the events that the session got meanwhile, and whether it answers `since`."""

    frames: list
    stored: list
    since: bool


def call(author, kind="lambda"):
    identity = f"call_{author.random.getrandbits(96):024x}"
    name = author.random.choice(("search", "mail", "crm")) if kind in {"lambda", "client"} else kind
    arguments = {"skill_name": f"skill of {identity}"} if kind == "invoke_skill" else {"query": author.random.choice(WORDS)}
    names = {"tool_call_id": identity, "tool_configuration_name": name, "tool_name": kind if kind == "invoke_skill" else name}
    return author.keep("tool_input", **names, tool_input=arguments), names, kind


def activities(author, running):
    for _ in range(author.random.choice((0, 0, 0, 1, 2))):
        _, names, _ = author.random.choice(running)
        shown = names if author.chance(0.5) else {"tool_call_id": names["tool_call_id"]}
        news = {"id": "aev_x", "session_key": "ase_other", "created_at": author.time(), "type": "thinking"}
        is_agent = author.chance(0.5)
        told = {"activity_type": "sub_agent", "agent_event": news} if is_agent else {"activity_type": "generic", "message": "…"}
        author.send("tool_activity", **shown, **told)


def returns(author, opened):
    """Close a call: by its output, by the skill that it loads, or by an image that comes twice."""
    event, names, kind = opened
    if kind == "invoke_skill" and author.chance(0.8):
        author.keep("skill_load", skill_name=event["tool_input"]["skill_name"], content="How to refund.")
    elif kind == "image_read":
        image = author.event("image_read", artifact_id="art_cat", detail="auto")
        author.keep("tool_output", **names, tool_output=image, error=False)
        author.turn.frames.append(image)
        author.turn.stored.append(image)
    else:
        author.keep("tool_output", **names, tool_output={"content": "ok"}, error=author.chance(0.1))
    author.unit()


def batch(author):
    """Call tools side by side, and park the turn where the caller has to run some of them."""
    kinds = ("lambda", "lambda", "client", "invoke_skill", "image_read")
    opened = [call(author, author.random.choice(kinds)) for _ in range(author.random.choice((1, 1, 2, 3)))]
    author.unit()
    running = [each for each in opened if each[2] != "client"]
    for each in list(running):
        activities(author, running)
        returns(author, each)
        running.remove(each)
    author.parked = [each for each in opened if each[2] == "client"]
    if author.parked:
        pending = [
            {"event_id": event["id"], "tool_configuration_name": names["tool_configuration_name"],
             "tool_name": names["tool_name"], "arguments": event["tool_input"]}
            for event, names, _ in author.parked
        ]  # fmt: skip
        author.passing("client_tool_pending", pending_calls=pending)
        raise Over


def step(author):
    """Think, talk and call until the step has its answer."""
    for _ in range(author.random.choice((0, 0, 1, 2))):
        author.usage(0.1)
        author.think()
        if author.chance(0.2):
            author.speak("agent_output")
        batch(author)
        if author.chance(0.1):
            author.message()
            author.unit()
        elif author.chance(0.05):
            author.passing("context_limit_exceeded", message="Too long.", context_limit=10, actual_tokens=11)
            raise Over
    author.usage(0.1)
    author.think()
    if author.chance(0.25):
        author.keep("structured_output", schema_name="verdict", content={"score": author.random.randint(0, 9)})
        author.unit()
    else:
        author.speak("agent_output")


def opens(author):
    """Begin with what the user gave: files, words, skills; or with the outputs of the calls that the turn waits for."""
    if author.parked and author.chance(0.8):
        for _, names, _ in author.parked:
            author.keep("tool_output", **names, tool_output={"content": "done"}, error=False)
        author.parked = []
        author.unit()
        return
    author.parked, author.at_step = [], author.random.choice(STEPS)
    has_files = author.chance(0.2)
    if has_files:
        file = {"artifact_id": "art_cat", "filename": "cat.png", "mime_type": "image/png", "size_bytes": 9}
        author.keep("artifact_upload", artifacts=[file])
    if not has_files or author.chance(0.5):
        skills = author.random.sample(("refund", "style"), author.random.choice((0, 0, 0, 1, 2)))
        author.message(*skills)
        for name in skills:
            author.keep("skill_load", skill_name=name, content=f"All about {name}.")
    author.unit()
    if author.chance(0.1):
        author.compact()


def answers(author):
    """Go from step to step; a message that steers the turn comes behind an answer."""
    step(author)
    for entered in author.random.sample(STEPS, author.random.choice((0, 0, 0, 1, 2, 3))):
        author.keep("step_transition", from_step=author.at_step, to_step=entered, content="Go on.")
        author.at_step = entered
        author.unit()
        if author.chance(0.05):
            author.passing("step_transition_limit_exceeded", message="Too often.", transition_limit=1)
            raise Over
        step(author)
    if author.chance(0.1):
        author.message()
        author.unit()
        step(author)


def turn(author):
    """Write a turn: of a message, of outputs, of a wish to compact, or an empty one."""
    author.turn = Turn()
    author.breaks_at = author.random.randint(1, 9) if author.chance(0.25) else 0
    author.break_kind = author.random.choice(("interrupt", "failure"))
    kind = author.random.choices(("input", "compact", "empty"), (90, 7, 3))[0]
    try:
        if kind == "compact":
            author.compact()
        elif kind == "input":
            opens(author)
            answers(author)
    except Over:
        pass
    if author.turn.frames and author.turn.frames[-1]["type"] != "error":
        author.usage(0.5)
    author.turn.frames.append({"type": "end"})
    return author.turn


def replayed(author, events):
    """Send stored events again: texts in pieces, the rest whole."""
    for event in events:
        if event["type"] not in {"agent_output", "thinking"}:
            yield event
            continue
        kind, at = f"streaming_{event['type']}", event["created_at"]
        half = author.random.randint(0, len(event["content"]))
        for piece in (event["content"][:half], event["content"][half:]):
            yield {"type": kind, "content": piece, "created_at": at}
        named = {"event_id": event["id"]} if event["type"] == "agent_output" else {}
        yield {"type": f"{kind}_end", **named, "created_at": at}


def sample(seed):
    """Write the turns of a session and take a stream of the last: alone, behind stored ones, or queued behind the one before."""
    random = Random(seed)  # noqa: S311 - reproducible
    author = Author(random)
    turns = [turn(author) for _ in range(random.choice((1, 2, 2, 3)))]
    last, way = turns.pop(), random.random()
    if len(last.frames) == 1:  # nothing to do, which only an interruption or a wish to compact finds: neither has a `since`
        return Sample(last.frames, last.stored, since=False)
    if turns and way < 0.2:
        earlier = [event for each in turns for event in each.stored]
        cut = earlier[random.randint(0, len(earlier)) :]
        return Sample([*replayed(author, cut), *last.frames], [*cut, *last.stored], since=True)
    first_types = {frame["type"] for frame in turns[-1].frames} if turns else {"error"}
    if way < 0.35 and not first_types & {"error", "client_tool_pending"}:
        return Sample([*turns[-1].frames[:-1], *last.frames], [*turns[-1].stored, *last.stored], since=True)
    is_message = last.frames[0]["type"] == "input_message"
    return Sample(last.frames[1:] if is_message and random.random() < 0.15 else last.frames, last.stored, since=False)


def as_json(sample):
    """Give the events that a JSON answer has instead of these frames."""
    stored = iter(event for event in sample.stored if event["type"] in {"agent_output", "thinking"})
    is_input_kept = not sample.since and sample.stored[:1] and sample.stored[0]["type"] == "input_message"
    answer = [sample.stored[0]] if is_input_kept and sample.stored[0] not in sample.frames else []
    for frame in sample.frames:
        if frame["type"].startswith("streaming_") and frame["type"].endswith("_end"):
            answer.append(next(stored))
        elif "id" in frame and frame["type"] != "compaction_started":
            answer.append(frame)
            if frame["type"] == "thinking":
                next(stored)
    return answer

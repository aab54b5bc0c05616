"""Writes the frames of a turn and what is stored of it, unit by unit; `conversations` says in which order."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

WORDS = ("The ", "reset ", "link ", "is ", "sent. ", "Sí, ", "größer\n", "保存", "します。", "🙂 ", "", "{}", "now")


class Over(Exception):  # noqa: N818 - the turn ends here, as it may
    """Nothing but the end follows."""


@dataclass
class Turn:
    frames: list = field(default_factory=list)
    stored: list = field(default_factory=list)


class Author:
    """Writes the turns of one session. `breaks_at` is the unit behind which the turn is interrupted or fails, 0 for none."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.session = f"ase_{random.getrandbits(32):08x}"
        self.at = datetime(2026, 1, 1, tzinfo=UTC)
        self.is_clock_still = random.random() < 0.3
        self.parked: list = []
        self.at_step = ""
        self.breaks_at, self.break_kind = 0, ""
        self.turn = Turn()

    def chance(self, probability):
        return self.random.random() < probability

    def time(self):
        if not self.is_clock_still:
            self.at += timedelta(milliseconds=self.random.choice((0, 0, 1, 7, 400)))
        return f"{self.at:%Y-%m-%dT%H:%M:%S}.{self.at.microsecond // 1000:03}Z"

    def event(self, kind, **fields):
        identity = f"aev_{self.random.getrandbits(64):016x}"
        return {"id": identity, "session_key": self.session, "created_at": self.time(), "type": kind, **fields}

    def keep(self, kind, **fields):
        event = self.event(kind, **fields)
        self.turn.frames.append(event)
        self.turn.stored.append(event)
        return event

    def passing(self, kind, **fields):
        self.turn.frames.append(self.event(kind, **fields))

    def send(self, kind, **fields):
        self.turn.frames.append({"type": kind, **fields, "created_at": self.time()})

    def unit(self):
        """Count a unit; break the turn off behind the chosen one."""
        self.breaks_at -= 1
        if self.breaks_at == 0:
            if self.break_kind == "interrupt":
                self.passing("session_interrupted")
            else:
                self.turn.frames.append({"type": "error", "messages": ["The model is gone."]})
            raise Over

    def words(self):
        return [self.random.choice(WORDS) for _ in range(self.random.randint(1, 7))]

    def speak(self, kind):
        """Stream a text. Cut by an interruption it is stored as far as it came; cut by a failure it stays open and is not."""
        pieces = self.words()
        is_cut = self.breaks_at == 1
        for piece in pieces[: self.random.randint(1, len(pieces)) if is_cut else None]:
            self.send(f"streaming_{kind}", content=piece)
        if is_cut and self.break_kind == "failure":
            self.unit()
        content = "".join(frame["content"] for frame in _last_run(self.turn.frames, f"streaming_{kind}"))
        event = self.event(kind, content=content)
        self.turn.stored.append(event)
        named = {"event_id": event["id"]} if kind == "agent_output" and self.chance(0.9) else {}
        self.turn.frames.append({"type": f"streaming_{kind}_end", **named, "created_at": event["created_at"]})
        self.unit()

    def think(self):
        if self.chance(0.15):
            self.keep("thinking", content="".join(self.words()))
            self.unit()
        elif self.chance(0.3):
            self.speak("thinking")

    def usage(self, probability):
        if self.chance(probability):
            self.send("context_consumed", session_context_usage={"input_tokens": self.random.randint(1, 9999)})

    def message(self, *skills):
        parts = [{"type": "skill", "skill_name": name} for name in skills]
        return self.keep("input_message", messages=[*parts, {"type": "text", "content": "".join(self.words())}])

    def compact(self):
        self.passing("compaction_started")
        if self.breaks_at == 1 and self.break_kind == "failure":
            self.unit()
        self.keep("compaction", turns_compacted=1, events_compacted=4, summary_key="sum_1", summary_text="…")
        self.unit()


def _last_run(frames, kind):
    start = len(frames)
    while start and frames[start - 1]["type"] == kind:
        start -= 1
    return frames[start:]

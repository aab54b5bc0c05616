"""Compaction: a summary takes the place of the older events of a session (api-facts §2.6, §4.2, §4.11)."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

from mockserver.domain.errors import Refused
from mockserver.domain.events import (
    AgentOutput,
    ArtifactUpload,
    Compaction,
    Event,
    InputMessage,
    StructuredOutput,
    ToolInput,
    ToolOutput,
    text_of,
)
from mockserver.domain.simulator.drafts import Compacts, Drafts
from mockserver.domain.simulator.prose import shortened
from mockserver.domain.values import JsonObject

_LONGEST_LINE = 120
_MOST_LINES = 40


def older(visible: Sequence[Event], *, keep: int, anchor: str | None = None) -> list[Event]:
    """Return the events that a summary would stand for.

    With an `anchor` all through it; else all before the newest `keep` inputs. Raises Refused SM410 for an unknown anchor.
    """
    if anchor is not None:
        ids = [event.id for event in visible]
        if anchor not in ids:
            fields = {"/compact_up_to_event_id": "must be a visible event of this session"}
            raise Refused("SM410", f"There is no visible event {anchor!r} to compact up to.", fields=fields)
        return list(visible[: ids.index(anchor) + 1])
    starts = [index for index, event in enumerate(visible) if _begins_input(visible, index)]
    return list(visible[: starts[-keep]]) if len(starts) > keep else []


def _begins_input(events: Sequence[Event], index: int) -> bool:
    """Say whether an input begins here: a message, or an upload; a message that comes with an upload does not count again."""
    body = events[index].body
    follows_upload = index > 0 and isinstance(events[index - 1].body, ArtifactUpload)
    return isinstance(body, ArtifactUpload) or (isinstance(body, InputMessage) and not follows_upload)


def compaction_of(events: Sequence[Event], settings: JsonObject, random: Random, *, summary: str | None = None) -> Compaction:
    """Sum events up, drawing on tool events as `tool_event_policy` says; `compaction_message` is the title."""
    return Compaction(
        turns_compacted=sum(_begins_input(events, index) for index in range(len(events))),
        events_compacted=len(events),
        summary_key=f"sum_{random.getrandbits(64):016x}",
        summary_text=_summary(events, settings) if summary is None else summary,
    )


def compacted(events: Sequence[Event], settings: JsonObject, random: Random, *, summary: str | None = None) -> Drafts[None]:
    """Let a summary stand for these events, if there are any."""
    if events:
        body = compaction_of(events, settings, random, summary=summary)
        yield Compacts(body, tuple(event.id for event in events))


def _summary(events: Sequence[Event], settings: JsonObject) -> str:
    lines = [line for event in events if (line := _line(event, str(settings["tool_event_policy"])))]
    title = settings.get("compaction_message") or "Summary of the conversation so far"
    kept = lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES // 2], "…", *lines[-_MOST_LINES // 2 :]]
    return f"{title}:\n" + "\n".join(kept)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _line(event: Event, policy: str) -> str | None:
    body = event.body
    if isinstance(body, ToolInput | ToolOutput):
        return _tool_line(body, policy)
    if isinstance(body, InputMessage):
        return f"- The user wrote: {shortened(text_of(body), _LONGEST_LINE)}"
    if isinstance(body, AgentOutput | StructuredOutput):
        words = body.content if isinstance(body, AgentOutput) else _json(body.content)
        return f"- The agent answered: {shortened(words, _LONGEST_LINE)}"
    if isinstance(body, ArtifactUpload):
        return f"- The user handed over {', '.join(artifact['filename'] for artifact in body.artifacts)}"
    return body.summary_text.partition("\n")[2] if isinstance(body, Compaction) else None


def _tool_line(body: ToolInput | ToolOutput, policy: str) -> str | None:
    if isinstance(body, ToolOutput):
        found = f"- {body.tool_name} returned {shortened(_json(body.tool_output), _LONGEST_LINE)}"
        return None if policy == "exclude" else found
    asked = f"- The agent called {body.tool_name} with {shortened(_json(body.tool_input), _LONGEST_LINE)}"
    return asked if policy == "include_all" else None

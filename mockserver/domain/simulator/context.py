"""How much of the model's window a conversation fills, estimated in tokens."""

import json
from collections.abc import Iterable, Sequence

from mockserver.domain.agents import Agent
from mockserver.domain.events import Compaction, Event, InputMessage, body_as_json, text_of
from mockserver.domain.simulator.plan import Told

CHARACTERS_PER_TOKEN = 4
WINDOW_PARAMETER = "context_window"
"""The model parameter by which an agent has a window of its own; else it is the mock's setting."""


def tokens_of(text: str) -> int:
    """Estimate how many tokens a text is."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def window_of(agent: Agent, usual: int) -> int:
    """Return the size of the model's window, in tokens."""
    given = agent.config["model"].get("parameters", {}).get(WINDOW_PARAMETER)
    return given if isinstance(given, int) and not isinstance(given, bool) and given > 0 else usual


def context_tokens(told: Told, history: Iterable[Event]) -> int:
    """Estimate what the model reads: what it is told, and all that it may still see of the session."""
    return tokens_of(told.text) + sum(_tokens_of_event(event) for event in history)


def _tokens_of_event(event: Event) -> int:
    match event.body:
        case InputMessage():
            return tokens_of(text_of(event.body))
        case Compaction(summary_text=summary):
            return tokens_of(summary)
        case _:
            content = getattr(event.body, "content", None)
            return tokens_of(content if isinstance(content, str) else json.dumps(body_as_json(event.body), default=str))


def earlier_texts(history: Sequence[Event]) -> list[str]:
    """Return what the user wrote so far, oldest first, as far as the model may still know it: word by word or in a summary."""
    texts = [
        text_of(event.body) if isinstance(event.body, InputMessage) else event.body.summary_text
        for event in history
        if isinstance(event.body, InputMessage | Compaction)
    ]
    return [text for text in texts if text]

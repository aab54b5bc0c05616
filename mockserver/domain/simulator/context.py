"""How much of the model's window a conversation fills, estimated in tokens."""

from collections.abc import Iterable, Sequence

from mockserver.domain.agents import Agent
from mockserver.domain.events import Compaction, Event, InputMessage, text_of
from mockserver.domain.simulator.plan import Told
from mockserver.domain.words import tokens_of

WINDOW_PARAMETER = "context_window"
"""The model parameter by which an agent has a window of its own; else it is the mock's setting."""


def window_of(agent: Agent, usual: int) -> int:
    """Return the size of the model's window, in tokens."""
    given = agent.config["model"].get("parameters", {}).get(WINDOW_PARAMETER)
    return given if isinstance(given, int) and not isinstance(given, bool) and given > 0 else usual


def context_tokens(told: Told, history: Iterable[Event]) -> int:
    """Estimate what the model reads: what it is told, and all that it may still see of the session."""
    return tokens_of(told.text) + sum([event.tokens for event in history])


def earlier_texts(history: Sequence[Event]) -> list[str]:
    """Return what the user wrote so far, oldest first, as far as the model may still know it: word by word or in a summary."""
    texts = [
        text_of(event.body) if isinstance(event.body, InputMessage) else event.body.summary_text
        for event in history
        if isinstance(event.body, InputMessage | Compaction)
    ]
    return [text for text in texts if text]

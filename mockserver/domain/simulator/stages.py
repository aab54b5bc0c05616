"""The stages of a turn, generators of one kind: bodies → stamped → recorded."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from random import Random

from mockserver.domain.errors import Refused
from mockserver.domain.events import AgentOutput, Body, Event, Thinking, ToolInput, ToolOutput, new_event_id
from mockserver.domain.simulator import prose
from mockserver.domain.simulator.calls import Outcome, Place, Run, ToolCall
from mockserver.domain.simulator.intent import Intent
from mockserver.domain.simulator.plan import TurnPlan


def bodies(plan: TurnPlan, run: Run, place: Place, note: Callable[[ToolCall, Outcome], None]) -> Iterator[Body]:
    """Produce what happens: input, thought, tool calls and their outputs, answer (api-facts §4.7). `note` sees each outcome."""
    yield from plan.inputs
    if plan.thinking:
        yield Thinking(plan.thinking)
    outputs = dict(plan.earlier_outputs)
    outcomes: list[Outcome] = []
    for call in plan.calls:
        yield ToolInput(call.id, call.configuration_name, call.tool_name, call.arguments, call.override_paths)
        outcome = run(call, outputs, place)
        note(call, outcome)
        outcomes.append(outcome)
        outputs[call.configuration_name] = {"outputs": {"latest": outcome.output}}
        yield ToolOutput(call.id, call.configuration_name, call.tool_name, outcome.output, outcome.error, outcome.overrides)
    yield AgentOutput(answer(plan, outcomes))


def answer(plan: TurnPlan, outcomes: Sequence[Outcome]) -> str:
    """Say it in the language of the plan: what was found, what was said before, or a greeting."""
    phrases = prose.PHRASES[plan.language]
    if outcomes:
        if all(outcome.error for outcome in outcomes):
            return phrases.failed
        results = [result for outcome in outcomes for result in outcome.output.get("search_results", ())]
        return prose.found(phrases, sorted(results, key=lambda result: -result["score"]))
    if plan.intent is Intent.RECALL:
        return prose.recalled(phrases, plan.quote)
    if plan.intent is Intent.KNOWLEDGE:
        return phrases.nothing
    return phrases.greeting.format(name=plan.persona, agent=plan.agent_name)


def stamped(bodies: Iterable[Body], session_key: str, random: Random, now: Callable[[], datetime]) -> Iterator[Event]:
    """Give every body an id and a time; times never go back, whatever the clock does."""
    latest: datetime | None = None
    for body in bodies:
        latest = max(now(), latest) if latest else now()
        yield Event(id=new_event_id(random), session_key=session_key, created_at=latest, body=body)


def recorded(events: Iterable[Event], append: Callable[[Event], Event | None]) -> Iterator[Event]:
    """Store every event before anybody sees it, so that streamed equals stored. Raises Refused SM302 when the session goes."""
    for event in events:
        stored = append(event)
        if stored is None:
            raise Refused("SM302", f"Session {event.session_key} was deleted while it ran.", missing_id=event.session_key)
        yield stored

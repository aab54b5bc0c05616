"""Play what was decided: skills, tool calls and their outputs in order, images, client tools that are waited for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mockserver.domain.events import ClientToolPending, ImageRead, SkillLoad, Thinking, ToolInput, ToolOutput
from mockserver.domain.sessions import PendingCall
from mockserver.domain.simulator import clients
from mockserver.domain.simulator.calls import Outcome, ToolCall
from mockserver.domain.simulator.decide import Decision, new_call_id
from mockserver.domain.simulator.drafts import Drafts, Happens, Shows
from mockserver.domain.simulator.plan import StepPlan
from mockserver.domain.simulator.stage import Stage
from mockserver.domain.simulator.subagents import asked
from mockserver.domain.values import JsonObject

SKILL_TOOL = "invoke_skill"


@dataclass(frozen=True, slots=True)
class Done:
    """A tool call that is over."""

    tool: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Acted:
    """What the calls of a step gave, and the client tools that are still waited for."""

    done: tuple[Done, ...] = ()
    pending: tuple[PendingCall, ...] = ()


def acted(stage: Stage, step: StepPlan, decision: Decision) -> Drafts[Acted]:
    """Think, load the skill, call the tools wave by wave. Waves behind a client tool are played when its output is there."""
    if decision.thinking:
        yield from stage.spoken(decision.thinking, Thinking)
    if decision.skill:
        yield from skill_loaded(stage, decision.skill, stage.agent.config["skills"][decision.skill]["content"])
    outputs = stage.outputs() if decision.waves else {}
    done: list[Done] = []
    for wave in decision.waves:
        result = yield from _wave(stage, step, wave, outputs)
        done += result.done
        if result.pending:
            return Acted(tuple(done), result.pending)
    return Acted(tuple(done))


def _wave(stage: Stage, step: StepPlan, wave: Sequence[ToolCall], outputs: dict[str, Any]) -> Drafts[Acted]:
    opened = [(call, stage.new_id()) for call in wave]
    for call, event_id in opened:
        yield opening(call, event_id)
    done, pending = [], []
    for call, event_id in opened:
        waiting = clients.asked(stage, call, event_id, outputs) if call.tool_type == "client" else None
        if isinstance(waiting, PendingCall):
            pending.append(waiting)
            continue
        outcome = yield from _run(stage, call, outputs, waiting)
        stage.note_call(step, call, outcome)
        outputs[call.configuration_name] = {"outputs": {"latest": outcome.output}}
        done.append(Done(call.configuration_name, outcome))
    if pending:
        yield Happens(ClientToolPending(tuple(call.as_json() for call in pending)))
    return Acted(tuple(done), tuple(pending))


def opening(call: ToolCall, event_id: str | None = None) -> Happens:
    """Begin a call: only what the model chose is told (api-facts §2.8)."""
    body = ToolInput(call.id, call.configuration_name, call.tool_name, call.arguments, call.override_paths)
    return Happens(body, id=event_id)


def closing(call: ToolCall, outcome: Outcome, wait: float = 0) -> Happens:
    """End a call."""
    return Happens(returned(call.id, call.configuration_name, call.tool_name, outcome), wait)


def returned(call_id: str, configuration_name: str, tool_name: str, outcome: Outcome) -> ToolOutput:
    """Say what came of a call."""
    overrides = outcome.overrides
    return ToolOutput(
        call_id, configuration_name, tool_name, outcome.output, error=outcome.error, resolved_argument_overrides=overrides
    )


def _run(stage: Stage, call: ToolCall, outputs: Mapping[str, JsonObject], outcome: Outcome | None) -> Drafts[Outcome]:
    """Run a tool, unless its outcome is known: a client tool's that the caller cannot be asked for."""
    wait = stage.pace.before_answer(stage.random)
    if outcome is not None:
        yield closing(call, outcome, wait)
        return outcome
    if call.tool_type == "sub_agent":
        outcome = yield from asked(stage, call, outputs)
    else:
        outcome = stage.equipment.run(call, outputs, stage.place)
    if call.tool_type == "image_read" and not outcome.error:
        yield shown(call, outcome, wait)
    else:
        yield closing(call, outcome, wait)
    return outcome


def shown(call: ToolCall, outcome: Outcome, wait: float) -> Shows:
    """End a call that shows an image."""
    image = ImageRead(outcome.output["artifact_id"], outcome.output.get("detail", "auto"))
    return Shows(returned(call.id, call.configuration_name, call.tool_name, replace(outcome, output={})), image, wait)


def skill_loaded(stage: Stage, name: str, content: str) -> Iterator[Happens]:
    """Load a skill because the model wants it: a call that the skill itself answers (api-facts §4.7)."""
    yield Happens(ToolInput(new_call_id(stage.random), SKILL_TOOL, SKILL_TOOL, {"skill_name": name}, ()))
    yield Happens(SkillLoad(name, content))

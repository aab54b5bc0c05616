"""What the simulated model decides in a step: what the message asks for, which tools to call with which arguments."""

import re
import string
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from random import Random

from mockserver.domain.artifacts import Artifact
from mockserver.domain.simulator import prose
from mockserver.domain.simulator.calls import ToolCall
from mockserver.domain.simulator.choice import chosen
from mockserver.domain.simulator.context import earlier_texts
from mockserver.domain.simulator.intent import Intent, intent_of, most_relevant
from mockserver.domain.simulator.plan import StepPlan, Tool
from mockserver.domain.simulator.stage import Stage
from mockserver.domain.values import JsonObject
from mockserver.domain.words import terms

_TOPIC_WORDS, _LONGEST_TOPIC = 4, 40
_BETWEEN_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Decision:
    """A thought, tool calls in waves (those of one wave do not wait for each other), a skill to load, a message to quote."""

    intent: Intent
    thinking: str | None
    waves: tuple[tuple[ToolCall, ...], ...]
    skill: str | None
    quote: str | None

    def without(self, called: Collection[str]) -> "Decision":
        """Return what is left of it where these tools have been called."""
        left = (tuple(call for call in wave if call.configuration_name not in called) for wave in self.waves)
        return replace(self, thinking=None, waves=tuple(filter(None, left)), skill=None)


def decided(stage: Stage, step: StepPlan, text: str, uploads: Sequence[Artifact]) -> Decision:
    """Decide what to do about a message. Skills and tools are used when the message names them; see `choice` for the rest."""
    intent = intent_of(text)
    calls = _calls(stage, step, text, intent, uploads)
    quote = most_relevant(text, earlier_texts(stage.history)[:-1]) if intent is Intent.RECALL else None
    skill = _skill(stage, step, text)
    topic = ", ".join(dict.fromkeys(terms(text)[:_TOPIC_WORDS])) or text[:_LONGEST_TOPIC]
    thinking = prose.PHRASES[step.language].thinking.format(topic=topic) if calls and text else None
    return Decision(intent, thinking, tuple(_waves(calls)), skill, quote)


def _calls(stage: Stage, step: StepPlan, text: str, intent: Intent, uploads: Sequence[Artifact]) -> list[ToolCall]:
    tools = {name: tool.raw for name, tool in step.tools.items() if _is_asked(tool, intent)}
    schemas = _input_schemas(stage, step)
    found = chosen(tools, text, artifacts=uploads, input_schemas=schemas, random=stage.random)
    return [called(step.tools[choice.name], choice.arguments, stage.random) for choice in found]


def _is_asked(tool: Tool, intent: Intent) -> bool:
    """Say whether a tool is thought of at all: documents are only searched for what asks for knowledge."""
    return tool.type != "corpora_search" or intent is Intent.KNOWLEDGE


def _input_schemas(stage: Stage, step: StepPlan) -> dict[str, JsonObject]:
    found = {}
    for tool in step.tools.values():
        registered = stage.equipment.store.tools.get(tool.raw.get("tool_id", ""))
        if registered is not None:
            found[registered.key] = registered.input_schema
    return found


def _skill(stage: Stage, step: StepPlan, text: str) -> str | None:
    """Return a skill that the message names, as words; one that the step does not allow is not thought of."""
    skills = stage.agent.config.get("skills")
    if not skills:
        return None
    allowed = step.step.get("allowed_skills", skills)
    words = _words(text)
    return next((name for name in skills if name in allowed and _words(name) and f" {_words(name)} " in f" {words} "), None)


def _words(text: str) -> str:
    return _BETWEEN_WORDS.sub(" ", text.lower()).strip()


def called(tool: Tool, arguments: JsonObject, random: Random) -> ToolCall:
    """Call a tool: what is pinned is kept out of the model's arguments (api-facts §2.8)."""
    pinned = {path.partition(".")[0].partition("[")[0] for path in tool.override_paths}
    return ToolCall(
        id=new_call_id(random),
        configuration_name=tool.name,
        tool_type=tool.type,
        tool_name=_tool_name(tool),
        arguments={key: value for key, value in arguments.items() if key not in pinned},
        overrides=tool.overrides,
        override_paths=tool.override_paths,
        configuration=tool.configuration,
    )


def _tool_name(tool: Tool) -> str:
    """Return the tool's own name: its kind, or for tools of the account the name under which the agent has it."""
    return tool.name if tool.type in {"lambda", "mcp", "client", "dynamic_vectara"} else tool.type


def new_call_id(random: Random) -> str:
    """Make the id of a tool call, `call_` and 24 letters and digits (api-facts §4.7)."""
    return "call_" + "".join(random.choices(string.ascii_letters + string.digits, k=24))


def _waves(calls: Sequence[ToolCall]) -> list[tuple[ToolCall, ...]]:
    """Put the calls that need another's output behind that one; a circle is broken at its first call."""
    waves: list[tuple[ToolCall, ...]] = []
    left = list(calls)
    while left:
        waiting = {call.configuration_name for call in left}
        wave = tuple(call for call in left if not (_needs(call) & waiting)) or (left[0],)
        waves.append(wave)
        left = [call for call in left if call not in wave]
    return waves


def _needs(call: ToolCall) -> set[str]:
    return (call.overrides.awaited | call.configuration.awaited) - {call.configuration_name}

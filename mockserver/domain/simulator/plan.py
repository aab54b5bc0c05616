"""A turn as a value: everything that is decided before the first event, so that a refusal stores nothing."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from mockserver.domain.agents import Agent
from mockserver.domain.errors import Refused
from mockserver.domain.events import Body, Event, InputMessage, SkillLoad, ToolOutput, text_of
from mockserver.domain.instructions import Find
from mockserver.domain.ports import Words
from mockserver.domain.references import Roots, leaf_paths, refuse_lost, resolved, roots_of, tools_named
from mockserver.domain.rendering import described_tools, rendered_instructions, rendered_reminders, template_context
from mockserver.domain.sessions import Session
from mockserver.domain.simulator import languages, prose
from mockserver.domain.simulator.calls import ToolCall
from mockserver.domain.simulator.intent import Intent, intent_of, most_relevant
from mockserver.domain.templating.dialect import Dialect
from mockserver.domain.values import JsonObject
from mockserver.domain.words import terms

CHARACTERS_PER_TOKEN = 4
MODEL_WINDOW = 200_000
_LONGEST_QUERY = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What the model is told in this turn: rendered instructions and reminders, the described tools."""

    instructions: Sequence[JsonObject]
    reminders: Sequence[JsonObject]
    tools: Sequence[JsonObject]

    @property
    def text(self) -> str:
        """All of it, a paragraph each."""
        return "\n\n".join(part["text"] for part in (*self.instructions, *self.reminders))


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """What the turn will do: the input events, an optional thought, tool calls, and all that the answer is made of."""

    inputs: tuple[Body, ...]
    told: Told
    intent: Intent
    language: str
    thinking: str | None
    calls: tuple[ToolCall, ...]
    earlier_outputs: Mapping[str, JsonObject]
    quote: str | None
    agent_name: str
    persona: str
    context_tokens: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a turn is planned with besides the session: time, chance, names, instructions, template dialect, kept reminders."""

    now: datetime
    random: Random
    words: Words
    find: Find
    dialect: Dialect
    reminders: Sequence[JsonObject] | None


def plan_turn(
    agent: Agent, session: Session, history: Sequence[Event], messages: Sequence[JsonObject], around: Surroundings
) -> TurnPlan:
    """Plan the turn that answers `messages`. Reminders are rendered once a session and kept from then on.

    Raises Refused SM401, SM402 or SM406 (the agent cannot be rendered) or SM403 (a skill that it does not have).
    """
    message = InputMessage(tuple(messages))
    step = agent.entry_step
    context = template_context(agent, session, around.now)
    told = _told(agent, step, context, around)
    roots = roots_of(context, around.dialect, session_secrets=session.secrets, agent_secrets=agent.secrets)
    tools = _resolved_tools(agent, step, roots)
    text, language = text_of(message), languages.asked_for(told.text)
    intent = intent_of(text)
    calls = _calls(tools, text, around.random) if intent is Intent.KNOWLEDGE else ()
    earlier = [text_of(event.body) for event in history if isinstance(event.body, InputMessage)]
    topic = ", ".join(dict.fromkeys(terms(text)[:4])) or text[:40]
    return TurnPlan(
        inputs=(message, *_skill_loads(agent, messages)),
        told=told,
        intent=intent,
        language=language,
        thinking=prose.PHRASES[language].thinking.format(topic=topic) if calls else None,
        calls=calls,
        earlier_outputs=_outputs(history),
        quote=most_relevant(text, [quote for quote in earlier if quote]) if intent is Intent.RECALL else None,
        agent_name=agent.name,
        persona=around.random.choice(around.words.names(language)),
        context_tokens=tokens_of(told.text) + sum(map(tokens_of, earlier)) + tokens_of(text),
    )


def tokens_of(text: str) -> int:
    """Estimate how many tokens a text is."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def _told(agent: Agent, step: JsonObject, context: JsonObject, around: Surroundings) -> Told:
    tools = described_tools(_allowed(agent, step), context, around.dialect)
    seen = {**context, "tools": tools}
    reminders = rendered_reminders(step, seen, around.dialect) if around.reminders is None else around.reminders
    return Told(rendered_instructions(step, seen, around.dialect, around.find), reminders, tools)


def _outputs(history: Sequence[Event]) -> dict[str, JsonObject]:
    """Return the latest output of each tool in the session, as references to `tools.*` find it."""
    outputs = (event.body for event in history if isinstance(event.body, ToolOutput))
    return {output.tool_configuration_name: {"outputs": {"latest": output.tool_output}} for output in outputs}


def _skill_loads(agent: Agent, messages: Sequence[JsonObject]) -> list[SkillLoad]:
    skills = agent.config.get("skills", {})
    loads = []
    for index, part in enumerate(messages):
        if part["type"] == "skill":
            name = part["skill_name"]
            if name not in skills:
                known = ", ".join(skills) or "none"
                fields = {f"/messages/{index}/skill_name": f"the agent's skills are: {known}"}
                raise Refused("SM403", f"Agent {agent.key} has no skill {name!r}; its skills are: {known}.", fields=fields)
            loads.append(SkillLoad(name, skills[name]["content"]))
    return loads


def _allowed(agent: Agent, step: JsonObject) -> dict[str, JsonObject]:
    tools = agent.config["tool_configurations"]
    allowed = step.get("allowed_tools", tools)
    return {name: tool for name, tool in tools.items() if name in allowed}


def _resolved_tools(agent: Agent, step: JsonObject, roots: Roots) -> dict[str, dict[str, Any]]:
    """Resolve every tool of the step at the start of the turn, so that references are constant within it (api-facts §2.8)."""
    tools: dict[str, dict[str, Any]] = {
        name: {
            "type": str(tool["type"]),
            "paths": leaf_paths(tool.get("argument_override", {})),
            "overrides": resolved(tool.get("argument_override", {}), roots, templates=True),
            "configuration": resolved(_rest(tool), roots, templates=False),
        }
        for name, tool in _allowed(agent, step).items()
    }
    refuse_lost({name: tool["overrides"].lost + tool["configuration"].lost for name, tool in tools.items()})
    return tools


def _rest(tool: JsonObject) -> JsonObject:
    """Return what a tool's configuration says besides its overrides and its description."""
    return {name: value for name, value in tool.items() if name not in {"argument_override", "description_template"}}


def _calls(tools: dict[str, dict[str, Any]], text: str, random: Random) -> tuple[ToolCall, ...]:
    """Call every search tool, one that needs another's output after it."""
    calls = [_search_call(name, tool, text, random) for name, tool in tools.items() if tool["type"] == "corpora_search"]
    ordered: list[ToolCall] = []
    while calls:
        waiting = {call.configuration_name for call in calls}
        ready = [call for call in calls if not (_needs(call) & waiting)] or calls
        ordered.append(ready[0])
        calls.remove(ready[0])
    return tuple(ordered)


def _needs(call: ToolCall) -> set[str]:
    named = tools_named(call.overrides.value) | tools_named(call.configuration.value)
    return named - {call.configuration_name}


def _search_call(name: str, tool: dict[str, Any], text: str, random: Random) -> ToolCall:
    arguments = {"query": prose.shortened(text, _LONGEST_QUERY)}
    pinned = {path.partition(".")[0].partition("[")[0] for path in tool["paths"]}
    return ToolCall(
        id="call_" + "".join(random.choices(string.ascii_letters + string.digits, k=24)),
        configuration_name=name,
        tool_type=tool["type"],
        tool_name=tool["type"],
        arguments={key: value for key, value in arguments.items() if key not in pinned},
        overrides=tool["overrides"],
        override_paths=tool["paths"],
        configuration=tool["configuration"],
    )

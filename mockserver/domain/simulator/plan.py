"""A turn as a value: everything that is decided before the first event, so that a refusal stores nothing."""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from mockserver.domain.agents import Agent
from mockserver.domain.errors import Refused
from mockserver.domain.events import Body, Event, InputMessage, SkillLoad, text_of
from mockserver.domain.instructions import rendered_instructions, template_context
from mockserver.domain.ports import Words
from mockserver.domain.references import leaf_paths, resolved
from mockserver.domain.search import terms
from mockserver.domain.sessions import Session
from mockserver.domain.simulator import languages, prose
from mockserver.domain.simulator.intent import Intent, intent_of, most_relevant
from mockserver.domain.values import JsonObject

CHARACTERS_PER_TOKEN = 4
MODEL_WINDOW = 200_000
_LONGEST_QUERY = 500


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call as planned: what the model chose (`arguments`), what was pinned (`overrides`), both already resolved."""

    id: str
    configuration_name: str
    tool_name: str
    arguments: JsonObject
    overrides: JsonObject
    override_paths: tuple[str, ...]
    query_configuration: JsonObject


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """What the turn will do: the input events, an optional thought and tool call, and all that the answer is made of."""

    inputs: tuple[Body, ...]
    intent: Intent
    language: str
    thinking: str | None
    call: ToolCall | None
    quote: str | None
    agent_name: str
    persona: str
    context_tokens: int


def plan_turn(
    agent: Agent,
    session: Session,
    history: Sequence[Event],
    messages: Sequence[JsonObject],
    *,
    now: datetime,
    random: Random,
    words: Words,
) -> TurnPlan:
    """Plan the turn that answers `messages`. Raises Refused SM401, SM402 (the agent cannot be rendered) or SM403 (skill)."""
    message = InputMessage(tuple(messages))
    context = template_context(agent, session, now)
    step = agent.entry_step
    instructions = rendered_instructions(step, context)
    tools = _resolved_tools(agent, step, context)
    text = text_of(message)
    language = languages.asked_for(instructions)
    intent = intent_of(text)
    call = _search_call(tools, text, random) if intent is Intent.KNOWLEDGE else None
    earlier = [text_of(event.body) for event in history if isinstance(event.body, InputMessage)]
    topic = ", ".join(dict.fromkeys(terms(text)[:4])) or text[:40]
    return TurnPlan(
        inputs=(message, *_skill_loads(agent, messages)),
        intent=intent,
        language=language,
        thinking=prose.PHRASES[language].thinking.format(topic=topic) if call else None,
        call=call,
        quote=most_relevant(text, [quote for quote in earlier if quote]) if intent is Intent.RECALL else None,
        agent_name=agent.name,
        persona=random.choice(words.names(language)),
        context_tokens=_tokens(instructions) + sum(_tokens(quote) for quote in earlier) + _tokens(text),
    )


def _tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)


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


def _resolved_tools(agent: Agent, step: JsonObject, context: JsonObject) -> dict[str, JsonObject]:
    """Resolve every tool of the step at the start of the turn, so that references are constant within it (api-facts §2.8)."""
    tools = agent.config["tool_configurations"]
    allowed = step.get("allowed_tools", tools)
    return {
        name: {
            **tool,
            "paths": leaf_paths(tool.get("argument_override", {})),
            "argument_override": resolved(tool.get("argument_override", {}), context, tool=name, templates=True),
            "query_configuration": resolved(tool.get("query_configuration", {}), context, tool=name, templates=False),
        }
        for name, tool in tools.items()
        if name in allowed
    }


def _search_call(tools: dict[str, JsonObject], text: str, random: Random) -> ToolCall | None:
    found = next(((name, tool) for name, tool in tools.items() if tool["type"] == "corpora_search"), None)
    if found is None:
        return None
    name, tool = found
    overrides = tool["argument_override"]
    arguments = {"query": prose.shortened(text, _LONGEST_QUERY)}
    return ToolCall(
        id="call_" + "".join(random.choices(string.ascii_letters + string.digits, k=24)),
        configuration_name=name,
        tool_name=str(tool["type"]),
        arguments={key: value for key, value in arguments.items() if key not in overrides},
        overrides=overrides,
        override_paths=tool["paths"],
        query_configuration=tool["query_configuration"],
    )

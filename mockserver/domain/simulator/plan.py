"""What a turn is told, as a value: rendered and resolved before the first event, so that a refusal stores nothing.

Everything is decided for all steps that the turn may reach: templates see the metadata of the turn's start, and references are
constant within a turn (api-facts §2.8, §5.2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from random import Random

from mockserver.domain.agents import Agent
from mockserver.domain.errors import Refused
from mockserver.domain.events import SkillLoad
from mockserver.domain.instructions import Find
from mockserver.domain.references import Resolved, Roots, has_references, leaf_paths, refuse_lost, resolved, roots_of
from mockserver.domain.rendering import described_tools, rendered_instructions, rendered_reminders, template_context
from mockserver.domain.secrecy import Shape, redacted
from mockserver.domain.sessions import Session
from mockserver.domain.simulator import languages
from mockserver.domain.simulator.openings import opening_of
from mockserver.domain.structured import Unsatisfiable, value_for
from mockserver.domain.templating.dialect import Dialect
from mockserver.domain.values import JsonObject


@dataclass(frozen=True, slots=True)
class Told:
    """What the model is told in a step: rendered instructions and reminders, the described tools."""

    instructions: Sequence[JsonObject]
    reminders: Sequence[JsonObject]
    tools: Sequence[JsonObject]

    @property
    def text(self) -> str:
        """All of it, a paragraph each."""
        return "\n\n".join(part["text"] for part in (*self.instructions, *self.reminders))


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as a step offers it: pinned arguments and the rest of its configuration, references resolved."""

    name: str
    raw: JsonObject
    overrides: Resolved
    override_paths: tuple[str, ...]
    configuration: Resolved

    @property
    def type(self) -> str:
        """Its kind, such as `corpora_search`."""
        return str(self.raw["type"])


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A step as this turn would run it; `opening` are the words that its answer has to begin with, if any."""

    name: str
    step: JsonObject
    told: Told
    tools: Mapping[str, Tool]
    language: str
    opening: str


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """The steps that the turn may reach, by name, and the one in which it begins; `context` is what templates see."""

    start: str
    steps: Mapping[str, StepPlan]
    context: JsonObject

    @property
    def reminders(self) -> Mapping[str, Sequence[JsonObject]]:
        """The rendered reminders by step: they are rendered once a session, and kept from then on."""
        return {name: step.told.reminders for name, step in self.steps.items()}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a turn is planned with besides agent and session: time, instructions, template dialect.

    `tool_secrets` says where the configuration of a tool has secrets, literal ones such as a bearer token.
    """

    now: datetime
    find: Find
    dialect: Dialect
    tool_secrets: Shape


class _Same:
    """An agent as the key of a cache: it is the same only as itself; a changed one is another object."""

    __slots__ = ("agent",)

    def __init__(self, agent: Agent) -> None:
        self.agent = agent

    def __hash__(self) -> int:
        return id(self.agent)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.agent is other.agent


@dataclass(frozen=True, slots=True)
class _Form:
    """What of a tool's configuration is the same in every turn: what is pinned, the rest, and whether that has references."""

    override: JsonObject
    override_paths: tuple[str, ...]
    rest: JsonObject
    rest_refers: bool


@lru_cache(maxsize=64)
def _forms(same: _Same) -> Mapping[str, _Form]:
    """Take the tools of an agent apart, once."""
    return {name: _form(raw) for name, raw in same.agent.config["tool_configurations"].items()}


def _form(raw: JsonObject) -> _Form:
    override = raw.get("argument_override", {})
    rest = {field: value for field, value in raw.items() if field not in {"argument_override", "description_template"}}
    return _Form(override, leaf_paths(override), rest, has_references(rest))


def plan_turn(agent: Agent, session: Session, around: Surroundings) -> TurnPlan:
    """Plan a turn. Raises Refused SM401, SM402, SM406 or SM411 where the agent cannot be rendered for this session."""
    steps: JsonObject = agent.config["steps"]
    start = str(session.current_step if session.current_step in steps else agent.config["first_step_name"])
    context = template_context(agent, session, around.now)
    roots = roots_of(context, around.dialect, session_secrets=session.secrets, agent_secrets=agent.secrets)
    planner = _Planner(agent, session, context, roots, around)
    return TurnPlan(start, {name: planner.step(name, steps[name]) for name in reachable(steps, start)}, context)


def reachable(steps: JsonObject, start: str) -> list[str]:
    """Return the names of the steps that a turn beginning in `start` may come to, that one first."""
    found = [start]
    for name in found:  # the list grows while it is read
        found += [step["step_name"] for step in steps[name].get("next_steps", ()) if step["step_name"] not in found]
    return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class _Planner:
    agent: Agent
    session: Session
    context: JsonObject
    roots: Roots
    around: Surroundings

    def step(self, name: str, step: JsonObject) -> StepPlan:
        told = self._told(name, step)
        _check_schema(name, step)
        return StepPlan(name, step, told, self._tools(step), languages.asked_for(told.text), opening_of(told.text))

    def _told(self, name: str, step: JsonObject) -> Told:
        dialect = self.around.dialect
        tools = described_tools(_allowed(self.agent, step), self.context, dialect)
        seen = {**self.context, "tools": tools}
        kept = self.session.reminders.get(name)
        reminders = rendered_reminders(step, seen, dialect) if kept is None else kept
        return Told(rendered_instructions(step, seen, dialect, self.around.find), reminders, tools)

    def _tools(self, step: JsonObject) -> dict[str, Tool]:
        tools = {name: self._tool(name, raw) for name, raw in _allowed(self.agent, step).items()}
        refuse_lost({name: tool.overrides.lost + tool.configuration.lost for name, tool in tools.items()})
        return tools

    def _tool(self, name: str, raw: JsonObject) -> Tool:
        form = _forms(_Same(self.agent))[name]
        rest = form.rest
        configuration = resolved(rest, self.roots, templates=False) if form.rest_refers else Resolved(rest, rest)
        return Tool(name, raw, self._pinned(name, raw, form.override), form.override_paths, configuration)

    def _pinned(self, name: str, raw: JsonObject, override: JsonObject) -> Resolved:
        """Resolve what is pinned. A text that cannot be rendered is told, unless it may be that of a secret."""
        if not override:
            return Resolved({}, {})
        shape = self.around.tool_secrets
        pinned = {"type": raw["type"], "argument_override": override}
        try:
            made = resolved(override, self.roots, templates=True)
        except Refused as refused:
            if refused.refusal.code != "SM401" or redacted(pinned, shape) == pinned:
                raise
            message = f"An override of tool {name!r} cannot be rendered; which and why is not told, since it has secrets."
            raise Refused("SM401", message) from None
        shown = redacted({**pinned, "argument_override": made.shown}, shape)["argument_override"]
        return replace(made, shown=shown)


def _check_schema(name: str, step: JsonObject) -> None:
    """Refuse SM411 a step whose structured output no value can fit, before anything happens."""
    parser = step["output_parser"]
    if parser["type"] == "structured":
        try:
            value_for(parser["json_schema"]["schema"], Random(0))  # noqa: S311 - nothing is made of it
        except Unsatisfiable as error:
            message = f"No value fits the schema {parser['json_schema']['name']!r} of step {name!r}: {error}"
            raise Refused("SM411", message) from error


def _allowed(agent: Agent, step: JsonObject) -> dict[str, JsonObject]:
    tools = agent.config["tool_configurations"]
    allowed = step.get("allowed_tools", tools)
    return {name: tool for name, tool in tools.items() if name in allowed}


def skill_loads(agent: Agent, messages: Sequence[JsonObject]) -> list[SkillLoad]:
    """Return the skills that the user asks for, in order. Raises Refused SM403 for one that the agent does not have."""
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


def has_skills(agent: Agent, messages: Sequence[JsonObject]) -> bool:
    """Say whether the agent has all skills that the user asks for."""
    return all(part["type"] != "skill" or part["skill_name"] in agent.config.get("skills", {}) for part in messages)

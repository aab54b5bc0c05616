"""The instructions of a step, rendered for a session: what the model is told (api-facts §2.5, §5)."""

from datetime import datetime

from mockserver.domain.agents import Agent
from mockserver.domain.errors import Refused
from mockserver.domain.sessions import Session
from mockserver.domain.templating import TemplateError, parse, render
from mockserver.domain.values import JsonObject, timestamp


def template_context(agent: Agent, session: Session, now: datetime) -> JsonObject:
    """Return the variables that an instruction's template sees (api-facts §5.1). Secrets are in no template's reach."""
    tools = agent.config["tool_configurations"]
    return {
        "agent": {"name": agent.name, "key": agent.key, "metadata": agent.metadata},
        "session": {"key": session.key, "metadata": session.metadata},
        "currentDate": timestamp(now),
        "tools": [{"name": name, "description": tool.get("description_template", "")} for name, tool in tools.items()],
    }


def rendered_instructions(step: JsonObject, context: JsonObject) -> str:
    """Render the enabled instructions of a step, a paragraph each. Raises Refused SM401 naming the place of a fault."""
    return "\n\n".join(
        _rendered(instruction, context) for instruction in step["instructions"] if instruction.get("enabled", True)
    )


def _rendered(instruction: JsonObject, context: JsonObject) -> str:
    template = str(instruction["template"])
    if instruction.get("template_type", "velocity") == "text":
        return template
    try:
        return render(parse(template), context)
    except TemplateError as error:
        raise Refused("SM401", f"Instruction {instruction['name']!r} cannot be rendered: {error}") from error

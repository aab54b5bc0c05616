"""The templates of an agent, rendered for a session: what the model is told (api-facts §2.5, §5)."""

from collections.abc import Iterator
from datetime import datetime

from mockserver.domain.agents import Agent
from mockserver.domain.errors import Refused
from mockserver.domain.instructions import Find
from mockserver.domain.sessions import Session
from mockserver.domain.templating import TemplateError, parse
from mockserver.domain.templating.dialect import Dialect
from mockserver.domain.values import JsonObject, timestamp


def template_context(agent: Agent, session: Session, now: datetime) -> JsonObject:
    """Return the variables that templates see, but for `tools` (api-facts §5.1). Secrets are in no template's reach."""
    return {
        "agent": {"name": agent.name, "key": agent.key, "metadata": agent.metadata},
        "session": {"key": session.key, "metadata": session.metadata},
        "currentDate": timestamp(now),
    }


def described_tools(tools: JsonObject, context: JsonObject, dialect: Dialect) -> list[JsonObject]:
    """Return name and description of each tool; a `description_template` sees neither `$agent.key` nor `$tools`."""
    visible = {**context, "agent": {name: value for name, value in context["agent"].items() if name != "key"}}
    return [
        {
            "name": name,
            "description": rendered(tool.get("description_template", ""), visible, dialect, f"The description of tool {name!r}"),
        }
        for name, tool in tools.items()
    ]


def rendered_instructions(step: JsonObject, context: JsonObject, dialect: Dialect, find: Find) -> list[JsonObject]:
    """Render the enabled instructions of a step in order: name and text of each.

    Raises Refused SM401 naming the place of a fault, SM406 for an instruction that is gone.
    """
    return [
        {"name": content["name"], "text": _text(content, context, dialect)}
        for content in _contents(step, find)
        if content.get("enabled", True)
    ]


def rendered_reminders(step: JsonObject, context: JsonObject, dialect: Dialect) -> list[JsonObject]:
    """Render the templated reminders of a step: their hooks and text (api-facts §2.4). Raises Refused SM401."""
    return [
        {"hooks": reminder["hooks"], "text": _text({"name": f"reminder {number}", **reminder}, context, dialect)}
        for number, reminder in enumerate(step.get("reminders", ()), 1)
        if reminder["type"] == "templated"
    ]


def rendered(template: str, context: JsonObject, dialect: Dialect, what: str) -> str:
    """Render a template. Raises Refused SM401 saying what cannot be rendered and where its fault is."""
    try:
        return dialect.render(parse(template), context)
    except TemplateError as error:
        raise Refused("SM401", f"{what} cannot be rendered: {error}") from error


def _contents(step: JsonObject, find: Find) -> Iterator[JsonObject]:
    for instruction in step["instructions"]:
        if instruction["type"] == "inline":
            yield instruction
            continue
        found = find(instruction["id"])
        version = found.version(instruction.get("version")) if found else None
        if version is None:
            raise Refused("SM406", f"The agent refers to instruction {instruction['id']!r}, which is gone.")
        yield {**version.content, "enabled": True}


def _text(content: JsonObject, context: JsonObject, dialect: Dialect) -> str:
    template = str(content["template"])
    is_velocity = content.get("template_type", "velocity") == "velocity"
    return rendered(template, context, dialect, f"Instruction {content['name']!r}") if is_velocity else template

"""Client tools as resources of their own: what a model may call, and what the caller of the API runs (api-facts §2.7, §4.8)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from mockserver.domain.values import JsonObject, timestamp

ANY_ARGUMENTS: JsonObject = {"type": "object"}
"""The `input_schema` of a tool that was created without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A client tool as it is stored. Without an `output_schema` its outputs may be anything."""

    id: str
    name: str
    description: str
    title: str | None = None
    enabled: bool = True
    input_schema: JsonObject
    output_schema: JsonObject | None = None
    created_at: datetime
    updated_at: datetime
    sequence: int = 0

    @property
    def key(self) -> str:
        """Its id, under which a collection keeps it."""
        return self.id

    def has_name_of(self, other: "Tool") -> bool:
        """Say whether another tool has the same name; names are unique."""
        return self.name == other.name

    def as_json(self) -> JsonObject:
        """Write it as the API does."""
        return {
            "id": self.id,
            "type": "client",
            "name": self.name,
            **({} if self.title is None else {"title": self.title}),
            "description": self.description,
            "enabled": self.enabled,
            "input_schema": self.input_schema,
            **({} if self.output_schema is None else {"output_schema": self.output_schema}),
            "created_at": timestamp(self.created_at),
            "updated_at": timestamp(self.updated_at),
        }


Find: TypeAlias = Callable[[str], Tool | None]
"""Look a tool up by its id."""


def create(body: JsonObject, tool_id: str, now: datetime) -> Tool:
    """Make the tool that a valid create request describes."""
    return Tool(
        id=tool_id,
        name=body["name"],
        description=body["description"],
        title=body.get("title"),
        input_schema=body.get("input_schema", ANY_ARGUMENTS),
        output_schema=body.get("output_schema"),
        created_at=now,
        updated_at=now,
    )


def update(tool: Tool, body: JsonObject, now: datetime) -> Tool:
    """Apply a valid PATCH: what is given is replaced as a whole; the name stays."""
    return replace(
        tool,
        description=body.get("description", tool.description),
        title=body.get("title", tool.title),
        enabled=body.get("enabled", tool.enabled),
        input_schema=body.get("input_schema", tool.input_schema),
        output_schema=body.get("output_schema", tool.output_schema),
        updated_at=now,
    )


def client_tools(config: JsonObject) -> Iterator[tuple[str, str]]:
    """Return the client tools of an agent: the name under which the model sees each, and its id."""
    configured: Mapping[str, JsonObject] = config["tool_configurations"]
    for name, tool in configured.items():
        if tool["type"] == "client":
            yield name, tool["tool_id"]


def tool_faults(config: JsonObject, find: Find) -> dict[str, str]:
    """Say which client tools of a configuration do not exist, by field. Ids of tools of other types are taken as they are."""
    return {
        f"/tool_configurations/{name}/tool_id": f"there is no client tool {tool_id!r}"
        for name, tool_id in client_tools(config)
        if find(tool_id) is None
    }

"""Instructions as resources of their own, with versions; steps refer to them by id (api-facts §5.3)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from mockserver.domain.errors import Refused
from mockserver.domain.templating import TemplateError, parse
from mockserver.domain.values import JsonObject, timestamp

_CHANGEABLE = ("name", "description", "template_type", "template", "metadata", "enabled")


@dataclass(frozen=True, slots=True)
class Version:
    """One version: its number, what it says, and when it was made."""

    number: int
    content: JsonObject
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """An instruction as it is stored: its versions that are left, oldest first; `last_number` is never given again."""

    id: str
    versions: tuple[Version, ...]
    last_number: int
    created_at: datetime
    sequence: int = 0

    @property
    def latest(self) -> Version:
        """The version that a reference without a number means."""
        return self.versions[-1]

    def version(self, number: int | None) -> Version | None:
        """Return a version, the latest for None."""
        if number is None:
            return self.latest
        return next((version for version in self.versions if version.number == number), None)

    def as_json(self, version: Version | None = None) -> JsonObject:
        """Write a version as the API does, the latest by default."""
        version = version or self.latest
        return {
            "id": self.id,
            "type": "initial",
            **version.content,
            "version": version.number,
            "created_at": timestamp(self.created_at),
            "updated_at": timestamp(version.made_at),
        }


Find: TypeAlias = Callable[[str], Instruction | None]
"""Look an instruction up by its id."""


def new_instruction(body: JsonObject, instruction_id: str, now: datetime) -> Instruction:
    """Make the instruction that a valid create request describes. Raises Refused SM340 for a template that cannot be read."""
    content = {"template_type": "velocity", "metadata": {}, "enabled": True, **_content(body)}
    _check_template(content)
    return Instruction(id=instruction_id, versions=(Version(1, content, now),), last_number=1, created_at=now)


def updated_instruction(instruction: Instruction, body: JsonObject, now: datetime) -> Instruction:
    """Add the version that a valid PATCH describes. Raises Refused SM340 for a template that cannot be read."""
    content = {**instruction.latest.content, **_content(body)}
    _check_template(content)
    number = instruction.last_number + 1
    versions = (*instruction.versions, Version(number, content, now))
    return replace(instruction, versions=versions, last_number=number)


def without_version(instruction: Instruction, number: int) -> Instruction:
    """Take a version away. Raises Refused SM341 when it is the only one."""
    if len(instruction.versions) == 1:
        raise Refused("SM341", f"Version {number} is the only one of instruction {instruction.id}; delete the instruction.")
    return replace(instruction, versions=tuple(version for version in instruction.versions if version.number != number))


def references(config: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """Return the references of an agent's steps to instructions, each with its place."""
    for name, step in config["steps"].items():
        for index, instruction in enumerate(step["instructions"]):
            if instruction["type"] == "reference":
                yield f"/steps/{name}/instructions/{index}", instruction


def reference_faults(config: JsonObject, before: JsonObject | None, find: Find) -> dict[str, str]:
    """Say which references of a configuration lead nowhere, or newly to a disabled instruction (api-facts §5.3)."""
    known = {(reference["id"], reference.get("version")) for _, reference in references(before)} if before else set()
    wrong: dict[str, str] = {}
    for place, reference in references(config):
        instruction = find(reference["id"])
        version = instruction.version(reference.get("version")) if instruction else None
        if instruction is None:
            wrong[f"{place}/id"] = f"there is no instruction {reference['id']!r}"
        elif version is None:
            wrong[f"{place}/version"] = f"instruction {instruction.id} has no version {reference['version']}"
        elif not version.content["enabled"] and (reference["id"], reference.get("version")) not in known:
            wrong[f"{place}/id"] = f"instruction {instruction.id} is disabled and cannot be added to an agent"
    return wrong


def _content(body: JsonObject) -> JsonObject:
    return {name: body[name] for name in _CHANGEABLE if name in body}


def _check_template(content: JsonObject) -> None:
    if content["template_type"] == "velocity":
        try:
            parse(content["template"])
        except TemplateError as error:
            raise Refused("SM340", f"The template cannot be read: {error}", fields={"/template": str(error)}) from error

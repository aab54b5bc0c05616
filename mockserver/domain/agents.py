"""An agent: model, tools, skills, and the steps whose instructions shape a turn (api-facts §2)."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mockserver.domain import conditions
from mockserver.domain.access import Roles
from mockserver.domain.errors import Refused
from mockserver.domain.sessions import MASK
from mockserver.domain.values import JsonObject, timestamp

LONGEST_STEP_NAME = 255
DEFAULT_STEP = "first_step"
_STEP_DEFAULTS: JsonObject = {"instructions": [], "output_parser": {"type": "default"}}
_COPIED = ("description", "model", "compaction", "tool_output_offloading")
COMPACTION_DEFAULTS: JsonObject = {
    "enabled": True,
    "threshold_percent": 80,
    "keep_recent_inputs": 1,
    "tool_event_policy": "include_outputs",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent as it is stored. `config` holds what the client configured, in one normal form: steps by name, an entry step.

    `roles` are those of its service account where they are set by hand; None while they follow the tools.
    """

    key: str
    name: str
    enabled: bool
    config: JsonObject
    created_at: datetime
    updated_at: datetime
    secrets: Mapping[str, str] = dataclasses.field(default_factory=dict)
    roles: Roles | None = None
    sequence: int = 0

    @property
    def entry_step(self) -> JsonObject:
        """The step in which a conversation begins."""
        step: JsonObject = self.config["steps"][self.config["first_step_name"]]
        return step

    @property
    def metadata(self) -> JsonObject:
        """The agent's metadata."""
        metadata: JsonObject = self.config["metadata"]
        return metadata

    @property
    def masked_secrets(self) -> dict[str, str]:
        """The names of its secrets, each with the mask."""
        return dict.fromkeys(self.secrets, MASK)

    def as_json(self) -> JsonObject:
        """Write it as the API does: `first_step` is always there, whichever way the agent was created (api-facts §2.2)."""
        return {
            "key": self.key,
            "name": self.name,
            **self.config,
            "first_step": {**self.entry_step, "name": self.config["first_step_name"]},
            "enabled": self.enabled,
            "created_at": timestamp(self.created_at),
            "updated_at": timestamp(self.updated_at),
        }


def effective_compaction(agent: Agent) -> JsonObject:
    """Return the compaction settings that a session of this agent takes over when it is created."""
    return {**COMPACTION_DEFAULTS, **agent.config.get("compaction", {})}


def config_of(body: JsonObject) -> JsonObject:
    """Bring a valid create request into normal form. Raises Refused SM330 when its steps do not fit together."""
    steps = {name: {**_STEP_DEFAULTS, **step} for name, step in (body.get("steps") or {}).items()}
    entry = body.get("first_step_name")
    if "first_step" in body:
        entry = _merge_first_step(body["first_step"], entry, steps)
    if entry is None:
        raise unfit({"/first_step_name": "an agent needs an entry: first_step_name with steps, or first_step"})
    config = {
        "tool_configurations": _without_nulls(body.get("tool_configurations") or {}),
        "first_step_name": entry,
        "steps": steps,
        "metadata": body.get("metadata") or {},
        **({"skills": _without_nulls(body["skills"])} if body.get("skills") else {}),
        **{name: body[name] for name in _COPIED if body.get(name) is not None},
    }
    return _checked(config)


def _merge_first_step(first_step: JsonObject, entry: str | None, steps: dict[str, Any]) -> str:
    step = {**_STEP_DEFAULTS, **{name: value for name, value in first_step.items() if name != "name"}}
    name = str(first_step.get("name", entry or DEFAULT_STEP))
    if entry is not None and (entry != name or steps.get(name, step) != step):
        raise unfit({"/first_step": f"differs from the step {entry!r} that first_step_name names; send one of the two"})
    if entry is None and name in steps:
        raise unfit({"/first_step/name": f"steps has a step {name!r} of its own; name it in first_step_name instead"})
    steps[name] = step
    return name


def patched(config: JsonObject, patch: JsonObject) -> JsonObject:
    """Apply a valid PATCH: maps merge by key with null deleting one, the rest is replaced (api-facts §2.2)."""
    changed = dict(config)
    for name in ("tool_configurations", "skills"):
        if name in patch:
            changed[name] = {} if patch[name] is None else _without_nulls({**changed.get(name, {}), **patch[name]})
    if "metadata" in patch:
        changed["metadata"] = patch["metadata"] or {}
    for name in _COPIED:
        if name in patch:
            changed[name] = patch[name]
    entry = patch.get("first_step_name", changed["first_step_name"])
    changed["steps"], changed["first_step_name"] = _patched_steps(changed["steps"], patch, entry)
    return _checked({name: value for name, value in changed.items() if (value is not None and value != {}) or name in _KEPT})


_KEPT = frozenset({"tool_configurations", "metadata", "steps"})


def _patched_steps(steps: JsonObject, patch: JsonObject, entry: str) -> tuple[JsonObject, str]:
    """Return the steps, and the name of the entry step, which a partial `first_step` may rename."""
    changed: dict[str, Any] = dict(steps)
    if "steps" in patch and patch["steps"] is None:
        changed = {entry: steps[entry]} if entry in steps else {}
    for name, step in (patch.get("steps") or {}).items():
        changed[name] = None if step is None else _patched_step(changed.get(name) or {}, step)
    if "first_step" in patch:
        first = dict(patch["first_step"])
        name = str(first.pop("name", entry))
        if name != entry and changed.get(name):
            raise unfit({"/first_step/name": f"there is a step {name!r} already; choose it with first_step_name"})
        changed[name] = _patched_step(changed.pop(entry, None) or {}, first)
        entry = name
    return _without_nulls(changed), entry


def _patched_step(step: JsonObject, patch: JsonObject) -> JsonObject:
    return {**_STEP_DEFAULTS, **_without_nulls({**step, **patch})}


def _without_nulls(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if value is not None}


def _checked(config: JsonObject) -> JsonObject:
    """Hold the names by which steps, tools and skills refer to each other against what there is."""
    wrong: dict[str, str] = {}
    entry = config["first_step_name"]
    if entry not in config["steps"]:
        wrong["/first_step_name"] = _no_step(config)
    if not 1 <= len(entry) <= LONGEST_STEP_NAME:
        wrong["/first_step_name"] = f"the entry step needs a name of 1 to {LONGEST_STEP_NAME} characters"
    for name, step in config["steps"].items():
        wrong |= {f"/steps/{name}/{field}": reason for field, reason in _step_faults(step, config)}
    if wrong:
        raise unfit(wrong)
    return config


def _step_faults(step: JsonObject, config: JsonObject) -> Iterator[tuple[str, str]]:
    for index, following in enumerate(step.get("next_steps", ())):
        if following["step_name"] not in config["steps"]:
            yield f"next_steps/{index}/step_name", _no_step(config)
        if fault := _fault_of(following.get("condition")):
            yield f"next_steps/{index}/condition", fault
    if "reentry_step" in step and step["reentry_step"] not in config["steps"]:
        yield "reentry_step", _no_step(config)
    for field, known in (("allowed_tools", "tool_configurations"), ("allowed_skills", "skills")):
        for unknown in sorted(set(step.get(field, ())) - set(config.get(known, {}))):
            yield field, f"{unknown!r} is not in {known}, which has {_named(config.get(known, {}))}"


def _fault_of(condition: str | None) -> str | None:
    try:
        if condition is not None:
            conditions.parse(condition)
    except conditions.ConditionError as error:
        return f"cannot be read: {error}"
    return None


def _no_step(config: JsonObject) -> str:
    return f"there is no such step; steps are {_named(config['steps'])}"


def _named(names: Mapping[str, Any]) -> str:
    return ", ".join(map(repr, names)) or "none"


def unfit(fields: Mapping[str, str]) -> Refused:
    """Refuse a configuration whose parts do not fit together or are not there, naming the fields."""
    return Refused(
        "SM330",
        "The agent's parts do not fit together: " + "; ".join(f"{p} {t}" for p, t in fields.items()),
        fields=fields,
    )
